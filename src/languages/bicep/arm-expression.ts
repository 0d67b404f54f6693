import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type { Expression } from './syntax.ts'

/**
 * Reads a string of an ARM template: an expression when it stands in brackets, else the text itself.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
 */
export function parseArmText(text: string, at: SourcePosition): Expression {
  if (text.startsWith('[[')) return { kind: 'literal', value: text.slice(1), at }
  if (!text.startsWith('[') || !text.endsWith(']')) return { kind: 'literal', value: text, at }
  return new ArmExpressionReader(text.slice(1, -1), at).read()
}

const tokenPattern = /\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_$][\w$]*)|(\.\?|[()[\],.?]))/y
const depthMax = 200

class ArmExpressionReader {
  readonly #text: string
  readonly #at: SourcePosition
  #offset = 0

  constructor(text: string, at: SourcePosition) {
    this.#text = text
    this.#at = at
  }

  read(): Expression {
    const expression = this.#expression(0)
    if (this.#text.slice(this.#offset).trim() !== '') throw this.#fault('the end of the expression')
    return expression
  }

  #expression(depth: number): Expression {
    if (depth > depthMax) throw this.#fault('fewer levels')
    let target = this.#primary(depth)
    for (;;) {
      const at = this.#position()
      if (this.#take('.?') || this.#take('.')) {
        const safe = this.#text.charAt(this.#offset - 1) === '?'
        target = { kind: 'property', target, name: this.#word(), safe, at }
      } else if (this.#take('[')) {
        const safe = this.#take('?')
        const index = this.#expression(depth + 1)
        if (!this.#take(']')) throw this.#fault('"]"')
        target = { kind: 'index', target, index, safe, fromEnd: false, at }
      } else {
        return target
      }
    }
  }

  #primary(depth: number): Expression {
    const at = this.#position()
    const [token, quoted, digits, word] = this.#next() ?? []
    if (token === undefined) throw this.#fault('a function, a string or a number')
    this.#offset += token.length
    if (quoted !== undefined) {
      return { kind: 'literal', value: quoted.slice(1, -1).replaceAll("''", "'"), at }
    }
    if (digits !== undefined) return { kind: 'literal', value: Number(digits), at }
    if (word === undefined) throw this.#fault('a function, a string or a number')
    const name = this.#take('.') ? `${word}.${this.#word()}` : word
    if (!this.#take('(')) throw this.#fault('"("')
    return call(name, this.#operands(depth), at)
  }

  #operands(depth: number): Expression[] {
    const operands: Expression[] = []
    while (!this.#take(')')) {
      operands.push(this.#expression(depth + 1))
      if (!this.#take(',') && this.#peek() !== ')') throw this.#fault('"," or ")"')
    }
    return operands
  }

  #word(): string {
    const [token, , , word] = this.#next() ?? []
    if (token === undefined || word === undefined) throw this.#fault('a name')
    this.#offset += token.length
    return word
  }

  #next(): RegExpExecArray | null {
    tokenPattern.lastIndex = this.#offset
    return tokenPattern.exec(this.#text)
  }

  #peek(): string | undefined {
    return this.#next()?.[4]
  }

  #take(symbol: string): boolean {
    const match = this.#next()
    if (match?.[4] !== symbol) return false
    this.#offset += match[0].length
    return true
  }

  #position(): SourcePosition {
    // The quote and the bracket before the expression are two columns.
    return { ...this.#at, column: this.#at.column + 2 + this.#offset }
  }

  #fault(expected: string): SourceError {
    const found = this.#text.slice(this.#offset, this.#offset + 20)
    const message = `The template language expression is not valid: expected ${expected}, but found "${found}".`
    return new SourceError('InvalidTemplate', message, this.#position())
  }
}

// `lambda('x', body)` names its variables; `lambdaVariables('x')` in the body reads them.
function call(name: string, operands: Expression[], at: SourcePosition): Expression {
  const body = operands.at(-1)
  if (name.toLowerCase() !== 'lambda' || !body) return { kind: 'call', name, operands, at }
  const parameters = operands
    .slice(0, -1)
    .map((each) => (each.kind === 'literal' ? String(each.value) : ''))
  return { kind: 'lambda', parameters, body, at }
}
