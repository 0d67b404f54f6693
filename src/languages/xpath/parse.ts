import { expressionDepthMax, expressionLengthMax, operatorsMax } from './limits.ts'
import type { Axis, BinaryOperator, Expression, NodeTest, Step } from './syntax-tree.ts'
import { tokenize, XPathFault, type Token } from './tokens.ts'

/** Parses an expression; throws `XPathFault`. https://www.w3.org/TR/xpath-10/#section-Expressions */
export function parseXPath(text: string): Expression {
  if (text.length > expressionLengthMax) throw new XPathFault('The expression is too long.', 0)
  const parser = new XPathParser(tokenize(text))
  const expression = parser.expression()
  parser.end()
  return expression
}

const axes: ReadonlyMap<string, Axis> = new Map(
  (
    [
      'ancestor',
      'ancestor-or-self',
      'attribute',
      'child',
      'descendant',
      'descendant-or-self',
      'following',
      'following-sibling',
      'namespace',
      'parent',
      'preceding',
      'preceding-sibling',
      'self',
    ] as const
  ).map((axis) => [axis, axis]),
)

/** Operators from the loosest to the tightest. */
const levels: readonly ReadonlyMap<string, BinaryOperator>[] = [
  new Map([['or', 'or']]),
  new Map([['and', 'and']]),
  new Map([
    ['=', '='],
    ['!=', '!='],
  ]),
  new Map([
    ['<', '<'],
    ['<=', '<='],
    ['>', '>'],
    ['>=', '>='],
  ]),
  new Map([
    ['+', '+'],
    ['-', '-'],
  ]),
  new Map([
    ['*', '*'],
    ['div', 'div'],
    ['mod', 'mod'],
  ]),
]

