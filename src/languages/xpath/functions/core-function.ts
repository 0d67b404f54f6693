import type { XmlNode } from '../../xml/xml-tree.ts'
import type { FunctionCall } from '../compilation.ts'
import type { XPathContext } from '../context.ts'
import { toNumber, toText, type Operand } from '../operand.ts'
import { nodeSetOf } from '../path.ts'
import { XPathFault } from '../tokens.ts'

/** A function and how many arguments it takes. */
export interface CoreFunction {
  readonly least: number
  readonly most: number
  readonly compile: (call: FunctionCall) => Operand
}

type NodesClosure = (context: XPathContext) => readonly XmlNode[]

/** The argument at a place as a text; that of the context node where it is left out. */
export function textArgument(call: FunctionCall, index: number): (context: XPathContext) => string {
  const operand = call.operands[index]
  return toText(operand ?? contextNode)
}

/** The argument at a place as a number; that of the context node where it is left out. */
export function numberArgument(
  call: FunctionCall,
  index: number,
): (context: XPathContext) => number {
  const operand = call.operands[index]
  return toNumber(operand ?? contextNode)
}

/** The argument at a place as a node-set. */
export function nodesArgument(call: FunctionCall, index: number): NodesClosure {
  const operand = call.operands[index]
  const offset = call.expressions[index]?.offset ?? call.offset
  if (operand === undefined || (operand.type !== 'nodes' && operand.type !== 'any'))
    throw new XPathFault(`An argument of '${call.name.local}' is not a node-set.`, offset)
  return nodeSetOf(operand, offset, call.compilation)
}

/** The first node of the argument, or the context node where it is left out. */
export function nodeArgument(call: FunctionCall): (context: XPathContext) => XmlNode | undefined {
  const [operand] = call.operands
  if (operand === undefined) return ({ node }) => node
  if (operand.type === 'nodes') return operand.first
  const nodes = nodesArgument(call, 0)
  return (context) => nodes(context)[0]
}

const contextNode: Operand = {
  type: 'nodes',
  evaluate: ({ node }) => [node],
  first: ({ node }) => node,
}
