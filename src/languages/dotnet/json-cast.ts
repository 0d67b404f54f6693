import { fromBase64 } from './base64.ts'
import { changeType, convertToBoolean, convertToChar, convertToNumber } from './convert.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { parseDateTime, parseDateTimeOffset } from './date-parse.ts'
import { argumentError, argumentNull, invalidCast } from './exceptions.ts'
import { displayText } from './format.ts'
import { Guid } from './guid.ts'
import type { JsonTokenType } from './json-kind.ts'
import { JProperty, JValue, isToken, type JToken } from './json-token.ts'
import { tokenAt } from './json-tree.ts'
import { parseTimeSpan, TimeSpan } from './time-span.ts'
import { isNumericName, typeArguments, typeNameOf } from './types.ts'
import { Uri } from './uri.ts'

const scalars: readonly JsonTokenType[] = [
  'Integer',
  'Float',
  'String',
  'Comment',
  'Raw',
  'Boolean',
]
const texts: readonly JsonTokenType[] = ['String', 'Comment', 'Raw']

/** The token types that a cast to a type accepts, beside null for those that can be null. */
const accepted = new Map<string, readonly JsonTokenType[]>([
  ['String', [...scalars, 'Date', 'Bytes', 'Guid', 'TimeSpan', 'Uri']],
  ['Boolean', scalars],
  ['Char', ['Integer', 'Float', ...texts]],
  ['DateTime', ['Date', ...texts]],
  ['DateTimeOffset', ['Date', ...texts]],
  ['Guid', ['Guid', 'Bytes', ...texts]],
  ['TimeSpan', ['TimeSpan', ...texts]],
  ['Uri', ['Uri', ...texts]],
  ['Byte[]', ['Bytes', 'Integer', ...texts]],
])

/**
 * A cast of C# from a token to a primitive type: `(string)token`, `(int?)token`. `typeName` is a full name, with
 * `System.Nullable<...>` around it for a nullable type.
 * https://www.newtonsoft.com/json/help/html/ExplicitConversion_JToken.htm
 */
export function castToken(token: JToken | null, typeName: string): unknown {
  return tokenCast(typeName)(token)
}

/** The cast to a type, for code that makes it many times. */
export function tokenCast(typeName: string): (token: JToken | null) => unknown {
  const general = generalCast(typeName)
  switch (typeName) {
    case 'System.String':
      return (token) => {
        if (!(token instanceof JValue)) return general(token)
        if (token.whole !== undefined) return String(token.whole)
        return typeof token.value === 'string' ? token.value : general(token)
      }
    case 'System.Boolean':
      return (token) =>
        token instanceof JValue && typeof token.value === 'boolean' ? token.value : general(token)
    case 'System.Int32':
      return (token) => {
        const whole = token instanceof JValue ? token.whole : undefined
        return whole !== undefined && (whole | 0) === whole ? whole : general(token)
      }
    default:
      return general
  }
}

function generalCast(typeName: string): (token: JToken | null) => unknown {
  const nullable = typeName.startsWith('System.Nullable<')
  const name = (nullable ? (typeArguments(typeName)[0] ?? '') : typeName).replace(/^System\./, '')
  const canBeNull = nullable || name === 'String' || name === 'Uri' || name === 'Byte[]'
  const types = accepted.get(name) ?? scalars
  return (token) => {
    if (token === null) {
      if (canBeNull) return null
      throw argumentNull('value')
    }
    const value = token instanceof JProperty ? token.value : token
    const isNull = value.type === 'Null' || value.type === 'Undefined'
    if (!(value instanceof JValue) || !(types.includes(value.type) || (isNull && canBeNull))) {
      throw argumentError(`Can not convert ${describe(value)} to ${name}.`)
    }
    return isNull ? null : castContent(value.value, name)
  }
}

function describe(token: JToken): string {
  return token.type
}

function castContent(content: unknown, name: string): unknown {
  if (content === null) return null
  if (isNumericName(name)) return convertToNumber(content, name)
  switch (name) {
    case 'String':
      return content instanceof Uint8Array
        ? Buffer.from(content).toString('base64')
        : displayText(content)
    case 'Boolean':
      return convertToBoolean(content)
    case 'Char':
      return convertToChar(content)
    case 'DateTime':
      return toDateTime(content)
    case 'DateTimeOffset':
      return toDateTimeOffset(content)
    case 'Guid':
      return content instanceof Uint8Array ? Guid.fromBytes(content) : toGuid(content)
    case 'TimeSpan':
      return content instanceof TimeSpan ? content : parseTimeSpan(displayText(content))
    case 'Uri':
      return content instanceof Uri ? content : new Uri(displayText(content), 'RelativeOrAbsolute')
    case 'Byte[]':
      return content instanceof Uint8Array ? content : fromBase64(displayText(content))
    default:
      throw invalidCast()
  }
}

function toDateTime(content: unknown): DateTime {
  if (content instanceof DateTime) return content
  return content instanceof DateTimeOffset ? content.dateTime : parseDateTime(displayText(content))
}

function toDateTimeOffset(content: unknown): DateTimeOffset {
  if (content instanceof DateTimeOffset) return content
  if (content instanceof DateTime) return DateTimeOffset.fromDateTime(content)
  return parseDateTimeOffset(displayText(content))
}

function toGuid(content: unknown): Guid {
  return content instanceof Guid ? content : Guid.parse(displayText(content))
}

/** True for a type that tokens can be cast to. */
export function isTokenCastTarget(typeName: string): boolean {
  const inner = typeName.startsWith('System.Nullable<')
    ? (typeArguments(typeName)[0] ?? '')
    : typeName
  const name = inner.replace(/^System\./, '')
  return isNumericName(name) || accepted.has(name)
}

/** `token.Value<T>(key)`: null (the caller's default of T) where there is no such child. */
export function valueAt(token: JToken, key: unknown, typeName: string): unknown {
  const found = tokenAt(token, key)
  return found === null ? null : valueOfToken(found, typeName)
}

const tokenTypes = new Set([
  'Newtonsoft.Json.Linq.JToken',
  'Newtonsoft.Json.Linq.JContainer',
  'System.Object',
])

/**
 * `token.Value<T>()`: the token itself for a token type, else its content by Convert.ChangeType. Null stays null, which
 * is an InvalidCastException for value types.
 */
export function valueOfToken(token: JToken | null, typeName: string): unknown {
  if (token === null) return null
  if (isTokenOfType(token, typeName)) return token
  if (!(token instanceof JValue)) {
    throw invalidCast(`Cannot cast ${token.typeName} to ${typeName}.`)
  }
  const content = token.value
  if (typeNameOf(content) === typeName) return content
  const nullable = typeName.startsWith('System.Nullable<')
  if (nullable && content === null) return null
  return changeType(content, nullable ? (typeArguments(typeName)[0] ?? '') : typeName)
}

/** True when a token is an instance of a token type, base types included. */
export function isTokenOfType(token: unknown, typeName: string): boolean {
  if (!isToken(token)) return false
  if (typeName === 'Newtonsoft.Json.Linq.JContainer') return !(token instanceof JValue)
  return tokenTypes.has(typeName) || token.typeName === typeName || isRawValue(token, typeName)
}

function isRawValue(token: JToken, typeName: string): boolean {
  return typeName === 'Newtonsoft.Json.Linq.JValue' && token instanceof JValue
}

/** `tokens.Values<T>()`: the children of each token of a sequence, converted. */
export function* valuesOfTokens(tokens: Iterable<unknown>, typeName: string): Generator<unknown> {
  for (const token of tokens) {
    if (isToken(token)) yield valueOfToken(token, typeName)
  }
}
