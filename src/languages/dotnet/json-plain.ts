import { type JsonValue, isJsonObject, tryParseJson } from '../../base/json.ts'
import type { DateTime } from './date-time.ts'
import { JArray, JObject, JValue, type JToken } from './json-token.ts'
import { doubleOf } from './value.ts'

// What `JSON.parse` would lose: a real number without a fraction, a number of many digits, names that look like
// indexes, which JavaScript puts first.
const loses =
  /(?:^|[:,[\s])-?\d+(?:\.0+(?!\d)|(?:\.\d+)?[eE])|(?:^|[:,[\s.])-?\d{16}|"(?:\d|\\u003\d)+"\s*:/

const depthMax = 512

// `JSON.parse` does not stop when the time is up: with more values than these it takes seconds.
const valueCountMax = 1_000_000

/**
 * The token of a text that is plain JSON, read by `JSON.parse`, whose children become tokens when somebody looks at
 * them; undefined for what Newtonsoft reads otherwise, or reads and `JSON.parse` does not.
 */
export function tokenOfPlainText(text: string, dateOf: DateReader): JToken | undefined {
  if (loses.test(text) || mayBeLarge(text)) return undefined
  const plain = tryParseJson(text)
  return plain === undefined ? undefined : tokenOfPlain(plain, dateOf)
}

/** The date that a string stands for, if any. */
export type DateReader = (text: string) => DateTime | undefined

function tokenOfPlain(plain: JsonValue, dateOf: DateReader): JToken {
  if (typeof plain === 'string') return tokenOfString(plain, dateOf)
  if (typeof plain === 'number') {
    return Number.isInteger(plain)
      ? JValue.ofWhole(plain + 0)
      : new JValue(doubleOf(plain), 'Float')
  }
  if (typeof plain === 'boolean') return new JValue(plain, 'Boolean')
  if (plain === null) return new JValue(null, 'Null')
  const tokenOf = (child: JsonValue): JToken => tokenOfPlain(child, dateOf)
  return isJsonObject(plain) ? new JObject({ plain, tokenOf }) : new JArray({ plain, tokenOf })
}

/** A string token, or a date where the text is one. */
export function tokenOfString(text: string, dateOf: DateReader): JValue {
  const date = dateOf(text)
  return date === undefined ? new JValue(text, 'String') : new JValue(date, 'Date', text)
}

// Brackets and commas are counted without a look at the strings around them, so this errs on the side of the careful reader.
function mayBeLarge(text: string): boolean {
  if (text.length <= 2 * depthMax) return false
  let depth = 0
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x2c) count += 1
    else if (code === 0x7b || code === 0x5b) {
      count += 1
      depth += 1
    } else if (code === 0x7d || code === 0x5d) depth -= 1
    if (depth > depthMax || count > valueCountMax) return true
  }
  return false
}
