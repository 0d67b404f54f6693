import { TextBuffer } from '../xml/text-buffer.ts'
import { qualifiedName } from '../xml/xml-name.ts'
import type { WrittenElement } from '../xml/xml-writer.ts'
import {
  booleanAttributes,
  blockElements,
  emptyElements,
  rawElements,
  uriAttributes,
} from './html-names.ts'
import type { OutputDefinition } from './output-definition.ts'
import type { ResultSink } from './result-sink.ts'

interface OpenTag {
  readonly tag: string
  /** In lower case; empty for an element with a namespace, which is written as XML. */
  readonly name: string
  hasText: boolean
  hasBlock: boolean
}

/** Writes a result as HTML. https://www.w3.org/TR/xslt-10/#section-HTML-Output-Method */
export class HtmlOutput implements ResultSink {
  readonly #text = new TextBuffer()
  readonly #definition: OutputDefinition
  readonly #open: OpenTag[] = []
  readonly #indents: boolean
  #hasRoot = false
  /** Elements open inside one that is left out. */
  #skipped = 0

  constructor(definition: OutputDefinition) {
    this.#definition = definition
    this.#indents = definition.get('indent') !== 'no'
  }

  get output(): string {
    return this.#text.toString()
  }

  startElement(element: WrittenElement): void {
    if (!this.#hasRoot) this.#writeDocumentType()
    if (this.#skipped > 0 || this.#repeatsMeta(element)) {
      this.#skipped += 1
      return
    }
    const { name } = element
    const tag = qualifiedName(name)
    const html = name.uri === '' ? name.local.toLowerCase() : ''
    this.#indentBefore(html)
    this.#text.add(`<${tag}`)
    for (const { prefix, uri } of element.declarations) {
      this.#text.add(` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${this.#escape(uri)}"`)
    }
    for (const { name: attribute, value } of element.attributes) {
      this.#writeAttribute(html, qualifiedName(attribute), value)
    }
    this.#text.add('>')
    this.#open.push({ tag, name: html, hasText: false, hasBlock: false })
    if (html === 'head') this.#writeMeta()
  }

  endElement(): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1
      return
    }
    const open = this.#open.pop()
    if (open === undefined) throw new Error('endElement without startElement')
    if (emptyElements.has(open.name)) return
    if (this.#indents && open.hasBlock && !open.hasText)
      this.#text.add(`\n${'  '.repeat(this.#open.length)}`)
    this.#text.add(`</${open.tag}>`)
  }

  text(value: string, isRaw: boolean): void {
    const open = this.#open.at(-1)
    if (open) open.hasText = true
    const isPlain = isRaw || rawElements.has(open?.name ?? '')
    this.#text.add(isPlain ? value : this.#escapeText(value))
  }

  comment(value: string): void {
    this.#text.add(`<!--${value}-->`)
  }

  // Instructions of HTML end without a question mark.
  instruction(target: string, value: string): void {
    this.#text.add(`<?${target}${value === '' ? '' : ` ${value}`}>`)
  }

  #writeDocumentType(): void {
    this.#hasRoot = true
    const publicId = this.#definition.get('doctype-public')
    const system = this.#definition.get('doctype-system')
    if (publicId === undefined && system === undefined) return
    const ids =
      publicId === undefined
        ? `SYSTEM "${system}"`
        : `PUBLIC "${publicId}"${system === undefined ? '' : ` "${system}"`}`
    this.#text.add(`<!DOCTYPE html ${ids}>`)
  }

  // The type and encoding were told already when `head` started.
  #repeatsMeta({ name, attributes }: WrittenElement): boolean {
    if (name.uri !== '' || name.local.toLowerCase() !== 'meta') return false
    return (
      this.#open.at(-1)?.name === 'head' &&
      attributes.some(
        (attribute) =>
          attribute.name.local.toLowerCase() === 'http-equiv' &&
          attribute.value.toLowerCase() === 'content-type',
      )
    )
  }

  #writeMeta(): void {
    const type = this.#definition.get('media-type') ?? 'text/html'
    const open = this.#open.at(-1)
    if (open) open.hasBlock = true
    if (this.#indents) this.#text.add(`\n${'  '.repeat(this.#open.length)}`)
    this.#text.add(
      `<META http-equiv="Content-Type" content="${type}; charset=${this.#definition.encoding}">`,
    )
  }

  #indentBefore(name: string): void {
    const open = this.#open.at(-1)
    if (open === undefined || !blockElements.has(name)) return
    open.hasBlock = true
    if (this.#indents && !open.hasText) this.#text.add(`\n${'  '.repeat(this.#open.length)}`)
  }

  #writeAttribute(element: string, name: string, value: string): void {
    const lower = name.toLowerCase()
    if (element !== '' && booleanAttributes.has(lower) && value.toLowerCase() === lower) {
      this.#text.add(` ${name}`)
      return
    }
    const isUri = element !== '' && uriAttributes.has(lower)
    this.#text.add(` ${name}="${this.#escapeAttribute(isUri ? encodeUri(value) : value)}"`)
  }

  #escapeText(value: string): string {
    const escaped = value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('\u00a0', '&nbsp;')
    return this.#escape(escaped)
  }

  // `<` stays, and `&` before `{` of a script macro: https://www.w3.org/TR/html401/appendix/notes.html#h-B.7.1
  #escapeAttribute(value: string): string {
    const escaped = value
      .replaceAll(/&(?!\{)/g, '&amp;')
      .replaceAll('"', '&quot;')
      .replaceAll('\u00a0', '&nbsp;')
    return this.#escape(escaped)
  }

  #escape(text: string): string {
    const highest = this.#definition.highestCharacter
    if (highest >= 0x10ffff) return text
    return text.replaceAll(/[\x80-\u{10ffff}]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0
      return code > highest ? `&#${code};` : character
    })
  }
}

function encodeUri(value: string): string {
  return value.replaceAll(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character))
}
