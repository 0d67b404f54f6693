import type { JsonObject, JsonValue } from '../base/json.ts'
import { DotnetGrid } from '../languages/csharp/arrays.ts'
import { AnonymousObject } from '../languages/dotnet/anonymous-object.ts'
import { DateTimeOffset } from '../languages/dotnet/date-time-offset.ts'
import { DateTime } from '../languages/dotnet/date-time.ts'
import { Decimal } from '../languages/dotnet/decimal.ts'
import { Dictionary } from '../languages/dotnet/dictionary.ts'
import { displayText } from '../languages/dotnet/format.ts'
import { isToken } from '../languages/dotnet/json-token.ts'
import { writeToken } from '../languages/dotnet/json-writer.ts'
import { KeyValuePair } from '../languages/dotnet/key-value-pair.ts'
import { enumerate, isEnumerable } from '../languages/dotnet/sequence.ts'
import { TimeSpan } from '../languages/dotnet/time-span.ts'
import { typeArguments, typeNameOf } from '../languages/dotnet/types.ts'
import { DotnetArray, DotnetNumber } from '../languages/dotnet/value.ts'
import { XDocument, XElement } from '../languages/dotnet/xml-node.ts'
import { writeXml } from '../languages/dotnet/xml-write.ts'

/** The type and value of a result as `interline policy eval` writes them. */
export function writeResult(value: unknown): { type: string; value: JsonValue } {
  return { type: writtenType(typeNameOf(value)), value: writeValue(value) }
}

function writtenType(name: string): string {
  if (name.startsWith('System.Linq.'))
    return `System.Collections.Generic.IEnumerable<${typeArguments(name).at(-1)}>`
  if (name.startsWith('<>')) return name.endsWith('[]') ? 'anonymous[]' : 'anonymous'
  return name
}

function writeValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof DotnetNumber) return writeNumber(value)
  if (value instanceof Decimal) return displayText(value)
  if (value instanceof DateTime || value instanceof DateTimeOffset) return value.format('o')
  if (value instanceof TimeSpan) return value.format('c')
  return writeObject(value)
}

function writeNumber(value: DotnetNumber): JsonValue {
  if (value.kind === 'UInt32' || value.kind === 'UInt64') return value.value.toString()
  const number = Number(value.value)
  return Number.isFinite(number) ? number : displayText(value)
}

function writeObject(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (isToken(value)) return { json: writeToken(value, { indented: false }) }
  if (value instanceof XElement || value instanceof XDocument)
    return { xml: writeXml(value, { indented: false }) }
  if (value instanceof AnonymousObject) return { members: fields(value.members) }
  if (value instanceof Dictionary) return { map: fields(pairs(value)) }
  if (value instanceof DotnetArray || value instanceof DotnetGrid || isEnumerable(value)) {
    return Array.from(enumerate(value), writeValue)
  }
  return displayText(value)
}

function* pairs(dictionary: Dictionary): Iterable<readonly [string, unknown]> {
  for (const pair of enumerate(dictionary)) {
    if (pair instanceof KeyValuePair) yield [displayText(pair.key), pair.value]
  }
}

function fields(entries: Iterable<readonly [string, unknown]>): JsonObject {
  const object: JsonObject = {}
  for (const [name, value] of entries) object[name] = writeValue(value)
  return object
}
