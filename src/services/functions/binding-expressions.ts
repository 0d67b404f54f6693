import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'

/** A binding expression that cannot be read, or that names what an event does not have. */
export class BindingExpressionError extends Error {
  override readonly name = 'BindingExpressionError'
}

export interface ExpressionContext {
  /** The value of `{sys.methodname}`. */
  readonly functionName: string
  /** The time of `{datetime}` and `{sys.utcnow}`. */
  readonly clock: Clock
}

/** Gives the text of an expression for the binding data of one event. */
export type BindingExpression = (bindingData: JsonObject) => string

/**
 * Compiles text with `{name}`, `{a.b.c}`, `{Query.id}`, `{headers.x}`, `{sys.utcnow}`, `{rand-guid}`,
 * `{DateTime:yyyy-MM-dd}` and the escapes `{{` and `}}`; `%NAME%` is replaced before, by `AppSettings.resolve`.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns
 */
export function compileBindingExpression(
  text: string,
  context: ExpressionContext,
): BindingExpression {
  const parts = parseTemplate(text).map((token) => compileToken(token, context))
  const [only] = parts
  if (only && parts.length === 1) return only
  return (bindingData) => parts.map((part) => part(bindingData)).join('')
}

type Token =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly text: string; readonly template: string }

const tokenPattern = /(\{\{|\}\})|\{([^{}]*)\}|([^{}]+)|([{}])/g

function parseTemplate(template: string): Token[] {
  const tokens: Token[] = []
  for (const match of template.matchAll(tokenPattern)) {
    const [, escape, parameter, literal, bracket] = match
    const position = match.index + 1
    if (escape !== undefined) tokens.push({ kind: 'literal', text: escape.slice(1) })
    else if (literal !== undefined) tokens.push({ kind: 'literal', text: literal })
    else if (parameter !== undefined && parameter !== '') {
      tokens.push({ kind: 'parameter', text: parameter, template })
    } else if (bracket === undefined) {
      throw invalid(template, `The parameter name at position ${position} is empty.`)
    } else {
      const missing = bracket === '{' ? 'closing' : 'opening'
      throw invalid(template, `Missing ${missing} bracket at position ${position}.`)
    }
  }
  return tokens
}

function compileToken(token: Token, context: ExpressionContext): BindingExpression {
  const { text } = token
  if (token.kind === 'literal') return () => text
  const colon = text.indexOf(':')
  const path = colon > 0 ? text.slice(0, colon) : text
  const format = colon > 0 ? text.slice(colon + 1).trim() || undefined : undefined
  const names = path.split('.')
  const [first = '', ...rest] = names
  const builtIn = rest.length === 0 ? builtInValue(first, context) : undefined
  if (!builtIn && !isIdentifierPath(names)) {
    throw invalid(token.template, `The parameter name '${path}' is invalid.`)
  }
  return (bindingData) => {
    const found = lookUp(bindingData, first)
    if (found.exists) return toText(follow(found.value, rest), format)
    if (builtIn) return toText(builtIn(), format)
    if (first.toLowerCase() !== 'sys' || rest.length === 0) {
      throw new BindingExpressionError(`No value for named parameter '${first}'.`)
    }
    return toText(systemValue(rest, context), format)
  }
}

function invalid(template: string, why: string): BindingExpressionError {
  return new BindingExpressionError(`Invalid template '${template}'. ${why}`)
}

// Only the first name must be an identifier: headers have hyphens.
function isIdentifierPath(names: readonly string[]): boolean {
  const [first = '', ...rest] = names
  return (
    /^[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}\p{Pc}]*$/u.test(first) &&
    rest.every((name) => /^[^\s{}]+$/.test(name))
  )
}

type Value = JsonValue | Date

function builtInValue(name: string, context: ExpressionContext): (() => Value) | undefined {
  switch (name.toLowerCase()) {
    case 'rand-guid':
      return newUuid
    case 'datetime':
      return () => utcNow(context)
    default:
      return undefined
  }
}

function systemValue(names: readonly string[], context: ExpressionContext): Value {
  const [name = '', ...rest] = names
  if (rest.length === 0) {
    switch (name.toLowerCase()) {
      case 'utcnow':
        return utcNow(context)
      case 'randguid':
        return newUuid()
      case 'methodname':
        return context.functionName
      default:
    }
  }
  throw noProperty(name)
}

function utcNow(context: ExpressionContext): Date {
  return new Date(context.clock.now())
}

