import type { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'
import type {
  BinaryOperator,
  Expression,
  ObjectProperty,
  SubqueryKind,
  UnaryOperator,
} from './syntax-tree.ts'

/**
 * Reads one scalar expression. Precedence, loosest first: `?:`, `??`, OR, AND, then BETWEEN / IN / LIKE, then
 * the binary operators of `binaryLevels`, then unary ones.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/scalar-expressions
 */
export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() => parseConditional(reader))
}

/** Reads `a, b, c`: at least one. */
export function parseExpressions(reader: TokenReader): Expression[] {
  const items = [parseExpression(reader)]
  while (reader.takeSign(',')) items.push(parseExpression(reader))
  return items
}

function parseConditional(reader: TokenReader): Expression {
  const condition = parseCoalesce(reader)
  if (!reader.takeSign('?')) return condition
  const consequent = parseExpression(reader)
  reader.expectSign(':')
  const otherwise = parseExpression(reader)
  const { start } = condition
  return { kind: 'conditional', condition, consequent, otherwise, start, end: otherwise.end }
}

function parseCoalesce(reader: TokenReader): Expression {
  const operands = [parseOr(reader)]
  while (reader.takeSign('??')) operands.push(parseOr(reader))
  return balanced('??', operands)
}

function parseOr(reader: TokenReader): Expression {
  const operands = [parseAnd(reader)]
  while (reader.takeKeyword('OR')) operands.push(parseAnd(reader))
  return balanced('OR', operands)
}

function parseAnd(reader: TokenReader): Expression {
  const operands = [parsePredicate(reader)]
  while (reader.takeKeyword('AND')) operands.push(parsePredicate(reader))
  return balanced('AND', operands)
}

// These operators may be grouped in any way, so a chain of thousands becomes a flat tree and not a deep one.
function balanced(operator: 'AND' | 'OR' | '??', operands: readonly Expression[]): Expression {
  const [first] = operands
  if (first && operands.length === 1) return first
  const middle = operands.length >> 1
  return binary(
    operator,
    balanced(operator, operands.slice(0, middle)),
    balanced(operator, operands.slice(middle)),
  )
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, start: left.start, end: right.end }
}

function parsePredicate(reader: TokenReader): Expression {
  let value = parseBinary(reader, 0)
  for (let length = 1; ; length += 1) {
    reader.checkChain(length)
    const negated = reader.isKeyword('NOT')
    const ahead = negated ? 1 : 0
    const isPredicate = ['BETWEEN', 'IN', 'LIKE'].some((word) => reader.isKeyword(word, ahead))
    if (!isPredicate) return value
    if (negated) reader.next()
    value = parsePredicateTail(reader, { value, negated })
  }
}

function parsePredicateTail(
  reader: TokenReader,
  subject: { readonly value: Expression; readonly negated: boolean },
): Expression {
  const { start } = subject.value
  if (reader.takeKeyword('BETWEEN')) {
    const low = parseBinary(reader, 0)
    reader.expectKeyword('AND')
    const high = parseBinary(reader, 0)
    return { kind: 'between', ...subject, low, high, start, end: high.end }
  }
  if (reader.takeKeyword('IN')) {
    reader.expectSign('(')
    const items = parseExpressions(reader)
    const { end } = reader.expectSign(')')
    return { kind: 'in', ...subject, items, start, end }
  }
  reader.expectKeyword('LIKE')
  const pattern = parseBinary(reader, 0)
  if (!reader.takeKeyword('ESCAPE')) {
    return { kind: 'like', ...subject, pattern, start, end: pattern.end }
  }
  const escape = reader.peek().kind === 'string' ? reader.next() : reader.fail()
  return { kind: 'like', ...subject, pattern, escape: String(escape.value), start, end: escape.end }
}

// Loosest first, as the grammar of Azure's own SDK orders them.
const binaryLevels: readonly ReadonlyMap<string, BinaryOperator>[] = [
  new Map([['||', '||']]),
  new Map([['|', '|']]),
  new Map([['^', '^']]),
  new Map([['&', '&']]),
  new Map([
    ['=', '='],
    ['!=', '!='],
    ['<>', '!='],
  ]),
  new Map([
    ['<', '<'],
    ['<=', '<='],
    ['>', '>'],
    ['>=', '>='],
  ]),
  new Map([
    ['<<', '<<'],
    ['>>', '>>'],
    ['>>>', '>>>'],
  ]),
  new Map([
    ['+', '+'],
    ['-', '-'],
  ]),
  new Map([
    ['*', '*'],
    ['/', '/'],
    ['%', '%'],
  ]),
]

function parseBinary(reader: TokenReader, level: number): Expression {
  const operators = binaryLevels[level]
  if (!operators) return parseUnary(reader)
  let left = parseBinary(reader, level + 1)
  for (let length = 1; ; length += 1) {
    const token = reader.peek()
    const operator = token.kind === 'sign' ? operators.get(token.text) : undefined
    if (operator === undefined) return left
    reader.checkChain(length)
    reader.next()
    left = binary(operator, left, parseBinary(reader, level + 1))
  }
}

