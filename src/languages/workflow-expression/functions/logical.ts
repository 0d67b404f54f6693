/**
 * Logical functions: `if`, `and`, `or` and `coalesce` evaluate no more than they need.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#logical-comparison-functions
 */
import { wrongArgument, wrongOnly } from '../arguments.ts'
import { compareIgnoringCase, compareNumbers, isEqual } from '../comparison.ts'
import { functionError, type ExpressionError } from '../expression-error.ts'
import type { FunctionBody, FunctionFamily, LazyFunctionBody } from '../function-body.ts'
import { isNumber, kindOf, type Value } from '../value.ts'

export const lazyLogicalFunctions: Readonly<Record<string, LazyFunctionBody>> = {
  if: ([condition, whenTrue, whenFalse], environment) => {
    const value = condition?.(environment) ?? null
    if (typeof value !== 'boolean') {
      throw wrongArgument('if', 0, { what: 'of type boolean', value })
    }
    return (value ? whenTrue : whenFalse)?.(environment) ?? null
  },
  and: connective('and', { decisive: false }),
  or: connective('or', { decisive: true }),
  coalesce: (args, environment) => {
    for (const arg of args) {
      const value = arg(environment)
      if (value !== null && value !== undefined) return value
    }
    return null
  },
}

function connective(name: string, { decisive }: { decisive: boolean }): LazyFunctionBody {
  return (args, environment) => {
    for (const arg of args) {
      const value = arg(environment)
      if (typeof value !== 'boolean') {
        throw functionError(
          name,
          `expects all of its parameters to be booleans. Found invalid parameter types: '${kindOf(value)}'.`,
        )
      }
      if (value === decisive) return decisive
    }
    return !decisive
  }
}

export const logicalFunctions: FunctionFamily = {
  not: ([value]) => {
    if (typeof value === 'boolean') return !value
    throw wrongOnly('not', 'be a boolean', value)
  },
  equals: ([first = null, ...others]) => others.every((other) => isEqual(first, other)),
  less: comparison('less', (order) => order < 0),
  lessOrEquals: comparison('lessOrEquals', (order) => order <= 0),
  greater: comparison('greater', (order) => order > 0),
  greaterOrEquals: comparison('greaterOrEquals', (order) => order >= 0),
}

function comparison(name: string, accepts: (order: number) => boolean): FunctionBody {
  return ([left = null, right = null]) => {
    if (isNumber(left) && isNumber(right)) return accepts(compareNumbers(left, right))
    if (typeof left === 'string' && typeof right === 'string') {
      return accepts(compareIgnoringCase(left, right))
    }
    throw notComparable(name, [left, right])
  }
}

function notComparable(name: string, values: readonly Value[]): ExpressionError {
  const wrong = values.filter((value) => !isNumber(value) && typeof value !== 'string')
  if (wrong.length > 0) {
    return functionError(
      name,
      `expects all of its parameters to be either integer or decimal numbers. Found invalid parameter types: '${wrong.map(kindOf).join("', '")}'.`,
    )
  }
  const [left, right] = values.map(kindOf)
  return functionError(
    name,
    `expects two parameter of matching types. The function was invoked with values of type '${left}' and '${right}' that do not match.`,
  )
}
