import { SqlEvaluationError } from './sql-filter-error.ts'

/** The difference of two times. */
export class SqlTimeSpan {
  readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }
}

/** A `bigint` is a System.Int64, a `number` a System.Double, a `Uint8Array` can only be tested for NULL. */
export type SqlValue = string | number | bigint | boolean | Date | SqlTimeSpan | Uint8Array | null

/** What an expression gives; `undefined` is the unknown value, which a property that does not exist has. */
export type SqlResult = SqlValue | undefined

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

/** True, false or (with an unknown operand) unknown. Operands bind as C# binds them. */
export function compare(
  operator: ComparisonOperator,
  left: SqlResult,
  right: SqlResult,
): boolean | undefined {
  if (left === undefined || right === undefined) return undefined
  if (left === null || right === null) return compareNull(operator, left === right)
  if (typeof left === 'boolean' || typeof right === 'boolean' || typeof left === 'string') {
    if (typeof left !== typeof right) throw unbound(operator, left, right)
    return equality(operator, left === right, () => unbound(operator, left, right))
  }
  const leftNumber = ordered(left)
  const rightNumber = ordered(right)
  if (leftNumber === undefined || rightNumber === undefined || kindOf(left) !== kindOf(right)) {
    throw unbound(operator, left, right)
  }
  switch (operator) {
    // A bigint and a number are compared by their values only with ==.
    case '=':
      // oxlint-disable-next-line eqeqeq -- 1n === 1 is false
      return leftNumber == rightNumber
    case '<>':
      // oxlint-disable-next-line eqeqeq -- 1n !== 1 is true
      return leftNumber != rightNumber
    case '<':
      return leftNumber < rightNumber
    case '<=':
      return leftNumber <= rightNumber
    case '>':
      return leftNumber > rightNumber
    case '>=':
      return leftNumber >= rightNumber
  }
}

/** Unknown with an unknown operand; integers stay integers, and `+` joins strings, as in C#. */
export function calculate(
  operator: ArithmeticOperator,
  left: SqlResult,
  right: SqlResult,
): SqlResult {
  if (left === undefined || right === undefined) return undefined
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    return textOf(left) + textOf(right)
  }
  if (left === null || right === null) return null
  if (typeof left === 'bigint' && typeof right === 'bigint') return integers(operator, left, right)
  if (isNumber(left) && isNumber(right)) return doubles(operator, Number(left), Number(right))
  const time = times(operator, left, right)
  if (time === undefined) throw unbound(operator, left, right)
  return time
}

export function negate(value: SqlResult): SqlResult {
  if (value === undefined || value === null) return value
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value)
  if (typeof value === 'number') return -value
  if (value instanceof SqlTimeSpan) return new SqlTimeSpan(-value.ms)
  throw new SqlEvaluationError(`The operator '-' cannot be applied to a ${kindOf(value)}.`)
}

export function identity(value: SqlResult): SqlResult {
  if (value === undefined || value === null || isNumber(value) || value instanceof SqlTimeSpan) {
    return value
  }
  throw new SqlEvaluationError(`The operator '+' cannot be applied to a ${kindOf(value)}.`)
}

/** A value as text, as C# writes it. */
export function textOf(value: SqlValue): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Date) return value.toISOString()
  if (value instanceof SqlTimeSpan) return String(value.ms)
  return String(value)
}

export function kindOf(value: SqlValue): string {
  if (value === null) return 'null'
  if (isNumber(value)) return 'number'
  if (value instanceof Date) return 'time'
  if (value instanceof SqlTimeSpan) return 'time span'
  if (value instanceof Uint8Array) return 'byte array'
  return typeof value
}

function isNumber(value: SqlValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function compareNull(operator: ComparisonOperator, bothNull: boolean): boolean {
  switch (operator) {
    case '=':
      return bothNull
    case '<>':
      return !bothNull
    case '<':
    case '<=':
    case '>':
    case '>=':
      return false
  }
}

function equality(operator: ComparisonOperator, equal: boolean, refuse: () => Error): boolean {
  if (operator === '=') return equal
  if (operator === '<>') return !equal
  throw refuse()
}

function ordered(value: SqlValue): number | bigint | undefined {
  if (value instanceof Date) return value.getTime()
  if (value instanceof SqlTimeSpan) return value.ms
  return isNumber(value) ? value : undefined
}

function unbound(operator: string, left: SqlValue, right: SqlValue): Error {
  return new SqlEvaluationError(
    `The operator '${operator}' cannot be applied to a ${kindOf(left)} and a ${kindOf(right)}.`,
  )
}

function integers(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  if ((operator === '/' || operator === '%') && right === 0n) {
    throw new SqlEvaluationError('Attempted to divide by zero.')
  }
  switch (operator) {
    case '+':
      return BigInt.asIntN(64, left + right)
    case '-':
      return BigInt.asIntN(64, left - right)
    case '*':
      return BigInt.asIntN(64, left * right)
    case '/':
      return BigInt.asIntN(64, left / right)
    case '%':
      return left % right
  }
}

function doubles(operator: ArithmeticOperator, left: number, right: number): number {
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

function times(
  operator: ArithmeticOperator,
  left: SqlValue,
  right: SqlValue,
): Date | SqlTimeSpan | undefined {
  if (operator !== '+' && operator !== '-') return undefined
  const sign = operator === '+' ? 1 : -1
  if (left instanceof Date && right instanceof Date && operator === '-') {
    return new SqlTimeSpan(left.getTime() - right.getTime())
  }
  if (!(right instanceof SqlTimeSpan)) return undefined
  if (left instanceof Date) return new Date(left.getTime() + sign * right.ms)
  return left instanceof SqlTimeSpan ? new SqlTimeSpan(left.ms + sign * right.ms) : undefined
}
