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
import { XName, xmlException, xmlNamespace, xmlnsNamespace } from './xml-name.ts'

const depthMax = 1000

/** How XML is read. */
export interface XmlReadOptions {
  /** `LoadOptions.PreserveWhitespace`. */
  readonly preserveWhitespace?: boolean
}

/** `XDocument.Parse`. https://learn.microsoft.com/dotnet/api/system.xml.linq.xdocument.parse */
export function parseXmlDocument(text: string | null, options: XmlReadOptions = {}): XDocument {
  if (text === null) throw argumentNull('s')
  return new XmlReader(text, options).read()
}

/** `XElement.Parse`: the root element, which has no parent. */
export function parseXmlElement(text: string | null, options: XmlReadOptions = {}): XElement {
  const { root } = parseXmlDocument(text, options)
  if (root === null) throw xmlException('Root element is missing.')
  root.parent = null
  return root
}

const nameChars = String.raw`[^\s<>/=&"'?!;]+`
const tagPattern = new RegExp(`<(${nameChars})`, 'y')
const attributePattern = new RegExp(`\\s+(${nameChars})\\s*=\\s*("([^"<]*)"|'([^'<]*)')`, 'y')
const endTagPattern = new RegExp(`</(${nameChars})\\s*>`, 'y')
const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

interface OpenElement {
  readonly element: XElement
  readonly qualifiedName: string
  readonly prefixes: ReadonlyMap<string, string>
  readonly start: number
}

class XmlReader {
  readonly #text: string
  readonly #keepsBlanks: boolean
  readonly #document = new XDocument()
  readonly #open: OpenElement[] = []
  #position = 0

  constructor(text: string, options: XmlReadOptions) {
    this.#text = text.replaceAll(/\r\n?/g, '\n')
    this.#keepsBlanks = options.preserveWhitespace ?? false
  }

  read(): XDocument {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#position = 1
    this.#readDeclaration()
    while (this.#position < this.#text.length) this.#readNext()
    const open = this.#open.at(-1)
    if (open) {
      throw this.#error(
        `Unexpected end of file has occurred. The following elements are not closed: ${open.qualifiedName}.`,
      )
    }
    if (this.#document.root === null) throw xmlException('Root element is missing.')
    return this.#document
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)
    if (found) this.#position += found[0].length
    return found
  }

