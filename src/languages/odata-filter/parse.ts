import { FilterError } from './filter-error.ts'
import type { ComparisonOperator, Filter, Operand } from './filter.ts'
import { tokensOf, type Token } from './lexer.ts'
import { filterCharsMax, filterDepthMax } from './limits.ts'

/**
 * Reads a `$filter` as the Table service has it: comparisons, `and`, `or`, `not` and parentheses. Throws `FilterError`.
 * https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities#constructing-filter-strings
 */
export function parseFilter(text: string): Filter {
  if (text.length > filterCharsMax) throw new FilterError('the filter is too long', filterCharsMax)
  const parser = new FilterParser(tokensOf(text))
  return parser.readAll()
}

const operators: Readonly<Record<string, ComparisonOperator>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'gt',
  ge: 'ge',
  lt: 'lt',
  le: 'le',
}

class FilterParser {
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  readAll(): Filter {
    const filter = this.#readOr()
    const { kind, offset } = this.#peek()
    if (kind !== 'end') throw new FilterError('expected the end', offset)
    return filter
  }

  #readOr(): Filter {
    let left = this.#readAnd()
    while (this.#takesWord('or')) left = { kind: 'or', left, right: this.#readAnd() }
    return left
  }

  #readAnd(): Filter {
    let left = this.#readNot()
    while (this.#takesWord('and')) left = { kind: 'and', left, right: this.#readNot() }
    return left
  }

  #readNot(): Filter {
    if (!this.#takesWord('not')) return this.#readComparison()
    return this.#deeper(() => ({ kind: 'not', of: this.#readNot() }))
  }

  #readComparison(): Filter {
    if (this.#takes('(')) {
      const inner = this.#deeper(() => this.#readOr())
      if (!this.#takes(')')) throw new FilterError("expected ')'", this.#peek().offset)
      return this.#continued(inner)
    }
    const left = this.#readOperand()
    const operator = this.#takeOperator()
    if (!operator) return { kind: 'operand', operand: left }
    return { kind: 'compare', operator, left, right: this.#readWrappedOperand() }
  }

  /** `(Age) gt 5`: parentheses may stand around an operand as well. */
  #continued(inner: Filter): Filter {
    if (inner.kind !== 'operand') return inner
    const operator = this.#takeOperator()
    if (!operator) return inner
    return { kind: 'compare', operator, left: inner.operand, right: this.#readWrappedOperand() }
  }

  #readWrappedOperand(): Operand {
    if (!this.#takes('(')) return this.#readOperand()
    const operand = this.#deeper(() => this.#readWrappedOperand())
    if (!this.#takes(')')) throw new FilterError("expected ')'", this.#peek().offset)
    return operand
  }

  #readOperand(): Operand {
    const token = this.#peek()
    this.#index += 1
    if (token.kind === 'literal') return { kind: 'literal', value: token.value }
    if (token.kind !== 'word') throw new FilterError('expected a property or a value', token.offset)
    if (this.#peek().kind === '(') {
      throw new FilterError(`the function '${token.text}' is not supported`, token.offset, true)
    }
    return { kind: 'property', name: token.text }
  }

  #takeOperator(): ComparisonOperator | undefined {
    const token = this.#peek()
    if (token.kind !== 'word' || !Object.hasOwn(operators, token.text)) {
      this.#refuseArithmetic(token)
      return undefined
    }
    this.#index += 1
    return operators[token.text]
  }

  #refuseArithmetic(token: Token): void {
    const isArithmetic = token.kind === 'word' && /^(?:add|sub|mul|div|mod)$/.test(token.text)
    if (isArithmetic) {
      throw new FilterError(`the operator '${token.text}' is not supported`, token.offset, true)
    }
  }

  #takesWord(word: string): boolean {
    const token = this.#peek()
    const isTaken = token.kind === 'word' && token.text === word
    if (isTaken) this.#index += 1
    return isTaken
  }

  #takes(kind: '(' | ')'): boolean {
    const isTaken = this.#peek().kind === kind
    if (isTaken) this.#index += 1
    return isTaken
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', offset: 0 }
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > filterDepthMax)
      throw new FilterError('the filter is too deep', this.#peek().offset)
    const value = read()
    this.#depth -= 1
    return value
  }
}
