import assert from 'node:assert/strict'
import {
  Decimal,
  decimalAdd,
  decimalCompare,
  decimalDivide,
  decimalFromDouble,
  decimalFromInteger,
  decimalFromSingle,
  decimalMultiply,
  decimalNegate,
  decimalRemainder,
  decimalSubtract,
  decimalToDouble,
  decimalToInteger,
} from './decimal.ts'
import { invalidCast, overflow, systemException } from './exceptions.ts'
import type { IntegerKind, NumericKind } from './types.ts'
import { DotnetChar, DotnetEnum, DotnetNumber, byteOf, charOf } from './value.ts'

/** Any number of .NET as this library holds it. */
export type NumericValue = number | bigint | DotnetNumber | Decimal

/** An operator between two numbers of one type. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

interface IntegerRange {
  readonly bits: number
  readonly signed: boolean
  readonly min: bigint
  readonly max: bigint
}

const integerRanges: Readonly<Record<IntegerKind, IntegerRange>> = {
  SByte: { bits: 8, signed: true, min: -128n, max: 127n },
  Byte: { bits: 8, signed: false, min: 0n, max: 255n },
  Int16: { bits: 16, signed: true, min: -32768n, max: 32767n },
  UInt16: { bits: 16, signed: false, min: 0n, max: 65535n },
  Int32: { bits: 32, signed: true, min: -2147483648n, max: 2147483647n },
  UInt32: { bits: 32, signed: false, min: 0n, max: 4294967295n },
  Int64: { bits: 64, signed: true, min: -(2n ** 63n), max: 2n ** 63n - 1n },
  UInt64: { bits: 64, signed: false, min: 0n, max: 2n ** 64n - 1n },
}

/** The smallest value of a whole-number type, as a bigint. */
export function integerMin(kind: IntegerKind): bigint {
  return integerRanges[kind].min
}

/** The largest value of a whole-number type, as a bigint. */
export function integerMax(kind: IntegerKind): bigint {
  return integerRanges[kind].max
}

/** True for the name of a whole-number type. */
export function isIntegerKind(kind: string): kind is IntegerKind {
  return Object.hasOwn(integerRanges, kind)
}

/** The numeric type of a value; `undefined` for anything that is no number, Char and enums included. */
export function numericKindOf(value: unknown): NumericKind | undefined {
  if (typeof value === 'number') return 'Int32'
  if (typeof value === 'bigint') return 'Int64'
  if (value instanceof DotnetNumber) return value.kind
  return value instanceof Decimal ? 'Decimal' : undefined
}

/** True for any number of .NET. */
export function isNumeric(value: unknown): value is NumericValue {
  return numericKindOf(value) !== undefined
}

/** The whole number behind a value of a whole-number type, Char or enum; `undefined` for any other. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return BigInt(value)
  if (typeof value === 'bigint') return value
  if (value instanceof DotnetChar) return BigInt(value.code)
  if (value instanceof DotnetEnum) return BigInt(value.value)
  if (!(value instanceof DotnetNumber)) return undefined
  return isIntegerKind(value.kind) ? BigInt(value.value) : undefined
}

/** A number of any type as a JavaScript number (rounded where a Double cannot hold it). */
export function toDouble(value: unknown): number {
  if (typeof value === 'number') return value
  if (value instanceof DotnetNumber) return Number(value.value)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Decimal) return decimalToDouble(value)
  const whole = integerOf(value)
  if (whole === undefined) throw invalidCast()
  return Number(whole)
}

/** A number of any type as a Decimal, as a cast does it. */
export function toDecimal(value: unknown): Decimal {
  if (value instanceof Decimal) return value
  const whole = integerOf(value)
  if (whole !== undefined) return decimalFromInteger(whole)
  if (!(value instanceof DotnetNumber)) throw invalidCast()
  return value.kind === 'Single'
    ? decimalFromSingle(Number(value.value))
    : decimalFromDouble(Number(value.value))
}

