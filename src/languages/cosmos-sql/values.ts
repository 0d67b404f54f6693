import type { JsonValue } from '../../base/json.ts'

/** What an expression gives: a JSON value, or `undefined` where a property or an answer does not exist. */
export type Value = JsonValue | undefined

// https://learn.microsoft.com/azure/cosmos-db/nosql/query/order-by: undefined comes first, then the types in this order.
const rankUndefined = 0
const rankNull = 1
const rankFalse = 2
const rankTrue = 3
const rankNumber = 4
const rankString = 5
const rankArray = 6
const rankObject = 7

function rankOf(value: Value): number {
  if (value === undefined) return rankUndefined
  if (value === null) return rankNull
  if (typeof value === 'boolean') return value ? rankTrue : rankFalse
  if (typeof value === 'number') return rankNumber
  if (typeof value === 'string') return rankString
  return Array.isArray(value) ? rankArray : rankObject
}

/** Orders any two values: negative, zero or positive. Arrays and objects go by their canonical text. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  const byRank = rankOf(left) - rankOf(right)
  if (byRank !== 0 || left === null || typeof left !== 'object') return byRank
  return compareStrings(canonicalText(left), canonicalText(right))
}

/** By code points, as in UTF-8; JavaScript's own `<` puts surrogates before U+E000. */
function compareStrings(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  let index = 0
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index += 1
  if (index === length) return left.length - right.length
  const [first, second] = [left.charCodeAt(index), right.charCodeAt(index)]
  if (isSurrogate(first) === isSurrogate(second)) return first - second
  // Half of a character beyond U+FFFF is larger than any whole one.
  return isSurrogate(first) ? 1 : -1
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** True when two values are the same JSON value; objects ignore the order of their properties. */
export function sameValue(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') return false
  if (left === null || right === null) return false
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => sameMember(item, right[index]))
  }
  if (Array.isArray(right)) return false
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every((name) => Object.hasOwn(right, name) && sameMember(left[name], right[name]))
}

function sameMember(left: Value, right: Value): boolean {
  return left !== undefined && right !== undefined && sameValue(left, right)
}

/** `=`: undefined when a side is undefined, false across types. */
export function equals(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined) return undefined
  return left === right || sameValue(left, right)
}

/**
 * `<` and its kin: the sign of the comparison, or undefined across types and between arrays or objects.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/equality-comparison-operators
 */
export function comparePrimitives(left: Value, right: Value): number | undefined {
  if (typeof left === 'number') return typeof right === 'number' ? left - right : undefined
  if (typeof left === 'string') {
    return typeof right === 'string' ? compareStrings(left, right) : undefined
  }
  if (typeof left === 'boolean') {
    return typeof right === 'boolean' ? Number(left) - Number(right) : undefined
  }
  return left === null && right === null ? 0 : undefined
}

/** A text that is equal for equal values and different for different ones; a key for maps and sets. */
export function canonicalText(value: Value): string {
  if (value === undefined) return 'undefined'
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`)
  return `{${members.join(',')}}`
}

/** Reads a property of an object or an element of an array; anything else is undefined. */
export function memberOf(target: Value, key: Value): Value {
  if (typeof target !== 'object' || target === null) return undefined
  if (Array.isArray(target)) return typeof key === 'number' ? target[key] : undefined
  return typeof key === 'string' && Object.hasOwn(target, key) ? target[key] : undefined
}
