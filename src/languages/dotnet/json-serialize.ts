import { AnonymousObject } from './anonymous-object.ts'
import { DotnetException } from './exceptions.ts'
import { Dictionary } from './dictionary.ts'
import { displayText } from './format.ts'
import { BigInteger, kindOfContent } from './json-kind.ts'
import {
  JArray,
  JObject,
  JProperty,
  JValue,
  cloneToken,
  isToken,
  type JToken,
} from './json-token.ts'
import { writeToken, type JsonLayout } from './json-writer.ts'
import { KeyValuePair } from './key-value-pair.ts'
import { isNumeric } from './numbers.ts'
import { isEnumerable, enumerate } from './sequence.ts'
import { DotnetChar, DotnetEnum } from './value.ts'

const depthMax = 256

/** Members that a class of the gateway shows to the serializer. */
export interface SerializedMembers {
  /** The public properties, in order. */
  serializedMembers(): Iterable<readonly [string, unknown]>
}

function hasMembers(value: object): value is SerializedMembers {
  return 'serializedMembers' in value
}

/**
 * `JToken.FromObject`: anonymous objects and dictionaries become objects, sequences arrays, the rest values.
 * https://www.newtonsoft.com/json/help/html/M_Newtonsoft_Json_Linq_JToken_FromObject.htm
 */
export function tokenFromObject(value: unknown, depth = 0): JToken {
  if (depth > depthMax) throw serializationException('Self referencing loop detected.')
  if (isToken(value)) return cloneToken(value)
  if (isPrimitive(value)) return new JValue(value)
  if (value instanceof AnonymousObject) return objectFrom(value.members, depth)
  if (value instanceof Dictionary) return objectFromPairs(value, depth)
  if (value instanceof KeyValuePair) {
    return objectFrom(
      [
        ['Key', value.key],
        ['Value', value.value],
      ],
      depth,
    )
  }
  if (isEnumerable(value)) return arrayFrom(value, depth)
  if (typeof value === 'object' && value !== null && hasMembers(value)) {
    return objectFrom(value.serializedMembers(), depth)
  }
  throw serializationException(`Error getting value of type '${displayText(value)}'.`)
}

function isPrimitive(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (isNumeric(value) || value instanceof DotnetChar || value instanceof DotnetEnum) return true
  if (value instanceof BigInteger) return true
  try {
    kindOfContent(value)
    return true
  } catch {
    return false
  }
}

function objectFrom(members: Iterable<readonly [string, unknown]>, depth: number): JObject {
  const object = new JObject()
  for (const [name, value] of members) object.set(name, tokenFromObject(value, depth + 1))
  return object
}

function objectFromPairs(dictionary: Dictionary, depth: number): JObject {
  const object = new JObject()
  for (const pair of dictionary) {
    if (pair instanceof KeyValuePair) {
      object.set(displayText(pair.key), tokenFromObject(pair.value, depth + 1))
    }
  }
  return object
}

function arrayFrom(value: string | Iterable<unknown>, depth: number): JArray {
  const array = new JArray()
  for (const item of enumerate(value)) array.insertAt(array.count, tokenFromObject(item, depth + 1))
  return array
}

/** `JObject.FromObject`: ArgumentException for what is no object. */
export function objectFromObject(value: unknown): JObject {
  const token = tokenFromObject(value)
  if (token instanceof JObject) return token
  throw wrongShape('JObject', token)
}

/** `JArray.FromObject`. */
export function arrayFromObject(value: unknown): JArray {
  const token = tokenFromObject(value)
  if (token instanceof JArray) return token
  throw wrongShape('JArray', token)
}

function wrongShape(type: string, token: JToken): DotnetException {
  return new DotnetException(
    'System.ArgumentException',
    `Object serialized to ${token.type}. ${type} instance expected.`,
  )
}

/** What `JsonSerializerSettings` can change. */
export interface JsonSettings extends JsonLayout {
  /** `NullValueHandling.Ignore`. */
  readonly ignoresNull?: boolean
}

/** `JsonConvert.SerializeObject`. */
export function serializeObject(
  value: unknown,
  settings: JsonSettings = { indented: false },
): string {
  const token = tokenFromObject(value)
  if (settings.ignoresNull) dropNulls(token)
  return writeToken(token, settings)
}

function dropNulls(token: JToken): void {
  if (token instanceof JArray) for (const item of token.children) dropNulls(item)
  if (!(token instanceof JObject)) return
  for (let index = token.count - 1; index >= 0; index -= 1) {
    const property = token.children[index]
    if (property instanceof JProperty && property.value.type === 'Null') token.removeAt(index)
    else if (property) dropNulls(property.value)
  }
}

/** JsonSerializationException. */
export function serializationException(message: string): DotnetException {
  return new DotnetException('Newtonsoft.Json.JsonSerializationException', message)
}
