/**
 * Arithmetic: integers are int64 and overflow, an integer beside a float becomes a float, anything beside a decimal
 * becomes a decimal.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#math-functions
 */
import { arrayArgument, integerArgument, wrongArgument } from '../arguments.ts'
import type { ArgumentIndex } from '../arguments.ts'
import { compareNumbers, toDecimal } from '../comparison.ts'
import {
  decimalAdd,
  decimalDivide,
  decimalMultiply,
  decimalRemainder,
  decimalSubtract,
  type Decimal,
} from '../../dotnet/decimal.ts'
import { ExpressionError, functionError, usage } from '../expression-error.ts'
import type { FunctionBody, FunctionFamily } from '../function-body.ts'
import { rangeCountMax } from '../limits.ts'
import {
  fitsInteger,
  integerOf,
  isArray,
  isNumber,
  kindOf,
  makeDouble,
  makeInteger,
  numberKind,
  toDouble,
  type NumberValue,
  type Value,
} from '../value.ts'

/** One operation for each kind of numbers. */
interface Operation {
  readonly integers: (left: bigint, right: bigint) => bigint
  readonly doubles: (left: number, right: number) => number
  readonly decimals: (left: Decimal, right: Decimal) => Decimal
}

export const mathFunctions: FunctionFamily = {
  add: arithmetic('add', {
    integers: (left, right) => left + right,
    doubles: (left, right) => left + right,
    decimals: decimalAdd,
  }),
  sub: arithmetic('sub', {
    integers: (left, right) => left - right,
    doubles: (left, right) => left - right,
    decimals: decimalSubtract,
  }),
  mul: arithmetic('mul', {
    integers: (left, right) => left * right,
    doubles: (left, right) => left * right,
    decimals: decimalMultiply,
  }),
  div: division('div', {
    integers: (left, right) => left / right,
    doubles: (left, right) => left / right,
    decimals: decimalDivide,
  }),
  mod: division('mod', {
    integers: (left, right) => left % right,
    doubles: (left, right) => left % right,
    decimals: decimalRemainder,
  }),
  min: extreme('min', (order) => order < 0),
  max: extreme('max', (order) => order > 0),
  rand: (args, environment) => {
    const min = integerArgument('rand', args, 0)
    const max = integerArgument('rand', args, 1)
    if (min > max) {
      throw functionError(
        'rand',
        `expects its first parameter to be less than or equal to its second parameter. The provided values are '${min}' and '${max}'.${usage('rand')}`,
      )
    }
    return makeInteger(BigInt(min) + BigInt(Math.floor(environment.random() * (max - min))))
  },
  range: (args) => {
    const start = integerArgument('range', args, 0)
    const count = integerArgument('range', args, 1)
    if (count < 0 || count > rangeCountMax) {
      throw functionError(
        'range',
        `parameters are out of range: 'count' must be a non-negative integer of at most '${rangeCountMax}'. The provided value is '${count}'.${usage('range')}`,
      )
    }
    return numbersFrom(start, count)
  },
}

function numbersFrom(start: number, count: number): readonly Value[] {
  if (Number.isSafeInteger(start + count)) {
    return Array.from({ length: count }, (_, index) => start + index)
  }
  throw functionError(
    'range',
    `parameters are out of range: the numbers from '${start}' on are too large or too small.${usage('range')}`,
  )
}

function arithmetic(name: string, operation: Operation): FunctionBody {
  return (args) => {
    const [left, right] = [numberArgument(name, args, 0), numberArgument(name, args, 1)]
    return calculate(operation, left, right)
  }
}

function division(name: string, operation: Operation): FunctionBody {
  return (args) => {
    const [left, right] = [numberArgument(name, args, 0), numberArgument(name, args, 1)]
    if (toDouble(right) === 0) {
      throw new ExpressionError(
        `Attempt to divide an integral or decimal value by zero in function '${name}'.`,
      )
    }
    return calculate(operation, left, right)
  }
}

function numberArgument(name: string, args: readonly Value[], index: ArgumentIndex): NumberValue {
  const value = args[index]
  if (value !== undefined && isNumber(value)) return value
  throw wrongArgument(name, index, { what: 'an integer, a float or a decimal number', value })
}

function calculate(operation: Operation, left: NumberValue, right: NumberValue): NumberValue {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    // Exact while the result is safe too; adding zero takes the sign off -0.
    const quick = Math.trunc(operation.doubles(Number(left), Number(right))) + 0
    if (Number.isSafeInteger(quick)) return quick
  }
  const kinds = [numberKind(left), numberKind(right)]
  if (kinds.includes('decimal')) {
    return inRange(() => operation.decimals(toDecimal(left), toDecimal(right)))
  }
  if (kinds.includes('double')) {
    return makeDouble(operation.doubles(toDouble(left), toDouble(right)))
  }
  const result = operation.integers(integerOf(left), integerOf(right))
  if (!fitsInteger(result)) throw overflow('Arithmetic operation resulted in an overflow.')
  return makeInteger(result)
}

function inRange(calculation: () => Decimal): Decimal {
  try {
    return calculation()
  } catch (error) {
    throw overflow(error instanceof Error ? error.message : String(error))
  }
}

function overflow(message: string): ExpressionError {
  return new ExpressionError(message)
}

function extreme(name: string, isBetter: (order: number) => boolean): FunctionBody {
  return (args) => {
    const [first = null] = args
    const values = args.length === 1 && isArray(first) ? arrayArgument(name, args, 0) : args
    const numbers = values.map((value) => {
      if (isNumber(value)) return value
      throw functionError(
        name,
        `expects all of its parameters to be either integer or decimal numbers. Found invalid parameter types: '${kindsOf(values)}'.`,
      )
    })
    if (numbers.length === 0) {
      throw functionError(name, `expects an array that is not empty.${usage(name)}`)
    }
    return promoted(best(numbers, isBetter), numbers)
  }
}

function kindsOf(values: readonly Value[]): string {
  const wrong = values.filter((value) => !isNumber(value))
  return wrong.map(kindOf).join("', '")
}

function best(numbers: readonly NumberValue[], isBetter: (order: number) => boolean): NumberValue {
  return numbers.reduce((found, value) => (isBetter(compareNumbers(value, found)) ? value : found))
}

// A float among integers, or a decimal among any, makes the result one too.
function promoted(value: NumberValue, among: readonly NumberValue[]): NumberValue {
  const kinds = among.map(numberKind)
  if (kinds.includes('decimal')) return inRange(() => toDecimal(value))
  return kinds.includes('double') ? makeDouble(toDouble(value)) : value
}
