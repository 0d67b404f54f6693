import { systemException } from '../dotnet/exceptions.ts'
import {
  arithmetic,
  castNumber,
  compareNumbers,
  integerOf,
  isNumeric,
  wrapInteger,
  type ArithmeticOperator,
  type NumericValue,
} from '../dotnet/numbers.ts'
import type { IntegerKind, NumericKind } from '../dotnet/types.ts'
import { DotnetNumber } from '../dotnet/value.ts'
import type { Run } from './bound.ts'
import { constant, javascript } from './compile-to-javascript.ts'

/** Code for `+ - * / %` on two operands of one numeric type. */
export function arithmeticRun(
  operator: ArithmeticOperator,
  kind: NumericKind,
  sides: { readonly left: Run; readonly right: Run; readonly isChecked: boolean },
): Run {
  const { left, right, isChecked } = sides
  if (kind === 'Int32')
    return isChecked ? checkedInt32(operator, left, right) : uncheckedInt32(operator, left, right)
  if (kind === 'Double') return doubleRun(operator, left, right)
  const options = { checked: isChecked }
  return (frame) => arithmetic(operator, numeric(left(frame)), numeric(right(frame)), options)
}

/** The value as a number of .NET; the types that the binder proved make this hold. */
export function numeric(value: unknown): NumericValue {
  if (isNumeric(value)) return value
  throw systemException('NullReferenceException')
}

/** The JavaScript number of an Int32. */
export function int32(value: unknown): number {
  if (typeof value === 'number') return value
  return Number(castNumber(value, 'Int32'))
}

function uncheckedInt32(operator: ArithmeticOperator, left: Run, right: Run): Run {
  const int = constant(int32)
  switch (operator) {
    case '+':
      return javascript`${int}(${left}) + ${int}(${right}) | 0`
    case '-':
      return javascript`${int}(${left}) - ${int}(${right}) | 0`
    case '*':
      return javascript`Math.imul(${int}(${left}), ${int}(${right}))`
    case '/':
      return javascript`${constant(divideInt32)}(${int}(${left}), ${int}(${right}))`
    case '%':
      return javascript`${constant(remainderInt32)}(${int}(${left}), ${int}(${right}))`
  }
}

function divideInt32(left: number, right: number): number {
  if (right === 0) throw systemException('DivideByZeroException')
  if (right === -1 && left === -2_147_483_648) throw systemException('OverflowException')
  return Math.trunc(left / right) | 0
}

function remainderInt32(left: number, right: number): number {
  if (right === 0) throw systemException('DivideByZeroException')
  return (left % right) | 0
}

function checkedInt32(operator: ArithmeticOperator, left: Run, right: Run): Run {
  return (frame) =>
    arithmetic(operator, numeric(left(frame)), numeric(right(frame)), { checked: true })
}

function doubleRun(operator: ArithmeticOperator, left: Run, right: Run): Run {
  const wrap = (value: number): DotnetNumber => new DotnetNumber('Double', value)
  switch (operator) {
    case '+':
      return (frame) => wrap(double(left(frame)) + double(right(frame)))
    case '-':
      return (frame) => wrap(double(left(frame)) - double(right(frame)))
    case '*':
      return (frame) => wrap(double(left(frame)) * double(right(frame)))
    case '/':
      return (frame) => wrap(double(left(frame)) / double(right(frame)))
    case '%':
      return (frame) => wrap(double(left(frame)) % double(right(frame)))
  }
}

function double(value: unknown): number {
  return value instanceof DotnetNumber ? Number(value.value) : Number(value)
}

/** Code for `& | ^` on two operands of one integer type. */
export function bitwiseRun(
  operator: string,
  kind: IntegerKind,
  sides: { left: Run; right: Run },
): Run {
  const { left, right } = sides
  return (frame) => {
    const first = integerOf(left(frame)) ?? 0n
    const second = integerOf(right(frame)) ?? 0n
    const bits =
      operator === '&' ? first & second : operator === '|' ? first | second : first ^ second
    return wrapInteger(kind, bits)
  }
}

/** Code for `<<` and `>>`; only the low bits of the count matter. */
export function shiftRun(
  operator: string,
  kind: IntegerKind,
  sides: { left: Run; right: Run },
): Run {
  const { left, right } = sides
  const mask = kind === 'Int64' || kind === 'UInt64' ? 63 : 31
  return (frame) => {
    const value = integerOf(left(frame)) ?? 0n
    const count = BigInt(int32(right(frame)) & mask)
    return wrapInteger(kind, operator === '<<' ? value << count : value >> count)
  }
}

/** Code for `~`. */
export function complementRun(kind: IntegerKind, operand: Run): Run {
  return (frame) => wrapInteger(kind, ~(integerOf(operand(frame)) ?? 0n))
}

/** Code for `< > <= >= == !=` on two numbers; a NaN is unequal to all and in no order. */
export function comparisonRun(
  operator: string,
  sides: { readonly left: Run; readonly right: Run; readonly isInt32: boolean },
): Run {
  const { left, right } = sides
  if (sides.isInt32) return int32Comparison(operator, left, right)
  const test = comparisonTest(operator)
  return (frame) => test(compareNumbers(numeric(left(frame)), numeric(right(frame))))
}

/** The test of a comparison's sign. */
export function comparisonTest(operator: string): (order: number) => boolean {
  switch (operator) {
    case '<':
      return (order) => order < 0
    case '>':
      return (order) => order > 0
    case '<=':
      return (order) => order <= 0
    case '>=':
      return (order) => order >= 0
    case '==':
      return (order) => order === 0
    default:
      return (order) => order !== 0
  }
}

function int32Comparison(operator: string, left: Run, right: Run): Run {
  const int = constant(int32)
  switch (operator) {
    case '<':
      return javascript`${int}(${left}) < ${int}(${right})`
    case '>':
      return javascript`${int}(${left}) > ${int}(${right})`
    case '<=':
      return javascript`${int}(${left}) <= ${int}(${right})`
    case '>=':
      return javascript`${int}(${left}) >= ${int}(${right})`
    case '==':
      return javascript`${left} === ${right}`
    default:
      return javascript`${left} !== ${right}`
  }
}
