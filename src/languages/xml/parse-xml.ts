import { SourceError } from '../../base/errors.ts'
import { TreeBuilder, type BuiltAttribute } from './tree-builder.ts'
import { readXml } from './read-xml.ts'
import type { ReadDocumentType, ReadElement, XmlEvents, XmlFault } from './xml-events.ts'
import { isBlank, qualifiedName, xmlNamespace, xmlnsNamespace } from './xml-name.ts'
import { attributeNode, type NamespaceDeclaration, type XmlNode } from './xml-tree.ts'

/** How a document becomes a tree. */
export interface ParseXmlOptions {
  /** Where the text came from: errors name it, and relative references start from it. */
  readonly uri?: string
  /** Orders the nodes of several documents. */
  readonly number?: number
  /** True for elements whose texts of nothing but blanks are left out; `xml:space="preserve"` keeps them anyway. */
  readonly stripsBlanks?: (element: XmlNode) => boolean
}

/** Parses a document into the tree of XPath's data model and gives its root. https://www.w3.org/TR/xpath-10/#data-model */
export function parseXml(text: string, options: ParseXmlOptions = {}): XmlNode {
  const events = new TreeEvents(options)
  readXml(text, events, faultIn(options.uri))
  return events.end()
}

function faultIn(file: string | undefined): XmlFault | undefined {
  if (file === undefined) return undefined
  return (message, position) => new SourceError('InvalidXml', message, { file, ...position })
}

class TreeEvents implements XmlEvents {
  readonly #builder: TreeBuilder
  readonly #strips: ((element: XmlNode) => boolean) | undefined
  #idAttributes: ReadonlySet<string> = new Set()

  constructor(options: ParseXmlOptions) {
    this.#builder = new TreeBuilder({ uri: options.uri ?? '', number: options.number ?? 0 })
    this.#strips = options.stripsBlanks
  }

  end(): XmlNode {
    return this.#builder.end().root
  }

  declaration(): void {}

  documentType({ idAttributes, unparsedEntities }: ReadDocumentType): void {
    this.#idAttributes = idAttributes
    this.#builder.tree.unparsedEntities = unparsedEntities
  }

  startElement({ name, attributes, offset }: ReadElement): void {
    if (this.#strips) this.#strip()
    const [plain, declared] = splitAttributes(attributes)
    const element = this.#builder.startElement(name, plain, declared, offset)
    if (this.#idAttributes.size > 0) this.#noteIds(element)
  }

  endElement(): void {
    if (this.#strips) this.#strip()
    this.#builder.endElement()
  }

  text(value: string, offset: number): void {
    this.#builder.text(value, offset)
  }

  cdata(value: string, offset: number): void {
    this.#builder.text(value, offset)
  }

  comment(value: string, offset: number): void {
    if (this.#strips) this.#strip()
    this.#builder.comment(value, offset)
  }

  instruction(target: string, value: string, offset: number): void {
    if (this.#strips) this.#strip()
    this.#builder.instruction(target, value, offset)
  }

  #strip(): void {
    const { pendingText, open } = this.#builder
    if (pendingText === '' || !isBlank(pendingText)) return
    if (this.#strips?.(open) && !preservesSpace(open)) this.#builder.dropText()
  }

  #noteIds(element: XmlNode): void {
    const name = qualifiedName(element.name)
    for (const attribute of element.attributes) {
      if (!this.#idAttributes.has(`${name} ${qualifiedName(attribute.name)}`)) continue
      const { ids } = this.#builder.tree
      if (!ids.has(attribute.value)) ids.set(attribute.value, element)
    }
  }
}

type SplitAttributes = readonly [readonly BuiltAttribute[], readonly NamespaceDeclaration[]]

const none: SplitAttributes = [[], []]

function splitAttributes(attributes: ReadElement['attributes']): SplitAttributes {
  if (attributes.length === 0) return none
  if (!attributes.some(({ name }) => name.uri === xmlnsNamespace)) return [attributes, []]
  const declared = attributes
    .filter(({ name }) => name.uri === xmlnsNamespace)
    .map(({ name, value }) => ({ prefix: name.prefix === '' ? '' : name.local, uri: value }))
  return [attributes.filter(({ name }) => name.uri !== xmlnsNamespace), declared]
}

/** True where the nearest `xml:space` says `preserve`. https://www.w3.org/TR/xml/#sec-white-space */
export function preservesSpace(element: XmlNode): boolean {
  for (let node: XmlNode | null = element; node !== null; node = node.parent) {
    const value = attributeNode(node, 'space', xmlNamespace)?.value
    if (value !== undefined) return value === 'preserve'
  }
  return false
}
