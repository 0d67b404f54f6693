import { TextBuffer } from './text-buffer.ts'
import { qualifiedName, type XmlName } from './xml-name.ts'
import type { NamespaceDeclaration } from './xml-tree.ts'

/** An attribute to write. */
export interface WrittenAttribute {
  readonly name: XmlName
  readonly value: string
}

/** A start tag to write: what it declares is already settled. */
export interface WrittenElement {
  readonly name: XmlName
  readonly attributes: readonly WrittenAttribute[]
  readonly declarations: readonly NamespaceDeclaration[]
}

/** How text becomes bytes that can hold it. */
export interface CharacterLimit {
  /** The highest character that the encoding has; others become references. */
  readonly highest: number
}

/** True where the element's own text stands between its tags, so that no blanks may be added. */
interface OpenTag {
  readonly name: string
  hasContent: boolean
  hasText: boolean
}

/** Writes XML as text: tags like `<a />`, as .NET's writer does. */
export class XmlWriter {
  readonly #text = new TextBuffer()
  readonly #open: OpenTag[] = []
  readonly #indents: boolean
  readonly #highest: number
  #startTagOpen = false
  #hasTop = false

  constructor({
    indents = false,
    highest = 0x10ffff,
  }: { indents?: boolean; highest?: number } = {}) {
    this.#indents = indents
    this.#highest = highest
  }

  /** What was written so far. */
  get output(): string {
    return this.#text.toString()
  }

  /** Text as it is, which must be XML already. */
  raw(text: string): void {
    this.#closeStartTag()
    const top = this.#open.at(-1)
    if (top) top.hasText = top.hasContent = true
    this.#text.add(text)
  }

  startElement({ name, attributes, declarations }: WrittenElement): void {
    this.#beginContent()
    const tag = qualifiedName(name)
    this.#text.add(`<${tag}`)
    for (const { prefix, uri } of declarations) {
      const attribute = prefix === '' ? 'xmlns' : `xmlns:${prefix}`
      this.#text.add(` ${attribute}="${this.#escapeAttribute(uri)}"`)
    }
    for (const { name: attribute, value } of attributes) {
      this.#text.add(` ${qualifiedName(attribute)}="${this.#escapeAttribute(value)}"`)
    }
    this.#open.push({ name: tag, hasContent: false, hasText: false })
    this.#startTagOpen = true
  }

  endElement(): void {
    const tag = this.#open.pop()
    if (tag === undefined) throw new Error('endElement without startElement')
    if (this.#startTagOpen) {
      this.#startTagOpen = false
      this.#text.add(' />')
      return
    }
    if (this.#indents && tag.hasContent && !tag.hasText) this.#newLine(this.#open.length)
    this.#text.add(`</${tag.name}>`)
  }

  text(value: string): void {
    if (value === '') return
    this.raw(this.#escapeText(value))
  }

  cdata(value: string): void {
    if (value === '') return
    const pieces = this.#splitEncodable(value)
    for (const [index, piece] of pieces.entries()) {
      this.raw(
        index % 2 === 1
          ? this.#references(piece)
          : piece === ''
            ? ''
            : `<![CDATA[${piece.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`,
      )
    }
  }

  comment(value: string): void {
    this.#beginContent()
    this.#text.add(`<!--${value}-->`)
  }

  instruction(target: string, value: string): void {
    this.#beginContent()
    this.#text.add(`<?${target}${value === '' ? '' : ` ${value}`}?>`)
  }

  /** A line break before what comes next at the top, where the layout wants one. */
  #beginContent(): void {
    this.#closeStartTag()
    const top = this.#open.at(-1)
    const mayBreak = top === undefined ? this.#hasTop : !top.hasText
    if (this.#indents && mayBreak) this.#newLine(this.#open.length)
    if (top) top.hasContent = true
    this.#hasTop = true
  }

  /** A declaration before the first element, written as it is. */
  declaration(text: string): void {
    this.#beginContent()
    this.#text.add(text)
  }

  #newLine(depth: number): void {
    this.#text.add(`\n${'  '.repeat(depth)}`)
  }

  #closeStartTag(): void {
    if (!this.#startTagOpen) return
    this.#startTagOpen = false
    this.#text.add('>')
  }

  #escapeText(value: string): string {
    if (!(this.#highest < 0x10ffff ? /[&<>\r\x80-\uffff]/ : /[&<>\r]/).test(value)) return value
    const escaped = value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('\r', '&#xD;')
    return this.#references(escaped)
  }

  #escapeAttribute(value: string): string {
    const special = this.#highest < 0x10ffff ? /[&<>"\r\n\t\x80-\uffff]/ : /[&<>"\r\n\t]/
    if (!special.test(value)) return value
    const escaped = value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\r', '&#xD;')
      .replaceAll('\n', '&#xA;')
      .replaceAll('\t', '&#x9;')
    return this.#references(escaped)
  }

  #references(text: string): string {
    if (this.#highest >= 0x10ffff) return text
    return text.replaceAll(/[\x80-\u{10ffff}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0
      return code > this.#highest ? `&#${code};` : character
    })
  }

  // Pieces in turn: what the encoding has, what it has not.
  #splitEncodable(text: string): string[] {
    if (this.#highest >= 0x10ffff) return [text]
    const beyond = this.#highest < 0x80 ? /([\x80-\u{10ffff}]+)/u : /([\u0100-\u{10ffff}]+)/u
    return text.split(beyond)
  }
}
