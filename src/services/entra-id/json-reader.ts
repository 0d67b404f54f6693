import { isJsonObject } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'

/** The member as a string; an empty one when it is missing or of another type. */
export function textOf(value: JsonValue | undefined, name: string): string {
  const member = isJsonObject(value) ? value[name] : undefined
  return typeof member === 'string' ? member : ''
}

/** The member as a list of strings. */
export function textsOf(value: JsonValue | undefined, name: string): readonly string[] {
  return listOf(value, name).filter((each) => typeof each === 'string')
}

/** The member as a list of objects. */
export function objectsOf(value: JsonValue | undefined, name: string): readonly JsonObject[] {
  return listOf(value, name).filter(isJsonObject)
}

function listOf(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  const member = isJsonObject(value) ? value[name] : undefined
  return Array.isArray(member) ? member : []
}
