import {
  argumentError,
  argumentOutOfRange,
  formatError,
  overflow,
  systemException,
} from './exceptions.ts'
import type { DotnetObject } from './value.ts'

const scaleMax = 28
const coefficientMax = 2n ** 96n - 1n

/** How a value in the middle of two candidates is rounded. */
export type MidpointRounding = 'ToEven' | 'AwayFromZero'

/**
 * System.Decimal: a 96-bit whole number and the count of its digits after the point, which counts (`2.20`).
 * https://learn.microsoft.com/dotnet/api/system.decimal
 */
export class Decimal implements DotnetObject {
  readonly typeName = 'System.Decimal'
  readonly coefficient: bigint
  readonly scale: number

  constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient
    this.scale = scale
  }

  toString(): string {
    const digits = absolute(this.coefficient)
      .toString()
      .padStart(this.scale + 1, '0')
    const sign = this.coefficient < 0n ? '-' : ''
    if (this.scale === 0) return sign + digits
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`
  }
}

/** Decimal.Zero. */
export const decimalZero = new Decimal(0n, 0)
/** Decimal.One. */
export const decimalOne = new Decimal(1n, 0)
/** Decimal.MaxValue. */
export const decimalMax = new Decimal(coefficientMax, 0)
/** Decimal.MinValue. */
export const decimalMin = new Decimal(-coefficientMax, 0)

/** A whole number as a Decimal; OverflowException beyond 96 bits. */
export function decimalFromInteger(value: bigint | number): Decimal {
  return fit(BigInt(value), 0)
}

/** A Double as a Decimal: 15 significant digits, as the conversion of .NET has them. */
export function decimalFromDouble(value: number): Decimal {
  return fromBinary(value, 15)
}

/** A Single as a Decimal: 7 significant digits. */
export function decimalFromSingle(value: number): Decimal {
  return fromBinary(value, 7)
}

/** `new decimal(int[])`: low, middle and high 32 bits, then the sign and the scale. */
export function decimalFromBits(bits: readonly number[]): Decimal {
  const [low = 0, middle = 0, high = 0, flags = 0] = bits
  const scale = (flags >> 16) & 0xff
  if (bits.length !== 4 || scale > scaleMax) throw argumentError('Decimal byte array is invalid.')
  const [first, second, third] = [low, middle, high].map((part) => BigInt(part >>> 0))
  const coefficient = ((third ?? 0n) << 64n) | ((second ?? 0n) << 32n) | (first ?? 0n)
  return new Decimal(flags < 0 ? -coefficient : coefficient, scale)
}

/** `decimal.GetBits`. */
export function decimalBits({ coefficient, scale }: Decimal): number[] {
  const whole = absolute(coefficient)
  const part = (shift: bigint): number => Number(BigInt.asIntN(32, whole >> shift))
  return [part(0n), part(32n), part(64n), (scale << 16) | (coefficient < 0n ? -(2 ** 31) : 0)]
}

function fromBinary(value: number, digits: number): Decimal {
  if (!Number.isFinite(value) || Math.abs(value) >= 7.9228162514264338e28) throw tooLarge()
  if (value === 0) return decimalZero
  const [mantissa = '0', exponent = '0'] = value.toExponential(digits - 1).split('e')
  const whole = mantissa.replace('.', '')
  const trimmed = trimScale(new Decimal(BigInt(whole), 0), digits - 1 - Number(exponent))
  return fit(trimmed.coefficient, trimmed.scale)
}

function trimScale(value: Decimal, scale: number): Decimal {
  let { coefficient } = value
  let left = scale
  while (left > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n
    left -= 1
  }
  return left < 0
    ? new Decimal(coefficient * 10n ** BigInt(-left), 0)
    : new Decimal(coefficient, left)
}

/** The nearest Double. */
export function decimalToDouble(value: Decimal): number {
  return Number(value.toString())
}

/** The whole part as a bigint. */
export function decimalToInteger(value: Decimal): bigint {
  return value.coefficient / powerOfTen(value.scale)
}

/** The sum. */
export function decimalAdd(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale)
  return fit(coefficientAt(left, scale) + coefficientAt(right, scale), scale)
}

/** The difference. */
export function decimalSubtract(left: Decimal, right: Decimal): Decimal {
  return decimalAdd(left, decimalNegate(right))
}

/** The product; its scale is the sum of the scales as far as it fits. */
export function decimalMultiply(left: Decimal, right: Decimal): Decimal {
  return fit(left.coefficient * right.coefficient, left.scale + right.scale)
}

/** The quotient, exact where 28 digits suffice; DivideByZeroException for zero. */
export function decimalDivide(left: Decimal, right: Decimal): Decimal {
  if (right.coefficient === 0n) throw systemException('DivideByZeroException')
  const scale = left.scale - right.scale
  if (scale >= 0 && left.coefficient % right.coefficient === 0n) {
    return fit(left.coefficient / right.coefficient, scale)
  }
  const extra = scaleMax + 2 - scale
  const scaled = left.coefficient * 10n ** BigInt(extra)
  const quotient = fitRatio(scaled, right.coefficient, scaleMax + 2)
  return trimScale(new Decimal(quotient.coefficient, 0), quotient.scale)
}

// Rounds once, from the exact ratio: rounding a rounded quotient again would be off by one in the last digit.
function fitRatio(numerator: bigint, denominator: bigint, scale: number): Decimal {
  for (let drop = Math.max(0, scale - scaleMax); drop <= scale; drop += 1) {
    const quotient = divideToEven(numerator, denominator * powerOfTen(drop))
    if (absolute(quotient) <= coefficientMax) return new Decimal(quotient, scale - drop)
  }
  throw tooLarge()
}

/** The remainder of a division that truncates, with the sign of the dividend. */
export function decimalRemainder(left: Decimal, right: Decimal): Decimal {
  if (right.coefficient === 0n) throw systemException('DivideByZeroException')
  const scale = Math.max(left.scale, right.scale)
  if (decimalCompare(decimalAbs(left), decimalAbs(right)) < 0) return left
  return fit(coefficientAt(left, scale) % coefficientAt(right, scale), scale)
}

/** The same value with the other sign. */
export function decimalNegate(value: Decimal): Decimal {
  return new Decimal(-value.coefficient, value.scale)
}

/** The value without its sign. */
export function decimalAbs(value: Decimal): Decimal {
  return new Decimal(absolute(value.coefficient), value.scale)
}

/** Negative, zero or positive. */
export function decimalCompare(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale)
  const difference = coefficientAt(left, scale) - coefficientAt(right, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Rounds to `decimals` digits after the point; a value with fewer keeps its scale. */
export function decimalRound(
  value: Decimal,
  decimals = 0,
  mode: MidpointRounding = 'ToEven',
): Decimal {
  if (decimals < 0 || decimals > scaleMax) {
    throw argumentOutOfRange(
      'decimals',
      'Decimal can only round to between 0 and 28 digits of precision.',
    )
  }
  if (value.scale <= decimals) return value
  const unit = powerOfTen(value.scale - decimals)
  const rounded =
    mode === 'ToEven' ? divideToEven(value.coefficient, unit) : divideAway(value.coefficient, unit)
  return new Decimal(rounded, decimals)
}

/** The largest whole number not above. */
export function decimalFloor(value: Decimal): Decimal {
  const whole = decimalToInteger(value)
  const exact = whole * powerOfTen(value.scale) === value.coefficient
  return new Decimal(value.coefficient < 0n && !exact ? whole - 1n : whole, 0)
}

/** The smallest whole number not below. */
export function decimalCeiling(value: Decimal): Decimal {
  return decimalNegate(decimalFloor(decimalNegate(value)))
}

/** The whole part. */
export function decimalTruncate(value: Decimal): Decimal {
  return new Decimal(decimalToInteger(value), 0)
}

/** The value of digits with an exponent, `123` and -2 for 1.23; OverflowException beyond the range. */
export function decimalFromDigits(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return new Decimal(0n, Math.min(Math.max(-exponent, 0), scaleMax))
  if (exponent > scaleMax + 1) throw tooLarge()
  if (exponent >= 0) return fit(coefficient * powerOfTen(exponent), 0)
  const digits = absolute(coefficient).toString().length
  if (digits + exponent < -scaleMax - 1) return new Decimal(0n, scaleMax)
  return fit(coefficient, -exponent)
}

/** Parses text such as `-19.90`, as a literal has it: no white space, no group separators. */
export function decimalLiteral(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  if (match === null || whole + fraction === '') throw formatError()
  const value = BigInt(whole + fraction)
  return decimalFromDigits(sign === '-' ? -value : value, Number(exponent) - fraction.length)
}

function fit(coefficient: bigint, scale: number): Decimal {
  if (scale <= scaleMax && absolute(coefficient) <= coefficientMax) {
    return new Decimal(coefficient, scale)
  }
  return fitRatio(coefficient, 1n, scale)
}

function coefficientAt(value: Decimal, scale: number): bigint {
  return value.scale === scale
    ? value.coefficient
    : value.coefficient * powerOfTen(scale - value.scale)
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = absolute(numerator % denominator) * 2n
  const half = absolute(denominator)
  if (twice < half || (twice === half && quotient % 2n === 0n)) return quotient
  return quotient + signOf(numerator, denominator)
}

function divideAway(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = absolute(numerator % denominator) * 2n
  return twice < absolute(denominator) ? quotient : quotient + signOf(numerator, denominator)
}

function signOf(numerator: bigint, denominator: bigint): bigint {
  return numerator < 0n === denominator < 0n ? 1n : -1n
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

const powers: bigint[] = []

function powerOfTen(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent))
}

function tooLarge(): Error {
  return overflow('Value was either too large or too small for a Decimal.')
}
