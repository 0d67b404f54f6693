import type { Parameters } from './compile.ts'
import { syntaxError } from './sql-filter-error.ts'
import { tokenize } from './tokens.ts'
import type { Token } from './tokens.ts'

const reserved = new Set([
  'and',
  'escape',
  'exists',
  'false',
  'in',
  'is',
  'like',
  'not',
  'null',
  'or',
  'true',
])

/** Goes through the words of a text, and says where one is not what was expected. */
export class TokenReader {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #parameters: Parameters | undefined
  #next = 0

  constructor(text: string, parameters?: Parameters) {
    this.#text = text
    this.#parameters = parameters
    this.#tokens = tokenize(text)
  }

  get token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: 'the end', at: this.#text.length }
  }

  advance(): Token {
    const { token } = this
    this.#next += 1
    return token
  }

  /** True when the next word is this keyword, in any case. */
  sees(keyword: string): boolean {
    return this.token.kind === 'word' && this.token.text.toLowerCase() === keyword
  }

  seesSymbol(...symbols: readonly string[]): boolean {
    return this.token.kind === 'symbol' && symbols.includes(this.token.text)
  }

  /** True when the word after the next one is this symbol. */
  precedes(symbol: string): boolean {
    const after = this.#tokens[this.#next + 1]
    return after?.kind === 'symbol' && after.text === symbol
  }

  take(keyword: string): boolean {
    const found = this.sees(keyword)
    if (found) this.#next += 1
    return found
  }

  takeSymbol(symbol: string): boolean {
    const found = this.seesSymbol(symbol)
    if (found) this.#next += 1
    return found
  }

  expect(keyword: string): void {
    if (!this.take(keyword)) throw this.unexpected(keyword.toUpperCase())
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(`'${symbol}'`)
  }

  /** A parameter that has a value. */
  takeParameter(): string {
    const { text, at } = this.advance()
    const name = text.toLowerCase()
    if (!this.#parameters?.has(name)) throw this.error(`the parameter '${text}' has no value`, at)
    return name
  }

  /** A name: a word that is no keyword, or anything in brackets or double quotation marks. */
  expectName(): Token {
    const { token } = this
    const isName =
      token.kind === 'name' || (token.kind === 'word' && !reserved.has(token.text.toLowerCase()))
    if (!isName) throw this.unexpected('a property name')
    return this.advance()
  }

  expectEnd(): void {
    if (this.token.kind !== 'end') throw this.unexpected('the end')
  }

  unexpected(expected: string): Error {
    const { token } = this
    const found = token.kind === 'end' ? 'the text ends' : `'${token.text}' was found`
    return this.error(`expected ${expected}, but ${found}`, token.at)
  }

  error(message: string, at: number): Error {
    return syntaxError(this.#text, at, message)
  }
}
