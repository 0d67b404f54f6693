import { FaultAtOffset } from './csharp-error.ts'
import { parsePrimary, startsLambda } from './parse-primary.ts'
import { parseLambda } from './parse-lambda.ts'
import { predefinedTypes, parseType, tryParseType } from './parse-type.ts'
import type { ExpressionSyntax, PatternSyntax } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

const levels: Readonly<Record<string, number>> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '==': 7,
  '!=': 7,
  '<': 8,
  '>': 8,
  '<=': 8,
  '>=': 8,
  is: 8,
  as: 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
}

const assignments = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=']

/** Parses an expression, assignments and lambdas included. */
export function parseExpression(reader: TokenReader): ExpressionSyntax {
  if (startsLambda(reader)) return parseLambda(reader)
  if (reader.is('throw')) {
    const at = reader.next().start
    return { kind: 'throw', operand: reader.expression(), at }
  }
  const left = parseConditional(reader)
  const operator = assignmentOperator(reader)
  if (operator === undefined) return left
  return { kind: 'assign', operator, left, right: reader.expression(), at: left.at }
}

/** Parses an expression that binds tighter than `?:`. */
function parseBinary(reader: TokenReader, level: number): ExpressionSyntax {
  let left = parseUnary(reader)
  for (;;) {
    const operator = binaryOperator(reader)
    const operatorLevel = levels[operator]
    if (operatorLevel === undefined || operatorLevel < level) return left
    const at = reader.current.start
    reader.next()
    if (operator === '>>') reader.next()
    if (operator === 'is') left = { kind: 'is', operand: left, pattern: parsePattern(reader), at }
    else if (operator === 'as') left = { kind: 'as', type: parseType(reader), operand: left, at }
    else {
      const right = reader.deeper(() =>
        reader.is('throw')
          ? parseExpression(reader)
          : parseBinary(reader, operator === '??' ? 1 : operatorLevel + 1),
      )
      left = { kind: 'binary', operator, left, right, at }
    }
  }
}

/** Parses what may stand behind `is` and `case`: a constant, or a type with or without a name. */
export function parsePattern(reader: TokenReader): PatternSyntax {
  const at = reader.current.start
  const start = reader.index
  const type = tryParseType(reader)
  if (type) {
    if (reader.current.kind === 'identifier' && reader.current.text !== 'when') {
      return { kind: 'declaration', type, name: reader.next().text, at }
    }
    const isConstant = reader.is('.') || reader.is('(') || (reader.is('-') && type.kind === 'named')
    if (!isConstant) return { kind: 'declaration', type, name: undefined, at }
    reader.rewind(start)
  }
  return { kind: 'constant', value: parseBinary(reader, 9), at }
}

function assignmentOperator(reader: TokenReader): string | undefined {
  if (reader.is('>') && reader.isGlued && reader.is('>=', 1)) {
    reader.next()
    reader.next()
    return '>>'
  }
  const mark = assignments.find((candidate) => reader.is(candidate))
  if (mark === undefined) return undefined
  reader.next()
  return mark.slice(0, -1)
}

function binaryOperator(reader: TokenReader): string {
  const token = reader.current
  if (token.kind === 'keyword') return token.text
  if (token.kind !== 'punctuation') return ''
  if (token.text !== '>' || !reader.isGlued) return token.text
  if (reader.is('>', 1)) return '>>'
  return reader.is('>=', 1) ? '' : '>'
}

function parseConditional(reader: TokenReader): ExpressionSyntax {
  const condition = parseBinary(reader, 1)
  if (!reader.is('?')) return condition
  const at = reader.next().start
  const whenTrue = reader.expression()
  reader.expect(':')
  return { kind: 'conditional', condition, whenTrue, whenFalse: reader.expression(), at }
}

function parseUnary(reader: TokenReader): ExpressionSyntax {
  const token = reader.current
  const operator = ['+', '-', '!', '~'].find((mark) => reader.is(mark))
  if (operator !== undefined) {
    reader.next()
    return {
      kind: 'unary',
      operator,
      operand: reader.deeper(() => parseUnary(reader)),
      at: token.start,
    }
  }
  if (reader.is('++') || reader.is('--')) {
    reader.next()
    const operand = reader.deeper(() => parseUnary(reader))
    return {
      kind: 'step',
      operator: token.text === '++' ? '++' : '--',
      isPrefix: true,
      operand,
      at: token.start,
    }
  }
  if (
    token.kind === 'identifier' &&
    token.text === 'await' &&
    reader.peek(1).kind === 'identifier'
  ) {
    throw new FaultAtOffset(
      'CS4032',
      "The 'await' operator can only be used within an async method.",
      token.start,
    )
  }
  return (reader.is('(') ? tryParseCast(reader) : undefined) ?? parsePrimary(reader)
}

function tryParseCast(reader: TokenReader): ExpressionSyntax | undefined {
  const start = reader.index
  const at = reader.next().start
  const isKeyword =
    reader.current.kind === 'keyword' && predefinedTypes[reader.current.text] !== undefined
  const type = tryParseType(reader)
  if (type && reader.accept(')') && startsOperand(reader, isKeyword)) {
    return { kind: 'cast', type, operand: reader.deeper(() => parseUnary(reader)), at }
  }
  reader.rewind(start)
  return undefined
}

/** Whether what follows `(T)` makes it a cast; `(x) + 1` and `(x) - 1` are sums unless T is a keyword. */
function startsOperand(reader: TokenReader, isKeyword: boolean): boolean {
  const { kind, text } = reader.current
  if (kind === 'punctuation') {
    return (
      text === '(' ||
      text === '!' ||
      text === '~' ||
      (isKeyword && ['+', '-', '++', '--'].includes(text))
    )
  }
  if (kind === 'keyword') return text !== 'is' && text !== 'as' && text !== 'in'
  return kind !== 'end'
}
