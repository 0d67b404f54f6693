import { FaultAtOffset } from './csharp-error.ts'
import { parseArguments } from './parse-arguments.ts'
import { parseElementType, tryParseRank } from './parse-type.ts'
import type {
  AnonymousMember,
  ExpressionSyntax,
  Initializer,
  InitializerItem,
  InitializerValue,
  TypeSyntax,
} from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses `new T(...) { ... }`, `new T[n]`, `new[] { ... }` or `new { ... }`. */
export function parseNew(reader: TokenReader): ExpressionSyntax {
  const at = reader.expect('new').start
  if (reader.is('{')) return { kind: 'anonymous', members: parseAnonymous(reader), at }
  const implicitRank = tryParseRank(reader)
  if (implicitRank !== undefined) {
    return {
      kind: 'new-array',
      element: undefined,
      sizes: [],
      rank: implicitRank,
      initializer: parseInitializer(reader),
      at,
    }
  }
  const type = parseElementType(reader)
  if (reader.is('[')) return parseArray(reader, type, at)
  if (!reader.is('(') && !reader.is('{')) {
    throw new FaultAtOffset(
      'CS1526',
      'A new expression requires (), [], or {} after type.',
      reader.current.start,
    )
  }
  const list = reader.is('(') ? parseArguments(reader, ')') : []
  const initializer = reader.is('{') ? parseInitializer(reader) : undefined
  return { kind: 'new', type, arguments: list, initializer, at }
}

/** Parses `{ a, b }`, `{ Name = value }`, `{ { k, v } }` or `{ [k] = v }`. */
function parseInitializer(reader: TokenReader): Initializer {
  const at = reader.expect('{').start
  const items: InitializerItem[] = []
  while (!reader.is('}')) {
    if (items.length > 0) reader.expect(',')
    if (reader.is('}')) break
    items.push(reader.deeper(() => parseItem(reader)))
  }
  reader.expect('}')
  return { kind: 'initializer', items, at }
}

/** Parses an expression or a nested initializer. */
export function parseInitializerValue(reader: TokenReader): InitializerValue {
  return reader.is('{') ? parseInitializer(reader) : reader.expression()
}

function parseItem(reader: TokenReader): InitializerItem {
  const at = reader.current.start
  if (reader.is('{')) return { kind: 'row', row: parseInitializer(reader), at }
  if (reader.is('[')) {
    const list = parseArguments(reader, ']')
    reader.expect('=')
    return { kind: 'index', arguments: list, value: parseInitializerValue(reader), at }
  }
  if (reader.current.kind === 'identifier' && reader.is('=', 1)) {
    const name = reader.next().text
    reader.expect('=')
    return { kind: 'member', name, value: parseInitializerValue(reader), at }
  }
  return { kind: 'element', values: [reader.expression()], at }
}

function parseArray(reader: TokenReader, element: TypeSyntax, at: number): ExpressionSyntax {
  const rank = tryParseRank(reader)
  if (rank !== undefined) {
    const inner = wrapRanks(reader, element)
    return {
      kind: 'new-array',
      element: inner,
      sizes: [],
      rank,
      initializer: parseInitializer(reader),
      at,
    }
  }
  const sizes = parseArguments(reader, ']').map((argument) => argument.value)
  const inner = wrapRanks(reader, element)
  const initializer = reader.is('{') ? parseInitializer(reader) : undefined
  return { kind: 'new-array', element: inner, sizes, rank: sizes.length, initializer, at }
}

function wrapRanks(reader: TokenReader, element: TypeSyntax): TypeSyntax {
  const ranks: number[] = []
  for (let rank = tryParseRank(reader); rank !== undefined; rank = tryParseRank(reader))
    ranks.push(rank)
  let type = element
  for (const rank of ranks.toReversed())
    type = { kind: 'array', element: type, rank, at: element.at }
  return type
}

function parseAnonymous(reader: TokenReader): AnonymousMember[] {
  reader.expect('{')
  const members: AnonymousMember[] = []
  while (!reader.is('}')) {
    if (members.length > 0) reader.expect(',')
    if (reader.is('}')) break
    members.push(parseAnonymousMember(reader))
  }
  reader.expect('}')
  return members
}

function parseAnonymousMember(reader: TokenReader): AnonymousMember {
  if (reader.current.kind === 'identifier' && reader.is('=', 1)) {
    const name = reader.next().text
    reader.expect('=')
    return { name, value: reader.expression() }
  }
  const value = reader.expression()
  const source = value.kind === 'when-not-null' ? value.access : value
  if (source.kind === 'name' || source.kind === 'member') return { name: source.name, value }
  throw new FaultAtOffset('CS0746', 'Invalid anonymous type member declarator.', value.at)
}
