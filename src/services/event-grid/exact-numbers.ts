import { tryParseJson } from '../../base/json.ts'
import type { JsonValue } from '../../base/json.ts'

/** Stands before a number that is kept as text until it is written again. */
const mark = '\u0000#'

const numberPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs
/** A number whose text may not be what a double makes of it. */
const suspectPattern = /\d[.eE]|\d{16}|-0/
const markedPattern = /"\\u0000#(-?\d[\d.eE+-]*)"(?!:)/g

/**
 * Parses JSON so that `writeExactJson` gives every number as it was written: an id of 64 bits and a price of 10.50
 * pass through unchanged. In between a number that a double would change is a text; `undefined` where it is no JSON.
 */
export function parseExactJson(text: string): JsonValue | undefined {
  const value = tryParseJson(text)
  if (value === undefined || !suspectPattern.test(text)) return value
  const marked = text.replace(numberPattern, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : JSON.stringify(mark + token),
  )
  return tryParseJson(marked)
}

/** Writes JSON with the numbers as they were. */
export function writeExactJson(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.includes('\\u0000#') ? text.replace(markedPattern, '$1') : text
}

/** The value as a filter compares it: a number that is kept as text is a number. */
export function plainValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(plainValue)
  return isExactNumber(value) ? Number(value.slice(mark.length)) : value
}

/** A text, number or boolean as text, a number as it was written; `undefined` for anything else. */
export function plainText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined
  return isExactNumber(value) ? value.slice(mark.length) : String(value)
}

/** Whether it is a text and not a number that is kept as one. */
export function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && !isExactNumber(value)
}

function isExactNumber(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.startsWith(mark)
}
