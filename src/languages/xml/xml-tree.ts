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
  // Few nodes are ever asked for these: they would make every node larger.
  readonly #scopes = new Map<XmlNode, readonly NamespaceDeclaration[]>()
  readonly #namespaceNodes = new Map<XmlNode, readonly XmlNode[]>()
  /** The system identifiers of unparsed entities by name. */
  unparsedEntities: ReadonlyMap<string, string> = new Map()

  constructor({ uri = '', number = 0 }: { uri?: string; number?: number } = {}) {
    this.uri = uri
    this.number = number
    this.root = new XmlNode('root', this, null)
  }

  /** The namespaces in scope of an element that declares some. */
  scopeOf(element: XmlNode): readonly NamespaceDeclaration[] {
    const known = this.#scopes.get(element)
    if (known !== undefined) return known
    const outer = element.parent?.scope ?? xmlScope
    const own = new Set(element.declarations.map(({ prefix }) => prefix))
    const scope = [
      ...outer.filter(({ prefix }) => !own.has(prefix)),
      ...element.declarations.filter(({ uri }) => uri !== ''),
    ]
    this.#scopes.set(element, scope)
    return scope
  }

  /** The namespace nodes of an element: always the same ones. */
  namespaceNodesOf(element: XmlNode): readonly XmlNode[] {
    const known = this.#namespaceNodes.get(element)
    if (known !== undefined) return known
    const nodes = element.scope.map(({ prefix, uri }, index) => {
      const node = new XmlNode('namespace', this, element)
      node.name = { prefix: '', local: prefix, uri: '' }
      node.value = uri
      node.order = element.order
      node.index = index
      return node
    })
    this.#namespaceNodes.set(element, nodes)
    return nodes
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

  constructor(kind: XmlNodeKind, tree: XmlTree, parent: XmlNode | null) {
    this.kind = kind
    this.tree = tree
    this.parent = parent
  }

  /** The namespaces in scope of an element; the same array where nothing new is declared. */
  get scope(): readonly NamespaceDeclaration[] {
    if (this.declarations.length > 0) return this.tree.scopeOf(this)
    return this.parent?.scope ?? xmlScope
  }

  /** The namespace nodes of an element: made at first use. */
  get namespaceNodes(): readonly XmlNode[] {
    return this.kind === 'element' ? this.tree.namespaceNodesOf(this) : noNodes
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

/** The attribute of a name; without a namespace where none is given. */
export function attributeNode(element: XmlNode, local: string, uri = ''): XmlNode | undefined {
  for (const attribute of element.attributes) {
    if (attribute.name.local === local && attribute.name.uri === uri) return attribute
  }
  return undefined
}
