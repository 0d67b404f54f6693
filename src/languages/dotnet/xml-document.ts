/**
 * System.Xml.XmlDocument as far as texts need it: prefixes, CDATA sections, comments and document types are kept as
 * written, blanks between elements are not. https://learn.microsoft.com/dotnet/api/system.xml.xmldocument
 */
import { readXml } from '../xml/read-xml.ts'
import type {
  ReadDeclaration,
  ReadDocumentType,
  ReadElement,
  XmlEvents,
} from '../xml/xml-events.ts'
import { isBlank, qualifiedName, xmlNamespace } from '../xml/xml-name.ts'
import { xmlException } from './xml-name.ts'

/** An attribute; declarations of namespaces are attributes too. */
export interface DocumentAttribute {
  /** As written, with its prefix. */
  readonly name: string
  readonly uri: string
  readonly value: string
}

/** An element. */
export interface DocumentElement {
  readonly kind: 'element'
  readonly name: string
  readonly uri: string
  readonly attributes: DocumentAttribute[]
  readonly children: DocumentNode[]
  /** Written as `<a />`. */
  readonly isEmpty: boolean
}

/** The declaration of a document. */
export interface DocumentDeclaration extends ReadDeclaration {
  readonly kind: 'declaration'
}

/** The document type of a document. */
export interface DocumentType {
  readonly kind: 'type'
  readonly name: string
  readonly publicId: string
  readonly systemId: string
  readonly internalSubset: string
}

/** A node of a document. */
export type DocumentNode =
  | DocumentElement
  | DocumentDeclaration
  | DocumentType
  | { readonly kind: 'text' | 'cdata' | 'comment' | 'blanks'; readonly value: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly value: string }

/** `XmlDocument.LoadXml`: the nodes of a document; `XmlException` for what is none. */
export function loadXml(text: string): DocumentNode[] {
  const events = new DocumentEvents()
  readXml(text, events, (message, { line, column }) =>
    xmlException(`${message} Line ${line}, position ${column}.`),
  )
  return events.nodes
}

interface OpenElement {
  readonly element: DocumentElement
  readonly preservesSpace: boolean
}

class DocumentEvents implements XmlEvents {
  readonly nodes: DocumentNode[] = []
  readonly #open: OpenElement[] = []
  #text = ''

  get #children(): DocumentNode[] {
    return this.#open.at(-1)?.element.children ?? this.nodes
  }

  declaration(declaration: ReadDeclaration): void {
    const { version } = declaration
    if (version !== '1.0') {
      throw xmlException(`Version number '${version}' is invalid. Line 1, position 16.`)
    }
    this.nodes.push({ kind: 'declaration', ...declaration })
  }

  documentType({ name, publicId, systemId, internalSubset }: ReadDocumentType): void {
    this.nodes.push({
      kind: 'type',
      name,
      publicId: publicId ?? '',
      systemId: systemId ?? '',
      internalSubset: internalSubset ?? '',
    })
  }

  startElement({ name, attributes, isEmpty }: ReadElement): void {
    this.#endText()
    const element: DocumentElement = {
      kind: 'element',
      name: qualifiedName(name),
      uri: name.uri,
      attributes: attributes.map((attribute) => ({
        name: qualifiedName(attribute.name),
        uri: attribute.name.uri,
        value: attribute.value,
      })),
      children: [],
      isEmpty,
    }
    this.#children.push(element)
    this.#open.push({ element, preservesSpace: this.#preserves(element) })
  }

  #preserves({ attributes }: DocumentElement): boolean {
    const space = attributes.find(({ name, uri }) => uri === xmlNamespace && name === 'xml:space')
    if (space) return space.value === 'preserve'
    return this.#open.at(-1)?.preservesSpace ?? false
  }

  endElement(): void {
    this.#endText()
    this.#open.pop()
  }

  text(value: string): void {
    this.#text += value
  }

  cdata(value: string): void {
    this.#endText()
    this.#children.push({ kind: 'cdata', value })
  }

  comment(value: string): void {
    this.#endText()
    this.#children.push({ kind: 'comment', value })
  }

  instruction(target: string, value: string): void {
    this.#endText()
    this.#children.push({ kind: 'instruction', target, value })
  }

  #endText(): void {
    const value = this.#text
    if (value === '') return
    this.#text = ''
    if (!isBlank(value)) this.#children.push({ kind: 'text', value })
    else if (this.#open.at(-1)?.preservesSpace) this.#children.push({ kind: 'blanks', value })
  }
}

/** `OuterXml` of nodes. */
export function outerXml(nodes: readonly DocumentNode[]): string {
  let text = ''
  for (const node of nodes) text += nodeXml(node)
  return text
}

function nodeXml(node: DocumentNode): string {
  switch (node.kind) {
    case 'element':
      return elementXml(node)
    case 'text':
      return escapeText(node.value)
    case 'blanks':
      return node.value
    case 'cdata':
      return `<![CDATA[${node.value}]]>`
    case 'comment':
      return `<!--${node.value}-->`
    case 'instruction':
      return `<?${node.target}${node.value === '' ? '' : ` ${node.value}`}?>`
    case 'declaration':
      return declarationXml(node)
    case 'type':
      return documentTypeXml(node)
  }
}

function elementXml({ name, attributes, children, isEmpty }: DocumentElement): string {
  let head = `<${name}`
  for (const attribute of attributes) {
    head += ` ${attribute.name}="${escapeAttribute(attribute.value)}"`
  }
  if (isEmpty && children.length === 0) return `${head} />`
  return `${head}>${outerXml(children)}</${name}>`
}

function declarationXml({ version, encoding, standalone }: DocumentDeclaration): string {
  const encodingPart = encoding === null ? '' : ` encoding="${encoding}"`
  const standalonePart = standalone === null ? '' : ` standalone="${standalone}"`
  return `<?xml version="${version}"${encodingPart}${standalonePart}?>`
}

// .NET writes brackets also around a subset of nothing.
function documentTypeXml({ name, publicId, systemId, internalSubset }: DocumentType): string {
  const system = systemId === '' ? '' : ` SYSTEM "${systemId}"`
  const ids = publicId === '' ? system : ` PUBLIC "${publicId}" "${systemId}"`
  return `<!DOCTYPE ${name}${ids}[${internalSubset}]>`
}

function escapeText(text: string): string {
  if (!/[&<>]/.test(text)) return text
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapeAttribute(text: string): string {
  if (!/[&<>"\r\n]/.test(text)) return text
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;')
    .replaceAll('\n', '&#xA;')
}
