import { SourceError, type SourcePosition } from '../../base/errors.ts'
import { parseDecorators } from './decorator-parser.ts'
import {
  parseExpression,
  parseLoopHeader,
  parseObject,
  parsePlainString,
} from './expression-parser.ts'
import type {
  Decorator,
  Expression,
  LoopHeader,
  ObjectLiteral,
  ResourceDeclaration,
} from './syntax.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * Reads a `resource` declaration with those written inside it.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/resource-declaration
 */
export function parseResource(
  reader: TokenReader,
  decorators: readonly Decorator[],
  within?: ResourceDeclaration,
): ResourceDeclaration {
  reader.next()
  const name = reader.expectIdentifier('a resource').text
  const at = reader.at
  const [type, apiVersion] = resourceType(parsePlainString(reader, 'a resource type string'), {
    at,
    ...(within ? { within } : {}),
  })
  const existing = reader.takeWord('existing')
  reader.expect('=')
  const nested: ResourceDeclaration[] = []
  const inside: { decorators: Decorator[]; tokens: TokenReader }[] = []
  const declared = {
    kind: 'resource',
    name,
    decorators,
    type,
    apiVersion,
    existing,
    at,
    style: 'bicep',
    nested,
    ...(within ? { within } : {}),
  } as const
  const body = parseDeployedBody(reader, () => nestedStatement(reader, inside))
  const resource = { ...declared, ...body }
  for (const each of inside) nested.push(parseResource(each.tokens, each.decorators, resource))
  if (nested.length > 0 && resource.loop) {
    const message = 'A nested resource cannot appear inside of a resource with a for-expression.'
    throw new SourceError('BCP160', message, at)
  }
  return resource
}

/** Reads what follows `=`: a body, `if (...) {}`, or `[for ...: {}]`. */
export function parseDeployedBody(
  reader: TokenReader,
  onDeclaration?: () => boolean,
): { loop?: LoopHeader; condition?: Expression; body: ObjectLiteral } {
  reader.skipNewlines()
  if (!reader.take('[')) return conditional(reader, onDeclaration)
  reader.skipNewlines()
  const loop = parseLoopHeader(reader)
  const rest = conditional(reader, onDeclaration)
  reader.skipNewlines()
  reader.expect(']')
  return { loop, ...rest }
}

function conditional(
  reader: TokenReader,
  onDeclaration?: () => boolean,
): { condition?: Expression; body: ObjectLiteral } {
  if (!reader.takeWord('if')) return { body: parseObject(reader, onDeclaration) }
  reader.expect('(')
  reader.skipNewlines()
  const condition = parseExpression(reader)
  reader.skipNewlines()
  reader.expect(')')
  reader.skipNewlines()
  return { condition, body: parseObject(reader, onDeclaration) }
}

// The child is parsed after its parent exists, so its tokens are set aside first.
function nestedStatement(
  reader: TokenReader,
  inside: { decorators: Decorator[]; tokens: TokenReader }[],
): boolean {
  const isDeclaration =
    reader.is('@') || (reader.isWord('resource') && reader.peek(1).kind === 'identifier')
  if (!isDeclaration) return false
  const decorators = parseDecorators(reader)
  if (!reader.isWord('resource')) {
    throw reader.unexpected('BCP018', 'Expected a "resource" declaration at this location')
  }
  inside.push({ decorators, tokens: reader.fork() })
  skipStatement(reader)
  return true
}

function skipStatement(reader: TokenReader): void {
  let depth = 0
  while (reader.current.kind !== 'end') {
    if (depth === 0 && reader.current.kind === 'newline') return
    if (depth === 0 && reader.is('}')) return
    const { kind, text } = reader.next()
    if (kind !== 'symbol') continue
    if (text === '{' || text === '[' || text === '(') depth++
    if (text === '}' || text === ']' || text === ')') depth--
  }
}

const typePattern = /^([\w.-]+(?:\/[\w.-]+)*)(?:@([\w.-]+))?$/

function resourceType(
  text: string,
  context: { at: SourcePosition; within?: ResourceDeclaration },
): [string, string] {
  const [, written, version] = typePattern.exec(text) ?? []
  const parent = context.within
  const type = parent && written !== undefined ? `${parent.type}/${written}` : written
  const apiVersion = version ?? parent?.apiVersion
  if (type === undefined || apiVersion === undefined || !type.includes('/')) {
    const message = `The resource type is not valid. Specify a valid resource type of format "<types>@<apiVersion>", not "${text}".`
    throw new SourceError('BCP029', message, context.at)
  }
  return [type, apiVersion]
}
