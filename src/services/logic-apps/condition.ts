import type { ExpressionEnvironment } from '../../languages/workflow-expression/environment.ts'
import { ExpressionError } from '../../languages/workflow-expression/expression-error.ts'
import type { CompiledTemplate } from '../../languages/workflow-expression/template.ts'
import { type Value, isArray, isObject, kindOf } from '../../languages/workflow-expression/value.ts'
import { compileExpression } from '../../languages/workflow-expression/compile-expression.ts'

/** Says whether a condition holds; throws `ExpressionError`. */
export type Condition = (environment: ExpressionEnvironment) => boolean

type Part = (environment: ExpressionEnvironment) => Value

const operators = new Set([
  'equals',
  'greater',
  'greaterorequals',
  'less',
  'lessorequals',
  'contains',
  'startswith',
  'endswith',
  'empty',
])

/**
 * Compiles a condition: a text with an expression, or the tree of `and`, `or`, `not` and comparisons that the designer
 * writes. https://learn.microsoft.com/azure/logic-apps/logic-apps-control-flow-conditional-statement
 */
export function compileCondition(
  value: Value,
  template: (value: Value) => CompiledTemplate,
): Condition {
  const evaluate = compilePart(value, template)
  return (environment) => {
    const result = evaluate(environment)
    if (typeof result === 'boolean') return result
    if (typeof result === 'string' && /^(?:true|false)$/i.test(result)) {
      return result.toLowerCase() === 'true'
    }
    throw new ExpressionError(
      `The result of the condition is of type '${kindOf(result)}'. The result must be a boolean value.`,
    )
  }
}

function compilePart(value: Value, template: (value: Value) => CompiledTemplate): Part {
  const [entry, ...more] = isObject(value) ? Object.entries(value) : []
  if (!entry || more.length > 0) return constantOr(template(value))
  const [name, operands] = entry
  const lower = name.toLowerCase()
  if (lower === 'and' || lower === 'or') {
    const list = isArray(operands) ? operands : [operands]
    const parts = list.map((operand) => compileCondition(operand, template))
    return lower === 'and'
      ? (environment) => parts.every((part) => part(environment))
      : (environment) => parts.some((part) => part(environment))
  }
  if (lower === 'not') {
    const [operand = null] = isArray(operands) ? operands : [operands]
    const part = compileCondition(operand, template)
    return (environment) => !part(environment)
  }
  if (!operators.has(lower)) return constantOr(template(value))
  const list = isArray(operands) ? operands : [operands]
  return comparison(
    name,
    list.map((operand) => constantOr(template(operand))),
  )
}

// The comparison is the function of the same name, so that both say the same of the same values.
function comparison(name: string, operands: readonly Part[]): Part {
  const names = operands.map((_, index) => `parameters('${index}')`)
  const compiled = compileExpression(`${name}(${names.join(',')})`)
  return (environment) => {
    const values = operands.map((operand) => operand(environment))
    return compiled.evaluate(new OperandEnvironment(environment, values))
  }
}

class OperandEnvironment implements ExpressionEnvironment {
  readonly #outer: ExpressionEnvironment
  readonly #values: readonly Value[]

  constructor(outer: ExpressionEnvironment, values: readonly Value[]) {
    this.#outer = outer
    this.#values = values
  }

  get clock() {
    return this.#outer.clock
  }

  get roots() {
    return this.#outer.roots
  }

  newGuid(): string {
    return this.#outer.newGuid()
  }

  random(): number {
    return this.#outer.random()
  }

  callRoot(_: string, [index]: readonly Value[]): Value {
    return this.#values[Number(index)] ?? null
  }
}

function constantOr(template: CompiledTemplate): Part {
  const { constant } = template
  return constant === undefined ? (environment) => template.evaluate(environment) : () => constant
}
