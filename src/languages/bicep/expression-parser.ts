import { SourceError, type SourcePosition } from '../../base/errors.ts'
import type {
  BinaryOperator,
  Expression,
  LoopHeader,
  ObjectLiteral,
  ObjectMember,
  Spread,
} from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Reads one expression.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators
 */
export function parseExpression(reader: TokenReader): Expression {
  return reader.deeper(() => lambdaOrTernary(reader))
}

function lambdaOrTernary(reader: TokenReader): Expression {
  if (startsLambda(reader)) return lambda(reader)
  const at = reader.at
  const condition = binary(reader, 0)
  if (!reader.continuesWith(ternaryStart)) return condition
  reader.next()
  reader.skipNewlines()
  const yes = parseExpression(reader)
  reader.skipNewlines()
  reader.expect(':')
  reader.skipNewlines()
  return { kind: 'ternary', condition, yes, no: parseExpression(reader), at }
}

/** Reads `{ ... }`; `onDeclaration` may take members that are nested resources. */
export function parseObject(
  reader: TokenReader,
  onDeclaration: () => boolean = () => false,
): ObjectLiteral {
  const at = reader.expect('{').at
  const members: (ObjectMember | Spread)[] = []
  reader.skipNewlines()
  while (!reader.is('}')) {
    if (!onDeclaration()) members.push(objectMember(reader))
    separator(reader, '}')
  }
  reader.next()
  return { kind: 'object', members, at }
}

/** Reads `for item in items:` or `for (item, index) in items:` after the opening bracket. */
export function parseLoopHeader(reader: TokenReader): LoopHeader {
  const at = reader.expectWord('for').at
  const names: { item?: string; index?: string } = {}
  if (reader.take('(')) {
    names.item = reader.expectIdentifier('a loop item variable').text
    reader.expect(',')
    names.index = reader.expectIdentifier('a loop index variable').text
    reader.expect(')')
  } else {
    names.item = reader.expectIdentifier('a loop item variable').text
  }
  reader.expectWord('in')
  const items = parseExpression(reader)
  reader.expect(':')
  reader.skipNewlines()
  return { ...names, items, at }
}

/** Reads a string whose value must be known without evaluating anything. */
export function parsePlainString(reader: TokenReader, what: string): string {
  if (reader.current.kind !== 'string') throw reader.unexpected('BCP097', `Expected ${what}`)
  return reader.next().text
}

const ternaryStart = new Set(['?'])
const levels: readonly (readonly BinaryOperator[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['==', '!=', '=~', '!~'],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
]
// A minus on a new line starts the next item of an array, so it does not continue an expression.
const levelsOnNewLine = levels.map((level) => new Set<string>(level.filter((each) => each !== '-')))

function binary(reader: TokenReader, level: number): Expression {
  const operators = levels[level]
  const onNewLine = levelsOnNewLine[level]
  if (!operators || !onNewLine) return unary(reader)
  let left = binary(reader, level + 1)
  for (;;) {
    const found = operators.find((each) => reader.is(each))
    if (found === undefined) {
      if (reader.current.kind === 'newline' && reader.continuesWith(onNewLine)) continue
      return left
    }
    const { at } = reader.next()
    reader.skipNewlines()
    left = { kind: 'binary', operator: found, left, right: binary(reader, level + 1), at }
  }
}

function unary(reader: TokenReader): Expression {
  const at = reader.at
  if (!reader.is('!') && !reader.is('-')) return member(reader)
  const operator = reader.next().text === '!' ? '!' : '-'
  return { kind: 'unary', operator, operand: reader.deeper(() => unary(reader)), at }
}

function member(reader: TokenReader): Expression {
  let target = primary(reader)
  for (;;) {
    const at = reader.at
    if (reader.take('[')) {
      const safe = reader.take('?')
      const fromEnd = reader.take('^')
      reader.skipNewlines()
      const index = parseExpression(reader)
      reader.skipNewlines()
      reader.expect(']')
      target = { kind: 'index', target, index, safe, fromEnd, at }
    } else if (reader.is('.') || reader.is('.?')) {
      const safe = reader.next().text === '.?'
      target = dotted(reader, target, { safe })
    } else if (reader.take('::')) {
      const name = reader.expectIdentifier('a nested resource')
      target = { kind: 'nested', target, name: name.text, at: name.at }
    } else if (reader.take('!')) {
      target = { kind: 'nonNull', target, at }
    } else {
      return target
    }
  }
}

function dotted(reader: TokenReader, target: Expression, options: { safe: boolean }): Expression {
  const { text: name, at } = reader.expectIdentifier('a property or function')
  if (!reader.is('(')) return { kind: 'property', target, name, at, ...options }
  const operands = parseOperands(reader)
  if (target.kind === 'symbol' && (target.name === 'sys' || target.name === 'az')) {
    return { kind: 'call', name, namespace: target.name, operands, at }
  }
  return { kind: 'method', target, name, operands, at, ...options }
}

/** Reads `(a, b)`. */
export function parseOperands(reader: TokenReader): Expression[] {
  reader.expect('(')
  reader.skipNewlines()
  const operands: Expression[] = []
  while (!reader.is(')')) {
    operands.push(parseExpression(reader))
    reader.skipNewlines()
    if (!reader.is(')')) reader.expect(',')
    reader.skipNewlines()
  }
  reader.next()
  return operands
}

function primary(reader: TokenReader): Expression {
  const token = reader.current
  const { at } = token
  switch (token.kind) {
    case 'number':
      reader.next()
      return { kind: 'literal', value: wholeNumber(token.text, at), at }
    case 'string':
      reader.next()
      return { kind: 'literal', value: token.text, at }
    case 'stringStart':
      return interpolation(reader)
    case 'identifier':
      return word(reader)
    case 'symbol':
      return bracketed(reader)
    case 'stringMiddle':
    case 'stringEnd':
    case 'newline':
    case 'end':
      throw expectedExpression(reader)
  }
}

function wholeNumber(text: string, at: SourcePosition): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new SourceError(
    'BCP010',
    `Expected a valid 64-bit signed integer, but found "${text}".`,
    at,
  )
}

