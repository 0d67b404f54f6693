import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { Decimal } from './decimal.ts'
import { displayText, newLine } from './format.ts'
import { integerOf, toDouble } from './numbers.ts'
import { formatNumber } from './number-format.ts'
import { Uri } from './uri.ts'
import { DotnetEnum, DotnetNumber } from './value.ts'
import { countWork } from './work-limit.ts'

/** `Formatting`: on one line, or indented by two blanks. */
export interface JsonLayout {
  readonly indented: boolean
}

/** What is written: a token by its type, with children, a name or a value. */
export interface WrittenToken {
  readonly type: string
  readonly children?: readonly WrittenToken[]
  readonly name?: string | null
  readonly value?: unknown
}

/** `token.ToString(formatting)`. */
export function writeToken(token: WrittenToken, layout: JsonLayout): string {
  return writeAt(token, layout, 0)
}

function writeAt(token: WrittenToken, layout: JsonLayout, depth: number): string {
  countWork()
  const { children } = token
  if (children === undefined) return writeValue(token)
  if (token.type !== 'Property')
    return writeContainer({ ...bracketsOf(token), children }, layout, depth)
  const gap = layout.indented ? ' ' : ''
  const value = children.map((child) => writeAt(child, layout, depth)).join('')
  return `${quoteJson(token.name ?? '')}:${gap}${value}`
}

function bracketsOf({ type, name }: WrittenToken): { open: string; close: string } {
  if (type === 'Object') return { open: '{', close: '}' }
  if (type === 'Constructor') return { open: `new ${name ?? ''}(`, close: ')' }
  return { open: '[', close: ']' }
}

function writeContainer(
  part: { open: string; close: string; children: readonly WrittenToken[] },
  layout: JsonLayout,
  depth: number,
): string {
  const { open, close, children } = part
  if (children.length === 0) return open + close
  let text = open
  let separator = ''
  for (const child of children) {
    text += separator + lineStart(layout, depth + 1) + writeAt(child, layout, depth + 1)
    separator = child.type === 'Comment' ? '' : ','
  }
  return text + lineStart(layout, depth) + close
}

function lineStart(layout: JsonLayout, depth: number): string {
  return layout.indented ? newLine + '  '.repeat(depth) : ''
}

function writeValue(token: WrittenToken): string {
  if (token.type === 'Raw') return displayText(token.value)
  if (token.type === 'Comment') return `/*${displayText(token.value)}*/`
  if (token.type === 'Undefined') return 'undefined'
  return writePrimitive(token.value)
}

/** `JsonConvert.ToString(value)`: a primitive as JSON. */
function writePrimitive(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quoteJson(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString()
  if (value instanceof DotnetNumber) return writeNumber(value)
  if (value instanceof Decimal) return withPoint(value.toString())
  if (value instanceof DotnetEnum) return String(value.value)
  if (value instanceof DateTime) return `"${isoDate(value)}"`
  if (value instanceof DateTimeOffset) return `"${isoDateOffset(value)}"`
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`
  if (value instanceof Uri) return quoteJson(value.originalString)
  return typeof value === 'object' && 'value' in value && typeof value.value === 'bigint'
    ? value.value.toString()
    : quoteJson(displayText(value))
}

function writeNumber(value: DotnetNumber): string {
  const whole = integerOf(value)
  if (whole !== undefined) return whole.toString()
  const real = toDouble(value)
  if (!Number.isFinite(real)) return `"${formatNumber(value)}"`
  return withPoint(formatNumber(value, 'R'))
}

function withPoint(text: string): string {
  return /[.Ee]/.test(text) ? text : `${text}.0`
}

/** A DateTime as Newtonsoft writes it: no more digits than needed, and its kind as the zone. */
export function isoDate(value: DateTime): string {
  return value.format("yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFK")
}

/** A DateTimeOffset as Newtonsoft writes it. */
export function isoDateOffset(value: DateTimeOffset): string {
  return value.format("yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFzzz")
}

const escapes = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\f', '\\f'],
  ['\b', '\\b'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])

/** A text in double quotes, with the escapes that Newtonsoft writes. */
export function quoteJson(text: string): string {
  const escaped = text.replaceAll(
    /["\\\p{Cc}\u2028\u2029]/gu,
    (character) => escapes.get(character) ?? escapeCode(character),
  )
  return `"${escaped}"`
}

// Of the control characters above U+001F only U+0085, a line end, is escaped.
function escapeCode(character: string): string {
  const code = character.charCodeAt(0)
  if (code >= 0x7f && code < 0xa0 && code !== 0x85) return character
  return `\\u${code.toString(16).padStart(4, '0')}`
}