/** The value of a whole-number type from a number that is in its range. */
export function makeInteger(kind: IntegerKind, value: bigint | number): NumericValue {
  switch (kind) {
    case 'Int32':
      return Number(value)
    case 'Int64':
      return BigInt(value)
    case 'UInt64':
      return new DotnetNumber(kind, BigInt(value))
    case 'Byte':
      return byteOf(Number(value))
    case 'SByte':
    case 'Int16':
    case 'UInt16':
    case 'UInt32':
      return new DotnetNumber(kind, Number(value))
  }
}

/** The low bits of any whole number, as unchecked arithmetic keeps them. */
export function wrapInteger(kind: IntegerKind, value: bigint): NumericValue {
  const { bits, signed } = integerRanges[kind]
  return makeInteger(kind, signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))
}

/** A whole number as a value of its type; OverflowException when it is out of range. */
export function checkInteger(kind: IntegerKind, value: bigint, message?: string): NumericValue {
  const { min, max } = integerRanges[kind]
  if (value < min || value > max) throw overflow(message)
  return makeInteger(kind, value)
}

/** A Double, Single or Decimal of .NET from a JavaScript number. */
export function makeReal(kind: 'Single' | 'Double' | 'Decimal', value: number): NumericValue {
  if (kind === 'Decimal') return decimalFromDouble(value)
  return new DotnetNumber(kind, kind === 'Single' ? Math.fround(value) : value)
}

/** The value of any numeric type that a small whole JavaScript number stands for. */
export function makeNumber(kind: NumericKind, value: number): NumericValue {
  return isIntegerKind(kind) ? makeInteger(kind, value) : makeReal(kind, value)
}

/**
 * A cast of C# between numbers, Char and enums: reals lose their fraction, whole numbers their high bits, or
 * OverflowException when `checked`. From Decimal a cast to a whole number is always checked.
 * https://learn.microsoft.com/dotnet/csharp/language-reference/builtin-types/numeric-conversions
 */
export function castNumber(
  value: unknown,
  kind: NumericKind | 'Char',
  options: { checked?: boolean } = {},
): NumericValue | DotnetChar {
  if (kind === 'Char') return castToChar(value, options)
  if (kind === 'Decimal') return toDecimal(value)
  if (kind === 'Double' || kind === 'Single') {
    const whole = integerOf(value)
    return makeReal(kind, whole === undefined ? toDouble(value) : Number(whole))
  }
  const whole = integerOf(value)
  if (whole !== undefined) {
    return options.checked ? checkInteger(kind, whole) : wrapInteger(kind, whole)
  }
  return castRealToInteger(value, kind, options)
}

function castToChar(value: unknown, options: { checked?: boolean }): DotnetChar {
  if (value instanceof DotnetChar) return value
  const code = castNumber(value, 'UInt16', options)
  assert(code instanceof DotnetNumber)
  return charOf(Number(code.value))
}

function castRealToInteger(
  value: unknown,
  kind: IntegerKind,
  options: { checked?: boolean },
): NumericValue {
  if (value instanceof Decimal) {
    return checkInteger(
      kind,
      decimalToInteger(value),
      `Value was either too large or too small for ${articleOf(kind)} ${kind}.`,
    )
  }
  const whole = Math.trunc(toDouble(value))
  if (Number.isFinite(whole) && fitsRange(kind, BigInt(whole))) return makeInteger(kind, whole)
  if (options.checked) throw overflow()
  return unspecifiedInteger(kind, whole)
}

// What x64 hardware gives for a value out of range: the conversion to a wider integer, cut.
function unspecifiedInteger(kind: IntegerKind, whole: number): NumericValue {
  const wide = Number.isFinite(whole) ? BigInt(whole) : integerRanges.Int64.min
  if (kind === 'Int32' || kind === 'Int64') return makeInteger(kind, integerRanges[kind].min)
  const inLong = fitsRange('Int64', wide) ? wide : integerRanges.Int64.min
  return wrapInteger(kind, inLong)
}

function fitsRange(kind: IntegerKind, value: bigint): boolean {
  return value >= integerRanges[kind].min && value <= integerRanges[kind].max
}

