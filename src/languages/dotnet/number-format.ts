import { formatCustomNumber } from './custom-number-format.ts'
import { Decimal } from './decimal.ts'
import {
  digitsOf,
  digitsOfReal,
  fractionDigits,
  isReal,
  keepDigits,
  roundDigits,
  shortestDigits,
  wholeDigits,
  type Digits,
} from './digits.ts'
import { formatError } from './exceptions.ts'
import { integerOf, isIntegerKind, numericKindOf, type NumericValue } from './numbers.ts'

const precisionMax = 999_999_999
const badFormat = 'Format specifier was invalid.'

/**
 * A number as text in the invariant culture, by a standard (`N2`, `X8`, `R`) or custom (`#,##0.00`) format.
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings
 */
export function formatNumber(value: NumericValue, format: string | null = null): string {
  if (isReal(value)) {
    const special = nonFinite(Number(value.value))
    if (special !== undefined) return special
  }
  if (format === null || format === '') return formatGeneral(value, undefined, 'E')
  const standard = /^([A-Za-z])(\d{0,9})$/.exec(format)
  if (standard === null) return formatCustomNumber(digitsOf(value), format)
  const [, letter = '', count = ''] = standard
  const precision = count === '' ? undefined : Number(count)
  if (precision !== undefined && precision > precisionMax) throw formatError(badFormat)
  return formatStandard(value, letter, precision)
}

function nonFinite(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return 'Infinity'
  return value === -Infinity ? '-Infinity' : undefined
}

function formatStandard(value: NumericValue, letter: string, precision?: number): string {
  switch (letter.toUpperCase()) {
    case 'D':
      return formatWhole(value, precision ?? 0)
    case 'X':
      return formatHexadecimal(value, { letter, digits: precision ?? 0 })
    case 'F':
      return fixedPoint(digitsFor(value, precision), precision ?? 2, { group: false })
    case 'N':
      return fixedPoint(digitsFor(value, precision), precision ?? 2, { group: true })
    case 'P':
      return `${fixedPoint(timesHundred(digitsFor(value, precision)), precision ?? 2, { group: true })} %`
    case 'C':
      return formatCurrency(value, precision ?? 2)
    case 'E':
      return scientific(digitsFor(value, precision ?? 6), precision ?? 6, {
        letter,
        exponentDigits: 3,
      })
    case 'G':
      return formatGeneral(value, precision, letter === 'g' ? 'e' : 'E')
    case 'R':
      return formatRoundTrip(value, letter)
    default:
      throw formatError(badFormat)
  }
}

// Formats of a Double see its 15 promised digits, as .NET Framework has it, so 2.675 with F2 is 2.68.
function digitsFor(value: NumericValue, precision?: number): Digits {
  if (!isReal(value)) return digitsOf(value)
  const promised = value.kind === 'Single' ? 7 : 15
  return digitsOf(value, (precision ?? 0) > promised ? promised + 2 : promised)
}

function formatWhole(value: NumericValue, digits: number): string {
  const whole = requireWhole(value)
  const text = (whole < 0n ? -whole : whole).toString().padStart(digits, '0')
  return whole < 0n ? `-${text}` : text
}

const bitsOfKind = new Map([
  ['SByte', 8],
  ['Byte', 8],
  ['Int16', 16],
  ['UInt16', 16],
  ['Int32', 32],
  ['UInt32', 32],
  ['Int64', 64],
  ['UInt64', 64],
])

function formatHexadecimal(
  value: NumericValue,
  { letter, digits }: { letter: string; digits: number },
): string {
  const bits = bitsOfKind.get(numericKindOf(value) ?? '') ?? 64
  const text = BigInt.asUintN(bits, requireWhole(value)).toString(16).padStart(digits, '0')
  return letter === 'X' ? text.toUpperCase() : text
}

function requireWhole(value: NumericValue): bigint {
  const kind = numericKindOf(value)
  const whole = kind !== undefined && isIntegerKind(kind) ? integerOf(value) : undefined
  if (whole === undefined) throw formatError(badFormat)
  return whole
}

function fixedPoint(value: Digits, decimals: number, { group }: { group: boolean }): string {
  const rounded = roundDigits(value, decimals)
  const whole = wholeDigits(rounded)
  const text = group ? groupThousands(whole) : whole
  const fraction = decimals > 0 ? `.${fractionDigits(rounded, decimals)}` : ''
  return `${signOf(rounded)}${text}${fraction}`
}

// A value that rounds to zero loses its sign, as in .NET Framework.
function signOf(value: Digits): string {
  return value.negative && value.digits !== '' ? '-' : ''
}

/** Whole digits with a comma before every third from the right. */
function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

function timesHundred(value: Digits): Digits {
  return value.digits === '' ? value : { ...value, point: value.point + 2 }
}

function formatCurrency(value: NumericValue, decimals: number): string {
  const text = fixedPoint(digitsFor(value, decimals), decimals, { group: true })
  return text.startsWith('-') ? `(¤${text.slice(1)})` : `¤${text}`
}

function scientific(
  value: Digits,
  decimals: number,
  { letter, exponentDigits }: { letter: string; exponentDigits: number },
): string {
  const rounded = keepDigits(value, decimals + 1)
  const exponent = rounded.digits === '' ? 0 : rounded.point - 1
  const digits = rounded.digits.padEnd(decimals + 1, '0')
  const fraction = decimals > 0 ? `.${digits.slice(1, decimals + 1)}` : ''
  return `${signOf(rounded)}${digits[0]}${fraction}${exponentText(exponent, letter, exponentDigits)}`
}

function exponentText(exponent: number, letter: string, digits: number): string {
  return `${letter}${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(digits, '0')}`
}

function formatGeneral(value: NumericValue, precision: number | undefined, letter: string): string {
  if (value instanceof Decimal && !precision) return value.toString()
  const promised = isReal(value) ? 15 : 29
  if (!isReal(value) && !precision) return `${integerOf(value) ?? ''}`
  const digits = isReal(value) ? realDigits(value, precision) : digitsOf(value)
  const keep = precision ? precision : Math.max(promised, digits.digits.length)
  const rounded = keepDigits(digits, keep)
  if (rounded.digits === '') return rounded.negative && isReal(value) ? '-0' : '0'
  const exponent = rounded.point - 1
  const limit = precision ? precision : isReal(value) ? generalLimit(value.kind) : keep
  if (exponent > -5 && exponent < limit) return plain(rounded)
  const decimals = Math.max(rounded.digits.length - 1, 0)
  return scientific(rounded, decimals, { letter, exponentDigits: 2 })
}

function generalLimit(kind: string): number {
  return kind === 'Single' ? 7 : 15
}

function realDigits(value: { kind: string; value: number | bigint }, precision?: number): Digits {
  const kind = value.kind === 'Single' ? 'Single' : 'Double'
  if (!precision) return shortestDigits(Number(value.value), kind)
  return digitsOfReal(Number(value.value), precision)
}

function plain(value: Digits): string {
  const decimals = Math.max(value.digits.length - value.point, 0)
  const fraction = decimals > 0 ? `.${fractionDigits(value, decimals)}` : ''
  return `${value.negative ? '-' : ''}${wholeDigits(value)}${fraction}`
}

function formatRoundTrip(value: NumericValue, letter: string): string {
  if (!isReal(value)) throw formatError(badFormat)
  return formatGeneral(value, undefined, letter === 'r' ? 'e' : 'E')
}
