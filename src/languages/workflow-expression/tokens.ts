import { ExpressionSyntaxError } from './expression-error.ts'
import { expressionDepthMax } from './limits.ts'

/** The kinds of tokens, by the names that the host's messages give them. */
export type TokenKind =
  | 'Identifier'
  | 'StringLiteral'
  | 'Integer'
  | 'Float'
  | 'LeftParenthesis'
  | 'RightParenthesis'
  | 'LeftSquareBracket'
  | 'RightSquareBracket'
  | 'RightCurlyBracket'
  | 'Comma'
  | 'Dot'
  | 'QuestionMark'
  | 'EndOfData'

export interface Token {
  readonly kind: TokenKind
  /** A string without its quotes, anything else as written. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const symbols: Readonly<Record<string, TokenKind>> = {
  '(': 'LeftParenthesis',
  ')': 'RightParenthesis',
  '[': 'LeftSquareBracket',
  ']': 'RightSquareBracket',
  '}': 'RightCurlyBracket',
  ',': 'Comma',
  '.': 'Dot',
  '?': 'QuestionMark',
}

const blanks = /\s*/y
const stringPattern = /'((?:[^']|'')*)'/y
const identifierPattern = /[\p{L}_$][\p{L}\p{Nd}_$]*/uy
const numberPattern = /[+-]?(?:\d+(?:(\.)\d*)?|(\.)\d+)(?:([eE])[+-]?\d+)?/y
const brokenNumber = /[\p{L}\p{Nd}_$.+-]/uy

/** Reads the tokens of one expression from a text that may go on after it. */
export class Tokenizer {
  readonly text: string
  readonly #start: number
  readonly #isInterpolated: boolean
  #position: number
  #tokenStart: number
  #depth = 0

  constructor(text: string, start: number, { isInterpolated }: { isInterpolated: boolean }) {
    this.text = text
    this.#start = start
    this.#isInterpolated = isInterpolated
    this.#position = start
    this.#tokenStart = start
  }

  next(): Token {
    this.#position += this.#match(blanks)?.[0].length ?? 0
    const start = this.#position
    this.#tokenStart = start
    const character = this.text[start]
    if (character === undefined) return { kind: 'EndOfData', text: '', start, end: start }
    if (character === "'") return this.#string(start)
    const identifier = this.#match(identifierPattern)
    if (identifier) return this.#take('Identifier', identifier[0])
    const number = this.#match(numberPattern)
    if (number) return this.#number(number)
    const symbol = symbols[character]
    if (symbol === undefined) throw this.unexpected(start)
    return this.#take(symbol, character)
  }

  /** One level deeper; an expression that is too deep is refused. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > expressionDepthMax) {
      throw this.#invalid(`it has more than '${expressionDepthMax}' levels`, this.#position)
    }
  }

  leave(): void {
    this.#depth -= 1
  }

  /** The text of the expression, as messages quote it: an interpolated one up to the next brace. */
  get expression(): string {
    const end = this.#isInterpolated ? this.text.indexOf('}', this.#tokenStart) : -1
    return this.text.slice(this.#start, end < 0 ? undefined : end)
  }

  unexpected(at: number): ExpressionSyntaxError {
    const character = this.text[at] ?? ''
    return this.#invalid(
      `the string character '${character}' at position '${at - this.#start}' is not expected`,
      at,
    )
  }

  #invalid(why: string, at: number): ExpressionSyntaxError {
    return new ExpressionSyntaxError(
      `The template language expression '${this.expression}' is not valid: ${why}.`,
      at,
    )
  }

  #string(start: number): Token {
    const found = this.#match(stringPattern)
    if (!found) {
      throw this.#invalid(
        `the string literal at position '${start - this.#start}' is not terminated`,
        start,
      )
    }
    const end = start + found[0].length
    this.#position = end
    return { kind: 'StringLiteral', text: (found[1] ?? '').replaceAll("''", "'"), start, end }
  }

  #number(found: RegExpExecArray): Token {
    const [text, point, leadingPoint, exponent] = found
    const isFloat = (point ?? leadingPoint ?? exponent) !== undefined
    const token = this.#take(isFloat ? 'Float' : 'Integer', text)
    if (this.#match(brokenNumber)) throw this.unexpected(token.end)
    return token
  }

  #take(kind: TokenKind, text: string): Token {
    const start = this.#position
    this.#position += text.length
    return { kind, text, start, end: this.#position }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position
    return pattern.exec(this.text)
  }
}
