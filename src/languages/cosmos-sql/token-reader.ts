import { CosmosSqlError } from './cosmos-sql-error.ts'
import { chainLengthMax, joinCountMax, nestingDepthMax, userFunctionCallsMax } from './limits.ts'
import type { Query } from './syntax-tree.ts'
import { tokenize, type Token } from './tokens.ts'

/** Walks over the tokens of a query, and says where one is not what the grammar wants. */
export class TokenReader {
  readonly text: string
  readonly #tokens: readonly Token[]
  readonly #end: Token
  readonly #parseQuery: (reader: TokenReader) => Query
  #index = 0
  #depth = 0
  #joins = 0
  #userFunctionCalls = 0

  /** `parseQuery` reads a subquery, so that expressions need not know the clauses they stand in. */
  constructor(text: string, parseQuery: (reader: TokenReader) => Query) {
    this.text = text
    this.#tokens = tokenize(text)
    this.#end = { kind: 'end', text: '', value: '', start: text.length, end: text.length }
    this.#parseQuery = parseQuery
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? this.#end
  }

  next(): Token {
    const token = this.peek()
    this.#index += 1
    return token
  }

  /** Where the token before the next one ends. */
  get consumedEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'sign' && token.text === text
  }

  isKeyword(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'keyword' && token.text === text
  }

  takeSign(text: string): boolean {
    if (!this.isSign(text)) return false
    this.#index += 1
    return true
  }

  takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false
    this.#index += 1
    return true
  }

  expectSign(text: string): Token {
    return this.isSign(text) ? this.next() : this.fail()
  }

  expectKeyword(text: string): Token {
    return this.isKeyword(text) ? this.next() : this.fail()
  }

  expectIdentifier(): Token {
    return this.peek().kind === 'identifier' ? this.next() : this.fail()
  }

  subquery(): Query {
    return this.nested(() => this.#parseQuery(this))
  }

  /** Runs a rule one level deeper; a query nested beyond the limit fails here and not on the stack. */
  nested<T>(rule: () => T): T {
    this.#depth += 1
    if (this.#depth > nestingDepthMax) this.#failLimit('nesting', nestingDepthMax)
    const result = rule()
    this.#depth -= 1
    return result
  }

  /** Fails when a chain of operators or members is longer than the stack should bear. */
  checkChain(length: number): void {
    if (length > chainLengthMax) this.#failLimit('operators in a row', chainLengthMax)
  }

  /** Counts a JOIN, wherever in the query it stands. */
  countJoin(): void {
    this.#joins += 1
    if (this.#joins > joinCountMax) this.#failQuota('SC9017', 'joins', joinCountMax)
  }

  /** Counts a call of a user-defined function. */
  countUserFunctionCall(): void {
    this.#userFunctionCalls += 1
    if (this.#userFunctionCalls <= userFunctionCallsMax) return
    this.#failQuota('SC3005', 'user-defined function calls', userFunctionCallsMax)
  }

  #failQuota(code: 'SC3005' | 'SC9017', what: string, limit: number): never {
    const { text } = this
    const message = `The SQL query exceeded the maximum number of ${what}. The allowed limit is ${limit}.`
    throw new CosmosSqlError(code, message, { text, start: 0, end: text.length })
  }

  #failLimit(what: string, limit: number): never {
    const { start, end } = this.peek()
    const message = `The SQL query exceeded the maximum of ${what}. The allowed limit is ${limit}.`
    throw new CosmosSqlError('SC9013', message, { text: this.text, start, end })
  }

  fail(token = this.peek()): never {
    const { text } = this
    const { start, end } = token
    if (token.kind === 'end') {
      const message = 'Syntax error, unexpected end-of-file.'
      throw new CosmosSqlError('SC1002', message, { text, start, end })
    }
    const message = `Syntax error, incorrect syntax near '${text.slice(start, end)}'.`
    throw new CosmosSqlError('SC1001', message, { text, start, end })
  }
}
