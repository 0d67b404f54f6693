import type { Compilation } from './compilation.ts'
import type { Expression } from './syntax-tree.ts'
import type { Value } from './values.ts'

/** The value of an expression that is the same for every row: a literal, a parameter, a negative number. */
export function constantOf(
  compilation: Pick<Compilation, 'parameters'>,
  expression: Expression,
): { readonly value: Value } | undefined {
  if (expression.kind === 'literal') return { value: expression.value }
  if (expression.kind === 'parameter') {
    if (!compilation.parameters.has(expression.name)) return undefined
    return { value: compilation.parameters.get(expression.name) }
  }
  if (expression.kind !== 'unary' || expression.operator !== '-') return undefined
  const operand = constantOf(compilation, expression.operand)
  return typeof operand?.value === 'number' ? { value: -operand.value } : undefined
}
