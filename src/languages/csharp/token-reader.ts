import { FaultAtOffset } from './csharp-error.ts'
import { nestingDepthMax } from './limits.ts'
import type { BlockSyntax, ExpressionSyntax } from './syntax.ts'
import { tokenize, type Token } from './tokens.ts'

/** The two rules that the others call back, so that the files of the grammar need not import each other in a ring. */
export interface Grammar {
  expression(reader: TokenReader): ExpressionSyntax
  block(reader: TokenReader): BlockSyntax
}

/** A cursor over the tokens of a range of a text. */
export class TokenReader {
  readonly text: string
  readonly grammar: Grammar
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  constructor(
    text: string,
    grammar: Grammar,
    range: { readonly start: number; readonly end: number; readonly depth?: number } = {
      start: 0,
      end: text.length,
    },
  ) {
    this.text = text
    this.grammar = grammar
    this.#tokens = tokenize(text, range.start, range.end)
    this.#depth = range.depth ?? 0
  }

  get depth(): number {
    return this.#depth
  }

  get current(): Token {
    return this.peek(0)
  }

  peek(ahead: number): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1)
    if (!token) throw new FaultAtOffset('CS1733', 'Expected expression.', 0)
    return token
  }

  get index(): number {
    return this.#index
  }

  rewind(index: number): void {
    this.#index = index
  }

  next(): Token {
    const token = this.current
    this.#index += 1
    return token
  }

  is(mark: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return (token.kind === 'punctuation' || token.kind === 'keyword') && token.text === mark
  }

  isWord(word: string): boolean {
    return this.current.kind === 'identifier' && this.current.text === word
  }

  accept(mark: string): boolean {
    if (!this.is(mark)) return false
    this.#index += 1
    return true
  }

  expect(mark: string): Token {
    if (this.is(mark)) return this.next()
    const code =
      mark === ';' ? 'CS1002' : mark === ')' ? 'CS1026' : mark === '}' ? 'CS1513' : 'CS1003'
    throw new FaultAtOffset(code, `${mark} expected.`, this.current.start)
  }

  identifier(): Token {
    if (this.current.kind === 'identifier') return this.next()
    throw new FaultAtOffset('CS1001', 'Identifier expected.', this.current.start)
  }

  /** Runs a rule one level deeper; texts that nest without end are refused. */
  deeper<T>(rule: () => T): T {
    this.#depth += 1
    if (this.#depth > nestingDepthMax) {
      throw new FaultAtOffset(
        'CS8078',
        'An expression is too long or complex to compile.',
        this.current.start,
      )
    }
    const result = rule()
    this.#depth -= 1
    return result
  }

  expression(): ExpressionSyntax {
    return this.deeper(() => this.grammar.expression(this))
  }

  block(): BlockSyntax {
    return this.deeper(() => this.grammar.block(this))
  }

  /** True when the next token stands right behind this one, as the halves of `>>` do. */
  get isGlued(): boolean {
    return this.peek(1).start === this.current.end
  }
}
