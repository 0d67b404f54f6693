import { Decimal, decimalCompare, decimalFromInteger } from '../dotnet/decimal.ts'
import { decimalFromDouble } from '../dotnet/decimal.ts'
import { toUpperInvariant } from '../dotnet/letter-case.ts'
import {
  WholeDouble,
  isArray,
  isNumber,
  isObject,
  numberKind,
  toDouble,
  type NumberValue,
  type Value,
  type ValueObject,
} from './value.ts'

/**
 * Deep equality. Numbers compare across their kinds, a text equals a boolean that is written like it, any other
 * two types differ; texts and names are compared with their case.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#equals
 */
export function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true
  if (typeof left === 'string') return typeof right === 'boolean' && left === String(right)
  if (typeof left === 'boolean') return typeof right === 'string' && right === String(left)
  if (typeof left !== 'object' && typeof right !== 'object') return isEqualNumber(left, right)
  if (left === null || right === null) return left === right
  if (isArray(left)) return isArray(right) && isEqualArray(left, right)
  if (isObject(left)) return isObject(right) && isEqualObject(left, right)
  return isEqualNumber(left, right)
}

function isEqualNumber(left: Value, right: Value): boolean {
  return isNumber(left) && isNumber(right) && compareNumbers(left, right) === 0
}

function isEqualArray(left: readonly Value[], right: readonly Value[]): boolean {
  if (left.length !== right.length) return false
  return left.every((item, index) => isEqual(item, right[index] ?? null))
}

function isEqualObject(left: ValueObject, right: ValueObject): boolean {
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every(
    (name) => Object.hasOwn(right, name) && isEqual(left[name] ?? null, right[name] ?? null),
  )
}

/** Negative, zero or positive; `NaN` where a number is none. */
export function compareNumbers(left: NumberValue, right: NumberValue): number {
  if (typeof left === 'number' && typeof right === 'number') return order(left, right)
  const kinds = [numberKind(left), numberKind(right)]
  if (kinds.includes('decimal') && isFiniteNumber(left) && isFiniteNumber(right)) {
    return decimalCompare(toDecimal(left), toDecimal(right))
  }
  if (kinds.includes('double')) return order(toDouble(left), toDouble(right))
  if (typeof left === 'object' || typeof right === 'object') return NaN
  return BigInt(left) < BigInt(right) ? -1 : BigInt(left) > BigInt(right) ? 1 : 0
}

function order(left: number, right: number): number {
  if (left === right) return 0
  return left < right ? -1 : left > right ? 1 : NaN
}

// Beyond the range of a decimal the size alone decides.
function isFiniteNumber(value: NumberValue): boolean {
  return Math.abs(toDouble(value)) < 7.9e28
}

/** Any number as a decimal; throws `DotnetException` when it does not fit. */
export function toDecimal(value: NumberValue): Decimal {
  if (value instanceof Decimal) return value
  if (value instanceof WholeDouble) return decimalFromDouble(value.value)
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return decimalFromInteger(value)
  return decimalFromDouble(value)
}

/** The order of texts without regard to case. */
export function compareIgnoringCase(left: string, right: string): number {
  const [first, second] = [toUpperInvariant(left), toUpperInvariant(right)]
  return first < second ? -1 : first > second ? 1 : 0
}
