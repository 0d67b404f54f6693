import { readXml } from '../xml/read-xml.ts'
import type {
  ReadDeclaration,
  ReadDocumentType,
  ReadElement,
  XmlEvents,
} from '../xml/xml-events.ts'
import { isBlank, type XmlName } from '../xml/xml-name.ts'
import { argumentNull, type DotnetException } from './exceptions.ts'
import {
  XAttribute,
  XCData,
  XComment,
  XDeclaration,
  XDocument,
  XDocumentType,
  XElement,
  XProcessingInstruction,
  XText,
  type XContainer,
  type XNode,
} from './xml-node.ts'
import { XName, xmlException, xmlnsNamespace } from './xml-name.ts'
import { countWork } from './work-limit.ts'

/** How XML is read. */
export interface XmlReadOptions {
  /** `LoadOptions.PreserveWhitespace`. */
  readonly preserveWhitespace?: boolean
}

/** `XDocument.Parse`. https://learn.microsoft.com/dotnet/api/system.xml.linq.xdocument.parse */
export function parseXmlDocument(text: string | null, options: XmlReadOptions = {}): XDocument {
  if (text === null) throw argumentNull('s')
  const events = new LinqEvents(options.preserveWhitespace ?? false)
  readXml(text, events, fault)
  return events.document
}

/** `XElement.Parse`: the root element, which has no parent. */
export function parseXmlElement(text: string | null, options: XmlReadOptions = {}): XElement {
  const { root } = parseXmlDocument(text, options)
  if (root === null) throw xmlException('Root element is missing.')
  root.parent = null
  return root
}

function fault(
  message: string,
  { line, column }: { line: number; column: number },
): DotnetException {
  if (message === 'Root element is missing.') return xmlException(message)
  return xmlException(`${message} Line ${line}, position ${column}.`)
}

class LinqEvents implements XmlEvents {
  readonly document = new XDocument()
  readonly #keepsBlanks: boolean
  readonly #open: XElement[] = []
  readonly #names = new Map<XmlName, XName>()
  #text = ''
  #hasReference = false

  constructor(keepsBlanks: boolean) {
    this.#keepsBlanks = keepsBlanks
  }

  declaration({ version, encoding, standalone }: ReadDeclaration): void {
    this.document.declaration = new XDeclaration(version, encoding, standalone)
  }

  documentType({ name, publicId, systemId, internalSubset }: ReadDocumentType): void {
    this.#append(new XDocumentType(name, { publicId, systemId }, internalSubset))
  }

  startElement({ name, attributes, isEmpty }: ReadElement): void {
    countWork()
    const element = new XElement(this.#nameOf(name))
    for (const { name: attributeName, value } of attributes) {
      const attribute = new XAttribute(this.#nameOf(attributeName), value)
      attribute.parent = element
      element.attributes.push(attribute)
    }
    this.#append(element)
    element.isEmpty = isEmpty
    this.#open.push(element)
  }

  endElement(): void {
    this.#flushText()
    this.#open.pop()
  }

  // Blanks that are written as references are not blanks of the layout.
  text(value: string, _offset: number, isReference: boolean): void {
    this.#text += value
    if (isReference) this.#hasReference = true
  }

  cdata(value: string): void {
    this.#append(new XCData(value))
  }

  comment(value: string): void {
    this.#append(new XComment(value))
  }

  instruction(target: string, value: string): void {
    this.#append(new XProcessingInstruction(target, value))
  }

  #flushText(): void {
    const text = this.#text
    if (text === '') return
    const isLayout = !this.#keepsBlanks && !this.#hasReference && isBlank(text)
    this.#text = ''
    this.#hasReference = false
    if (!isLayout) this.#append(new XText(text))
  }

  #append(node: XNode): void {
    if (!(node instanceof XText)) this.#flushText()
    const container: XContainer = this.#open.at(-1) ?? this.document
    if (!(node instanceof XDocument)) node.parent = container
    container.nodes.push(node)
    if (container instanceof XElement) container.isEmpty = false
  }

  #nameOf(name: XmlName): XName {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const isDefault = name.uri === xmlnsNamespace && name.prefix === ''
    const found = new XName(name.local, isDefault ? '' : name.uri)
    this.#names.set(name, found)
    return found
  }
}
