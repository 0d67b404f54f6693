import { arrayOf } from './collection-types.ts'
import { compareValues, equalValues, type ValueComparer } from './comparison.ts'
import { argumentError, argumentNull, argumentOutOfRange } from './exceptions.ts'
import { binarySearch, sortedItems, type Predicate } from './list.ts'
import { makeNumber } from './numbers.ts'
import { enumerate } from './sequence.ts'
import { isNumericName } from './types.ts'
import { charOf, DotnetArray, DotnetNumber } from './value.ts'

/** A one-dimensional array of .NET. */
export type AnyArray = DotnetArray | Uint8Array

/** `Length`. */
function arrayLength(array: AnyArray): number {
  return array instanceof Uint8Array ? array.length : array.items.length
}

/** The items of an array as values. */
function arrayItems(array: AnyArray | null, parameter = 'array'): readonly unknown[] {
  if (array === null) throw argumentNull(parameter)
  return array instanceof Uint8Array ? [...enumerate(array)] : array.items
}

/** The name of the type of an array's items. */
function elementTypeOf(array: AnyArray): string {
  return array instanceof Uint8Array ? 'System.Byte' : array.elementType
}

/** `Clone()`. */
export function cloneArray(array: AnyArray): AnyArray {
  if (array instanceof Uint8Array) return Uint8Array.from(array)
  return new DotnetArray(array.elementType, [...array.items])
}

function overwrite(array: AnyArray, start: number, items: readonly unknown[]): void {
  for (const [offset, item] of items.entries()) {
    if (array instanceof DotnetArray) array.items[start + offset] = item
    else array[start + offset] = item instanceof DotnetNumber ? Number(item.value) : 0
  }
}

/** `Array.Sort(array)`, with a comparer, a comparison, or over a part. */
export function sortArray(
  array: AnyArray | null,
  order?: ValueComparer | ((left: unknown, right: unknown) => number) | null,
  part: { index: number; length: number } = {
    index: 0,
    length: array === null ? 0 : arrayLength(array),
  },
): void {
  const items = arrayItems(array)
  if (array === null) return
  checkPart(array, part)
  overwrite(
    array,
    part.index,
    sortedItems(items.slice(part.index, part.index + part.length), order),
  )
}

/** `Array.Reverse(array)` and `(array, index, length)`. */
export function reverseArray(
  array: AnyArray | null,
  part: { index: number; length: number } = {
    index: 0,
    length: array === null ? 0 : arrayLength(array),
  },
): void {
  const items = arrayItems(array)
  if (array === null) return
  checkPart(array, part)
  overwrite(array, part.index, items.slice(part.index, part.index + part.length).toReversed())
}

function checkPart(array: AnyArray, { index, length }: { index: number; length: number }): void {
  if (index < 0) throw argumentOutOfRange('index', 'Non-negative number required.')
  if (length < 0) throw argumentOutOfRange('length', 'Non-negative number required.')
  if (index + length > arrayLength(array)) {
    throw argumentError(
      'Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.',
    )
  }
}

/** `Array.IndexOf(array, value, start, count)`. */
export function indexOfItem(
  array: AnyArray | null,
  value: unknown,
  part: { start?: number; count?: number } = {},
): number {
  const items = arrayItems(array)
  const { start = 0 } = part
  if (start < 0 || start > items.length) throw argumentOutOfRange('startIndex')
  const count = part.count ?? items.length - start
  if (count < 0 || start + count > items.length) throw argumentOutOfRange('count')
  const found = items.slice(start, start + count).findIndex((item) => equalValues(item, value))
  return found < 0 ? -1 : found + start
}

/** `Array.LastIndexOf(array, value)`. */
export function lastIndexOfItem(
  array: AnyArray | null,
  value: unknown,
  part: { start?: number; count?: number } = {},
): number {
  return lastIndexWhere(arrayItems(array), (item) => equalValues(item, value), part)
}

// Backwards from `start`, over `count` items.
function lastIndexWhere(
  items: readonly unknown[],
  test: (item: unknown) => boolean,
  part: { start?: number; count?: number },
): number {
  if (items.length === 0) return -1
  const { start = items.length - 1 } = part
  if (start < 0 || start >= items.length) throw argumentOutOfRange('startIndex')
  const { count = start + 1 } = part
  if (count < 0 || start - count + 1 < 0) throw argumentOutOfRange('count')
  for (let at = start; at > start - count; at -= 1) if (test(items[at])) return at
  return -1
}

/** `Array.BinarySearch(array, value, comparer)`. */
export function searchArray(
  array: AnyArray | null,
  value: unknown,
  comparer?: ValueComparer | null,
): number {
  return binarySearch(arrayItems(array), value, comparer?.compare ?? compareValues)
}

function tested(match: Predicate | null): Predicate {
  if (match === null) throw argumentNull('match')
  return match
}

/** `Array.Exists`. */
export function existsInArray(array: AnyArray | null, match: Predicate | null): boolean {
  return findIndexInArray(array, match) >= 0
}

/** `Array.TrueForAll`. */
export function trueForAllOfArray(array: AnyArray | null, match: Predicate | null): boolean {
  const items = arrayItems(array)
  const test = tested(match)
  return items.every((item) => test(item) === true)
}

/** `Array.Find`: the default that the caller gives where nothing is found. */
export function findInArray(
  array: AnyArray | null,
  match: Predicate | null,
  empty: unknown,
): unknown {
  const index = findIndexInArray(array, match)
  return index < 0 ? empty : arrayItems(array)[index]
}

/** `Array.FindLast`. */
export function findLastInArray(
  array: AnyArray | null,
  match: Predicate | null,
  empty: unknown,
): unknown {
  const index = findLastIndexInArray(array, match)
  return index < 0 ? empty : arrayItems(array)[index]
}

/** `Array.FindIndex`. */
export function findIndexInArray(
  array: AnyArray | null,
  match: Predicate | null,
  part: { start?: number; count?: number } = {},
): number {
  const items = arrayItems(array)
  const test = tested(match)
  const { start = 0 } = part
  if (start < 0 || start > items.length) throw argumentOutOfRange('startIndex')
  const { count = items.length - start } = part
  if (count < 0 || start + count > items.length) throw argumentOutOfRange('count')
  for (let at = start; at < start + count; at += 1) if (test(items[at]) === true) return at
  return -1
}

/** `Array.FindLastIndex`. */
export function findLastIndexInArray(
  array: AnyArray | null,
  match: Predicate | null,
  part: { start?: number; count?: number } = {},
): number {
  const test = tested(match)
  return lastIndexWhere(arrayItems(array), (item) => test(item) === true, part)
}

/** `Array.FindAll`. */
export function findAllInArray(array: AnyArray | null, match: Predicate | null): AnyArray {
  const items = arrayItems(array)
  const test = tested(match)
  return arrayOf(
    array === null ? 'System.Object' : elementTypeOf(array),
    items.filter((item) => test(item) === true),
  )
}

/** The default of a type by its full name: 0, false, `\0`; null for references and for structures it does not know. */
export function defaultOf(typeName: string): unknown {
  if (typeName === 'System.Boolean') return false
  if (typeName === 'System.Char') return charOf(0)
  const name = typeName.replace(/^System\./, '')
  return isNumericName(name) ? makeNumber(name, 0) : null
}
