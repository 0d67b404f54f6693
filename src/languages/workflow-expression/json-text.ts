/**
 * JSON as Newtonsoft reads and writes it for expressions: `5.0` stays a float, longs keep every digit, a decimal keeps
 * its scale, a name that comes twice has its last value and its last place, dates stay text.
 * https://www.newtonsoft.com/json/help/html/SerializingJSON.htm
 */
import { Decimal } from '../dotnet/decimal.ts'
import { parseToken } from '../dotnet/json-reader.ts'
import { JArray, JObject, JValue, type JToken } from '../dotnet/json-token.ts'
import { integerOf, isNumeric, toDouble } from '../dotnet/numbers.ts'
import { doubleText } from './double-text.ts'
import { readStrictJson } from './json-read.ts'
import { WholeDouble, isArray, makeDouble, makeInteger, makeObject, type Value } from './value.ts'

/** The value of JSON text; a text that is not JSON throws a `DotnetException` with Newtonsoft's message. */
export function readJson(text: string): Value {
  const value = readStrictJson(text)
  return value === undefined ? valueOfToken(parseToken(text, { readsDates: false })) : value
}

function valueOfToken(token: JToken): Value {
  if (token instanceof JObject) {
    return makeObject(
      token.children.map((property) => [property.name, valueOfToken(property.value)] as const),
    )
  }
  if (token instanceof JArray) {
    return token.children.filter((item) => item.type !== 'Comment').map(valueOfToken)
  }
  return token instanceof JValue ? valueOfPrimitive(token.value) : null
}

function valueOfPrimitive(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (!isNumeric(value)) return null
  const whole = integerOf(value)
  return whole === undefined ? makeDouble(toDouble(value)) : makeInteger(whole)
}

/** JSON on one line. */
export function writeJson(value: Value): string {
  return isPlain(value) ? withEscapes(JSON.stringify(value)) : writeAny(value)
}

// True where JSON.stringify writes the same: most values have none of the numbers that JavaScript writes otherwise.
function isPlain(value: Value): boolean {
  if (typeof value === 'number') return isPlainNumber(value)
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint'
  if (value instanceof WholeDouble || value instanceof Decimal) return false
  if (isArray(value)) {
    for (const item of value) if (!isPlain(item)) return false
    return true
  }
  for (const name in value) if (!isPlain(value[name] ?? null)) return false
  return true
}

function isPlainNumber(value: number): boolean {
  const size = Math.abs(value)
  return Number.isSafeInteger(value) || (size >= 1e-4 && size < 1e15)
}

function writeAny(value: Value): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? String(value) : writeDouble(value)
  }
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof WholeDouble) return writeDouble(value.value)
  if (value instanceof Decimal) return withPoint(value.toString())
  return isArray(value) ? writeArray(value) : writeObject(Object.entries(value))
}

function writeArray(items: readonly Value[]): string {
  let text = '['
  for (const [index, item] of items.entries()) {
    text += index === 0 ? writeAny(item) : `,${writeAny(item)}`
  }
  return `${text}]`
}

function writeObject(entries: readonly (readonly [string, Value])[]): string {
  let text = '{'
  for (const [name, value] of entries) {
    text += `${text === '{' ? '' : ','}${quote(name)}:${writeAny(value)}`
  }
  return `${text}}`
}

function writeDouble(value: number): string {
  return Number.isFinite(value) ? withPoint(doubleText(value)) : `"${doubleText(value)}"`
}

function withPoint(text: string): string {
  return /[.E]/.test(text) ? text : `${text}.0`
}

function quote(text: string): string {
  return withEscapes(JSON.stringify(text))
}

// Newtonsoft escapes the line ends of Unicode, which JSON does not ask for.
function withEscapes(json: string): string {
  return lineEnds.test(json) ? json.replaceAll(/[\u0085\u2028\u2029]/g, escaped) : json
}

const lineEnds = /[\u0085\u2028\u2029]/

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** JSON on lines, indented by two blanks, as the host's messages show objects. */
export function writeIndentedJson(value: Value, indent = ''): string {
  if (typeof value !== 'object' || value === null) return writeJson(value)
  if (value instanceof WholeDouble || value instanceof Decimal) return writeJson(value)
  const inner = `${indent}  `
  const lines = isArray(value)
    ? value.map((item) => inner + writeIndentedJson(item, inner))
    : Object.entries(value).map(
        ([name, item]) => `${inner}${quote(name)}: ${writeIndentedJson(item, inner)}`,
      )
  const [open, close] = isArray(value) ? ['[', ']'] : ['{', '}']
  if (lines.length === 0) return open + close
  return `${open}\r\n${lines.join(',\r\n')}\r\n${indent}${close}`
}
