/**
 * Conversions between types.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#conversion-functions
 */
import { Decimal } from '../../dotnet/decimal.ts'
import { DotnetException } from '../../dotnet/exceptions.ts'
import { onlyString, optionalString, stringArgument } from '../arguments.ts'
import { toDecimal } from '../comparison.ts'
import { findCulture, type Culture } from '../culture.ts'
import { notConvertible } from '../expression-error.ts'
import type { FunctionFamily } from '../function-body.ts'
import { numberCharactersMax } from '../limits.ts'
import { cultureArgument } from '../number-culture.ts'
import { readDecimal, readDouble } from '../number-reading.ts'
import { checkEvaluated } from '../text-length.ts'
import {
  fitsInteger,
  isInteger,
  isNumber,
  makeDouble,
  makeInteger,
  toDouble,
  type Value,
} from '../value.ts'
import { textOf } from '../value-text.ts'

export const conversionFunctions: FunctionFamily = {
  int: ([value = null]) => toInteger(value),
  float: (args) => {
    const [value = null] = args
    if (isNumber(value)) return makeDouble(toDouble(value))
    if (typeof value !== 'string') throw notConvertible('float')
    const locale = optionalString('float', args, 1)
    // Without a locale the names of infinity are refused, though those of the invariant culture are meant.
    if (locale === undefined && /infinity\s*$/i.test(value)) throw notConvertible('float')
    const number = readDouble(value, anyStyle, cultureOf('float', locale))
    if (number === undefined) throw notConvertible('float')
    return makeDouble(number)
  },
  decimal: ([value = null]) => {
    if (isNumber(value)) return decimalOf(value)
    const decimal = typeof value === 'string' ? readDecimal(value, invariant()) : undefined
    if (decimal === undefined) throw notConvertible('decimal')
    return decimal
  },
  bool: ([value = null]) => {
    if (typeof value === 'boolean') return value
    if (isNumber(value)) return toDouble(value) !== 0
    const word = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (word !== 'true' && word !== 'false') throw notConvertible('bool')
    return word === 'true'
  },
  string: ([value = null], environment) => checkEvaluated('string', textOf(value), environment),
  array: ([value = null]) => [value],
  isInt: ([value]) => {
    const text = onlyString('isInt', value)
    const digits = readInteger(text)
    return digits !== undefined && fitsInteger(digits)
  },
  isFloat: (args) => {
    const text = stringArgument('isFloat', args, 0)
    const culture = cultureOf('isFloat', optionalString('isFloat', args, 1))
    return readDouble(text, anyStyle, culture) !== undefined
  },
}

const anyStyle = { exponent: true, trailingSign: true }

function invariant(): Culture {
  return cultureOf('', '')
}

function cultureOf(functionName: string, locale = ''): Culture {
  return findCulture(locale) ?? cultureArgument(functionName, locale)
}

// The host reads the text as a double first: digits beyond the 17th are lost, and -2^63 - 1 becomes -2^63.
function toInteger(value: Value): Value {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isInteger(value)) return value
  if (isNumber(value)) return wholeNumber(toDouble(value))
  if (typeof value !== 'string') throw notConvertible('int')
  const number = readDouble(value, { exponent: true, trailingSign: false }, invariant())
  if (number === undefined) throw notConvertible('int')
  return wholeNumber(number)
}

function wholeNumber(value: number): number | bigint {
  if (Number.isNaN(value)) return -(2n ** 63n)
  if (!Number.isInteger(value)) throw notConvertible('int')
  const whole = BigInt(value)
  if (!fitsInteger(whole)) throw notConvertible('int')
  return makeInteger(whole)
}

function readInteger(text: string): bigint | undefined {
  if (text.length > numberCharactersMax) return undefined
  const [, sign = '', whole, exponent = '0'] =
    /^([+-]?)(\d[\d,]*)(?:[eE]\+?(\d{1,2}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  const size = BigInt(whole.replaceAll(',', '')) * 10n ** BigInt(exponent)
  return sign === '-' ? -size : size
}

function decimalOf(value: Parameters<typeof toDecimal>[0]): Decimal {
  try {
    return toDecimal(value)
  } catch (error) {
    if (error instanceof DotnetException) throw notConvertible('decimal')
    throw error
  }
}
