import type { Expression, Predicate, PropertyName } from './syntax-tree.ts'
import type { TokenReader } from './token-reader.ts'
import type { ComparisonOperator } from './values.ts'

/** System properties by their names in lower case: all that `sys.` may name. */
export type SystemNames = ReadonlySet<string>

export function parsePredicate(reader: TokenReader, systemNames: SystemNames): Predicate {
  return predicateOf(reader, parseOr({ reader, systemNames }))
}

export function parseExpression(reader: TokenReader, systemNames: SystemNames): Expression {
  return expressionOf(reader, parseSum({ reader, systemNames }))
}

/** `[sys. | user.] name` */
export function parseProperty(reader: TokenReader, systemNames: SystemNames): PropertyName {
  const first = reader.expectName()
  if (!reader.takeSymbol('.')) return userProperty(first.text, first.at)
  const scope = first.text.toLowerCase()
  const { text } = reader.expectName()
  if (scope === 'user') return userProperty(text, first.at)
  if (scope !== 'sys') {
    throw reader.error(`the scope '${first.text}' is neither sys nor user`, first.at)
  }
  const name = text.toLowerCase()
  if (!systemNames.has(name)) {
    throw reader.error(`there is no system property '${text}'`, first.at)
  }
  return { scope: 'sys', name, text, at: first.at }
}

interface Parsing {
  readonly reader: TokenReader
  readonly systemNames: SystemNames
}

// Predicates and expressions both may stand in parentheses, and only what follows tells which it was: so one
// grammar reads both, and each operator checks what it was given.
type Node = Expression | Predicate

const predicateKinds: ReadonlySet<string> = new Set([
  'and',
  'comparison',
  'exists',
  'in',
  'isNull',
  'like',
  'not',
  'or',
])

function isPredicate(node: Node): node is Predicate {
  return predicateKinds.has(node.kind)
}

function predicateOf(reader: TokenReader, node: Node): Predicate {
  if (isPredicate(node)) return node
  throw reader.error('expected a condition, but a value was found', node.at)
}

function expressionOf(reader: TokenReader, node: Node): Expression {
  if (!isPredicate(node)) return node
  throw reader.error('expected a value, but a condition was found', node.at)
}

function parseOr(parsing: Parsing): Node {
  const { reader } = parsing
  let left = parseAnd(parsing)
  for (let { at } = reader.token; reader.take('or'); { at } = reader.token) {
    const right = predicateOf(reader, parseAnd(parsing))
    left = { kind: 'or', left: predicateOf(reader, left), right, at }
  }
  return left
}

function parseAnd(parsing: Parsing): Node {
  const { reader } = parsing
  let left = parseNot(parsing)
  for (let { at } = reader.token; reader.take('and'); { at } = reader.token) {
    const right = predicateOf(reader, parseNot(parsing))
    left = { kind: 'and', left: predicateOf(reader, left), right, at }
  }
  return left
}

function parseNot(parsing: Parsing): Node {
  const { reader } = parsing
  const { at } = reader.token
  if (!reader.take('not')) return parseComparison(parsing)
  return { kind: 'not', operand: predicateOf(reader, parseNot(parsing)), at }
}

const comparisons: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function parseComparison(parsing: Parsing): Node {
  const { reader } = parsing
  const left = parseSum(parsing)
  const { token } = reader
  const { at } = token
  const operator = token.kind === 'symbol' ? comparisons[token.text] : undefined
  if (operator) {
    reader.advance()
    const right = expressionOf(reader, parseSum(parsing))
    return { kind: 'comparison', operator, left: expressionOf(reader, left), right, at }
  }
  if (reader.take('is')) return parseIsNull(parsing, left, at)
  const negated = reader.take('not')
  const test = parseInOrLike(parsing, left, at)
  if (!test && negated) throw reader.unexpected('IN or LIKE')
  if (!test) return left
  return negated ? { kind: 'not', operand: test, at } : test
}

function parseIsNull({ reader }: Parsing, left: Node, at: number): Predicate {
  if (left.kind !== 'property') {
    throw reader.error('only a property can be tested with IS NULL', left.at)
  }
  const negated = reader.take('not')
  reader.expect('null')
  const test: Predicate = { kind: 'isNull', property: left.property, at }
  return negated ? { kind: 'not', operand: test, at } : test
}

