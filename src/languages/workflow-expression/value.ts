/**
 * The values of expressions. Most are plain JSON values as `JSON.parse` gives them; only numbers that JavaScript would
 * confuse have classes of their own, so that `5.0` stays a float and no digit of a long or a decimal is lost:
 *
 * | kind | held as |
 * | --- | --- |
 * | integer (int64) | `number` when it is a safe integer, else `bigint` |
 * | float (double) | `number` when it is no safe integer, else `WholeDouble` |
 * | decimal | `Decimal` |
 *
 * Values are never changed: whoever needs another one makes a copy.
 */
import { Decimal, decimalToDouble } from '../dotnet/decimal.ts'

/** A double that a JavaScript number would turn into an integer: `32.0`. */
export class WholeDouble {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Any value. A `JsonValue` is one. */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | WholeDouble
  | Decimal
  | readonly Value[]
  | ValueObject

/** An object; its names keep their case, look-ups fall back on a name in another case. */
export interface ValueObject {
  readonly [name: string]: Value
}

/** Any number. */
export type NumberValue = number | bigint | WholeDouble | Decimal

/** What a number is. */
export type NumberKind = 'integer' | 'double' | 'decimal'

/** The names of types in the host's messages. */
export type ValueKind = 'Null' | 'Boolean' | 'String' | 'Integer' | 'Float' | 'Array' | 'Object'

/** True for an array. */
export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** True for an object: neither null, an array nor a number. */
export function isObject(value: Value): value is ValueObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof WholeDouble) &&
    !(value instanceof Decimal)
  )
}

/** What a number is; `undefined` for any other value. */
export function numberKind(value: unknown): NumberKind | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'double'
  if (typeof value === 'bigint') return 'integer'
  if (value instanceof WholeDouble) return 'double'
  return value instanceof Decimal ? 'decimal' : undefined
}

/** True for a number of any kind. */
export function isNumber(value: unknown): value is NumberValue {
  return numberKind(value) !== undefined
}

/** True for an int64. */
export function isInteger(value: Value): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

/** The type of a value as messages name it. */
export function kindOf(value: Value): ValueKind {
  if (value === null || value === undefined) return 'Null'
  if (typeof value === 'string') return 'String'
  if (typeof value === 'boolean') return 'Boolean'
  if (Array.isArray(value)) return 'Array'
  const kind = numberKind(value)
  if (kind === undefined) return 'Object'
  return kind === 'integer' ? 'Integer' : 'Float'
}

const integerMax = 2n ** 63n - 1n
const integerMin = -(2n ** 63n)

/** True for what an int64 can hold. */
export function fitsInteger(value: bigint): boolean {
  return value >= integerMin && value <= integerMax
}

/** The value of a whole number in the range of an int64. */
export function makeInteger(value: bigint): number | bigint {
  const short = Number(value)
  return Number.isSafeInteger(short) ? short : value
}

/** An int64 as a bigint. */
export function integerOf(value: NumberValue): bigint {
  return typeof value === 'object' ? BigInt(toDouble(value)) : BigInt(value)
}

/** The value of a double. */
export function makeDouble(value: number): number | WholeDouble {
  return Number.isSafeInteger(value) ? new WholeDouble(value) : value
}

/** Any number as a double. */
export function toDouble(value: NumberValue): number {
  if (typeof value === 'number') return value
  if (value instanceof WholeDouble) return value.value
  return value instanceof Decimal ? decimalToDouble(value) : Number(value)
}

/** The name under which an object has a property: itself, else the first that differs in case only. */
export function propertyName(object: ValueObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name
  const lower = name.toLowerCase()
  for (const key of Object.keys(object)) {
    if (key.length === name.length && key.toLowerCase() === lower) return key
  }
  return undefined
}

/** The property of an object, its name in any case; `undefined` when there is none. */
export function propertyOf(object: ValueObject, name: string): Value | undefined {
  if (Object.hasOwn(object, name)) return object[name]
  const found = propertyName(object, name)
  return found === undefined ? undefined : object[found]
}

/** An object of own properties, whatever their names. */
export function makeObject(entries: Iterable<readonly [string, Value]>): ValueObject {
  return Object.fromEntries(entries)
}
