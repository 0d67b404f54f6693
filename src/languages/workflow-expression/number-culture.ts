import { Decimal } from '../dotnet/decimal.ts'
import { DotnetException } from '../dotnet/exceptions.ts'
import { formatNumber } from '../dotnet/number-format.ts'
import { doubleOf } from '../dotnet/value.ts'
import { regionCurrencies } from './currencies.ts'
import { findCulture, type Culture } from './culture.ts'
import { doubleText } from './double-text.ts'
import { notConvertible, functionError, usage } from './expression-error.ts'
import { numberPrecisionMax } from './limits.ts'
import { integerOf, numberKind, toDouble, type NumberValue } from './value.ts'

/** The culture of a function's argument; an unknown one is a fault. */
export function cultureArgument(functionName: string, name: string): Culture {
  const culture = findCulture(name)
  if (culture) return culture
  throw functionError(
    functionName,
    `was invoked with a locale that is not valid: Culture is not supported. '${name}' is an invalid culture identifier.${usage(functionName)}`,
  )
}

/**
 * A number by a format of .NET in a culture. Standard formats round a float by its exact value, halves to even;
 * custom ones round the first 15 digits, halves away from zero.
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings
 */
export function formatNumberIn(value: NumberValue, format: string, locale: string): string {
  const culture = cultureArgument('formatNumber', locale)
  const real = numberKind(value) === 'double' ? toDouble(value) : undefined
  if (real !== undefined && !Number.isFinite(real)) {
    return Number.isNaN(real)
      ? 'NaN'
      : doubleText(real).replace('Infinity', culture.numbers.infinity)
  }
  const [, letter, count] = /^([A-Za-z])(\d{0,9})$/.exec(format) ?? []
  try {
    if (Number(count ?? 0) > numberPrecisionMax)
      throw notConvertible('formatNumber', 'Format specifier was invalid.')
    if (letter === undefined) return localized(formatNumber(formatted(value), format), culture)
    return formatStandard(value, { letter, count: count ?? '' }, culture)
  } catch (error) {
    if (error instanceof DotnetException) throw notConvertible('formatNumber', error.message)
    throw error
  }
}

interface StandardFormat {
  readonly letter: string
  readonly count: string
}

function formatStandard(value: NumberValue, format: StandardFormat, culture: Culture): string {
  const { letter, count } = format
  const precision = count === '' ? 2 : Number(count)
  switch (letter.toUpperCase()) {
    case 'N':
    case 'F':
      return localized(formatNumber(rounded(value, precision), letter + count), culture)
    case 'C':
      return currencyText(value, count, culture)
    case 'P':
      return percentText(value, precision, culture)
    case 'G':
    case 'R':
      if (count === '' && numberKind(value) === 'double') {
        return localized(doubleText(toDouble(value)), culture)
      }
      return localized(formatNumber(formatted(value), letter + count), culture)
    default:
      return localized(formatNumber(formatted(value), letter + count), culture)
  }
}

/** A number as the formats of .NET take it. */
function formatted(value: NumberValue): Parameters<typeof formatNumber>[0] {
  if (value instanceof Decimal) return value
  return numberKind(value) === 'integer' ? integerOf(value) : doubleOf(toDouble(value))
}

/** A float rounded to a count of decimals by its exact value; other numbers as they are. */
function rounded(value: NumberValue, decimals: number): Parameters<typeof formatNumber>[0] {
  if (numberKind(value) !== 'double') return formatted(value)
  const { numerator, denominator } = ratioOf(toDouble(value))
  return new Decimal(divideToEven(numerator * 10n ** BigInt(decimals), denominator), decimals)
}

function ratioOf(value: number): { numerator: bigint; denominator: bigint } {
  let scaled = value
  let shift = 0n
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    shift += 1n
  }
  return { numerator: BigInt(scaled), denominator: 1n << shift }
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator
  const quotient = size / denominator
  const twice = (size % denominator) * 2n
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n)
  const result = isUp ? quotient + 1n : quotient
  return numerator < 0n ? -result : result
}

function percentText(value: NumberValue, precision: number, culture: Culture): string {
  // The invariant culture ends in a blank and the sign.
  const text = formatNumber(rounded(value, precision + 2), `P${precision}`).slice(0, -2)
  const number = localized(text, culture)
  if (culture.name === '') return `${number} %`
  const parts = new Intl.NumberFormat(culture.name, { style: 'percent' }).formatToParts(0.5)
  return withSign(number, (amount) => around(parts, 'percentSign', amount))
}

function currencyText(value: NumberValue, count: string, culture: Culture): string {
  const code = regionCurrencies[culture.name.split('-').at(-1) ?? ''] ?? 'USD'
  const digits = count === '' ? currencyDigits(culture, code) : Number(count)
  const number = localized(formatNumber(rounded(value, digits), `N${digits}`), culture)
  if (culture.name === '') return withSign(number, (amount) => `¤${amount}`)
  const format = new Intl.NumberFormat(culture.name, {
    style: 'currency',
    currency: code,
    currencyDisplay: 'narrowSymbol',
  })
  return withSign(number, (amount) => around(format.formatToParts(1), 'currency', amount))
}

function currencyDigits(culture: Culture, code: string): number {
  if (culture.name === '') return 2
  const format = new Intl.NumberFormat(culture.name, { style: 'currency', currency: code })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

function withSign(number: string, write: (amount: string) => string): string {
  return number.startsWith('-') ? `-${write(number.slice(1))}` : write(number)
}

/** The amount with the sign before or after it, as the culture has them. */
function around(parts: readonly Intl.NumberFormatPart[], type: string, amount: string): string {
  const sign = parts.find((part) => part.type === type)?.value ?? ''
  const gap = parts.find((part) => part.type === 'literal')?.value ?? ''
  const isFirst = parts.findIndex((part) => part.type === type) === 0
  return isFirst ? sign + gap + amount : amount + gap + sign
}

/** Text of the invariant culture with the signs of another. */
function localized(text: string, { name, numbers }: Culture): string {
  const { point, group, groupSizes } = numbers
  if (name === '' || (point === '.' && group === ',' && groupSizes[1] === 3)) return text
  const [whole = '', fraction] = text.split('.')
  const grouped = whole.includes(',')
    ? regrouped(whole, numbers.groupSizes).replaceAll(',', group)
    : whole
  return fraction === undefined ? grouped : `${grouped}${point}${fraction}`
}

function regrouped(text: string, [last, others]: readonly [number, number]): string {
  if (last === 3 && others === 3) return text
  return text.replace(/\d[\d,]*\d/, (run) => {
    const digits = run.replaceAll(',', '')
    const head = digits.slice(0, -last)
    const pattern = new RegExp(`\\B(?=(?:\\d{${others}})+$)`, 'g')
    return head === '' ? digits : `${head.replaceAll(pattern, ',')},${digits.slice(-last)}`
  })
}