function expectedExpression(reader: TokenReader): SourceError {
  const what =
    'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location'
  return reader.unexpected('BCP009', what)
}

function interpolation(reader: TokenReader): Expression {
  const { text, at } = reader.next()
  const parts: (string | Expression)[] = text === '' ? [] : [text]
  for (;;) {
    reader.skipNewlines()
    parts.push(parseExpression(reader))
    reader.skipNewlines()
    const { kind, text: part } = reader.current
    if (kind !== 'stringMiddle' && kind !== 'stringEnd') {
      throw reader.unexpected('BCP018', 'Expected the "}" character at this location')
    }
    reader.next()
    if (part !== '') parts.push(part)
    if (kind === 'stringEnd') return { kind: 'interpolation', parts, at }
  }
}

function word(reader: TokenReader): Expression {
  const { text: name, at } = reader.next()
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', at }
  if (name === 'null') return { kind: 'literal', value: null, at }
  if (reader.is('(')) return { kind: 'call', name, operands: parseOperands(reader), at }
  return { kind: 'symbol', name, at }
}

function bracketed(reader: TokenReader): Expression {
  if (reader.is('{')) return parseObject(reader)
  if (reader.is('[')) return arrayOrLoop(reader)
  if (!reader.is('(')) throw expectedExpression(reader)
  reader.next()
  reader.skipNewlines()
  const inner = parseExpression(reader)
  reader.skipNewlines()
  reader.expect(')')
  return inner
}

function arrayOrLoop(reader: TokenReader): Expression {
  const at = reader.expect('[').at
  reader.skipNewlines()
  if (reader.isWord('for')) return loop(reader, at)
  const items: (Expression | Spread)[] = []
  while (!reader.is(']')) {
    const start = reader.at
    if (reader.take('...'))
      items.push({ kind: 'spread', value: parseExpression(reader), at: start })
    else items.push(parseExpression(reader))
    separator(reader, ']')
  }
  reader.next()
  return { kind: 'array', items, at }
}

function loop(reader: TokenReader, at: SourcePosition): Expression {
  const header = parseLoopHeader(reader)
  let filter: Expression | undefined
  if (reader.isWord('if') && reader.peek(1).text === '(') {
    reader.next()
    filter = bracketed(reader)
    reader.skipNewlines()
  }
  const body = parseExpression(reader)
  reader.skipNewlines()
  reader.expect(']')
  return { ...header, kind: 'loop', body, at, ...(filter ? { filter } : {}) }
}

function objectMember(reader: TokenReader): ObjectMember | Spread {
  const at = reader.at
  if (reader.take('...')) return { kind: 'spread', value: parseExpression(reader), at }
  const name = memberName(reader)
  reader.expect(':')
  reader.skipNewlines()
  return { kind: 'member', name, value: parseExpression(reader), at }
}

function memberName(reader: TokenReader): Expression {
  const { kind, text, at } = reader.current
  if (kind === 'stringStart') return interpolation(reader)
  if (kind !== 'identifier' && kind !== 'string') {
    const message = 'Expected a property name, an interpolated string or a string at this location'
    throw reader.unexpected('BCP022', message)
  }
  reader.next()
  return { kind: 'literal', value: text, at }
}

// Items stand on lines of their own or are separated by commas.
function separator(reader: TokenReader, close: string): void {
  if (reader.is(close)) return
  if (reader.take(',')) return reader.skipNewlines()
  if (reader.current.kind !== 'newline') {
    throw reader.unexpected('BCP019', `Expected a new line, "," or "${close}" at this location`)
  }
  reader.skipNewlines()
  reader.take(',')
  reader.skipNewlines()
}

function startsLambda(reader: TokenReader): boolean {
  if (reader.current.kind === 'identifier') return isArrow(reader, 1)
  if (!reader.is('(')) return false
  let ahead = 1
  while (
    /^(identifier|newline)$/.test(reader.peek(ahead).kind) ||
    reader.peek(ahead).text === ','
  ) {
    ahead++
  }
  return reader.peek(ahead).text === ')' && isArrow(reader, ahead + 1)
}

function isArrow(reader: TokenReader, ahead: number): boolean {
  const { kind, text } = reader.peek(ahead)
  return kind === 'symbol' && text === '=>'
}

function lambda(reader: TokenReader): Expression {
  const at = reader.at
  const parameters: string[] = []
  if (reader.take('(')) {
    reader.skipNewlines()
    while (!reader.is(')')) {
      parameters.push(reader.expectIdentifier('a lambda variable').text)
      reader.skipNewlines()
      if (!reader.is(')')) reader.expect(',')
      reader.skipNewlines()
    }
    reader.next()
  } else {
    parameters.push(reader.expectIdentifier('a lambda variable').text)
  }
  reader.expect('=>')
  reader.skipNewlines()
  return { kind: 'lambda', parameters, body: parseExpression(reader), at }
}
