import { parseDecorators } from './decorator-parser.ts'
import { parsePlainString } from './expression-parser.ts'
import type { ObjectTypeSyntax, TypePropertySyntax, TypeSyntax } from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Reads a type.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/user-defined-data-types
 */
export function parseType(reader: TokenReader): TypeSyntax {
  return reader.deeper(() => unionType(reader))
}

const unionBar = new Set(['|'])
const uncheckedTypes = new Set(['resourceInput', 'resourceOutput', 'resourceDerivedType'])

function unionType(reader: TokenReader): TypeSyntax {
  const at = reader.at
  if (reader.take('|')) reader.skipNewlines()
  const members = [suffixed(reader)]
  while (reader.continuesWith(unionBar)) {
    reader.next()
    reader.skipNewlines()
    members.push(suffixed(reader))
  }
  const [only] = members
  return members.length === 1 && only ? only : { kind: 'union', members, at }
}

function suffixed(reader: TokenReader): TypeSyntax {
  let type = simple(reader)
  for (;;) {
    const at = reader.at
    if (reader.take('?')) type = { kind: 'nullable', type, at }
    else if (reader.take('!')) continue
    else if (reader.take('.')) {
      const name = reader.take('*') ? '*' : reader.expectIdentifier('a type property').text
      type = { kind: 'member', type, name, at }
    } else if (reader.take('[')) type = bracketed(reader, type)
    else return type
  }
}

function bracketed(reader: TokenReader, type: TypeSyntax): TypeSyntax {
  const at = reader.at
  if (reader.take(']')) return { kind: 'array', item: type, at }
  if (reader.current.kind === 'number') {
    const name = reader.next().text
    reader.expect(']')
    return { kind: 'member', type, name, at }
  }
  reader.expect('*')
  reader.expect(']')
  return { kind: 'member', type, name: '*', at }
}

function simple(reader: TokenReader): TypeSyntax {
  const { kind, text, at } = reader.current
  if (kind === 'string') return { kind: 'literal', value: reader.next().text, at }
  if (kind === 'number') return { kind: 'literal', value: Number(reader.next().text), at }
  if (kind === 'identifier') return word(reader)
  if (reader.take('-') && reader.current.kind === 'number') {
    return { kind: 'literal', value: -Number(reader.next().text), at }
  }
  if (reader.take('!') && /^(true|false)$/.test(reader.current.text)) {
    return { kind: 'literal', value: reader.next().text === 'false', at }
  }
  if (reader.take('(')) {
    reader.skipNewlines()
    const inner = parseType(reader)
    reader.skipNewlines()
    reader.expect(')')
    return inner
  }
  if (text === '{') return objectType(reader)
  if (text === '[') return tuple(reader)
  throw reader.unexpected('BCP279', 'Expected a type at this location')
}

function word(reader: TokenReader): TypeSyntax {
  const { text: name, at } = reader.next()
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', at }
  if (name === 'null') return { kind: 'literal', value: null, at }
  if (name === 'resource' && reader.current.kind === 'string') {
    reader.next()
    return { kind: 'unchecked', at }
  }
  if (uncheckedTypes.has(name) && reader.take('<')) {
    parsePlainString(reader, 'a resource type')
    reader.expect('>')
    return { kind: 'unchecked', at }
  }
  return { kind: 'named', name, at }
}

function objectType(reader: TokenReader): ObjectTypeSyntax {
  const at = reader.expect('{').at
  const properties: TypePropertySyntax[] = []
  let additional: TypeSyntax | undefined
  reader.skipNewlines()
  while (!reader.is('}')) {
    const decorators = parseDecorators(reader)
    if (reader.take('*')) {
      reader.expect(':')
      additional = parseType(reader)
    } else {
      const name = propertyName(reader)
      reader.expect(':')
      properties.push({ name, type: parseType(reader), decorators })
    }
    endOfItem(reader, '}')
  }
  reader.next()
  return { kind: 'object', properties, sealed: false, at, ...(additional ? { additional } : {}) }
}

function propertyName(reader: TokenReader): string {
  if (reader.current.kind === 'string') return reader.next().text
  return reader.expectIdentifier('a property name').text
}

function tuple(reader: TokenReader): TypeSyntax {
  const at = reader.expect('[').at
  const items: TypeSyntax[] = []
  reader.skipNewlines()
  while (!reader.is(']')) {
    parseDecorators(reader)
    items.push(parseType(reader))
    endOfItem(reader, ']')
  }
  reader.next()
  return { kind: 'tuple', items, at }
}

function endOfItem(reader: TokenReader, close: string): void {
  if (reader.is(close)) return
  if (!reader.take(',') && reader.current.kind !== 'newline') {
    throw reader.unexpected('BCP019', `Expected a new line, "," or "${close}" at this location`)
  }
  reader.skipNewlines()
}
