import { isJsonObject, tryParseJson, type JsonValue } from '../../../base/json.ts'
import type { Value } from '../values.ts'
import type { FunctionTable } from './function-definition.ts'

/** Functions that turn text into a value and back; text that is not JSON of the wanted type gives undefined. */
export const convertFunctions: FunctionTable = {
  STRINGTOARRAY: { minimum: 1, maximum: 1, evaluate: parsed(Array.isArray) },
  STRINGTOBOOLEAN: {
    minimum: 1,
    maximum: 1,
    evaluate: parsed((value) => typeof value === 'boolean'),
  },
  STRINGTONULL: { minimum: 1, maximum: 1, evaluate: parsed((value) => value === null) },
  STRINGTONUMBER: {
    minimum: 1,
    maximum: 1,
    evaluate: parsed((value) => typeof value === 'number'),
  },
  STRINGTOOBJECT: { minimum: 1, maximum: 1, evaluate: parsed(isJsonObject) },
  TOSTRING: { minimum: 1, maximum: 1, evaluate: toText },
}

function parsed(isWanted: (value: JsonValue) => boolean): (text: Value) => Value {
  return (text) => {
    if (typeof text !== 'string') return undefined
    const value = tryParseJson(text)
    return value !== undefined && isWanted(value) ? value : undefined
  }
}

function toText(value: Value): Value {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}
