import { compileConstraint } from './route-constraint.ts'
import type { RouteConstraint } from './route-constraint.ts'
import { routeSegmentCountMax } from './limits.ts'

export interface RouteLiteral {
  readonly kind: 'literal'
  readonly text: string
}

export interface RouteParameter {
  readonly kind: 'parameter'
  readonly name: string
  readonly constraints: readonly RouteConstraint[]
  readonly optional: boolean
  readonly catchAll: boolean
  readonly defaultValue?: string
}

export type RoutePart = RouteLiteral | RouteParameter

/** A route template, parsed: one list of parts for each segment. */
export interface RouteTemplate {
  readonly text: string
  readonly segments: readonly (readonly RoutePart[])[]
}

/** A route template that cannot be used; the column counts from 1. */
export class RouteTemplateError extends Error {
  override readonly name = 'RouteTemplateError'
  readonly template: string
  readonly column: number

  constructor(template: string, column: number, message: string) {
    super(`route template '${template}', column ${column}: ${message}`)
    this.template = template
    this.column = column
  }
}

/**
 * Parses a route template: literals, `{a}`, `{a:int}`, `{a?}`, `{a=1}`, `{*rest}`, and mixed segments.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseRouteTemplate(text: string): RouteTemplate {
  const start = /^(?:~\/|\/)?/.exec(text)?.[0].length ?? 0
  if (text.startsWith('~') && start === 0) {
    throw new RouteTemplateError(text, 1, "'~' can only start a template as '~/'")
  }
  const reader = { text, offset: start, names: new Set<string>() }
  const segments: RoutePart[][] = []
  while (reader.offset < text.length) {
    segments.push(parseSegment(reader))
    if (segments.length > routeSegmentCountMax) {
      fail(reader, reader.offset, `more than ${routeSegmentCountMax} segments`)
    }
    reader.offset += 1
  }
  return { text, segments }
}

interface Reader {
  readonly text: string
  offset: number
  readonly names: Set<string>
}

function parseSegment(reader: Reader): RoutePart[] {
  const start = reader.offset
  const parts: RoutePart[] = []
  while (reader.offset < reader.text.length && reader.text[reader.offset] !== '/') {
    const partStart = reader.offset
    const part = startsParameter(reader) ? parseParameter(reader) : parseLiteral(reader)
    checkNeighbour(reader, partStart, { previous: parts.at(-1), part })
    parts.push(part)
  }
  if (parts.length === 0) fail(reader, start, "'/' cannot appear twice in a row")
  checkCatchAll(reader, start, parts)
  return parts
}

function startsParameter(reader: Reader): boolean {
  return reader.text[reader.offset] === '{' && reader.text[reader.offset + 1] !== '{'
}

function parseLiteral(reader: Reader): RouteLiteral {
  let literal = ''
  while (reader.offset < reader.text.length) {
    const character = reader.text[reader.offset] ?? ''
    if (character === '/' || startsParameter(reader)) break
    if (character === '?') fail(reader, reader.offset, "a literal cannot contain '?'")
    const brace = character === '{' || character === '}'
    if (brace && reader.text[reader.offset + 1] !== character) {
      fail(reader, reader.offset, "'}' without '{'; a brace in a literal is written twice")
    }
    literal += character
    reader.offset += brace ? 2 : 1
  }
  return { kind: 'literal', text: literal }
}

function parseParameter(reader: Reader): RouteParameter {
  const start = reader.offset
  reader.offset += 1
  let inside = ''
  for (;;) {
    const character = reader.text[reader.offset]
    if (character === undefined) fail(reader, start, "'{' has no matching '}'")
    const brace = character === '{' || character === '}'
    const twice = brace && reader.text[reader.offset + 1] === character
    if (character === '{' && !twice) {
      fail(
        reader,
        reader.offset,
        "'{' inside a parameter; a brace in a constraint is written twice",
      )
    }
    reader.offset += twice ? 2 : 1
    if (character === '}' && !twice) break
    inside += character
  }
  return toParameter(reader, start, inside)
}

function toParameter(reader: Reader, start: number, inside: string): RouteParameter {
  const catchAll = inside.startsWith('*')
  const optional = inside.endsWith('?')
  const body = inside.slice(0, optional ? -1 : undefined).replace(/^\*{1,2}/, '')
  const nameEnd = /[:=]/.exec(body.slice(1))?.index
  const name = nameEnd === undefined ? body : body.slice(0, nameEnd + 1)
  const { references, defaultValue } = splitConstraints(body.slice(name.length))
  checkName(reader, start, name)
  if (catchAll && optional)
    fail(reader, start, `the catch-all parameter '${name}' cannot be optional`)
  if (optional && defaultValue !== undefined) {
    fail(reader, start, `the optional parameter '${name}' cannot have a default value`)
  }
  const constraints = references.map((reference) => {
    const constraint = compileConstraint(reference)
    return typeof constraint === 'string' ? fail(reader, start, constraint) : constraint
  })
  const parameter = { kind: 'parameter', name, constraints, optional, catchAll } as const
  return defaultValue === undefined ? parameter : { ...parameter, defaultValue }
}

// `:regex(a:b=c):length(3)=x`: inside parentheses neither ':' nor '=' ends a constraint. A ')' ends one
// only where the constraint can end: at the end, before ':' or before '='.
function splitConstraints(text: string): { references: string[]; defaultValue?: string } {
  const references: string[] = []
  let rest = text
  while (rest.startsWith(':')) {
    const reference = /^:((?:[^:=(]*\(.*?\)(?=$|[:=]))|[^:=]*)/s.exec(rest)?.[1] ?? ''
    if (reference !== '') references.push(reference)
    rest = rest.slice(1 + reference.length)
  }
  return rest.startsWith('=') ? { references, defaultValue: rest.slice(1) } : { references }
}

function checkName(reader: Reader, start: number, name: string): void {
  if (name === '' || /[/{}?*]/.test(name)) {
    fail(
      reader,
      start,
      `'${name}' is not a parameter name: it is empty or contains one of / { } ? *`,
    )
  }
  if (reader.names.has(name.toLowerCase())) {
    fail(reader, start, `the parameter '${name}' appears more than once`)
  }
  reader.names.add(name.toLowerCase())
}

function checkNeighbour(
  reader: Reader,
  start: number,
  pair: { previous: RoutePart | undefined; part: RoutePart },
): void {
  const { previous, part } = pair
  if (!previous) return
  if (previous.kind === 'parameter' && previous.optional) {
    fail(reader, start, `the optional parameter '${previous.name}' must end its segment`)
  }
  if (part.kind !== 'parameter') return
  if (previous.kind === 'parameter') {
    fail(reader, start, 'two parameters need a literal or a segment between them')
  }
  if (part.optional && previous.text !== '.') {
    fail(reader, start, `only '.' can stand before the optional parameter '${part.name}'`)
  }
}

function checkCatchAll(reader: Reader, start: number, parts: readonly RoutePart[]): void {
  const catchAll = parts.some((part) => part.kind === 'parameter' && part.catchAll)
  if (!catchAll) return
  if (parts.length > 1) fail(reader, start, 'a catch-all parameter must be a segment of its own')
  if (reader.offset < reader.text.length - 1) {
    fail(reader, start, 'a catch-all parameter must be the last segment')
  }
}

function fail(reader: Reader, offset: number, message: string): never {
  throw new RouteTemplateError(reader.text, offset + 1, message)
}
