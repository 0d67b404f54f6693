import type { ArgumentSyntax, ExpressionSyntax } from './syntax.ts'
import { parseType } from './parse-type.ts'
import type { TokenReader } from './token-reader.ts'

/** Parses the arguments between `(` or `[` and its closer. */
export function parseArguments(reader: TokenReader, closer: ')' | ']'): ArgumentSyntax[] {
  const list: ArgumentSyntax[] = []
  reader.next()
  while (!reader.is(closer)) {
    if (list.length > 0) reader.expect(',')
    list.push(parseArgument(reader))
  }
  reader.expect(closer)
  return list
}

function parseArgument(reader: TokenReader): ArgumentSyntax {
  const isNamed = reader.current.kind === 'identifier' && reader.is(':', 1)
  const name = isNamed ? reader.next().text : undefined
  if (isNamed) reader.expect(':')
  const named = name === undefined ? {} : { name }
  if (reader.accept('ref')) return { ...named, passing: 'ref', value: reader.expression() }
  if (reader.accept('out')) return { ...named, passing: 'out', value: parseOut(reader) }
  return { ...named, passing: 'value', value: reader.expression() }
}

/** `out x`, `out var x` or `out int x`. */
function parseOut(reader: TokenReader): ExpressionSyntax {
  const at = reader.current.start
  const start = reader.index
  const isVar = reader.isWord('var')
  const type = parseType(reader)
  if (reader.current.kind === 'identifier') {
    return { kind: 'declaration', type: isVar ? undefined : type, name: reader.next().text, at }
  }
  reader.rewind(start)
  return reader.expression()
}
