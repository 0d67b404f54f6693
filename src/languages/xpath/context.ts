import type { XmlNode } from '../xml/xml-tree.ts'
import type { Budget } from './budget.ts'

/** The four types of XPath 1.0; a node-set is in document order, without repeats. https://www.w3.org/TR/xpath-10/#section-Expressions */
export type XPathValue = string | number | boolean | readonly XmlNode[]

/** What stays the same during one evaluation. */
export interface XPathScope {
  readonly budget: Budget
  /** Values of variables by `local` or `{uri}local`. */
  readonly variables: ReadonlyMap<string, XPathValue>
}

/** The context of an expression; whoever made it may move it on. https://www.w3.org/TR/xpath-10/#dt-context-node */
export class XPathContext {
  node: XmlNode
  position: number
  readonly size: number
  readonly scope: XPathScope
  /** The node that the whole expression started from: `current()` of XSLT. */
  current: XmlNode

  constructor(node: XmlNode, scope: XPathScope, position = 1, size = 1) {
    this.node = node
    this.position = position
    this.size = size
    this.scope = scope
    this.current = node
  }

  /** A context inside this expression: that of a predicate. */
  inner(node: XmlNode, size: number): XPathContext {
    const context = new XPathContext(node, this.scope, 1, size)
    context.current = this.current
    return context
  }
}
