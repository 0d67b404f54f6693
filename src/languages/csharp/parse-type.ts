import { FaultAtOffset } from './csharp-error.ts'
import type { NamePart, TypeSyntax } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/** C#'s own names of types. */
export const predefinedTypes: Readonly<Record<string, string>> = {
  bool: 'Boolean',
  byte: 'Byte',
  char: 'Char',
  decimal: 'Decimal',
  double: 'Double',
  float: 'Single',
  int: 'Int32',
  long: 'Int64',
  object: 'Object',
  sbyte: 'SByte',
  short: 'Int16',
  string: 'String',
  uint: 'UInt32',
  ulong: 'UInt64',
  ushort: 'UInt16',
}

/** Parses a type or reports what is there instead. */
export function parseType(reader: TokenReader): TypeSyntax {
  const type = tryParseType(reader)
  if (type) return type
  throw new FaultAtOffset('CS1031', 'Type expected.', reader.current.start)
}

/** Parses a type, or leaves the reader where it was. */
export function tryParseType(reader: TokenReader): TypeSyntax | undefined {
  const start = reader.index
  const type = reader.deeper(() => parseSuffixes(reader, parseName(reader)))
  if (!type) reader.rewind(start)
  return type
}

/** Parses a type without array ranks, as `new` needs it. */
export function parseElementType(reader: TokenReader): TypeSyntax {
  const type = parseName(reader)
  if (!type)
    throw new FaultAtOffset(
      'CS1526',
      'A new expression requires (), [], or {} after type.',
      reader.current.start,
    )
  // Behind `new T` a `?` belongs to the type: a condition would need parentheses.
  return reader.accept('?') ? { kind: 'nullable', of: type, at: type.at } : type
}

/** Parses `<T, U>` behind a name; undefined, and nothing read, when it is no list of types. */
export function tryParseTypeArguments(reader: TokenReader): TypeSyntax[] | undefined {
  const start = reader.index
  if (!reader.accept('<')) return undefined
  const types: TypeSyntax[] = []
  do {
    const type = tryParseType(reader)
    if (!type) break
    types.push(type)
  } while (reader.accept(','))
  if (types.length > 0 && reader.accept('>')) return types
  reader.rewind(start)
  return undefined
}

/** Parses `[]`, `[,]` ... in front of the cursor: the rank, or undefined when it is no rank specifier. */
export function tryParseRank(reader: TokenReader): number | undefined {
  const start = reader.index
  if (!reader.accept('[')) return undefined
  let rank = 1
  while (reader.accept(',')) rank += 1
  if (reader.accept(']')) return rank
  reader.rewind(start)
  return undefined
}

function parseName(reader: TokenReader): TypeSyntax | undefined {
  const first = reader.current
  const predefined = first.kind === 'keyword' ? predefinedTypes[first.text] : undefined
  if (predefined !== undefined) {
    reader.next()
    const parts = [
      { name: 'System', typeArguments: [] },
      { name: predefined, typeArguments: [] },
    ]
    return { kind: 'named', parts, at: first.start }
  }
  if (first.kind !== 'identifier') return undefined
  const parts: NamePart[] = []
  do {
    if (reader.current.kind !== 'identifier') return undefined
    const { text } = reader.next()
    if (reader.is('::')) {
      reader.next()
      parts.push({
        name: reader.identifier().text,
        typeArguments: tryParseTypeArguments(reader) ?? [],
      })
    } else parts.push({ name: text, typeArguments: tryParseTypeArguments(reader) ?? [] })
  } while (reader.accept('.'))
  return { kind: 'named', parts, at: first.start }
}

function parseSuffixes(reader: TokenReader, name: TypeSyntax | undefined): TypeSyntax | undefined {
  let type = name
  if (!type) return undefined
  if (reader.is('?') && isTypeEnd(reader, 1)) {
    reader.next()
    type = { kind: 'nullable', of: type, at: type.at }
  }
  const ranks: number[] = []
  for (let rank = tryParseRank(reader); rank !== undefined; rank = tryParseRank(reader))
    ranks.push(rank)
  // `int[][,]` is an array of two-dimensional arrays: the ranks read from the left are the outer ones.
  for (const rank of ranks.toReversed()) type = { kind: 'array', element: type, rank, at: type.at }
  return type
}

/** `x is int ? a : b` against `int? n`: a nullable type is not followed by the start of an expression that has a `:`. */
function isTypeEnd(reader: TokenReader, ahead: number): boolean {
  const token = reader.peek(ahead)
  if (token.kind === 'end') return true
  const after = reader.peek(ahead + 1)
  if (token.kind === 'identifier') {
    if (after.kind === 'end' || (after.kind === 'keyword' && after.text === 'in')) return true
    return after.kind === 'punctuation' && behindName.has(after.text) && !hasColon(reader, ahead)
  }
  if (token.kind !== 'punctuation') return false
  if (token.text === '(') return !hasColon(reader, ahead)
  return behindType.has(token.text) && !(token.text === '[' && !reader.is(']', ahead + 1))
}

const behindName = new Set(['=', ';', ',', ')', '=>', '(', '<'])
const behindType = new Set([
  ')',
  ']',
  '>',
  ',',
  ';',
  '[',
  '{',
  '}',
  '&&',
  '||',
  '?',
  ':',
  '==',
  '!=',
  '??',
])

function hasColon(reader: TokenReader, ahead: number): boolean {
  let depth = 0
  for (let at = ahead; ; at += 1) {
    const token = reader.peek(at)
    if (token.kind === 'end') return false
    if (token.kind !== 'punctuation') continue
    if (['(', '[', '{'].includes(token.text)) depth += 1
    if ([')', ']', '}'].includes(token.text)) depth -= 1
    if (depth < 0 || (depth === 0 && (token.text === ';' || token.text === '?'))) return false
    if (depth === 0 && token.text === ':') return true
  }
}
