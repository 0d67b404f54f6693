import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { Token } from './lexer.ts'

// What is deeper than this would overflow the stack of a recursive parser.
const depthMax = 200

/** A place in a list of tokens, and the questions a parser asks about what stands there. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  readonly #end: Token
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
    this.#end = tokens.at(-1) ?? { kind: 'end', text: '', at: { line: 1, column: 1 } }
  }

  /** Another reader that stands at the same place. */
  fork(): TokenReader {
    const other = new TokenReader(this.#tokens)
    other.#index = this.#index
    return other
  }

  get current(): Token {
    return this.peek(0)
  }

  get at(): SourcePosition {
    return this.current.at
  }

  peek(ahead: number): Token {
    return this.#tokens[this.#index + ahead] ?? this.#end
  }

  next(): Token {
    const token = this.current
    this.#index++
    return token
  }

  is(symbol: string): boolean {
    return this.current.kind === 'symbol' && this.current.text === symbol
  }

  isWord(word: string): boolean {
    return this.current.kind === 'identifier' && this.current.text === word
  }

  take(symbol: string): boolean {
    if (!this.is(symbol)) return false
    this.#index++
    return true
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false
    this.#index++
    return true
  }

  expect(symbol: string): Token {
    if (this.is(symbol)) return this.next()
    throw this.unexpected('BCP018', `Expected the "${symbol}" character at this location`)
  }

  expectWord(word: string): Token {
    if (this.isWord(word)) return this.next()
    throw this.unexpected('BCP012', `Expected the "${word}" keyword at this location`)
  }

  expectIdentifier(what: string): Token {
    if (this.current.kind === 'identifier') return this.next()
    throw this.unexpected('BCP013', `Expected ${what} identifier at this location`)
  }

  skipNewlines(): void {
    while (this.current.kind === 'newline') this.#index++
  }

  /** True when the first token after the newlines here is one of the symbols; then stands before it. */
  continuesWith(continuations: ReadonlySet<string>): boolean {
    let ahead = 0
    while (this.peek(ahead).kind === 'newline') ahead++
    const token = this.peek(ahead)
    if (token.kind !== 'symbol' || !continuations.has(token.text)) return false
    this.#index += ahead
    return true
  }

  expectEndOfLine(): void {
    if (this.current.kind === 'end') return
    if (this.current.kind !== 'newline') {
      throw this.unexpected('BCP019', 'Expected a new line character at this location')
    }
    this.skipNewlines()
  }

  /** Parses something inside something else; what is inside too much is refused. */
  deeper<T>(parse: () => T): T {
    if (++this.#depth > depthMax) {
      throw new SourceError('BCP060', 'The expression is nested too deeply.', this.at)
    }
    const parsed = parse()
    this.#depth--
    return parsed
  }

  unexpected(code: string, message: string): SourceError {
    const { kind, text } = this.current
    const found =
      kind === 'end' ? 'the end of the file' : kind === 'newline' ? 'a new line' : `"${text}"`
    return new SourceError(code, `${message}, but found ${found}.`, this.at)
  }
}
