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

/** The context of an expression. https://www.w3.org/TR/xpath-10/#dt-context-node */
export class XPathContext {
  node: XmlNode
  position: number
  readonly size: number
  readonly scope: XPathScope
  /** The node that the whole expression started from: `current()` of XSLT. */
  readonly current: XmlNode

  constructor(
    node: XmlNode,
    scope: XPathScope,
    place: { readonly position: number; readonly size: number } = { position: 1, size: 1 },
    current: XmlNode = node,
  ) {
    this.node = node
    this.position = place.position
    this.size = place.size
    this.scope = scope
    this.current = current
  }

  /** A context inside this expression: that of a predicate. */
  inner(node: XmlNode, size: number): XPathContext {
    return new XPathContext(node, this.scope, { position: 1, size }, this.current)
  }
}
