import { argumentError } from './exceptions.ts'
import { toUpperInvariant } from './letter-case.ts'
import { compareNumbers, isNumeric, numericKindOf, toDouble } from './numbers.ts'
import { Decimal } from './decimal.ts'
import { DotnetChar, DotnetEnum, DotnetNumber, type DotnetObject } from './value.ts'
import { countWork } from './work-limit.ts'

/** How two strings are compared. The current culture is the invariant one. */
export type StringComparison =
  | 'CurrentCulture'
  | 'CurrentCultureIgnoreCase'
  | 'InvariantCulture'
  | 'InvariantCultureIgnoreCase'
  | 'Ordinal'
  | 'OrdinalIgnoreCase'

/** What classes with equality by value have. */
export interface Equatable {
  /** `Equals(object)`. */
  equals(other: unknown): boolean
  /** Text that two values have in common exactly when they are equal. */
  hashKey(): string
}

/** What classes with an order have. */
export interface Comparable {
  /** `CompareTo(object)`: negative, zero or positive. */
  compareTo(other: unknown): number
}

/** IEqualityComparer and IComparer in one: for dictionaries, sets, Distinct and OrderBy. */
export interface ValueComparer extends DotnetObject {
  readonly equals: (left: unknown, right: unknown) => boolean
  /** A key for a JavaScript Map: the same for values that are equal. */
  readonly keyOf: (value: unknown) => unknown
  readonly compare: (left: unknown, right: unknown) => number
}

const cultureOrder = new Intl.Collator('en')
const cultureOrderIgnoreCase = new Intl.Collator('en', { sensitivity: 'accent' })

/** `string.Compare(left, right, comparison)`; null comes first. */
export function compareStrings(
  left: string | null,
  right: string | null,
  comparison: StringComparison = 'CurrentCulture',
): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1
  switch (comparison) {
    case 'Ordinal':
      return compareOrdinal(left, right)
    case 'OrdinalIgnoreCase':
      return compareOrdinal(toUpperInvariant(left), toUpperInvariant(right))
    case 'CurrentCulture':
    case 'InvariantCulture':
      return left === right ? 0 : Math.sign(cultureOrder.compare(left, right))
    case 'CurrentCultureIgnoreCase':
    case 'InvariantCultureIgnoreCase':
      return Math.sign(cultureOrderIgnoreCase.compare(left, right))
  }
}

/** Orders by UTF-16 units: the difference of the first that differ, or of the lengths. */
export function compareOrdinal(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const difference = left.charCodeAt(index) - right.charCodeAt(index)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** `string.Equals(left, right, comparison)`. */
export function equalStrings(
  left: string | null,
  right: string | null,
  comparison: StringComparison = 'Ordinal',
): boolean {
  return (
    left === right || (comparison !== 'Ordinal' && compareStrings(left, right, comparison) === 0)
  )
}

/** True when a comparison ignores case. */
export function ignoresCase(comparison: StringComparison): boolean {
  return comparison.endsWith('IgnoreCase')
}

/**
 * `object.Equals(left, right)`: values by type and value (1 and 1L differ), other objects by identity.
 * https://learn.microsoft.com/dotnet/api/system.object.equals
 */
export function equalValues(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (left === null || right === null || typeof left !== 'object') return false
  if (left instanceof DotnetNumber) {
    return (
      right instanceof DotnetNumber &&
      left.kind === right.kind &&
      Object.is(plusZero(left), plusZero(right))
    )
  }
  if (left instanceof Decimal) return right instanceof Decimal && compareNumbers(left, right) === 0
  if (left instanceof DotnetEnum) {
    return (
      right instanceof DotnetEnum && left.typeName === right.typeName && left.value === right.value
    )
  }
  return isEquatable(left) && left.equals(right)
}

function plusZero(number: DotnetNumber): number | bigint {
  return number.value === 0 ? 0 : number.value
}

/** A key for a JavaScript Map: the same for values that `equalValues` finds equal. */
export function hashKey(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof DotnetNumber) return `\0${value.kind} ${value.value}`
  if (value instanceof Decimal)
    return `\0Decimal ${value
      .toString()
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')}`
  if (value instanceof DotnetEnum) return `\0${value.typeName} ${value.value}`
  return isEquatable(value) ? `\0${value.hashKey()}` : value
}

/** True for an object with equality by value. */
function isEquatable(value: unknown): value is Equatable {
  return typeof value === 'object' && value !== null && 'hashKey' in value
}

/** True for an object with an order. */
function isComparable(value: unknown): value is Comparable {
  return typeof value === 'object' && value !== null && 'compareTo' in value
}

/** `Comparer.Default.Compare`: null first, strings by culture; ArgumentException for types without an order. */
export function compareValues(left: unknown, right: unknown): number {
  countWork()
  if (left === right) return 0
  if (left === null || right === null) return left === null ? -1 : 1
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (isNumeric(left) && isNumeric(right)) return compareSameKind(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return left ? 1 : -1
  if (left instanceof DotnetChar && right instanceof DotnetChar) return left.code - right.code
  if (left instanceof DotnetEnum && right instanceof DotnetEnum) return left.value - right.value
  if (isComparable(left)) return left.compareTo(right)
  throw argumentError('At least one object must implement IComparable.')
}

function compareSameKind(left: unknown, right: unknown): number {
  if (!isNumeric(left) || !isNumeric(right)) return 0
  const kind = numericKindOf(left)
  if (kind !== numericKindOf(right)) throw argumentError(`Object must be of type ${kind}.`)
  const order = compareNumbers(left, right)
  if (!Number.isNaN(order)) return Math.sign(order)
  // NaN equals itself and comes before every number.
  const [first, second] = [Number.isNaN(toDouble(left)), Number.isNaN(toDouble(right))]
  return first && second ? 0 : first ? -1 : 1
}

/** EqualityComparer.Default and Comparer.Default. */
export const defaultComparer: ValueComparer = {
  typeName: 'System.Collections.Generic.EqualityComparer',
  equals: equalValues,
  keyOf: hashKey,
  compare: compareValues,
}

/** StringComparer.OrdinalIgnoreCase and its kin, by the name of the comparison. */
export function stringComparer(comparison: StringComparison): ValueComparer {
  return {
    typeName: 'System.StringComparer',
    equals: (left, right) =>
      typeof left === 'string' && typeof right === 'string'
        ? equalStrings(left, right, comparison)
        : equalValues(left, right),
    keyOf: (value) =>
      typeof value === 'string' && ignoresCase(comparison)
        ? toUpperInvariant(value)
        : hashKey(value),
    compare: (left, right) => {
      if (!isText(left) || !isText(right)) return compareValues(left, right)
      return compareStrings(left, right, comparison)
    },
  }
}

function isText(value: unknown): value is string | null {
  return typeof value === 'string' || value === null
}

const hashSeed = 5381

/** `GetHashCode()`: equal for equal values, else of no meaning. */
export function hashCode(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  const key = hashKey(value)
  const text = typeof key === 'string' ? key : typeof key === 'bigint' ? key.toString() : ''
  let hash = hashSeed
  for (let index = 0; index < text.length; index += 1) {
    hash = (Math.imul(hash, 33) ^ text.charCodeAt(index)) | 0
  }
  return hash
}