/** `an Int32`, `a UInt16`: as the messages of OverflowException say it. */
function articleOf(kind: string): string {
  return kind.startsWith('I') ? 'an' : 'a'
}

/**
 * Binary arithmetic between two numbers of the type `kind`, already promoted. Whole numbers wrap unless `checked`;
 * division by zero throws; the smallest number divided by -1 is OverflowException.
 */
export function arithmetic(
  operator: ArithmeticOperator,
  left: NumericValue,
  right: NumericValue,
  options: { checked?: boolean } = {},
): NumericValue {
  if (left instanceof Decimal && right instanceof Decimal) {
    return decimalArithmetic(operator, left, right)
  }
  const kind = numericKindOf(left)
  if (kind === 'Double' || kind === 'Single') {
    return makeReal(kind, realArithmetic(operator, toDouble(left), toDouble(right)))
  }
  if (kind === undefined || kind === 'Decimal') throw invalidCast()
  const value = integerArithmetic(operator, BigInt(toWhole(left)), BigInt(toWhole(right)))
  if (operator === '/' && value > integerRanges[kind].max) throw overflow()
  return options.checked ? checkInteger(kind, value) : wrapInteger(kind, value)
}

function toWhole(value: NumericValue): bigint {
  const whole = integerOf(value)
  if (whole === undefined) throw invalidCast()
  return whole
}

function decimalArithmetic(operator: ArithmeticOperator, left: Decimal, right: Decimal): Decimal {
  switch (operator) {
    case '+':
      return decimalAdd(left, right)
    case '-':
      return decimalSubtract(left, right)
    case '*':
      return decimalMultiply(left, right)
    case '/':
      return decimalDivide(left, right)
    case '%':
      return decimalRemainder(left, right)
  }
}

function realArithmetic(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
  }
}

function integerArithmetic(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
    case '%':
      if (right === 0n) throw systemException('DivideByZeroException')
      return operator === '/' ? left / right : left % right
  }
}

/** Unary minus. */
export function negate(value: NumericValue, options: { checked?: boolean } = {}): NumericValue {
  if (value instanceof Decimal) return decimalNegate(value)
  const kind = numericKindOf(value)
  if (kind === 'Double' || kind === 'Single') return makeReal(kind, -toDouble(value))
  if (kind === undefined || kind === 'Decimal') throw invalidCast()
  const whole = -toWhole(value)
  return options.checked ? checkInteger(kind, whole) : wrapInteger(kind, whole)
}

/** Orders two numbers of any types: negative, zero, positive, or NaN when one is not a number. */
export function compareNumbers(left: NumericValue, right: NumericValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (left instanceof Decimal || right instanceof Decimal) {
    return decimalCompare(toDecimal(left), toDecimal(right))
  }
  const [first, second] = [integerOf(left), integerOf(right)]
  if (first !== undefined && second !== undefined) {
    return first < second ? -1 : first > second ? 1 : 0
  }
  const [x, y] = [toDouble(left), toDouble(right)]
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN
}

/** The type that two operands are promoted to; `undefined` where C# has none (Decimal with Double, UInt64 with Int64). */
export function promotedKind(left: NumericKind, right: NumericKind): NumericKind | undefined {
  const kinds: readonly NumericKind[] = [left, right]
  if (kinds.includes('Decimal')) {
    return kinds.includes('Double') || kinds.includes('Single') ? undefined : 'Decimal'
  }
  for (const kind of ['Double', 'Single'] as const) if (kinds.includes(kind)) return kind
  if (kinds.includes('UInt64')) return kinds.some(isSignedKind) ? undefined : 'UInt64'
  if (kinds.includes('Int64')) return 'Int64'
  if (kinds.includes('UInt32')) return kinds.some(isSignedKind) ? 'Int64' : 'UInt32'
  return 'Int32'
}

function isSignedKind(kind: NumericKind): boolean {
  return isIntegerKind(kind) && integerRanges[kind].signed
}
