import { parseJsonPath, type PathStep } from './json-path-parse.ts'
import { matchesFilter } from './json-path-filter.ts'
import { DotnetException } from './exceptions.ts'
import { JArray, JObject, JProperty, type JToken } from './json-token.ts'
import { descendantsOf } from './json-tree.ts'

/**
 * `SelectToken(path)`: the one token at a path, or null; with `errorWhenNoMatch` JsonException when there is none.
 * https://www.newtonsoft.com/json/help/html/SelectToken.htm
 */
export function selectToken(
  token: JToken,
  path: string,
  options: { errorWhenNoMatch?: boolean } = {},
): JToken | null {
  let found: JToken | null = null
  for (const match of selectTokens(token, path, options)) {
    if (found !== null) throw pathException('Path returned multiple tokens.')
    found = match
  }
  return found
}

/** `SelectTokens(path)`. */
export function selectTokens(
  token: JToken,
  path: string,
  options: { errorWhenNoMatch?: boolean } = {},
): Iterable<JToken> {
  const required = options.errorWhenNoMatch ?? false
  let current: Iterable<JToken> = [token]
  for (const step of parseJsonPath(path)) current = applyStep(current, step, required)
  return current
}

/** JsonException. */
function pathException(message: string): DotnetException {
  return new DotnetException('Newtonsoft.Json.JsonException', message)
}

function* applyStep(
  tokens: Iterable<JToken>,
  step: PathStep,
  required: boolean,
): Generator<JToken> {
  for (const token of tokens) yield* stepFrom(token, step, required)
}

function stepFrom(token: JToken, step: PathStep, required: boolean): Iterable<JToken> {
  switch (step.type) {
    case 'name':
      return byName(token, step.name, required)
    case 'names':
      return step.names.flatMap((name) => [...byName(token, name, required)])
    case 'index':
      return byIndex(token, step.index, required)
    case 'indexes':
      return step.indexes.flatMap((index) => [...byIndex(token, index, required)])
    case 'slice':
      return bySlice(token, step, required)
    case 'any':
      return valuesBelow(token)
    case 'scan':
      return scan(token, step.name)
    case 'filter':
      return valuesBelow(token).filter((item) => matchesFilter(step.filter, item))
  }
}

function byName(token: JToken, name: string, required: boolean): readonly JToken[] {
  if (token instanceof JObject) {
    const value = token.get(name)
    if (value !== null) return [value]
    if (required) throw pathException(`Property '${name}' does not exist on JObject.`)
  } else if (required) throw pathException(`Property '${name}' not valid on ${shortName(token)}.`)
  return []
}

function byIndex(token: JToken, index: number, required: boolean): readonly JToken[] {
  if (token instanceof JArray) {
    const value = token.children[index]
    if (value !== undefined) return [value]
    if (required) throw pathException(`Index ${index} outside the bounds of JArray.`)
  } else if (required) throw pathException(`Index ${index} not valid on ${shortName(token)}.`)
  return []
}

interface Slice {
  readonly start: number | undefined
  readonly end: number | undefined
  readonly step: number
}

function bySlice(token: JToken, slice: Slice, required: boolean): readonly JToken[] {
  if (!(token instanceof JArray)) {
    if (required) throw pathException(`Array slice is not valid on ${shortName(token)}.`)
    return []
  }
  const { step } = slice
  const count = token.count
  const start = clampIndex(slice.start ?? (step > 0 ? 0 : count - 1), count, step)
  const end = slice.end === undefined ? (step > 0 ? count : -1) : clampEnd(slice.end, count)
  const found: JToken[] = []
  for (let index = start; step > 0 ? index < end : index > end; index += step) {
    const item = token.children[index]
    if (item !== undefined) found.push(item)
  }
  if (found.length === 0 && required) {
    throw pathException(
      `Array slice of ${slice.start ?? '*'} to ${slice.end ?? '*'} returned no results.`,
    )
  }
  return found
}

function clampIndex(index: number, count: number, step: number): number {
  const at = index < 0 ? count + index : index
  return Math.min(Math.max(at, step > 0 ? 0 : -1), step > 0 ? count : count - 1)
}

function clampEnd(index: number, count: number): number {
  const at = index < 0 ? count + index : index
  return Math.min(Math.max(at, -1), count)
}

function valuesBelow(token: JToken): JToken[] {
  if (token instanceof JObject) return token.children.map((property) => property.value)
  return token instanceof JArray ? [...token.children] : []
}

// `..name` finds properties at any depth, `..*` every value.
function* scan(token: JToken, name: string | undefined): Generator<JToken> {
  if (name === undefined) yield token
  for (const descendant of descendantsOf(token)) {
    if (name === undefined) {
      if (!(descendant instanceof JProperty)) yield descendant
    } else if (descendant instanceof JProperty && descendant.name === name) yield descendant.value
  }
}

function shortName(token: JToken): string {
  return token.typeName.slice(token.typeName.lastIndexOf('.') + 1)
}
