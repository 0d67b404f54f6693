import type { XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../../xpath/compilation.ts'
import type { XPathContext } from '../../xpath/context.ts'
import { nodesArgument } from '../../xpath/functions/core-function.ts'
import { nodesOperand, type Operand } from '../../xpath/operand.ts'
import { inOrder } from '../../xpath/path.ts'
import { stringValue } from '../../xml/xml-tree.ts'
import { stringOf } from '../../xpath/values.ts'
import { activationOf } from '../activation.ts'
import { TreeSink } from '../tree-sink.ts'
import { operandAt, type FunctionTable } from './function-table.ts'

/** `node-set()`, of Microsoft and of EXSLT. https://learn.microsoft.com/previous-versions/dotnet/netframework-4.0/ms256197(v=vs.100) */
export const nodeSetFunction: FunctionTable = [
  ['node-set', { least: 1, most: 1, compile: nodeSet }],
]

/** EXSLT's module of common functions. http://exslt.org/exsl/ */
export const commonFunctions: FunctionTable = [
  ...nodeSetFunction,
  ['object-type', { least: 1, most: 1, compile: objectType }],
]

/** EXSLT's functions of sets. http://exslt.org/set/ */
export const setFunctions: FunctionTable = [
  ['difference', { least: 2, most: 2, compile: (call) => combined(call, difference) }],
  ['intersection', { least: 2, most: 2, compile: (call) => combined(call, intersection) }],
  ['distinct', { least: 1, most: 1, compile: distinct }],
  ['has-same-node', { least: 2, most: 2, compile: hasSameNode }],
  ['leading', { least: 2, most: 2, compile: (call) => combined(call, leading) }],
  ['trailing', { least: 2, most: 2, compile: (call) => combined(call, trailing) }],
]

function nodeSet(call: FunctionCall): Operand {
  const operand = operandAt(call, 0)
  const { evaluate } = operand
  return nodesOperand((context) => {
    const value = evaluate(context)
    return typeof value === 'object' ? value : [textTree(stringOf(value), context)]
  })
}

// A text becomes a tree with one text node.
function textTree(text: string, context: XPathContext): XmlNode {
  const sink = new TreeSink({ uri: '', number: activationOf(context).run.nextTree() })
  sink.text(text)
  return sink.end()
}

function objectType(call: FunctionCall): Operand {
  const operand = operandAt(call, 0)
  const isFragment = operand.type === 'nodes' && operand.isFragment === true
  const { evaluate } = operand
  return {
    type: 'string',
    evaluate: (context) => {
      const value = evaluate(context)
      if (typeof value !== 'object') return typeof value
      return isFragment ? 'RTF' : 'node-set'
    },
  }
}

type Combination = (left: readonly XmlNode[], right: ReadonlySet<XmlNode>) => readonly XmlNode[]

function combined(call: FunctionCall, combine: Combination): Operand {
  const [left, right] = [nodesArgument(call, 0), nodesArgument(call, 1)]
  return nodesOperand((context) => {
    const [leftNodes, rightNodes] = [left(context), right(context)]
    context.scope.budget.spend(leftNodes.length + rightNodes.length)
    return combine(leftNodes, new Set(rightNodes))
  })
}

function difference(left: readonly XmlNode[], right: ReadonlySet<XmlNode>): readonly XmlNode[] {
  return left.filter((node) => !right.has(node))
}

function intersection(left: readonly XmlNode[], right: ReadonlySet<XmlNode>): readonly XmlNode[] {
  return left.filter((node) => right.has(node))
}

// What stands before the first node of the other set: all when that set is empty.
function leading(left: readonly XmlNode[], right: ReadonlySet<XmlNode>): readonly XmlNode[] {
  const [first] = right
  if (first === undefined) return left
  const place = left.indexOf(first)
  return place < 0 ? [] : left.slice(0, place)
}

function trailing(left: readonly XmlNode[], right: ReadonlySet<XmlNode>): readonly XmlNode[] {
  const [first] = right
  if (first === undefined) return left
  const place = left.indexOf(first)
  return place < 0 ? [] : left.slice(place + 1)
}

function distinct(call: FunctionCall): Operand {
  const nodes = nodesArgument(call, 0)
  return nodesOperand((context) => {
    const byText = new Map<string, XmlNode>()
    for (const node of nodes(context)) {
      const text = stringValue(node)
      if (!byText.has(text)) byText.set(text, node)
    }
    return inOrder([...byText.values()])
  })
}

function hasSameNode(call: FunctionCall): Operand {
  const [left, right] = [nodesArgument(call, 0), nodesArgument(call, 1)]
  return {
    type: 'boolean',
    evaluate: (context) => {
      const others = new Set(right(context))
      return left(context).some((node) => others.has(node))
    },
  }
}
