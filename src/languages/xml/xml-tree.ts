import { noName, xmlNamespace, type XmlName } from './xml-name.ts'

/** The kinds of nodes of XPath 1.0. https://www.w3.org/TR/xpath-10/#data-model */
export type XmlNodeKind =
  | 'root'
  | 'element'
  | 'attribute'
  | 'namespace'
  | 'text'
  | 'comment'
  | 'instruction'

/** A declaration `xmlns:prefix="uri"`. */
export interface NamespaceDeclaration {
  readonly prefix: string
  readonly uri: string
}

const noNodes: readonly XmlNode[] = []
const noDeclarations: readonly NamespaceDeclaration[] = []
const xmlScope: readonly NamespaceDeclaration[] = [{ prefix: 'xml', uri: xmlNamespace }]

/** A document or a fragment: what all its nodes share. */
export class XmlTree {
  readonly root: XmlNode
  /** Where the document came from; empty for a fragment. */
  readonly uri: string
  /** Orders the nodes of several trees. */
  readonly number: number
  /** Elements by the attribute that the document type declares as ID. */
  readonly ids = new Map<string, XmlNode>()
  /** The system identifiers of unparsed entities by name. */
  unparsedEntities: ReadonlyMap<string, string> = new Map()

  constructor({ uri = '', number = 0 }: { uri?: string; number?: number } = {}) {
    this.uri = uri
    this.number = number
    this.root = new XmlNode('root', this, null)
  }
}

/**
 * A node of any kind. One class, so that the loops over nodes stay monomorphic. Only `TreeBuilder` writes its members.
 */
export class XmlNode {
  readonly kind: XmlNodeKind
  readonly tree: XmlTree
  readonly parent: XmlNode | null
  /** Of a processing instruction the target, of a namespace node the prefix. */
  name: XmlName = noName
  /** The text of a node without children. */
  value = ''
  /** Its place in document order; a namespace node has that of its element. */
  order = 0
  /** Its place among the children (or attributes, or namespaces) of its parent. */
  index = 0
  /** Where it stands in the text that it was parsed from; of an attribute the place of its value. */
  offset = 0
  children: readonly XmlNode[] = noNodes
  attributes: readonly XmlNode[] = noNodes
  declarations: readonly NamespaceDeclaration[] = noDeclarations
  #scope: readonly NamespaceDeclaration[] | undefined
  #namespaceNodes: readonly XmlNode[] | undefined

  constructor(kind: XmlNodeKind, tree: XmlTree, parent: XmlNode | null) {
    this.kind = kind
    this.tree = tree
    this.parent = parent
  }

  /** The namespaces in scope of an element; the same array where nothing new is declared. */
  get scope(): readonly NamespaceDeclaration[] {
    this.#scope ??= this.#findScope()
    return this.#scope
  }

  /** The namespace nodes of an element: made at first use. */
  get namespaceNodes(): readonly XmlNode[] {
    this.#namespaceNodes ??= this.kind === 'element' ? this.#makeNamespaceNodes() : noNodes
    return this.#namespaceNodes
  }

  #findScope(): readonly NamespaceDeclaration[] {
    if (this.kind !== 'element') return this.parent?.scope ?? xmlScope
    const outer = this.parent?.scope ?? xmlScope
    if (this.declarations.length === 0) return outer
    const own = new Set(this.declarations.map(({ prefix }) => prefix))
    return [
      ...outer.filter(({ prefix }) => !own.has(prefix)),
      ...this.declarations.filter(({ uri }) => uri !== ''),
    ]
  }

  #makeNamespaceNodes(): readonly XmlNode[] {
    return this.scope.map(({ prefix, uri }, index) => {
      const node = new XmlNode('namespace', this.tree, this)
      node.name = { prefix: '', local: prefix, uri: '' }
      node.value = uri
      node.order = this.order
      node.index = index
      return node
    })
  }
}

/** The string-value of a node. https://www.w3.org/TR/xpath-10/#data-model */
export function stringValue(node: XmlNode): string {
  if (node.kind !== 'element' && node.kind !== 'root') return node.value
  const { children } = node
  if (children.length === 1) {
    const [only] = children
    if (only?.kind === 'text') return only.value
  }
  return appendText(node, '')
}

function appendText(node: XmlNode, before: string): string {
  let text = before
  for (const child of node.children) {
    if (child.kind === 'text') text += child.value
    else if (child.kind === 'element') text = appendText(child, text)
  }
  return text
}

/** Compares by document order. https://www.w3.org/TR/xpath-10/#dt-document-order */
export function compareOrder(left: XmlNode, right: XmlNode): number {
  if (left.tree !== right.tree) return left.tree.number - right.tree.number
  if (left.order !== right.order) return left.order - right.order
  return namespaceRank(left) - namespaceRank(right)
}

function namespaceRank(node: XmlNode): number {
  return node.kind === 'namespace' ? node.index + 1 : 0
}

/** The namespace that a prefix means at a node: '' for no prefix and no default, undefined for an unknown one. */
export function namespaceOf(node: XmlNode, prefix: string): string | undefined {
  const found = node.scope.find((declaration) => declaration.prefix === prefix)
  return found?.uri ?? (prefix === '' ? '' : undefined)
}

/** The value of an attribute without a namespace. */
export function attributeValue(element: XmlNode, local: string): string | undefined {
  return attributeNode(element, local)?.value
}

/** The attribute of a name; without a namespace where none is given. */
export function attributeNode(element: XmlNode, local: string, uri = ''): XmlNode | undefined {
  for (const attribute of element.attributes) {
    if (attribute.name.local === local && attribute.name.uri === uri) return attribute
  }
  return undefined
}
