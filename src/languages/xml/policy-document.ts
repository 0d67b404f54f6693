import { SourceError } from '../../base/errors.ts'
import { LineStarts } from './line-starts.ts'
import { findClosing } from '../csharp/source-scan.ts'
import { decodeEntities } from './entities.ts'
import { elementDepthMax, expressionEndsMax } from './limits.ts'

/** An element of a policy document. */
export interface PolicyElement {
  readonly name: string
  readonly attributes: readonly PolicyAttribute[]
  readonly children: readonly PolicyElement[]
  /** The text inside, without that of elements inside; undefined where there is none but white space. */
  readonly text: PolicyText | undefined
  /** Everything between the tags as it stands in the document. */
  readonly inner: string
  readonly line: number
  readonly column: number
}

/** An attribute with its place. */
export interface PolicyAttribute {
  readonly name: string
  readonly value: PolicyText
  readonly line: number
  readonly column: number
}

/** A text of the document: a literal, or the C# between `@(` and `)` or `@{` and `}`. */
export interface PolicyText {
  readonly kind: 'literal' | 'expression'
  /** Of an expression: whether it is `@( ... )` or `@{ ... }`. */
  readonly syntax: 'expression' | 'block'
  readonly text: string
  readonly line: number
  readonly column: number
}

/** Elements whose content is a text of its own, whatever marks it has: a body or its Liquid template. */
const rawElements = new Set(['set-body'])

const nameStart = /[\p{L}_:]/u
const namePart = /[\p{L}\p{N}_:.-]/u

/**
 * Reads a policy document. C# may stand in it raw, as the portal's editor lets it: quotes in attributes, `<` and `&&`
 * in text. Throws `SourceError` with the place for what is no document.
 * https://learn.microsoft.com/azure/api-management/api-management-howto-policies
 */
export function parsePolicyDocument(text: string): PolicyElement {
  const reader = new DocumentReader(text)
  return reader.document()
}

