import { ExpressionSyntaxError } from './expression-error.ts'
import { expressionCharactersMax } from './limits.ts'
import type { Expression } from './syntax-tree.ts'
import { Tokenizer, type Token, type TokenKind } from './tokens.ts'
import { fitsInteger, makeDouble, makeInteger, type Value } from './value.ts'

/** A parsed expression and where it ended. */
export interface ParsedExpression {
  readonly expression: Expression
  readonly end: number
}

/**
 * Parses the expression at an offset: up to the end of the text, or to the `}` that closes an interpolation.
 * https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language#expressions
 */
export function parseExpression(
  text: string,
  start: number,
  until: 'EndOfData' | 'RightCurlyBracket',
): ParsedExpression {
  const parser = new Parser(
    new Tokenizer(text, start, { isInterpolated: until === 'RightCurlyBracket' }),
  )
  const expression = parser.parse()
  const { end } = parser.expect(until)
  if (end - start > expressionCharactersMax) {
    throw new ExpressionSyntaxError(
      `The template language expression is not valid: its length '${end - start}' exceeds the limit of '${expressionCharactersMax}' characters.`,
      start,
    )
  }
  return { expression, end }
}

const words: ReadonlyMap<string, Value> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

class Parser {
  readonly #tokens: Tokenizer
  #token: Token

  constructor(tokens: Tokenizer) {
    this.#tokens = tokens
    this.#token = tokens.next()
  }

  parse(): Expression {
    this.#tokens.enter()
    const expression = this.#parsePrimary()
    this.#tokens.leave()
    return expression
  }

  expect(kind: TokenKind): Token {
    const token = this.#token
    if (token.kind !== kind) throw this.#unexpected(kind)
    if (kind !== 'EndOfData' && kind !== 'RightCurlyBracket') this.#token = this.#tokens.next()
    return token
  }

  #parsePrimary(): Expression {
    const token = this.#token
    switch (token.kind) {
      case 'StringLiteral':
        return this.#literal(token.text)
      case 'Integer':
        return this.#literal(this.#integer(token))
      case 'Float':
        return this.#literal(makeDouble(Number(token.text)))
      case 'Identifier':
        return this.#parseName()
      case 'LeftParenthesis':
      case 'RightParenthesis':
      case 'LeftSquareBracket':
      case 'RightSquareBracket':
      case 'RightCurlyBracket':
      case 'Comma':
      case 'Dot':
      case 'QuestionMark':
      case 'EndOfData':
        throw this.#unexpected('Identifier')
    }
  }

  #literal(value: Value): Expression {
    const { start, end } = this.#token
    this.#token = this.#tokens.next()
    return { type: 'literal', value, start, end }
  }

  #integer(token: Token): Value {
    const value = BigInt(token.text.replace('+', ''))
    if (fitsInteger(value)) return makeInteger(value)
    throw new ExpressionSyntaxError(
      `The template language expression '${this.#tokens.expression}' is not valid: the integer '${token.text}' is too large or too small for an Int64.`,
      token.start,
    )
  }

  #parseName(): Expression {
    const name = this.#token
    const word = words.get(name.text.toLowerCase())
    if (word !== undefined) {
      const literal = this.#literal(word)
      if (this.#token.kind !== 'LeftParenthesis') return literal
    } else this.#token = this.#tokens.next()
    this.expect('LeftParenthesis')
    const args = this.#parseArguments()
    const { end } = this.expect('RightParenthesis')
    return this.#parseMembers({ type: 'call', name: name.text, args, start: name.start, end })
  }

  #parseArguments(): Expression[] {
    const args: Expression[] = []
    if (this.#token.kind === 'RightParenthesis') return args
    args.push(this.parse())
    while (this.#token.kind === 'Comma') {
      this.#token = this.#tokens.next()
      args.push(this.parse())
    }
    return args
  }

  #parseMembers(first: Expression): Expression {
    let target = first
    for (;;) {
      const isSafe = this.#token.kind === 'QuestionMark'
      if (isSafe) this.#token = this.#tokens.next()
      if (this.#token.kind === 'Dot') target = this.#parseDot(target, isSafe)
      else if (this.#token.kind === 'LeftSquareBracket') target = this.#parseIndex(target, isSafe)
      else if (isSafe) throw this.#unexpected('LeftSquareBracket')
      else return target
    }
  }

  #parseDot(target: Expression, isSafe: boolean): Expression {
    this.#token = this.#tokens.next()
    const { text, start, end } = this.expect('Identifier')
    const key: Expression = { type: 'literal', value: text, start, end }
    return { type: 'member', target, key, isSafe, start: target.start, end }
  }

  #parseIndex(target: Expression, isSafe: boolean): Expression {
    this.#token = this.#tokens.next()
    const key = this.parse()
    const { end } = this.expect('RightSquareBracket')
    return { type: 'member', target, key, isSafe, start: target.start, end }
  }

  #unexpected(expected: TokenKind): ExpressionSyntaxError {
    const actual = this.#token.kind
    return new ExpressionSyntaxError(
      `Unable to parse template language expression '${this.#tokens.expression}': expected token '${expected}' and actual '${actual}'.`,
      this.#token.start,
    )
  }
}
