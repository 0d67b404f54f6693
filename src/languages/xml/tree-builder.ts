import type { XmlName } from './xml-name.ts'
import { XmlNode, XmlTree, type NamespaceDeclaration, type XmlNodeKind } from './xml-tree.ts'

/** What is known of an attribute when its element starts. */
export interface BuiltAttribute {
  readonly name: XmlName
  readonly value: string
  readonly offset?: number
}

interface OpenNode {
  readonly node: XmlNode
  readonly start: number
}

/** Builds a tree in document order; adjacent texts become one. */
export class TreeBuilder {
  readonly tree: XmlTree
  #node: XmlNode
  /** The children so far of the open elements, one after another: each gets a list of its exact size when it ends. */
  readonly #children: XmlNode[] = []
  #start = 0
  #end = 0
  readonly #open: OpenNode[] = []
  #order = 1
  #text = ''
  #textOffset = 0

  constructor(options: { uri?: string; number?: number } = {}) {
    this.tree = new XmlTree(options)
    this.#node = this.tree.root
  }

  /** The element, or the root, that is open. */
  get open(): XmlNode {
    return this.#node
  }

  /** The text that was added last, while nothing followed it. */
  get pendingText(): string {
    return this.#text
  }

  /** How deep the open element is. */
  get depth(): number {
    return this.#open.length
  }

  /** Starts an element, which stays open. */
  startElement(
    name: XmlName,
    attributes: readonly BuiltAttribute[],
    declarations: readonly NamespaceDeclaration[],
    offset = 0,
  ): XmlNode {
    const element = this.#add('element', offset)
    element.name = name
    if (declarations.length > 0) element.declarations = declarations
    if (attributes.length > 0) this.#addAttributes(element, attributes)
    this.#open.push({ node: this.#node, start: this.#start })
    this.#node = element
    this.#start = this.#end
    return element
  }

  endElement(): void {
    this.#flushText()
    this.#settleChildren()
    const outer = this.#open.pop()
    if (outer === undefined) throw new Error('endElement without startElement')
    this.#node = outer.node
    this.#start = outer.start
  }

  text(value: string, offset = 0): void {
    if (this.#text === '') this.#textOffset = offset
    this.#text += value
  }

  /** Forgets the text that was added last. */
  dropText(): void {
    this.#text = ''
  }

  comment(value: string, offset = 0): void {
    this.#add('comment', offset).value = value
  }

  instruction(target: string, value: string, offset = 0): void {
    const node = this.#add('instruction', offset)
    node.name = { prefix: '', local: target, uri: '' }
    node.value = value
  }

  /** A root may have attributes of its own only as a fragment of XSLT, which drops them. */
  end(): XmlTree {
    this.#flushText()
    this.#settleChildren()
    return this.tree
  }

  #settleChildren(): void {
    if (this.#end === this.#start) return
    this.#node.children = this.#children.slice(this.#start, this.#end)
    this.#end = this.#start
  }

  #flushText(): void {
    if (this.#text === '') return
    const value = this.#text
    this.#text = ''
    this.#add('text', this.#textOffset).value = value
  }

  #add(kind: XmlNodeKind, offset: number): XmlNode {
    this.#flushText()
    const node = new XmlNode(kind, this.tree, this.#node)
    node.order = this.#order++
    node.index = this.#end - this.#start
    node.offset = offset
    this.#children[this.#end] = node
    this.#end += 1
    return node
  }

  #addAttributes(element: XmlNode, attributes: readonly BuiltAttribute[]): void {
    element.attributes = attributes.map(({ name, value, offset = 0 }, index) => {
      const node = new XmlNode('attribute', this.tree, element)
      node.name = name
      node.value = value
      node.order = this.#order++
      node.index = index
      node.offset = offset
      return node
    })
  }
}