function parseUnary(reader: TokenReader): Expression {
  const operator = unaryOperator(reader.peek())
  if (operator === undefined) return parseMembers(reader, parsePrimary(reader))
  const { start } = reader.next()
  const operand = reader.nested(() => parseUnary(reader))
  return { kind: 'unary', operator, operand, start, end: operand.end }
}

function unaryOperator(token: Token): UnaryOperator | undefined {
  if (token.kind === 'keyword' && token.text === 'NOT') return 'NOT'
  if (token.kind !== 'sign') return undefined
  return token.text === '-' || token.text === '+' || token.text === '~' ? token.text : undefined
}

function parseMembers(reader: TokenReader, primary: Expression): Expression {
  let target = primary
  for (let length = 1; ; length += 1) {
    const { start } = target
    reader.checkChain(length)
    if (reader.takeSign('.')) {
      const name = reader.expectIdentifier()
      const key = literal(name.text, name)
      target = { kind: 'member', target, key, start, end: name.end }
    } else if (reader.takeSign('[')) {
      const key = parseExpression(reader)
      const { end } = reader.expectSign(']')
      target = { kind: 'member', target, key, start, end }
    } else {
      return target
    }
  }
}

function literal(value: string | number | boolean | null | undefined, token: Token): Expression {
  return { kind: 'literal', value, start: token.start, end: token.end }
}

function parsePrimary(reader: TokenReader): Expression {
  const token = reader.peek()
  switch (token.kind) {
    case 'number':
    case 'string':
      return literal(reader.next().value, token)
    case 'parameter':
      reader.next()
      return { kind: 'parameter', name: token.text, start: token.start, end: token.end }
    case 'identifier':
      return parseNamed(reader)
    case 'keyword':
      return parseKeyword(reader)
    case 'sign':
      return parseBracketed(reader)
    case 'end':
      return reader.fail()
  }
}

const subqueryWords = new Map<string, SubqueryKind>([
  ['ALL', 'ALL'],
  ['FIRST', 'FIRST'],
  ['LAST', 'LAST'],
])

function parseNamed(reader: TokenReader): Expression {
  const token = reader.next()
  const form = subqueryWords.get(token.text.toUpperCase())
  if (form && reader.isSign('(') && reader.isKeyword('SELECT', 1)) {
    return parseSubquery(reader, form, token.start)
  }
  if (reader.isSign('('))
    return parseCall(reader, { name: token.text, userDefined: false, start: token.start })
  return { kind: 'name', name: token.text, start: token.start, end: token.end }
}

function parseCall(
  reader: TokenReader,
  callee: { readonly name: string; readonly userDefined: boolean; readonly start: number },
): Expression {
  reader.expectSign('(')
  const list = reader.isSign(')') ? [] : parseExpressions(reader)
  const { end } = reader.expectSign(')')
  return { kind: 'call', ...callee, arguments: list, end }
}

function parseSubquery(reader: TokenReader, form: SubqueryKind, start: number): Expression {
  reader.expectSign('(')
  const query = reader.subquery()
  const { end } = reader.expectSign(')')
  return { kind: 'subquery', form, query, start, end }
}

function parseKeyword(reader: TokenReader): Expression {
  const token = reader.peek()
  switch (token.text) {
    case 'true':
    case 'false':
      return literal(reader.next().text === 'true', token)
    case 'null':
      reader.next()
      return literal(null, token)
    case 'undefined':
      reader.next()
      return literal(undefined, token)
    case 'EXISTS':
    case 'ARRAY':
      reader.next()
      return parseSubquery(reader, token.text, token.start)
    case 'udf': {
      reader.next()
      reader.countUserFunctionCall()
      reader.expectSign('.')
      const name = reader.expectIdentifier().text
      return parseCall(reader, { name, userDefined: true, start: token.start })
    }
    default:
      return reader.fail()
  }
}

function parseBracketed(reader: TokenReader): Expression {
  const { start } = reader.peek()
  if (reader.isSign('(') && reader.isKeyword('SELECT', 1))
    return parseSubquery(reader, 'scalar', start)
  if (reader.takeSign('(')) {
    const inner = parseExpression(reader)
    reader.expectSign(')')
    return inner
  }
  if (reader.takeSign('[')) {
    const items = reader.isSign(']') ? [] : parseExpressions(reader)
    const { end } = reader.expectSign(']')
    return { kind: 'array', items, start, end }
  }
  reader.expectSign('{')
  const properties = reader.isSign('}') ? [] : parseProperties(reader)
  const { end } = reader.expectSign('}')
  return { kind: 'object', properties, start, end }
}

function parseProperties(reader: TokenReader): ObjectProperty[] {
  const properties = [parseProperty(reader)]
  while (reader.takeSign(',')) properties.push(parseProperty(reader))
  return properties
}

function parseProperty(reader: TokenReader): ObjectProperty {
  const token = reader.peek().kind === 'string' ? reader.next() : reader.expectIdentifier()
  reader.expectSign(':')
  const name = { name: String(token.value), start: token.start, end: token.end }
  return { name, value: parseExpression(reader) }
}
