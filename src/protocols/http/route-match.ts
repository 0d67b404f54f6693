import type { RouteParameter, RoutePart, RouteTemplate } from './route-template.ts'

/** Values by parameter name, as the template writes it; an optional one that is missing has no entry. */
export type RouteValues = Record<string, string>

/** A template made ready for matching many paths. */
export interface RoutePattern {
  readonly segments: readonly SegmentPattern[]
  readonly parameters: readonly RouteParameter[]
  /** Path segments without which the template cannot match. */
  readonly segmentCountMin: number
  readonly segmentCountMax: number
}

type SegmentPattern =
  | { readonly kind: 'literal'; readonly lower: string }
  | { readonly kind: 'parameter'; readonly parameter: RouteParameter }
  | { readonly kind: 'mixed'; readonly parts: readonly RoutePart[] }

export function compileRoute(template: RouteTemplate): RoutePattern {
  const segments = template.segments.map(compileSegment)
  const parameters = template.segments.flat().filter((part) => part.kind === 'parameter')
  const lastRequired = segments.findLastIndex((segment) => !mayBeMissing(segment))
  const catchAll = parameters.some((parameter) => parameter.catchAll)
  const segmentCountMax = catchAll ? Infinity : segments.length
  return { segments, parameters, segmentCountMin: lastRequired + 1, segmentCountMax }
}

/** Matches decoded path segments; `lower` are the same in lower case, since literals ignore case. */
export function matchRoute(
  pattern: RoutePattern,
  path: { readonly segments: readonly string[]; readonly lower: readonly string[] },
): RouteValues | undefined {
  const { segments } = path
  if (segments.length < pattern.segmentCountMin) return undefined
  if (segments.length > pattern.segmentCountMax) return undefined
  const values: RouteValues = {}
  for (const [index, segment] of pattern.segments.entries()) {
    const text = segments[index]
    if (text === undefined) break
    // An empty segment (`a//b`) is matched by nothing but a catch-all that began before it.
    if (text === '' && !isCatchAll(segment)) return undefined
    switch (segment.kind) {
      case 'literal':
        if (segment.lower !== path.lower[index]) return undefined
        break
      case 'parameter':
        values[segment.parameter.name] = segment.parameter.catchAll
          ? segments.slice(index).join('/')
          : text
        break
      case 'mixed':
        if (!matchMixed(segment.parts, text, values)) return undefined
    }
  }
  return complete(pattern, values) ? values : undefined
}

function compileSegment(parts: readonly RoutePart[]): SegmentPattern {
  const [part] = parts
  if (!part || parts.length > 1) return { kind: 'mixed', parts }
  if (part.kind === 'literal') return { kind: 'literal', lower: part.text.toLowerCase() }
  return { kind: 'parameter', parameter: part }
}

function mayBeMissing(segment: SegmentPattern): boolean {
  if (segment.kind !== 'parameter') return false
  const { optional, catchAll, defaultValue } = segment.parameter
  return optional || catchAll || defaultValue !== undefined
}

function isCatchAll(segment: SegmentPattern): boolean {
  return segment.kind === 'parameter' && segment.parameter.catchAll
}

// Fills in defaults and asks the constraints. A missing optional value satisfies any constraint.
function complete(pattern: RoutePattern, values: RouteValues): boolean {
  for (const parameter of pattern.parameters) {
    const { name, defaultValue } = parameter
    const value = values[name] || defaultValue
    if (value === undefined) {
      if (!parameter.optional && parameter.constraints.length > 0) return false
      delete values[name]
    } else {
      values[name] = value
      if (!parameter.constraints.every((accepts) => accepts(value))) return false
    }
  }
  return true
}

// `file-{name}.{ext}` is read from the right, each literal as far right as it goes: `a.b.c` gives ext `c`.
// An optional last parameter may be missing together with the '.' before it.
function matchMixed(parts: readonly RoutePart[], text: string, values: RouteValues): boolean {
  if (matchFromRight(parts, text, values)) return true
  const last = parts.at(-1)
  if (last?.kind !== 'parameter' || !last.optional || text.endsWith('.')) return false
  return matchFromRight(parts.slice(0, -2), text, values)
}

function matchFromRight(parts: readonly RoutePart[], text: string, values: RouteValues): boolean {
  const found: RouteValues = {}
  const lower = text.toLowerCase()
  let end = text.length
  let waiting: RouteParameter | undefined
  for (const part of parts.toReversed()) {
    if (part.kind === 'parameter') {
      waiting = part
      continue
    }
    const at = literalBefore(lower, part.text.toLowerCase(), {
      end,
      waiting: waiting !== undefined,
    })
    if (at < 0) return false
    if (waiting) found[waiting.name] = text.slice(at + part.text.length, end)
    waiting = undefined
    end = at
  }
  if (waiting) {
    if (end === 0) return false
    found[waiting.name] = text.slice(0, end)
  } else if (end !== 0) return false
  Object.assign(values, found)
  return true
}

// Where the literal begins: directly before `end`, or further left when a parameter waits for a value.
function literalBefore(
  lower: string,
  literal: string,
  place: { readonly end: number; readonly waiting: boolean },
): number {
  const last = place.end - literal.length - (place.waiting ? 1 : 0)
  if (last < 0) return -1
  if (place.waiting) return lower.lastIndexOf(literal, last)
  return lower.startsWith(literal, last) ? last : -1
}
