import { roundHalfEven } from './convert.ts'
import {
  Decimal,
  decimalAbs,
  decimalCeiling,
  decimalFloor,
  decimalTruncate,
  type MidpointRounding,
} from './decimal.ts'
import { argumentOutOfRange, invalidCast, overflow, systemException } from './exceptions.ts'
import {
  checkInteger,
  compareNumbers,
  integerOf,
  isIntegerKind,
  makeReal,
  numericKindOf,
  toDouble,
  type NumericValue,
} from './numbers.ts'

// Members of System.Math that depend on the type of a number; those of doubles alone are JavaScript's own.
// https://learn.microsoft.com/dotnet/api/system.math

/** `Math.Abs`: OverflowException for the smallest whole number. */
export function absoluteOf(value: NumericValue): NumericValue {
  if (value instanceof Decimal) return decimalAbs(value)
  const kind = numericKindOf(value)
  const whole = integerOf(value)
  if (whole === undefined || kind === undefined || !isIntegerKind(kind))
    return realLike(value, Math.abs)
  const message = 'Negating the minimum value of a twos complement number is invalid.'
  return checkInteger(kind, whole < 0n ? -whole : whole, message)
}

function realLike(value: NumericValue, map: (real: number) => number): NumericValue {
  const kind = numericKindOf(value)
  if (kind !== 'Double' && kind !== 'Single') throw invalidCast()
  return makeReal(kind, map(toDouble(value)))
}

/** `Math.Max` of two numbers of one type; NaN wins. */
export function maximum(left: NumericValue, right: NumericValue): NumericValue {
  const order = compareNumbers(left, right)
  if (Number.isNaN(order)) return Number.isNaN(toDouble(left)) ? left : right
  return order >= 0 ? left : right
}

/** `Math.Min` of two numbers of one type; NaN wins. */
export function minimum(left: NumericValue, right: NumericValue): NumericValue {
  const order = compareNumbers(left, right)
  if (Number.isNaN(order)) return Number.isNaN(toDouble(left)) ? left : right
  return order <= 0 ? left : right
}

/** `Math.Sign`. */
export function signOf(value: NumericValue): number {
  const real = value instanceof Decimal ? Number(value.coefficient) : toDouble(value)
  if (Number.isNaN(real))
    throw systemException(
      'ArithmeticException',
      'Function does not accept floating point Not-a-Number values.',
    )
  return Math.sign(real)
}

/** `Math.Round(double, digits, mode)`. */
export function roundDouble(value: number, digits = 0, mode: MidpointRounding = 'ToEven'): number {
  if (digits < 0 || digits > 15) {
    throw argumentOutOfRange('digits', 'Rounding digits must be between 0 and 15, inclusive.')
  }
  if (Math.abs(value) >= 1e16 || !Number.isFinite(value)) return value
  const scale = 10 ** digits
  const scaled = value * scale
  const rounded = mode === 'ToEven' ? roundHalfEven(scaled) : roundAway(scaled)
  return rounded / scale
}

function roundAway(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}

/** `Math.Floor`, `Ceiling` and `Truncate` of a Double or Decimal. */
export function wholeOf(
  value: NumericValue,
  direction: 'floor' | 'ceiling' | 'truncate',
): NumericValue {
  if (value instanceof Decimal) {
    if (direction === 'truncate') return decimalTruncate(value)
    return direction === 'floor' ? decimalFloor(value) : decimalCeiling(value)
  }
  return realLike(value, { floor: Math.floor, ceiling: Math.ceil, truncate: Math.trunc }[direction])
}

/** `Math.Log(value, base)`. */
export function logarithm(value: number, base: number): number {
  if (Number.isNaN(value) || Number.isNaN(base) || base === 1) return NaN
  if (value !== 1 && (base === 0 || base === Infinity)) return NaN
  return Math.log(value) / Math.log(base)
}

/** `Math.IEEERemainder`. */
export function ieeeRemainder(dividend: number, divisor: number): number {
  return dividend - divisor * roundHalfEven(dividend / divisor)
}

/** `Math.DivRem`: the quotient and the remainder. */
export function divideWithRemainder(dividend: bigint, divisor: bigint): readonly [bigint, bigint] {
  if (divisor === 0n) throw systemException('DivideByZeroException')
  const quotient = dividend / divisor
  if (BigInt.asIntN(64, quotient) !== quotient) throw overflow()
  return [quotient, dividend % divisor]
}
