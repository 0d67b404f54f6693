import { qualifiedName } from '../../xml/xml-name.ts'
import { stringValue, type XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../compilation.ts'
import type { XPathContext } from '../context.ts'
import { nodesOperand, toText, type Operand } from '../operand.ts'
import { inOrder } from '../path.ts'
import { nodeArgument, nodesArgument, type CoreFunction } from './core-function.ts'

/** The functions of node-sets. https://www.w3.org/TR/xpath-10/#section-Node-Set-Functions */
export const nodeFunctions: readonly (readonly [string, CoreFunction])[] = [
  [
    'last',
    { least: 0, most: 0, compile: () => ({ type: 'number', evaluate: ({ size }) => size }) },
  ],
  [
    'position',
    {
      least: 0,
      most: 0,
      compile: () => ({ type: 'number', evaluate: ({ position }) => position }),
    },
  ],
  ['count', { least: 1, most: 1, compile: count }],
  ['id', { least: 1, most: 1, compile: id }],
  ['local-name', { least: 0, most: 1, compile: (call) => nameOf(call, ({ name }) => name.local) }],
  ['namespace-uri', { least: 0, most: 1, compile: (call) => nameOf(call, ({ name }) => name.uri) }],
  [
    'name',
    { least: 0, most: 1, compile: (call) => nameOf(call, ({ name }) => qualifiedName(name)) },
  ],
]

function count(call: FunctionCall): Operand {
  const nodes = nodesArgument(call, 0)
  return { type: 'number', evaluate: (context) => nodes(context).length }
}

function nameOf(call: FunctionCall, name: (node: XmlNode) => string): Operand {
  const find = nodeArgument(call)
  return {
    type: 'string',
    evaluate: (context) => {
      const node = find(context)
      return node === undefined ? '' : name(node)
    },
  }
}

function id({ operands: [operand] }: FunctionCall): Operand {
  if (operand === undefined) return nodesOperand(() => [])
  const text = toText(operand)
  const byText = (context: XPathContext): readonly XmlNode[] =>
    elementsById(context, [text(context)])
  if (operand.type !== 'nodes' && operand.type !== 'any') return nodesOperand(byText)
  const { evaluate } = operand
  return nodesOperand((context) => {
    const value = evaluate(context)
    return typeof value === 'object'
      ? elementsById(context, value.map(stringValue))
      : byText(context)
  })
}

function elementsById({ node, scope }: XPathContext, texts: readonly string[]): readonly XmlNode[] {
  const found: XmlNode[] = []
  for (const text of texts) {
    const names = text.split(/[ \t\r\n]+/)
    scope.budget.spend(names.length)
    for (const name of names) {
      const element = node.tree.ids.get(name)
      if (element !== undefined) found.push(element)
    }
  }
  return inOrder(found)
}
