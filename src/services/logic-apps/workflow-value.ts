import type { JsonObject, JsonValue } from '../../base/json.ts'
import { contentText, isContent } from '../../languages/workflow-expression/content.ts'
import {
  type Value,
  type ValueObject,
  isArray,
  isNumber,
  isObject,
  propertyOf,
  toDouble,
} from '../../languages/workflow-expression/value.ts'

/** A value of the workflow as plain JSON: numbers that JavaScript cannot hold lose their last digits. */
export function toJson(value: Value): JsonValue {
  if (isNumber(value)) return toDouble(value)
  if (isArray(value)) return value.map(toJson)
  return isObject(value) ? toJsonObject(value) : value
}

export function toJsonObject(value: ValueObject): JsonObject {
  const object: JsonObject = {}
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(object, name, {
      value: toJson(member),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return object
}

/** The member of an object, its name in any case; `undefined` for another value. */
export function memberOf(value: Value | undefined, name: string): Value | undefined {
  return value !== undefined && isObject(value) ? propertyOf(value, name) : undefined
}

/** The member of an object as an object; empty where it is missing or another value. */
export function objectOf(value: Value | undefined, name: string): ValueObject {
  const member = memberOf(value, name)
  return member !== undefined && isObject(member) ? member : {}
}

/** The member of an object as text. */
export function textOf(value: Value | undefined, name: string): string | undefined {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : undefined
}

/** The member of an object as a whole number. */
export function integerOf(value: Value | undefined, name: string): number | undefined {
  const member = memberOf(value, name)
  if (typeof member === 'string' && /^\d+$/.test(member)) return Number(member)
  return member !== undefined && isNumber(member) ? toDouble(member) : undefined
}

/** The member of an object as a list. */
export function listOf(value: Value | undefined, name: string): readonly Value[] {
  const member = memberOf(value, name)
  return member !== undefined && isArray(member) ? member : []
}

/** The text of a text or of content. */
export function plainText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return isContent(value) ? contentText(value) : undefined
}
