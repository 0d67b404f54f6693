import { FaultAtOffset } from './csharp-error.ts'
import { parseNew } from './parse-new.ts'
import { parseArguments } from './parse-arguments.ts'
import { parseType, predefinedTypes, tryParseTypeArguments } from './parse-type.ts'
import type { ExpressionSyntax, InterpolatedPart, TypeSyntax } from './syntax.ts'
import { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'

/** True when the cursor stands on the parameters of a lambda. */
export function startsLambda(reader: TokenReader): boolean {
  if (reader.current.kind === 'identifier') return reader.is('=>', 1)
  if (!reader.is('(')) return false
  let depth = 0
  for (let ahead = 0; ; ahead += 1) {
    if (reader.is('(', ahead)) depth += 1
    if (reader.is(')', ahead)) depth -= 1
    if (depth === 0) return reader.is('=>', ahead + 1)
    const { kind } = reader.peek(ahead)
    if (kind === 'end' || kind === 'string' || kind === 'interpolated') return false
  }
}

/** Parses an operand with everything that binds to its right: members, calls, indexes, `++`. */
export function parsePrimary(reader: TokenReader): ExpressionSyntax {
  return parseSuffixes(reader, parseAtom(reader))
}

function parseSuffixes(reader: TokenReader, start: ExpressionSyntax): ExpressionSyntax {
  let target = start
  for (;;) {
    const { start: at } = reader.current
    if (reader.accept('.')) target = parseMember(reader, target, at)
    else if (reader.is('('))
      target = { kind: 'call', target, arguments: parseArguments(reader, ')'), at }
    else if (reader.is('['))
      target = { kind: 'index', target, arguments: parseArguments(reader, ']'), at }
    else if (reader.is('++') || reader.is('--')) {
      const operator = reader.next().text === '++' ? '++' : '--'
      target = { kind: 'step', operator, isPrefix: false, operand: target, at }
    } else if (reader.is('?.') || startsNullIndex(reader)) return parseWhenNotNull(reader, target)
    else return target
  }
}

/** `a?.b.c()`: everything to the right is skipped when `a` is null. */
function parseWhenNotNull(reader: TokenReader, target: ExpressionSyntax): ExpressionSyntax {
  const at = reader.next().start
  const receiver: ExpressionSyntax = { kind: 'receiver', at }
  const first: ExpressionSyntax = reader.is('[')
    ? { kind: 'index', target: receiver, arguments: parseArguments(reader, ']'), at }
    : parseMember(reader, receiver, at)
  return {
    kind: 'when-not-null',
    target,
    access: reader.deeper(() => parseSuffixes(reader, first)),
    at,
  }
}

/** `a?[0]` against `a ? [0] ...`, which C# 7 does not have. */
function startsNullIndex(reader: TokenReader): boolean {
  return reader.is('?') && reader.is('[', 1)
}

function parseMember(reader: TokenReader, target: ExpressionSyntax, at: number): ExpressionSyntax {
  const name = reader.identifier()
  return {
    kind: 'member',
    target,
    name: name.text,
    typeArguments: parseGenericArguments(reader),
    at: name.start || at,
  }
}

/** `a<b>(c)` is generic, `a < b` is not: what follows the `>` decides. */
function parseGenericArguments(reader: TokenReader): readonly TypeSyntax[] {
  const start = reader.index
  const types = tryParseTypeArguments(reader)
  if (!types) return []
  const { kind, text } = reader.current
  const follows =
    kind === 'end' ||
    (kind === 'punctuation' &&
      [
        '(',
        ')',
        ']',
        '}',
        ':',
        ';',
        ',',
        '.',
        '?',
        '?.',
        '==',
        '!=',
        '|',
        '^',
        '&&',
        '||',
        '&',
        '[',
      ].includes(text))
  if (follows) return types
  reader.rewind(start)
  return []
}

function parseAtom(reader: TokenReader): ExpressionSyntax {
  const token = reader.current
  const at = token.start
  if (token.kind === 'keyword') return parseKeyword(reader, token)
  if (token.kind === 'number' && token.number) {
    reader.next()
    return { kind: 'number', number: token.number, at }
  }
  if (token.kind === 'string' || token.kind === 'char') {
    reader.next()
    return { kind: token.kind, value: token.text, at }
  }
  if (token.kind === 'interpolated') return parseInterpolated(reader)
  if (token.kind === 'identifier') {
    reader.next()
    if (reader.is('::')) {
      reader.next()
      return parseAtom(reader)
    }
    return { kind: 'name', name: token.text, typeArguments: parseGenericArguments(reader), at }
  }
  if (reader.accept('(')) {
    const inner = reader.expression()
    reader.expect(')')
    return inner
  }
  throw new FaultAtOffset('CS1525', `Invalid expression term '${token.text}'.`, at)
}

function parseKeyword(reader: TokenReader, token: Token): ExpressionSyntax {
  const at = token.start
  switch (token.text) {
    case 'true':
    case 'false':
      reader.next()
      return { kind: 'boolean', value: token.text === 'true', at }
    case 'null':
      reader.next()
      return { kind: 'null', at }
    case 'new':
      return parseNew(reader)
    case 'typeof':
      reader.next()
      return { kind: 'typeof', type: parseParenthesizedType(reader), at }
    case 'default':
      reader.next()
      return {
        kind: 'default',
        type: reader.is('(') ? parseParenthesizedType(reader) : undefined,
        at,
      }
    case 'checked':
    case 'unchecked': {
      reader.next()
      reader.expect('(')
      const operand = reader.expression()
      reader.expect(')')
      return { kind: 'checked', isChecked: token.text === 'checked', operand, at }
    }
    default:
      if (predefinedTypes[token.text] === undefined) {
        throw new FaultAtOffset('CS1525', `Invalid expression term '${token.text}'.`, at)
      }
      return { kind: 'type', type: predefinedType(reader), at }
  }
}

/** `int.Parse`: the keyword alone, so that `.Parse` stays a member of it. */
function predefinedType(reader: TokenReader): TypeSyntax {
  const { text, start } = reader.next()
  const parts = [
    { name: 'System', typeArguments: [] },
    { name: predefinedTypes[text] ?? text, typeArguments: [] },
  ]
  return { kind: 'named', parts, at: start }
}

function parseParenthesizedType(reader: TokenReader): TypeSyntax {
  reader.expect('(')
  const type = parseType(reader)
  reader.expect(')')
  return type
}

function parseInterpolated(reader: TokenReader): ExpressionSyntax {
  const token = reader.next()
  const parts = (token.parts ?? []).map((part): InterpolatedPart => {
    if (part.kind === 'text') return part
    return reader.deeper(() => {
      const range = { start: part.start, end: part.end, depth: reader.depth }
      const hole = new TokenReader(reader.text, reader.grammar, range)
      const value = hole.expression()
      const alignment = hole.accept(',') ? hole.expression() : undefined
      if (hole.current.kind !== 'end') {
        throw new FaultAtOffset('CS1003', "Syntax error, '}' expected.", hole.current.start)
      }
      return { kind: 'hole', value, alignment, format: part.format }
    })
  })
  return { kind: 'interpolated', parts, at: token.start }
}