  #error(message: string, at = this.#position): DotnetException {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    return xmlException(`${message} Line ${line}, position ${at - before.lastIndexOf('\n')}.`)
  }

  #readDeclaration(): void {
    const found = this.#match(/<\?xml\s([^?]*)\?>/y)
    if (!found) return
    const [, content = ''] = found
    const part = (name: string): string | null =>
      new RegExp(`${name}\\s*=\\s*["']([^"']*)["']`).exec(content)?.[1] ?? null
    const version = part('version')
    if (version === null) throw this.#error('Syntax for an XML declaration is invalid.', 0)
    this.#document.declaration = new XDeclaration(version, part('encoding'), part('standalone'))
  }

  #readNext(): void {
    if (this.#text[this.#position] !== '<') this.#readText()
    else if (this.#text.startsWith('<!--', this.#position)) this.#readComment()
    else if (this.#text.startsWith('<![CDATA[', this.#position)) this.#readCData()
    else if (this.#text.startsWith('<!DOCTYPE', this.#position)) this.#readDocumentType()
    else if (this.#text.startsWith('<?', this.#position)) this.#readInstruction()
    else if (this.#text.startsWith('</', this.#position)) this.#readEndTag()
    else this.#readStartTag()
  }

  get #container(): XContainer {
    return this.#open.at(-1)?.element ?? this.#document
  }

  #append(node: XNode): void {
    const container = this.#container
    if (!(node instanceof XDocument)) node.parent = container
    container.nodes.push(node)
    if (container instanceof XElement) container.isEmpty = false
  }

  #readText(): void {
    const start = this.#position
    const end = this.#text.indexOf('<', start)
    const raw = this.#text.slice(start, end < 0 ? undefined : end)
    this.#position = start + raw.length
    const blank = /^[ \t\r\n]*$/.test(raw)
    if (this.#open.length === 0) {
      if (!blank) throw this.#error('Data at the root level is invalid.', start + raw.search(/\S/))
      return
    }
    if (blank && !this.#keepsBlanks) return
    if (raw.includes(']]>')) throw this.#error("']]>' is not allowed in character data.", start)
    this.#appendText(this.#decode(raw, start))
  }

  #appendText(text: string): void {
    const last = this.#container.nodes.at(-1)
    if (last instanceof XText) last.value += text
    else this.#append(new XText(text))
  }

  #decode(raw: string, start: number): string {
    this.#checkCharacters(raw, start)
    if (!raw.includes('&')) return raw
    return raw.replaceAll(
      /&(#x[0-9a-fA-F]+|#\d+|[^\s;&]*)(;?)/g,
      (_all, name: string, end: string, offset: number) => {
        const value = end === ';' ? referenced(name) : undefined
        if (value !== undefined) return value
        const message =
          end === ';' && /^\w/.test(name)
            ? `Reference to undeclared entity '${name}'.`
            : 'An error occurred while parsing EntityName.'
        throw this.#error(message, start + offset + 1)
      },
    )
  }

  #checkCharacters(raw: string, start: number): void {
    const bad = /(?![\t\n\r\x7f-\x9f])\p{Cc}|[\ufffe\uffff]/u.exec(raw)
    if (!bad) return
    const code = bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    throw this.#error(
      `'${bad[0]}', hexadecimal value 0x${code}, is an invalid character.`,
      start + bad.index,
    )
  }

  #readComment(): void {
    const end = this.#text.indexOf('-->', this.#position + 4)
    if (end < 0) throw this.#error('Unexpected end of file while parsing Comment has occurred.')
    const value = this.#text.slice(this.#position + 4, end)
    if (value.includes('--'))
      throw this.#error("An XML comment cannot contain '--', and '-' cannot be the last character.")
    this.#append(new XComment(value))
    this.#position = end + 3
  }

  #readCData(): void {
    const end = this.#text.indexOf(']]>', this.#position + 9)
    if (end < 0) throw this.#error('Unexpected end of file while parsing CDATA has occurred.')
    if (this.#open.length === 0) throw this.#error('Data at the root level is invalid.')
    this.#append(new XCData(this.#text.slice(this.#position + 9, end)))
    this.#position = end + 3
  }

  #readInstruction(): void {
    const found = this.#match(/<\?([^\s?]+)(?:\s+([^]*?))?\?>/y)
    if (!found) throw this.#error('Unexpected end of file while parsing PI has occurred.')
    const [, target = '', value = ''] = found
    if (target.toLowerCase() === 'xml') {
      throw this.#error(
        'Unexpected XML declaration. The XML declaration must be the first node in the document, and no white space characters are allowed to appear before it.',
      )
    }
    this.#append(new XProcessingInstruction(target, value))
  }

  #readDocumentType(): void {
    const found = this.#match(
      /<!DOCTYPE\s+([^\s>[]+)(?:\s+SYSTEM\s+["']([^"']*)["']|\s+PUBLIC\s+["']([^"']*)["']\s+["']([^"']*)["'])?\s*(?:\[([^\]]*)\])?\s*>/y,
    )
    if (!found || this.#document.root !== null) throw this.#error('Unexpected DTD declaration.')
    const [, name = '', system, publicId = null, publicSystem, subset = null] = found
    this.#append(
      new XDocumentType(name, { publicId, systemId: system ?? publicSystem ?? null }, subset),
    )
  }

  #readStartTag(): void {
    const start = this.#position
    const tag = this.#match(tagPattern)
    if (!tag) throw this.#error('Name cannot begin with this character.', start + 1)
    if (this.#open.length === 0 && this.#document.root !== null) {
      throw this.#error('There are multiple root elements.', start + 1)
    }
    if (this.#open.length >= depthMax)
      throw this.#error('The elements are nested too deeply.', start)
    const [, qualifiedName = ''] = tag
    const attributes = this.#readAttributes()
    const close = this.#match(/\s*(\/?)>/y)
    if (!close) throw this.#error(`Unexpected character in the tag '${qualifiedName}'.`)
    const prefixes = prefixesOf(attributes, this.#open.at(-1)?.prefixes ?? rootPrefixes)
    const element = new XElement(
      this.#nameOf(qualifiedName, prefixes, { isElement: true, at: start + 1 }),
    )
    this.#addAttributes(element, attributes, prefixes)
    this.#append(element)
    if (close[1] !== '/') {
      element.isEmpty = false
      this.#open.push({ element, qualifiedName, prefixes, start: start + 1 })
    }
  }

  #readAttributes(): RawAttribute[] {
    const found: RawAttribute[] = []
    for (;;) {
      const at = this.#position
      const match = this.#match(attributePattern)
      if (!match) return found
      const [, name = '', , double, single] = match
      if (found.some((other) => other.name === name)) {
        throw this.#error(`'${name}' is a duplicate attribute name.`, at)
      }
      const raw = (double ?? single ?? '').replaceAll(/[\t\n]/g, ' ')
      found.push({ name, value: this.#decode(raw, at), at })
    }
  }

  #addAttributes(
    element: XElement,
    attributes: readonly RawAttribute[],
    prefixes: ReadonlyMap<string, string>,
  ): void {
    for (const { name, value, at } of attributes) {
      const xname = this.#nameOf(name, prefixes, { isElement: false, at })
      const attribute = new XAttribute(xname, value)
      attribute.parent = element
      element.attributes.push(attribute)
    }
  }

  #nameOf(
    qualified: string,
    prefixes: ReadonlyMap<string, string>,
    { isElement, at }: { isElement: boolean; at: number },
  ): XName {
    const colon = qualified.indexOf(':')
    if (colon < 0) return new XName(qualified, isElement ? (prefixes.get('') ?? '') : '')
    const prefix = qualified.slice(0, colon)
    const uri = prefixes.get(prefix)
    if (uri === undefined) throw this.#error(`'${prefix}' is an undeclared prefix.`, at)
    return new XName(qualified.slice(colon + 1), uri)
  }

  #readEndTag(): void {
    const at = this.#position
    const found = this.#match(endTagPattern)
    const open = this.#open.pop()
    if (!found) throw this.#error('Unexpected character in an end tag.', at)
    const [, name = ''] = found
    if (!open) throw this.#error(`Unexpected end tag.`, at + 2)
    if (open.qualifiedName === name) return
    const before = this.#text.slice(0, open.start)
    const place = `line ${before.split('\n').length} position ${open.start - before.lastIndexOf('\n')}`
    throw this.#error(
      `The '${open.qualifiedName}' start tag on ${place} does not match the end tag of '${name}'.`,
      at + 2,
    )
  }
}

interface RawAttribute {
  readonly name: string
  readonly value: string
  readonly at: number
}

const rootPrefixes: ReadonlyMap<string, string> = new Map([
  ['', ''],
  ['xml', xmlNamespace],
  ['xmlns', xmlnsNamespace],
])

function prefixesOf(
  attributes: readonly RawAttribute[],
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = attributes.filter(({ name }) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (own.length === 0) return outer
  return new Map([...outer, ...own.map(({ name, value }) => [name.slice(6), value] as const)])
}

function referenced(name: string): string | undefined {
  if (!name.startsWith('#')) return entities.get(name)
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