class XPathParser {
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0
  #operators = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get #token(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', prefix: '', offset: 0 }
  }

  #take(): Token {
    const token = this.#token
    this.#index += 1
    return token
  }

  #at(text: string): boolean {
    const { kind, text: found } = this.#token
    return (kind === 'mark' || kind === 'operator') && found === text
  }

  #expect(text: string): void {
    if (!this.#at(text)) throw this.#unexpected(`'${text}' is expected`)
    this.#index += 1
  }

  #unexpected(wanted: string): XPathFault {
    const { kind, text, offset } = this.#token
    return new XPathFault(
      kind === 'end' ? `The expression ends where ${wanted}.` : `'${text}' stands where ${wanted}.`,
      offset,
    )
  }

  end(): void {
    if (this.#token.kind !== 'end') throw this.#unexpected('the expression should end')
  }

  expression(): Expression {
    this.#depth += 1
    if (this.#depth > expressionDepthMax)
      throw new XPathFault('The expression is nested too deeply.', this.#token.offset)
    const found = this.#binary(0)
    this.#depth -= 1
    return found
  }

  #binary(level: number): Expression {
    const operators = levels[level]
    if (operators === undefined) return this.#negation()
    let left = this.#binary(level + 1)
    for (;;) {
      const { kind, text, offset } = this.#token
      const operator = kind === 'operator' ? operators.get(text) : undefined
      if (operator === undefined) return left
      this.#index += 1
      this.#countOperator(offset)
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1), offset }
    }
  }

  #countOperator(offset: number): void {
    this.#operators += 1
    if (this.#operators > operatorsMax)
      throw new XPathFault('The expression has too many operators.', offset)
  }

  #negation(): Expression {
    const { offset } = this.#token
    let count = 0
    while (this.#at('-')) {
      this.#index += 1
      count += 1
    }
    const operand = this.#union()
    if (count === 0) return operand
    // Two signs still make a number of the operand.
    const once: Expression = { kind: 'negation', operand, offset }
    return count % 2 === 1 ? once : { kind: 'negation', operand: once, offset }
  }

  #union(): Expression {
    let left = this.#path()
    while (this.#at('|')) {
      const { offset } = this.#take()
      this.#countOperator(offset)
      left = { kind: 'binary', operator: '|', left, right: this.#path(), offset }
    }
    return left
  }

  #path(): Expression {
    const { offset } = this.#token
    if (this.#at('//')) return { kind: 'path', start: 'root', steps: this.#steps(), offset }
    if (this.#at('/')) {
      this.#index += 1
      const steps = this.#startsStep() ? this.#steps(this.#step()) : []
      return { kind: 'path', start: 'root', steps, offset }
    }
    if (!this.#startsPrimary()) {
      return { kind: 'path', start: 'context', steps: this.#steps(this.#step()), offset }
    }
    const primary = this.#filter()
    if (!this.#at('/') && !this.#at('//')) return primary
    return { kind: 'path', start: primary, steps: this.#steps(), offset }
  }

  #startsPrimary(): boolean {
    const { kind } = this.#token
    return (
      kind === 'variable' ||
      kind === 'literal' ||
      kind === 'number' ||
      kind === 'function' ||
      this.#at('(')
    )
  }

  #startsStep(): boolean {
    const { kind } = this.#token
    return (
      kind === 'name' ||
      kind === 'wildcard' ||
      kind === 'nodeType' ||
      kind === 'axis' ||
      this.#at('@') ||
      this.#at('.') ||
      this.#at('..')
    )
  }

  /** The steps behind the first one, each after `/` or `//`. */
  #steps(...first: readonly Step[]): Step[] {
    const steps = [...first]
    while (this.#at('/') || this.#at('//')) {
      const { text, offset } = this.#take()
      if (text === '//') {
        steps.push({
          axis: 'descendant-or-self',
          test: { kind: 'node' },
          predicates: [],
          offset,
        })
      }
      steps.push(this.#step())
    }
    return steps
  }

  #step(): Step {
    const { offset } = this.#token
    if (this.#at('.') || this.#at('..')) {
      const axis = this.#take().text === '.' ? 'self' : 'parent'
      return { axis, test: { kind: 'node' }, predicates: [], offset }
    }
    const axis = this.#axis()
    const test = this.#nodeTest()
    return { axis, test, predicates: this.#predicates(), offset }
  }

  #axis(): Axis {
    if (this.#at('@')) {
      this.#index += 1
      return 'attribute'
    }
    if (this.#token.kind !== 'axis') return 'child'
    const { text, offset } = this.#take()
    const axis = axes.get(text)
    if (axis === undefined) throw new XPathFault(`There is no axis '${text}'.`, offset)
    return axis
  }

  #nodeTest(): NodeTest {
    const { kind, text, prefix } = this.#token
    if (kind === 'name') {
      this.#index += 1
      return { kind, prefix, local: text }
    }
    if (kind === 'wildcard') {
      this.#index += 1
      return prefix === '' ? { kind: 'anyName' } : { kind: 'anyLocal', prefix }
    }
    if (kind !== 'nodeType') throw this.#unexpected('a step is expected')
    this.#index += 1
    this.#expect('(')
    const target = this.#token.kind === 'literal' ? this.#token.text : undefined
    if (target !== undefined && text === 'processing-instruction') this.#index += 1
    this.#expect(')')
    if (text === 'processing-instruction') return { kind: 'instruction', target }
    return { kind: text === 'text' ? 'text' : text === 'comment' ? 'comment' : 'node' }
  }

  #predicates(): Expression[] {
    const predicates: Expression[] = []
    while (this.#at('[')) {
      this.#index += 1
      predicates.push(this.expression())
      this.#expect(']')
    }
    return predicates
  }

  #filter(): Expression {
    const { offset } = this.#token
    const primary = this.#primary()
    const predicates = this.#predicates()
    return predicates.length === 0 ? primary : { kind: 'filter', primary, predicates, offset }
  }

  #primary(): Expression {
    const { kind, text, prefix, offset } = this.#take()
    if (kind === 'literal') return { kind, value: text, offset }
    if (kind === 'number') return { kind, value: Number(text), offset }
    if (kind === 'variable') return { kind, name: { prefix, local: text }, offset }
    if (kind === 'function')
      return { kind: 'call', name: { prefix, local: text }, operands: this.#operands(), offset }
    const inside = this.expression()
    this.#expect(')')
    return inside
  }

  #operands(): Expression[] {
    this.#expect('(')
    const operands: Expression[] = []
    if (!this.#at(')')) {
      operands.push(this.expression())
      while (this.#at(',')) {
        this.#index += 1
        operands.push(this.expression())
      }
    }
    this.#expect(')')
    return operands
  }
}
