import type { Evaluate } from './compilation.ts'
import type {
  ArithmeticOperator,
  BinaryOperator,
  ComparisonOperator,
  UnaryOperator,
} from './syntax-tree.ts'
import { comparePrimitives, equals } from './values.ts'

/** Compiles `-`, `+`, `~` and NOT; an operand of another type gives undefined. */
export function compileUnary(operator: UnaryOperator, operand: Evaluate): Evaluate {
  if (operator === 'NOT') {
    return (row) => {
      const value = operand(row)
      return typeof value === 'boolean' ? !value : undefined
    }
  }
  return (row) => {
    const value = operand(row)
    if (typeof value !== 'number') return undefined
    if (operator === '+') return value
    return operator === '-' ? -value : ~value
  }
}

/** Compiles an operator with two operands. */
export function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case 'AND':
      return compileAnd(left, right)
    case 'OR':
      return compileOr(left, right)
    case '??':
      return (row) => {
        const value = left(row)
        return value === undefined ? right(row) : value
      }
    case '||':
      return (row) => {
        const [first, second] = [left(row), right(row)]
        const areTexts = typeof first === 'string' && typeof second === 'string'
        return areTexts ? first + second : undefined
      }
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileComparison(operator, left, right)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
    case '>>>':
      return compileArithmetic(operator, left, right)
  }
}

// https://learn.microsoft.com/azure/cosmos-db/nosql/query/logical-operators: false AND anything is false,
// true OR anything is true, and else whatever is not a boolean makes the whole undefined.
function compileAnd(left: Evaluate, right: Evaluate): Evaluate {
  return (row) => {
    const first = left(row)
    if (first === false) return false
    const second = right(row)
    if (second === false) return false
    return first === true && second === true ? true : undefined
  }
}

function compileOr(left: Evaluate, right: Evaluate): Evaluate {
  return (row) => {
    const first = left(row)
    if (first === true) return true
    const second = right(row)
    if (second === true) return true
    return first === false && second === false ? false : undefined
  }
}

function compileComparison(
  operator: ComparisonOperator,
  left: Evaluate,
  right: Evaluate,
): Evaluate {
  switch (operator) {
    case '=':
      return (row) => equals(left(row), right(row))
    case '!=':
      return (row) => {
        const equal = equals(left(row), right(row))
        return equal === undefined ? undefined : !equal
      }
    case '<':
      return compileOrder(left, right, (order) => order < 0)
    case '<=':
      return compileOrder(left, right, (order) => order <= 0)
    case '>':
      return compileOrder(left, right, (order) => order > 0)
    case '>=':
      return compileOrder(left, right, (order) => order >= 0)
  }
}

function compileOrder(
  left: Evaluate,
  right: Evaluate,
  holds: (order: number) => boolean,
): Evaluate {
  return (row) => {
    const order = comparePrimitives(left(row), right(row))
    return order === undefined ? undefined : holds(order)
  }
}

function compileArithmetic(
  operator: ArithmeticOperator,
  left: Evaluate,
  right: Evaluate,
): Evaluate {
  const calculate = calculations[operator]
  return (row) => {
    const first = left(row)
    const second = right(row)
    if (typeof first !== 'number' || typeof second !== 'number') return undefined
    return calculate(first, second)
  }
}

// Bitwise operators see numbers as JavaScript does: the low 32 bits.
// https://learn.microsoft.com/azure/cosmos-db/nosql/query/bitwise-operators
const calculations: Record<ArithmeticOperator, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >> right,
  '>>>': (left, right) => left >>> right,
}
