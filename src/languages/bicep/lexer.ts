import { SourceError, type SourcePosition } from '../../base/errors.ts'

export type TokenKind =
  | 'identifier'
  | 'number'
  | 'string'
  | 'stringStart'
  | 'stringMiddle'
  | 'stringEnd'
  | 'newline'
  | 'symbol'
  | 'end'

/** `text` of a string part is its value, with escapes read. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: SourcePosition
}

/**
 * Splits a Bicep file into tokens. Strings with `${}` come as start, the tokens inside, middle ..., end.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/file
 */
export function tokenize(text: string, file: string): readonly Token[] {
  return new Lexer(text, file).run()
}

const symbols = [
  '...',
  '=~',
  '!~',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '=>',
  '::',
  '.?',
  ...'{ } [ ] ( ) < > = . , : ? ! + - * / % @ | ^'.split(' '),
]
const identifierPattern = /[A-Za-z_]\w*/y
const numberPattern = /\d+/y
const blankPattern = /[ \t\uFEFF\u00A0]+/y
const multilineOpening = /(\$*)'''\r?\n?/y
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  $: '$',
}

/** How the string that an interpolation interrupts goes on after its `}`. */
interface OpenString {
  braces: number
  /** Number of `$` before `{`, or 0 for a string in single quotes. */
  readonly dollars: number
}

class Lexer {
  readonly #text: string
  readonly #file: string
  readonly #tokens: Token[] = []
  readonly #open: OpenString[] = []
  #offset = 0
  #line = 1
  #lineStart = 0

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  run(): readonly Token[] {
    while (this.#offset < this.#text.length) this.#next()
    if (this.#open.length > 0) throw this.#unterminated(this.#position())
    this.#push('end', '', this.#position())
    return this.#tokens
  }

  #next(): void {
    const at = this.#position()
    if (this.#skipBlank() || this.#newline(at) || this.#string(at)) return
    const word = this.#match(identifierPattern)
    if (word !== undefined) return this.#push('identifier', word, at)
    const digits = this.#match(numberPattern)
    if (digits !== undefined) return this.#push('number', digits, at)
    const symbol = symbols.find((each) => this.#text.startsWith(each, this.#offset))
    if (symbol === undefined) {
      const character = this.#text.slice(this.#offset, this.#offset + 1)
      throw new SourceError('BCP001', `The following token is not recognized: "${character}".`, at)
    }
    this.#symbol(symbol, at)
  }

  #symbol(symbol: string, at: SourcePosition): void {
    const open = this.#open.at(-1)
    if (open && symbol === '{') open.braces++
    if (open && symbol === '}' && open.braces-- === 0) {
      this.#offset++
      return this.#continueString(open, at)
    }
    this.#offset += symbol.length
    this.#push('symbol', symbol, at)
  }

  #skipBlank(): boolean {
    if (this.#match(blankPattern) !== undefined) return true
    const rest = this.#text.slice(this.#offset, this.#offset + 2)
    if (rest === '//' || rest.startsWith('#')) {
      const end = this.#text.indexOf('\n', this.#offset)
      this.#offset = end < 0 ? this.#text.length : end
      return true
    }
    if (rest !== '/*') return false
    const at = this.#position()
    const end = this.#text.indexOf('*/', this.#offset + 2)
    if (end < 0) throw new SourceError('BCP002', 'The multi-line comment is not terminated.', at)
    this.#advanceTo(end + 2)
    return true
  }

  #newline(at: SourcePosition): boolean {
    if (!/^[\r\n]/.test(this.#text.charAt(this.#offset))) return false
    while (/^[\r\n]/.test(this.#text.charAt(this.#offset))) this.#advanceTo(this.#offset + 1)
    this.#push('newline', '\n', at)
    return true
  }

  #string(at: SourcePosition): boolean {
    multilineOpening.lastIndex = this.#offset
    const multiline = multilineOpening.exec(this.#text)
    if (multiline) {
      this.#advanceTo(this.#offset + multiline[0].length)
      this.#multilinePart({ dollars: multiline[1]?.length ?? 0, first: true, at })
      return true
    }
    if (this.#text.charAt(this.#offset) !== "'") return false
    this.#offset++
    this.#quotedPart({ first: true, at })
    return true
  }

  #continueString(open: OpenString, at: SourcePosition): void {
    this.#open.pop()
    if (open.dollars > 0) this.#multilinePart({ dollars: open.dollars, first: false, at })
    else this.#quotedPart({ first: false, at })
  }

  #quotedPart(part: { first: boolean; at: SourcePosition }): void {
    let value = ''
    for (;;) {
      const character = this.#text.charAt(this.#offset)
      if (character === '' || character === '\n' || character === '\r')
        throw this.#unterminated(part.at)
      if (character === "'") {
        this.#offset++
        return this.#push(part.first ? 'string' : 'stringEnd', value, part.at)
      }
      if (this.#text.startsWith('${', this.#offset)) {
        this.#offset += 2
        this.#open.push({ braces: 0, dollars: 0 })
        return this.#push(part.first ? 'stringStart' : 'stringMiddle', value, part.at)
      }
      value += character === '\\' ? this.#escape() : character
      if (character !== '\\') this.#offset++
    }
  }

  #escape(): string {
    const at = this.#position()
    const unicode = /\\u\{([\da-fA-F]+)\}/y
    unicode.lastIndex = this.#offset
    const code = unicode.exec(this.#text)
    if (code) {
      this.#offset += code[0].length
      return String.fromCodePoint(Number.parseInt(code[1] ?? '', 16))
    }
    const value = escapes[this.#text.charAt(this.#offset + 1)]
    if (value === undefined) {
      const message =
        'The specified escape sequence is not recognized. Only the following escape sequences are allowed: '
      throw new SourceError(
        'BCP006',
        `${message}"\\$", "\\'", "\\\\", "\\n", "\\r", "\\t", "\\u{...}".`,
        at,
      )
    }
    this.#offset += 2
    return value
  }

  #multilinePart(part: { dollars: number; first: boolean; at: SourcePosition }): void {
    const opening = part.dollars > 0 ? `${'$'.repeat(part.dollars)}{` : undefined
    const start = this.#offset
    let end = this.#text.indexOf("'''", start)
    if (end < 0) {
      throw new SourceError(
        'BCP140',
        'The multi-line string at this location is not terminated.',
        part.at,
      )
    }
    const hole = opening === undefined ? -1 : this.#text.indexOf(opening, start)
    if (opening !== undefined && hole >= 0 && hole < end) {
      this.#advanceTo(hole + opening.length)
      this.#open.push({ braces: 0, dollars: part.dollars })
      const value = this.#text.slice(start, hole)
      return this.#push(part.first ? 'stringStart' : 'stringMiddle', value, part.at)
    }
    // Quotes before the closing three belong to the string: `''''a''''` is `'a'`.
    while (this.#text.charAt(end + 3) === "'") end++
    const value = this.#text.slice(start, end)
    this.#advanceTo(end + 3)
    this.#push(part.first ? 'string' : 'stringEnd', value, part.at)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.#offset += match[0].length
    return match[0]
  }

  #advanceTo(offset: number): void {
    for (let index = this.#offset; index < offset; index++) {
      if (this.#text.charCodeAt(index) !== 10) continue
      this.#line++
      this.#lineStart = index + 1
    }
    this.#offset = offset
  }

  #position(): SourcePosition {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 }
  }

  #push(kind: TokenKind, text: string, at: SourcePosition): void {
    this.#tokens.push({ kind, text, at })
  }

  #unterminated(at: SourcePosition): SourceError {
    return new SourceError(
      'BCP004',
      'The string at this location is not terminated due to an unexpected new line character.',
      at,
    )
  }
}
