import type { Expression } from './syntax-tree.ts'

/** The expressions directly inside one; a subquery counts as closed. */
export function subexpressions(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
    case 'name':
    case 'subquery':
      return []
    case 'member':
      return [expression.target, expression.key]
    case 'array':
      return expression.items
    case 'object':
      return expression.properties.map((property) => property.value)
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'between':
      return [expression.value, expression.low, expression.high]
    case 'in':
      return [expression.value, ...expression.items]
    case 'like':
      return [expression.value, expression.pattern]
    case 'conditional':
      return [expression.condition, expression.consequent, expression.otherwise]
    case 'call':
      return expression.arguments
  }
}
