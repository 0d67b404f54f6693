import type { Expression } from './syntax.ts'

/** The expressions directly inside an expression, in the order they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'symbol':
      return []
    case 'interpolation':
      return expression.parts.filter((part) => typeof part !== 'string')
    case 'array':
      return expression.items.map((item) => (item.kind === 'spread' ? item.value : item))
    case 'object':
      return expression.members.flatMap((member) =>
        member.kind === 'spread' ? [member.value] : [member.name, member.value],
      )
    case 'call':
      return expression.operands
    case 'method':
      return [expression.target, ...expression.operands]
    case 'property':
    case 'nested':
    case 'nonNull':
      return [expression.target]
    case 'index':
      return [expression.target, expression.index]
    case 'unary':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'ternary':
      return [expression.condition, expression.yes, expression.no]
    case 'lambda':
      return [expression.body]
    case 'loop':
      return [expression.items, ...(expression.filter ? [expression.filter] : []), expression.body]
  }
}