class DocumentReader {
  readonly #text: string
  readonly #lines: LineStarts
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text.startsWith('\uFEFF') ? text.slice(1) : text
    this.#lines = new LineStarts(this.#text)
  }

  document(): PolicyElement {
    this.#skipMisc()
    if (this.#text[this.#at] !== '<') throw this.#fault('a policy document starts with an element.')
    const root = this.#element()
    this.#skipMisc()
    if (this.#at < this.#text.length) throw this.#fault('nothing may follow the root element.')
    return root
  }

  #element(): PolicyElement {
    const start = this.#at
    this.#depth += 1
    if (this.#depth > elementDepthMax)
      throw this.#fault(`elements are nested deeper than ${elementDepthMax}.`)
    this.#at += 1
    const name = this.#name()
    const attributes = this.#attributes(name)
    const place = this.#position(start)
    const isEmpty = this.#text.startsWith('/>', this.#at)
    this.#at += isEmpty ? 2 : 1
    const content = isEmpty
      ? { children: [], text: undefined, inner: '' }
      : this.#content(name, start)
    this.#depth -= 1
    return { name, attributes, ...content, ...place }
  }

  #attributes(element: string): PolicyAttribute[] {
    const attributes: PolicyAttribute[] = []
    for (;;) {
      const before = this.#at
      this.#skipSpace()
      if (this.#text.startsWith('/>', this.#at) || this.#text[this.#at] === '>') return attributes
      if (this.#at >= this.#text.length) throw this.#fault(`the tag of '${element}' does not end.`)
      if (before === this.#at) throw this.#fault('white space is expected between attributes.')
      const attribute = this.#attribute()
      if (attributes.some((other) => other.name === attribute.name)) {
        throw this.#fault(`'${attribute.name}' is a duplicate attribute name.`, before)
      }
      attributes.push(attribute)
    }
  }

  #attribute(): PolicyAttribute {
    const start = this.#at
    const name = this.#name()
    this.#skipSpace()
    if (this.#text[this.#at] !== '=')
      throw this.#fault(`'=' is expected behind the attribute '${name}'.`)
    this.#at += 1
    this.#skipSpace()
    const quote = this.#text.charAt(this.#at)
    if (quote !== '"' && quote !== "'")
      throw this.#fault(`the value of '${name}' must stand in quotes.`)
    this.#at += 1
    return { name, value: this.#attributeValue(quote), ...this.#position(start) }
  }

  #attributeValue(quote: string): PolicyText {
    const start = this.#at
    const expression = this.#expression(start, quote, (end) =>
      /[\s/>?]/.test(this.#text.charAt(end + 1)),
    )
    if (expression) {
      this.#at = expression.end + 1
      return expression.text
    }
    const end = this.#text.indexOf(quote, start)
    if (end === -1) throw this.#fault('the value of an attribute does not end.', start)
    const raw = this.#text.slice(start, end)
    if (raw.includes('<'))
      throw this.#fault("'<' must be written as &lt; in an attribute.", start + raw.indexOf('<'))
    this.#at = end + 1
    return {
      kind: 'literal',
      syntax: 'expression',
      text: decodeEntities(raw),
      ...this.#position(start),
    }
  }

  #content(name: string, start: number): Pick<PolicyElement, 'children' | 'text' | 'inner'> {
    const from = this.#at
    const expression = this.#expression(from, `</${name}`, (end) =>
      /[\s>]/.test(this.#text.charAt(end + name.length + 2)),
    )
    if (expression) {
      this.#at = expression.end
      this.#closeTag(name, start)
      return { children: [], text: expression.text, inner: this.#text.slice(from, expression.end) }
    }
    if (rawElements.has(name)) return this.#rawContent(name, start)
    return this.#mixedContent(name, start)
  }

  #mixedContent(name: string, start: number): Pick<PolicyElement, 'children' | 'text' | 'inner'> {
    const from = this.#at
    const children: PolicyElement[] = []
    const texts: { text: string; at: number }[] = []
    for (;;) {
      const next = this.#text.indexOf('<', this.#at)
      if (next === -1) throw this.#fault(`the element '${name}' is not closed.`, start)
      if (next > this.#at)
        texts.push({ text: decodeEntities(this.#text.slice(this.#at, next)), at: this.#at })
      this.#at = next
      if (this.#text.startsWith('</', next)) break
      if (this.#text.startsWith('<![CDATA[', next)) texts.push(this.#cdata())
      else if (this.#text.startsWith('<!--', next)) this.#comment()
      else if (this.#text.startsWith('<?', next)) this.#instruction()
      else if (this.#text.startsWith('<!', next))
        throw this.#fault('document type declarations are not allowed.')
      else children.push(this.#element())
    }
    const inner = this.#text.slice(from, this.#at)
    this.#closeTag(name, start)
    return { children, text: this.#joined(texts), inner }
  }

  #rawContent(name: string, start: number): Pick<PolicyElement, 'children' | 'text' | 'inner'> {
    const from = this.#at
    const end = this.#endOfRaw(name)
    if (end === -1) throw this.#fault(`the element '${name}' is not closed.`, start)
    const inner = this.#text.slice(from, end)
    this.#at = end
    this.#closeTag(name, start)
    const cdata = /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(inner)
    const content = cdata?.[1] ?? (/<[\p{L}!?]/u.test(inner) ? inner : decodeEntities(inner))
    const at = cdata ? from + inner.indexOf('[CDATA[') + 7 : from
    return { children: [], text: this.#joined([{ text: content, at }]), inner }
  }

  #endOfRaw(name: string): number {
    const cdata = /^\s*<!\[CDATA\[/.exec(this.#text.slice(this.#at, this.#at + 1000))
    const from = cdata ? this.#text.indexOf(']]>', this.#at) : this.#at
    return from === -1 ? -1 : this.#text.indexOf(`</${name}`, from)
  }

  /** The pieces as one text; undefined when they are only white space. */
  #joined(pieces: readonly { text: string; at: number }[]): PolicyText | undefined {
    const first = pieces.find((piece) => piece.text.trim() !== '')
    if (!first) return undefined
    const text = pieces.map((piece) => piece.text).join('')
    const trimmed = text.trim()
    const isWhole = /^@[({]/.test(trimmed) && findClosing(trimmed, 1) === trimmed.length
    const lead = first.text.length - first.text.trimStart().length
    if (!isWhole)
      return { kind: 'literal', syntax: 'expression', text, ...this.#position(first.at + lead) }
    return this.#expressionText(trimmed, first.at + lead)
  }

  /** The expression at an offset, up to the first of its possible ends where its brackets balance. */
  #expression(
    start: number,
    closer: string,
    isEnd: (end: number) => boolean,
  ): { text: PolicyText; end: number } | undefined {
    const lead = /^\s*(?=@[({])/.exec(this.#text.slice(start, start + 10_000))
    if (!lead) return undefined
    let end = this.#text.indexOf(closer, start)
    for (let tries = 0; end !== -1 && tries < expressionEndsMax; tries += 1) {
      const decoded = decodeEntities(this.#text.slice(start, end)).trim()
      const close = isEnd(end) ? findClosing(decoded, 1) : -1
      if (close === decoded.length)
        return { text: this.#expressionText(decoded, start + lead[0].length), end }
      // Behind a whole expression stands more text: Azure takes all of it as a literal.
      if (close !== -1) return undefined
      end = this.#text.indexOf(closer, end + 1)
    }
    throw this.#fault(
      'the expression does not end: its brackets or quotes are not balanced.',
      start + lead[0].length,
    )
  }

  #expressionText(whole: string, at: number): PolicyText {
    const syntax = whole[1] === '{' ? 'block' : 'expression'
    return { kind: 'expression', syntax, text: whole.slice(2, -1), ...this.#position(at + 2) }
  }

  #closeTag(name: string, start: number): void {
    this.#at += 2
    const at = this.#at
    const closing = this.#name()
    if (closing !== name) {
      const { line, column } = this.#position(start)
      throw this.#fault(
        `the start tag '${name}' at line ${line}, column ${column} does not match the end tag '${closing}'.`,
        at,
      )
    }
    this.#skipSpace()
    if (this.#text[this.#at] !== '>') throw this.#fault(`'>' is expected behind '</${name}'.`)
    this.#at += 1
  }

  #cdata(): { text: string; at: number } {
    const from = this.#at + '<![CDATA['.length
    const end = this.#text.indexOf(']]>', from)
    if (end === -1) throw this.#fault('a CDATA section does not end.')
    this.#at = end + 3
    return { text: this.#text.slice(from, end), at: from }
  }

  #comment(): void {
    // `<!-->` is a whole comment in documents that the portal saved.
    const from = this.#text.startsWith('<!-->', this.#at) ? this.#at + 2 : this.#at + 4
    const end = this.#text.indexOf('-->', from)
    if (end === -1) throw this.#fault('a comment does not end.')
    this.#at = end + 3
  }

  #instruction(): void {
    const end = this.#text.indexOf('?>', this.#at)
    if (end === -1) throw this.#fault('a processing instruction does not end.')
    this.#at = end + 2
  }

  #skipMisc(): void {
    for (;;) {
      this.#skipSpace()
      if (this.#text.startsWith('<!--', this.#at)) this.#comment()
      else if (this.#text.startsWith('<?', this.#at)) this.#instruction()
      else if (this.#text.startsWith('<!', this.#at))
        throw this.#fault('document type declarations are not allowed.')
      else return
    }
  }

  #name(): string {
    const start = this.#at
    if (!nameStart.test(this.#text.charAt(start))) throw this.#fault('a name is expected.')
    while (this.#at < this.#text.length && namePart.test(this.#text.charAt(this.#at))) this.#at += 1
    return this.#text.slice(start, this.#at)
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #position(offset: number): { line: number; column: number } {
    return this.#lines.positionAt(offset)
  }

  #fault(message: string, offset = this.#at): SourceError {
    return new SourceError('ValidationError', message, this.#position(offset))
  }
}
