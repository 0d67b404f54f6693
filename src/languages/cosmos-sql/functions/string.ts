import type { Value } from '../values.ts'
import { replicateCharactersMax } from '../limits.ts'
import type { FunctionTable } from './function-definition.ts'

/** https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions: an argument of another type gives undefined. */
export const stringFunctions: FunctionTable = {
  CONCAT: { minimum: 2, maximum: Infinity, evaluate: concat },
  CONTAINS: { minimum: 2, maximum: 3, evaluate: search((text, part) => text.includes(part)) },
  ENDSWITH: { minimum: 2, maximum: 3, evaluate: search((text, part) => text.endsWith(part)) },
  STARTSWITH: { minimum: 2, maximum: 3, evaluate: search((text, part) => text.startsWith(part)) },
  STRINGEQUALS: { minimum: 2, maximum: 3, evaluate: search((text, part) => text === part) },
  CONTAINS_ALL_CI: { minimum: 2, maximum: Infinity, evaluate: searchAll({ ignoreCase: true }) },
  CONTAINS_ALL_CS: { minimum: 2, maximum: Infinity, evaluate: searchAll({ ignoreCase: false }) },
  CONTAINS_ANY_CI: { minimum: 2, maximum: Infinity, evaluate: searchAny({ ignoreCase: true }) },
  CONTAINS_ANY_CS: { minimum: 2, maximum: Infinity, evaluate: searchAny({ ignoreCase: false }) },
  INDEX_OF: { minimum: 2, maximum: 3, evaluate: indexOf },
  LASTINDEXOF: { minimum: 2, maximum: 3, evaluate: lastIndexOf },
  LEFT: { minimum: 2, maximum: 2, evaluate: left },
  RIGHT: { minimum: 2, maximum: 2, evaluate: right },
  LENGTH: { minimum: 1, maximum: 1, evaluate: ofText((text) => text.length) },
  LOWER: { minimum: 1, maximum: 1, evaluate: ofText((text) => text.toLowerCase()) },
  UPPER: { minimum: 1, maximum: 1, evaluate: ofText((text) => text.toUpperCase()) },
  LTRIM: { minimum: 1, maximum: 2, evaluate: trimmed({ start: true, end: false }) },
  RTRIM: { minimum: 1, maximum: 2, evaluate: trimmed({ start: false, end: true }) },
  TRIM: { minimum: 1, maximum: 2, evaluate: trimmed({ start: true, end: true }) },
  REPLACE: { minimum: 3, maximum: 3, evaluate: replace },
  REPLICATE: { minimum: 2, maximum: 2, evaluate: replicate },
  REVERSE: {
    minimum: 1,
    maximum: 1,
    evaluate: ofText((text) => Array.from(text).reverse().join('')),
  },
  STRINGJOIN: { minimum: 2, maximum: 2, evaluate: stringJoin },
  STRINGSPLIT: { minimum: 2, maximum: 2, evaluate: stringSplit },
  SUBSTRING: { minimum: 3, maximum: 3, evaluate: substring },
}

function ofText(evaluate: (text: string) => Value): (value: Value) => Value {
  return (value) => (typeof value === 'string' ? evaluate(value) : undefined)
}

function concat(...values: Value[]): Value {
  return values.every((value) => typeof value === 'string') ? values.join('') : undefined
}

function search(
  matches: (text: string, part: string) => boolean,
): (text: Value, part: Value, ignoreCase?: Value) => Value {
  return (text, part, ignoreCase = false) => {
    if (typeof text !== 'string' || typeof part !== 'string') return undefined
    if (typeof ignoreCase !== 'boolean') return undefined
    return ignoreCase ? matches(text.toLowerCase(), part.toLowerCase()) : matches(text, part)
  }
}

const contains = search((text, part) => text.includes(part))

// Each is CONTAINS joined by AND, or by OR: what decides the result wins over what is undefined.
function searchAll({
  ignoreCase,
}: {
  readonly ignoreCase: boolean
}): (...values: Value[]) => Value {
  return (text, ...parts) => {
    const found = parts.map((part) => contains(text, part, ignoreCase))
    if (found.includes(false)) return false
    return found.includes(undefined) ? undefined : true
  }
}

function searchAny({
  ignoreCase,
}: {
  readonly ignoreCase: boolean
}): (...values: Value[]) => Value {
  return (text, ...parts) => {
    const found = parts.map((part) => contains(text, part, ignoreCase))
    if (found.includes(true)) return true
    return found.includes(undefined) ? undefined : false
  }
}

function indexOf(text: Value, part: Value, start: Value = 0): Value {
  if (typeof text !== 'string' || typeof part !== 'string' || !isIndex(start)) return undefined
  return text.indexOf(part, start)
}

function lastIndexOf(text: Value, part: Value, start?: Value): Value {
  if (typeof text !== 'string' || typeof part !== 'string') return undefined
  if (start === undefined) return text.lastIndexOf(part)
  if (!isIndex(start)) return undefined
  // The whole of the part must lie before the position where the search starts.
  return start - part.length + 1 < 0 ? -1 : text.lastIndexOf(part, start - part.length + 1)
}

function isIndex(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}

function left(text: Value, count: Value): Value {
  if (typeof text !== 'string' || typeof count !== 'number') return undefined
  return text.slice(0, Math.max(count, 0))
}

function right(text: Value, count: Value): Value {
  if (typeof text !== 'string' || typeof count !== 'number') return undefined
  return count > 0 ? text.slice(-Math.trunc(count) || text.length) : ''
}

function trimmed(sides: {
  readonly start: boolean
  readonly end: boolean
}): (text: Value, characters?: Value) => Value {
  return (text, ...[characters]) => {
    if (typeof text !== 'string') return undefined
    if (characters === undefined) return trimSpace(text, sides)
    if (typeof characters !== 'string') return undefined
    return trimText(text, characters, sides)
  }
}

function trimSpace(text: string, { start, end }: { start: boolean; end: boolean }): string {
  const fromStart = start ? text.trimStart() : text
  return end ? fromStart.trimEnd() : fromStart
}

function trimText(
  text: string,
  characters: string,
  { start, end }: { readonly start: boolean; readonly end: boolean },
): string {
  let [from, to] = [0, text.length]
  while (start && from < to && characters.includes(text.charAt(from))) from += 1
  while (end && to > from && characters.includes(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function replace(text: Value, part: Value, by: Value): Value {
  if (typeof text !== 'string' || typeof part !== 'string' || typeof by !== 'string') {
    return undefined
  }
  return part === '' ? text : text.replaceAll(part, () => by)
}

function replicate(text: Value, count: Value): Value {
  if (typeof text !== 'string' || !isIndex(count) || count < 0) return undefined
  return text.length * count > replicateCharactersMax ? undefined : text.repeat(count)
}

function stringJoin(items: Value, separator: Value): Value {
  if (!Array.isArray(items) || typeof separator !== 'string') return undefined
  return items.every((item) => typeof item === 'string') ? items.join(separator) : undefined
}

function stringSplit(text: Value, separator: Value): Value {
  if (typeof text !== 'string' || typeof separator !== 'string') return undefined
  return separator === '' ? [text] : text.split(separator)
}

function substring(text: Value, start: Value, length: Value): Value {
  if (typeof text !== 'string' || typeof start !== 'number' || typeof length !== 'number') {
    return undefined
  }
  const from = Math.max(Math.trunc(start), 0)
  return length > 0 ? text.slice(from, from + Math.trunc(length)) : ''
}
