import type { XmlNode } from '../xml/xml-tree.ts'
import { stringValue } from '../xml/xml-tree.ts'
import type { XPathContext, XPathValue } from './context.ts'
import { booleanOf, numberOf, numberText, stringOf, textNumber } from './values.ts'

/** A compiled expression that gives a node-set. */
export interface NodesOperand {
  readonly type: 'nodes'
  readonly evaluate: (context: XPathContext) => readonly XmlNode[]
  /** The first node in document order, found without the others. */
  readonly first: (context: XPathContext) => XmlNode | undefined
  /** A result tree fragment of XSLT: its root, which no path may enter. */
  readonly isFragment?: boolean
}

/** A compiled expression: a closure with the type that it is known to give. */
export type Operand =
  | NodesOperand
  | { readonly type: 'string'; readonly evaluate: (context: XPathContext) => string }
  | { readonly type: 'number'; readonly evaluate: (context: XPathContext) => number }
  | { readonly type: 'boolean'; readonly evaluate: (context: XPathContext) => boolean }
  | { readonly type: 'any'; readonly evaluate: (context: XPathContext) => XPathValue }

/** An operand whose node-set is made whole before its first node is known. */
export function nodesOperand(
  evaluate: (context: XPathContext) => readonly XmlNode[],
): NodesOperand {
  return { type: 'nodes', evaluate, first: (context) => evaluate(context)[0] }
}

/** The operand as a text, as `string()` converts it. */
export function toText(operand: Operand): (context: XPathContext) => string {
  switch (operand.type) {
    case 'string':
      return operand.evaluate
    case 'number': {
      const { evaluate } = operand
      return (context) => numberText(evaluate(context))
    }
    case 'boolean': {
      const { evaluate } = operand
      return (context) => (evaluate(context) ? 'true' : 'false')
    }
    case 'nodes': {
      const { first } = operand
      return (context) => {
        const node = first(context)
        return node === undefined ? '' : chargedText(stringValue(node), context)
      }
    }
    case 'any': {
      const { evaluate } = operand
      return (context) => stringOf(evaluate(context))
    }
  }
}

/** A text that was made or looked through, counted as steps: long ones cost time. */
export function chargedText(text: string, context: XPathContext): string {
  if (text.length > 255) context.scope.budget.spend(text.length >> 8)
  return text
}

/** The operand as a number, as `number()` converts it. */
export function toNumber(operand: Operand): (context: XPathContext) => number {
  if (operand.type === 'number') return operand.evaluate
  if (operand.type === 'any' || operand.type === 'boolean') {
    const { evaluate } = operand
    return (context) => numberOf(evaluate(context))
  }
  const text = toText(operand)
  return (context) => textNumber(text(context))
}

/** The operand as a truth, as `boolean()` converts it. */
export function toBoolean(operand: Operand): (context: XPathContext) => boolean {
  if (operand.type === 'boolean') return operand.evaluate
  if (operand.type === 'nodes') {
    const { first } = operand
    return (context) => first(context) !== undefined
  }
  const { evaluate } = operand
  return (context) => booleanOf(evaluate(context))
}
