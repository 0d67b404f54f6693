import { decimalFromDigits, type Decimal } from './decimal.ts'
import { argumentNull, formatError, overflow } from './exceptions.ts'
import { checkInteger, integerMax, integerMin, makeReal, type NumericValue } from './numbers.ts'
import { isIntegerKind } from './numbers.ts'
import type { IntegerKind, NumericKind } from './types.ts'

const names: Readonly<Record<IntegerKind, string>> = {
  SByte: 'a signed byte',
  Byte: 'an unsigned byte',
  Int16: 'an Int16',
  UInt16: 'a UInt16',
  Int32: 'an Int32',
  UInt32: 'a UInt32',
  Int64: 'an Int64',
  UInt64: 'a UInt64',
}

/** The message of OverflowException for a whole-number type. */
export function overflowMessage(kind: IntegerKind): string {
  return `Value was either too large or too small for ${names[kind]}.`
}

// What NumberStyles allow by default: white space and a sign for whole numbers; point, commas and exponent for reals.
const white = '[\\t-\\r ]*'
const integerPattern = new RegExp(`^${white}([+-]?)(\\d+)${white}\\0*$`)
const realPattern = new RegExp(
  `^${white}([+-]?)(\\d[\\d,]*|)(?:\\.(\\d*))?(?:[eE]([+-]?\\d+))?${white}\\0*$`,
)
const decimalPattern = new RegExp(
  `^${white}([+-]?)${white}(\\d[\\d,]*|)(?:\\.(\\d*))?${white}([+-]?)${white}\\0*$`,
)

/** `int.Parse(text)` for any numeric type, in the invariant culture and with the type's default styles. */
export function parseNumber(kind: NumericKind, text: string | null): NumericValue {
  if (text === null) throw argumentNull('String')
  if (kind === 'Decimal') return parseDecimal(text)
  if (kind === 'Double' || kind === 'Single') return parseReal(kind, text)
  const match = integerPattern.exec(text)
  if (match === null) throw formatError()
  const value = wholeOf(match[2])
  return checkInteger(kind, match[1] === '-' ? -value : value, overflowMessage(kind))
}

// More digits than any of the types has are out of range, however many there are.
function wholeOf(digits = ''): bigint {
  return BigInt(digits.replace(/^0+/, '').slice(0, 30))
}

/** `int.TryParse(text, out value)`: the value, or `undefined` where .NET gives false. */
export function tryParseNumber(kind: NumericKind, text: string | null): NumericValue | undefined {
  if (text === null) return undefined
  if (!isIntegerKind(kind)) return tryParseFraction(kind, text)
  const match = integerPattern.exec(text)
  if (match === null) return undefined
  const whole = wholeOf(match[2])
  const value = match[1] === '-' ? -whole : whole
  if (value < integerMin(kind) || value > integerMax(kind)) return undefined
  return checkInteger(kind, value)
}

function tryParseFraction(
  kind: 'Single' | 'Double' | 'Decimal',
  text: string,
): NumericValue | undefined {
  if (kind === 'Decimal') {
    const parts = decimalParts(text)
    return parts !== undefined && parts.digits + parts.exponent <= 29
      ? tryDecimal(parts)
      : undefined
  }
  const value = realOf(text)
  return value === undefined || overflows(kind, value, text) ? undefined : makeReal(kind, value)
}

// Digits in front of the point beyond these are out of range, those behind it decide nothing.
const decimalDigitsMax = 100

interface DecimalParts {
  readonly coefficient: bigint
  readonly exponent: number
  readonly digits: number
}

function tryDecimal(parts: DecimalParts): Decimal | undefined {
  const largest = 79228162514264337593543950335n
  const size = parts.coefficient < 0n ? -parts.coefficient : parts.coefficient
  if (size / 10n ** BigInt(-parts.exponent) > largest) return undefined
  return decimalFromDigits(parts.coefficient, parts.exponent)
}

function parseDecimal(text: string): Decimal {
  const parts = decimalParts(text)
  if (parts === undefined) throw formatError()
  return decimalFromDigits(parts.coefficient, parts.exponent)
}

function decimalParts(text: string): DecimalParts | undefined {
  const match = decimalPattern.exec(text)
  if (match === null) return undefined
  const [, before = '', whole = '', fraction = '', after = ''] = match
  const isEmpty = /^,*$/.test(whole) && fraction === ''
  if (isEmpty || (before !== '' && after !== '')) return undefined
  const kept = fraction.slice(0, decimalDigitsMax)
  const value = BigInt(whole.replaceAll(/^0+|,/g, '').slice(0, decimalDigitsMax) + kept)
  const negative = before === '-' || after === '-'
  const significant = value.toString().length
  return {
    coefficient: negative ? -value : value,
    exponent: -kept.length,
    digits: significant,
  }
}

function parseReal(kind: 'Single' | 'Double', text: string): NumericValue {
  const value = realOf(text)
  if (value === undefined) throw formatError()
  if (overflows(kind, value, text)) {
    throw overflow(`Value was either too large or too small for a ${kind}.`)
  }
  return makeReal(kind, value)
}

// .NET Framework refuses text beyond the largest value instead of giving infinity.
function overflows(kind: 'Single' | 'Double', value: number, text: string): boolean {
  if (/[iI∞]/.test(text)) return false
  return !Number.isFinite(kind === 'Single' ? Math.fround(value) : value) && !Number.isNaN(value)
}

function realOf(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === 'NaN') return NaN
  if (trimmed === 'Infinity') return Infinity
  if (trimmed === '-Infinity') return -Infinity
  const match = realPattern.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole.replaceAll(',', '')
  if (digits + fraction === '') return undefined
  return Number(`${sign === '-' ? '-' : ''}${digits || '0'}.${fraction || '0'}e${exponent}`)
}
