import { Decimal } from './decimal.ts'
import { isIntegerKind, numericKindOf, type NumericValue } from './numbers.ts'
import { DotnetNumber } from './value.ts'

/** A number as decimal digits `0.d1d2d3...` times ten to the `point`; zero has no digits. */
export interface Digits {
  readonly negative: boolean
  readonly digits: string
  readonly point: number
}

/** The exact digits of a whole number or Decimal; of a real as many as its type promises, or `precision`. */
export function digitsOf(value: NumericValue, precision?: number): Digits {
  if (value instanceof Decimal) return digitsOfWhole(value.coefficient, -value.scale)
  if (value instanceof DotnetNumber && !isIntegerKind(value.kind)) {
    return digitsOfReal(Number(value.value), precision ?? (value.kind === 'Single' ? 7 : 15))
  }
  return digitsOfWhole(BigInt(value instanceof DotnetNumber ? value.value : value), 0)
}

/** The digits of a real, rounded to a count of significant ones. */
export function digitsOfReal(value: number, precision: number): Digits {
  const negative = value < 0 || Object.is(value, -0)
  if (value === 0) return { negative, digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = Math.abs(value)
    .toExponential(Math.min(Math.max(precision, 1), 101) - 1)
    .split('e')
  return trimmed(negative, mantissa.replace('.', ''), Number(exponent) + 1)
}

/** The fewest digits that give the same Double or Single when parsed. */
export function shortestDigits(value: number, kind: 'Single' | 'Double'): Digits {
  if (kind === 'Double' || !Number.isFinite(value)) return digitsOfReal(value, shortestCount(value))
  for (let precision = 1; precision < 9; precision += 1) {
    if (Math.fround(Number(value.toPrecision(precision))) === value) {
      return digitsOfReal(value, precision)
    }
  }
  return digitsOfReal(value, 9)
}

function shortestCount(value: number): number {
  const [mantissa = ''] = Math.abs(value).toExponential().split('e')
  return mantissa.replace('.', '').length
}

function digitsOfWhole(value: bigint, exponent: number): Digits {
  const negative = value < 0n
  const text = (negative ? -value : value).toString()
  if (text === '0') return { negative: false, digits: '', point: 0 }
  return trimmed(negative, text, text.length + exponent)
}

function trimmed(negative: boolean, digits: string, point: number): Digits {
  return { negative, digits: digits.replace(/0+$/, ''), point }
}

/** The digits with at most `count` after the point, rounded half away from zero as all formats do. */
export function roundDigits(value: Digits, count: number): Digits {
  return keepDigits(value, value.point + count)
}

/** The first `keep` significant digits, rounded half away from zero. */
export function keepDigits(value: Digits, keep: number): Digits {
  const { negative, digits, point } = value
  if (keep >= digits.length) return value
  if (keep < 0) return { negative, digits: '', point: 0 }
  const up = digits.charCodeAt(keep) >= 53
  const head = digits.slice(0, keep)
  if (!up) {
    const left = head.replace(/0+$/, '')
    return { negative, digits: left, point: left === '' ? 0 : point }
  }
  const raised = (BigInt(`0${head}`) + 1n).toString().padStart(keep, '0')
  return trimmed(negative, raised, point + raised.length - Math.max(keep, 0))
}

/** The digits before the point, `0` when there are none. */
export function wholeDigits({ digits, point }: Digits): string {
  if (point <= 0) return '0'
  return digits.slice(0, point).padEnd(point, '0')
}

/** Exactly `count` digits after the point. */
export function fractionDigits({ digits, point }: Digits, count: number): string {
  const all = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return all.slice(0, count).padEnd(count, '0')
}

/** True for a Double or Single. */
export function isReal(value: NumericValue): value is DotnetNumber {
  const kind = numericKindOf(value)
  return kind === 'Double' || kind === 'Single'
}