function follow(start: JsonValue, names: readonly string[]): JsonValue {
  let value = start
  for (const name of names) {
    const found = isJsonObject(value) ? lookUp(value, name) : undefined
    if (!found?.exists) throw noProperty(name)
    value = found.value
  }
  return value
}

function noProperty(name: string): BindingExpressionError {
  return new BindingExpressionError(`Error while accessing '${name}': property doesn't exist.`)
}

/** Names of binding data have no case, as in the host. */
function lookUp(
  object: JsonObject,
  name: string,
): { exists: true; value: JsonValue } | { exists: false } {
  if (Object.hasOwn(object, name)) return { exists: true, value: object[name] ?? null }
  const wanted = name.toLowerCase()
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === wanted)
  return key === undefined ? { exists: false } : { exists: true, value: object[key] ?? null }
}

const guidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const isoDatePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}:\d{2})$/

// The host turns primitives into text, and anything else into nothing.
function toText(value: Value, format: string | undefined): string {
  if (value instanceof Date) return formatDate(value, format ?? 'yyyy-MM-ddTHH-mm-ssK')
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'string') return ''
  if (format !== undefined && guidPattern.test(value)) return formatGuid(value, format)
  // Times travel as text in binding data; the host still has them as times and formats them.
  if (format !== undefined && isoDatePattern.test(value)) return formatDate(new Date(value), format)
  return value
}

function formatGuid(guid: string, format: string): string {
  switch (format.toUpperCase()) {
    case 'N':
      return guid.replaceAll('-', '')
    case 'D':
      return guid
    case 'B':
      return `{${guid}}`
    case 'P':
      return `(${guid})`
    default:
      throw new BindingExpressionError(
        `'${format}' is not a format of a GUID: expected N, D, B or P.`,
      )
  }
}

/** .NET's one-letter formats, in the invariant culture. */
const standardFormats: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: 'yyyy-MM-ddTHH:mm:ss.fffffffK',
  O: 'yyyy-MM-ddTHH:mm:ss.fffffffK',
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: 'yyyy-MM-ddTHH:mm:ss',
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
}

const formatPartPattern =
  /'([^']*)'|"([^"]*)"|\\(.)|%?(d+|f+|F+|g+|h+|H+|K|m+|M+|s+|t+|y+|z+)|(.)/gs

/**
 * A UTC time in a .NET format.
 * https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
 */
function formatDate(date: Date, format: string): string {
  const custom = format.length === 1 ? standardFormats[format] : format
  if (custom === undefined) {
    throw new BindingExpressionError(`'${format}' is not a format of a date and time.`)
  }
  let text = ''
  for (const [, single, double, escaped, letters, other] of custom.matchAll(formatPartPattern)) {
    text += letters === undefined ? (single ?? double ?? escaped ?? other) : datePart(date, letters)
  }
  return text
}

function datePart(date: Date, letters: string): string {
  const width = letters.length
  switch (letters.charAt(0)) {
    case 'y':
      return pad(width < 3 ? date.getUTCFullYear() % 100 : date.getUTCFullYear(), width)
    case 'M':
      return width > 2
        ? dateName(date, { month: width === 3 ? 'short' : 'long' })
        : pad(date.getUTCMonth() + 1, width)
    case 'd':
      return width > 2
        ? dateName(date, { weekday: width === 3 ? 'short' : 'long' })
        : pad(date.getUTCDate(), width)
    case 'H':
      return pad(date.getUTCHours(), Math.min(width, 2))
    case 'h':
      return pad(date.getUTCHours() % 12 || 12, Math.min(width, 2))
    case 'm':
      return pad(date.getUTCMinutes(), Math.min(width, 2))
    case 's':
      return pad(date.getUTCSeconds(), Math.min(width, 2))
    case 'f':
      return fraction(date).slice(0, width)
    case 'F':
      return fraction(date).slice(0, width).replace(/0+$/, '')
    case 't':
      return (date.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, width)
    case 'z':
      return ['+0', '+00', '+00:00'][Math.min(width, 3) - 1] ?? ''
    case 'g':
      return 'A.D.'
    case 'K':
    default:
      return 'Z'
  }
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0')
}

function fraction(date: Date): string {
  return `${pad(date.getUTCMilliseconds(), 3)}0000`
}

function dateName(date: Date, options: Intl.DateTimeFormatOptions): string {
  return date.toLocaleDateString('en-US', { ...options, timeZone: 'UTC' })
}
