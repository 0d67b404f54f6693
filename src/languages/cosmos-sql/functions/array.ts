import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts'
import { canonicalText, compareValues, sameValue, type Value } from '../values.ts'
import type { FunctionDefinition, FunctionTable } from './function-definition.ts'

/** Array functions: https://learn.microsoft.com/azure/cosmos-db/nosql/query/array-concat and its neighbours. */
export const arrayFunctions: FunctionTable = {
  ARRAY_AVG: ofNumbers((numbers) =>
    numbers.length > 0 ? sum(numbers) / numbers.length : undefined,
  ),
  ARRAY_CONCAT: { minimum: 2, maximum: Infinity, evaluate: concatArrays },
  ARRAY_CONTAINS: { minimum: 2, maximum: 3, evaluate: contains },
  ARRAY_CONTAINS_ALL: { minimum: 2, maximum: Infinity, evaluate: containsAll },
  ARRAY_CONTAINS_ANY: { minimum: 2, maximum: Infinity, evaluate: containsAny },
  ARRAY_LENGTH: {
    minimum: 1,
    maximum: 1,
    evaluate: (items) => (Array.isArray(items) ? items.length : undefined),
  },
  ARRAY_MAX: { minimum: 1, maximum: 1, evaluate: (items) => extreme(items, 1) },
  ARRAY_MEDIAN: ofNumbers(median),
  ARRAY_MIN: { minimum: 1, maximum: 1, evaluate: (items) => extreme(items, -1) },
  ARRAY_SLICE: { minimum: 2, maximum: 3, evaluate: slice },
  ARRAY_SUM: ofNumbers(sum),
  CHOOSE: { minimum: 2, maximum: Infinity, evaluate: choose },
  OBJECTTOARRAY: { minimum: 1, maximum: 3, evaluate: objectToArray },
  SETDIFFERENCE: ofSets((left, right) => [...left].filter(([key]) => !right.has(key))),
  SETEQUAL: { minimum: 2, maximum: 2, evaluate: setEqual },
  SETINTERSECT: ofSets((left, right) => [...left].filter(([key]) => right.has(key))),
  SETUNION: ofSets((left, right) => [...new Map([...left, ...right])]),
}

function ofNumbers(evaluate: (numbers: readonly number[]) => Value): FunctionDefinition {
  return {
    minimum: 1,
    maximum: 1,
    evaluate(items) {
      if (!Array.isArray(items)) return undefined
      const numbers = items.filter((item) => typeof item === 'number')
      return numbers.length === items.length ? evaluate(numbers) : undefined
    },
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function median(numbers: readonly number[]): Value {
  const sorted = numbers.toSorted((left, right) => left - right)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

function extreme(items: Value, sign: -1 | 1): Value {
  if (!Array.isArray(items) || items.some((item) => typeof item === 'object' && item !== null)) {
    return undefined
  }
  let result: Value
  for (const item of items) {
    if (result === undefined || compareValues(item, result) * sign > 0) result = item
  }
  return result
}

function concatArrays(...arrays: Value[]): Value {
  return arrays.every((array) => Array.isArray(array)) ? arrays.flat(1) : undefined
}

function contains(items: Value, wanted: Value, partial: Value = false): Value {
  if (!Array.isArray(items) || wanted === undefined || typeof partial !== 'boolean') {
    return undefined
  }
  const matches = partial ? holds : sameValue
  return items.some((item) => matches(item, wanted))
}

/** True when an object has at least the properties of the other, or two other values are equal. */
function holds(item: JsonValue, wanted: JsonValue): boolean {
  if (!isJsonObject(item) || !isJsonObject(wanted)) return sameValue(item, wanted)
  return Object.entries(wanted).every(([name, value]) => {
    const own = Object.hasOwn(item, name) ? item[name] : undefined
    return own !== undefined && holds(own, value)
  })
}

function containsAll(items: Value, ...wanted: Value[]): Value {
  const found = wanted.map((value) => contains(items, value))
  if (found.includes(false)) return false
  return found.includes(undefined) ? undefined : true
}

function containsAny(items: Value, ...wanted: Value[]): Value {
  const found = wanted.map((value) => contains(items, value))
  if (found.includes(true)) return true
  return found.includes(undefined) ? undefined : false
}

function slice(items: Value, start: Value, length?: Value): Value {
  if (!Array.isArray(items) || !isWhole(start)) return undefined
  const from = start < 0 ? Math.max(items.length + start, 0) : start
  if (length === undefined) return items.slice(from)
  if (!isWhole(length)) return undefined
  return items.slice(from, from + Math.max(length, 0))
}

function isWhole(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}

function choose(index: Value, ...values: Value[]): Value {
  return isWhole(index) && index >= 1 ? values[index - 1] : undefined
}

function objectToArray(value: Value, keyName: Value = 'k', valueName: Value = 'v'): Value {
  if (!isJsonObject(value)) return undefined
  if (typeof keyName !== 'string' || typeof valueName !== 'string') return undefined
  return Object.entries(value).map(([name, member]): JsonObject => {
    return { [keyName]: name, [valueName]: member }
  })
}

type JsonSet = ReadonlyMap<string, JsonValue>

function ofSets(
  combine: (left: JsonSet, right: JsonSet) => readonly (readonly [string, JsonValue])[],
): FunctionDefinition {
  return {
    minimum: 2,
    maximum: 2,
    evaluate(left, right) {
      if (!Array.isArray(left) || !Array.isArray(right)) return undefined
      return combine(toSet(left), toSet(right)).map(([, value]) => value)
    },
  }
}

// A repeated item keeps its first place.
function toSet(items: readonly JsonValue[]): JsonSet {
  return new Map(items.map((item) => [canonicalText(item), item]))
}

function setEqual(left: Value, right: Value): Value {
  if (!Array.isArray(left) || !Array.isArray(right)) return undefined
  const [lefts, rights] = [toSet(left), toSet(right)]
  return lefts.size === rights.size && [...lefts.keys()].every((key) => rights.has(key))
}
