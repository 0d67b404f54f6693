import type { XmlNode } from '../xml/xml-tree.ts'
import type { Compilation } from './compilation.ts'
import type { XPathContext } from './context.ts'
import { toBoolean } from './operand.ts'
import type { Expression, Step } from './syntax-tree.ts'
import { booleanOf } from './values.ts'

/** Keeps the nodes, given in the order of their axis, that a predicate is true for. */
export type NodeFilter = (nodes: readonly XmlNode[], context: XPathContext) => readonly XmlNode[]

/** A predicate as a filter. https://www.w3.org/TR/xpath-10/#predicates */
export function compilePredicate(predicate: Expression, compilation: Compilation): NodeFilter {
  const place = constantPlace(predicate)
  if (place !== undefined) {
    return (nodes) => {
      const node = place === 'last' ? nodes.at(-1) : nodes[place - 1]
      return node === undefined ? [] : [node]
    }
  }
  const test = predicateTest(predicate, compilation)
  return (nodes, context) => {
    const inner = context.inner(context.node, nodes.length)
    context.scope.budget.spend(nodes.length)
    const kept: XmlNode[] = []
    let position = 0
    for (const node of nodes) {
      position += 1
      inner.node = node
      inner.position = position
      if (test(inner)) kept.push(node)
    }
    return kept
  }
}

/** A predicate as a test of the context node at its position. */
export function predicateTest(
  predicate: Expression,
  compilation: Compilation,
): (context: XPathContext) => boolean {
  const operand = compilation.compile(predicate)
  if (operand.type === 'number') {
    const { evaluate } = operand
    return (context) => evaluate(context) === context.position
  }
  if (operand.type !== 'any') return toBoolean(operand)
  const { evaluate } = operand
  return (context) => {
    const value = evaluate(context)
    return typeof value === 'number' ? value === context.position : booleanOf(value)
  }
}

function constantPlace(predicate: Expression): number | 'last' | undefined {
  if (predicate.kind === 'number')
    return Number.isInteger(predicate.value) && predicate.value > 0 ? predicate.value : undefined
  if (predicate.kind !== 'call' || predicate.operands.length > 0) return undefined
  return predicate.name.prefix === '' && predicate.name.local === 'last' ? 'last' : undefined
}

const numericFunctions = new Set([
  'last',
  'position',
  'count',
  'string-length',
  'number',
  'sum',
  'floor',
  'ceiling',
  'round',
])

const numericOperators = new Set(['+', '-', '*', 'div', 'mod'])

/** False when a predicate does not depend on where a node stands among the others. */
export function isPositional(predicate: Expression): boolean {
  return mayBeNumber(predicate) || asksPosition(predicate)
}

function mayBeNumber(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'negation':
    case 'variable':
      return true
    case 'call': {
      const { prefix, local } = expression.name
      return prefix !== '' || numericFunctions.has(local)
    }
    case 'binary':
      return numericOperators.has(expression.operator)
    case 'literal':
    case 'path':
    case 'filter':
      return false
  }
}

function asksPosition(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'literal':
    case 'variable':
      return false
    case 'negation':
      return asksPosition(expression.operand)
    case 'binary':
      return asksPosition(expression.left) || asksPosition(expression.right)
    case 'call': {
      const { prefix, local } = expression.name
      const isPlace = prefix === '' && (local === 'position' || local === 'last')
      return isPlace || expression.operands.some(asksPosition)
    }
    case 'filter':
      return asksPosition(expression.primary)
    case 'path':
      return typeof expression.start !== 'string' && asksPosition(expression.start)
  }
}

/** True for a step whose predicates all stand for themselves. */
export function isPlain({ predicates }: Step): boolean {
  return !predicates.some(isPositional)
}