function parseInOrLike(parsing: Parsing, left: Node, at: number): Predicate | undefined {
  const { reader } = parsing
  if (reader.take('in')) {
    const items: Expression[] = []
    reader.expectSymbol('(')
    do items.push(expressionOf(reader, parseSum(parsing)))
    while (reader.takeSymbol(','))
    reader.expectSymbol(')')
    return { kind: 'in', left: expressionOf(reader, left), items, at }
  }
  if (!reader.take('like')) return undefined
  const pattern = expressionOf(reader, parseSum(parsing))
  const escape = reader.take('escape') ? expressionOf(reader, parseSum(parsing)) : undefined
  return { kind: 'like', left: expressionOf(reader, left), pattern, escape, at }
}

function parseSum(parsing: Parsing): Node {
  const { reader } = parsing
  let left = parseProduct(parsing)
  for (;;) {
    const { at } = reader.token
    const operator = reader.takeSymbol('+') ? '+' : reader.takeSymbol('-') ? '-' : undefined
    if (!operator) return left
    const right = expressionOf(reader, parseProduct(parsing))
    left = { kind: 'arithmetic', operator, left: expressionOf(reader, left), right, at }
  }
}

const products = ['*', '/', '%'] as const

function parseProduct(parsing: Parsing): Node {
  const { reader } = parsing
  let left = parseSign(parsing)
  for (;;) {
    const { at } = reader.token
    const operator = products.find((symbol) => reader.takeSymbol(symbol))
    if (!operator) return left
    const right = expressionOf(reader, parseSign(parsing))
    left = { kind: 'arithmetic', operator, left: expressionOf(reader, left), right, at }
  }
}

function parseSign(parsing: Parsing): Node {
  const { reader } = parsing
  const { at } = reader.token
  const sign = reader.takeSymbol('-') ? '-' : reader.takeSymbol('+') ? '+' : undefined
  if (!sign) return parsePrimary(parsing)
  return { kind: 'sign', sign, operand: expressionOf(reader, parseSign(parsing)), at }
}

function parsePrimary(parsing: Parsing): Node {
  const { reader } = parsing
  const { token } = reader
  const { at } = token
  switch (token.kind) {
    case 'string':
      return { kind: 'constant', value: reader.advance().text, at }
    case 'integer':
      return { kind: 'constant', value: parseInteger(reader), at }
    case 'double':
      return { kind: 'constant', value: Number(reader.advance().text), at }
    case 'parameter':
      return { kind: 'parameter', name: reader.takeParameter(), at }
    case 'word':
      return parseWord(parsing)
    case 'name':
      return { kind: 'property', property: parseProperty(reader, parsing.systemNames), at }
    case 'end':
    case 'symbol': {
      if (!reader.takeSymbol('(')) throw reader.unexpected('a value')
      const inner = parseOr(parsing)
      reader.expectSymbol(')')
      return inner
    }
  }
}

function parseWord(parsing: Parsing): Node {
  const { reader, systemNames } = parsing
  const { at } = reader.token
  if (reader.take('true')) return { kind: 'constant', value: true, at }
  if (reader.take('false')) return { kind: 'constant', value: false, at }
  if (reader.take('null')) return { kind: 'constant', value: null, at }
  if (reader.take('exists')) {
    reader.expectSymbol('(')
    const property = parseProperty(reader, systemNames)
    reader.expectSymbol(')')
    return { kind: 'exists', property, at }
  }
  if (reader.precedes('(')) return parseCall(parsing)
  return { kind: 'property', property: parseProperty(reader, systemNames), at }
}

function parseCall(parsing: Parsing): Node {
  const { reader } = parsing
  const { text, at } = reader.advance()
  reader.expectSymbol('(')
  switch (text.toLowerCase()) {
    case 'newid':
      reader.expectSymbol(')')
      return { kind: 'newid', at }
    case 'p':
    case 'property': {
      const name = expressionOf(reader, parseSum(parsing))
      reader.expectSymbol(')')
      return { kind: 'lookup', name, at }
    }
    default:
      throw reader.error(`there is no function '${text}'`, at)
  }
}

const integerMax = 2n ** 63n

function parseInteger(reader: TokenReader): bigint {
  const { text, at } = reader.token
  const value = BigInt(text)
  // The smallest integer is written with a sign in front of the largest plus one.
  if (value > integerMax) throw reader.error(`the integer ${text} is too large`, at)
  reader.advance()
  return BigInt.asIntN(64, value)
}

function userProperty(text: string, at: number): PropertyName {
  return { scope: 'user', name: text.toLowerCase(), text, at }
}
