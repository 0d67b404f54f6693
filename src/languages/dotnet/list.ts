import { DotnetArray, type DotnetObject } from './value.ts'
import { collectionName, arrayOf } from './collection-types.ts'
import { compareValues, equalValues, type ValueComparer } from './comparison.ts'
import {
  argumentError,
  argumentNull,
  argumentOutOfRange,
  DotnetException,
  invalidOperation,
} from './exceptions.ts'
import { checkSize, itemCountMax } from './limits.ts'
import { enumerate } from './sequence.ts'

/** A condition on a value. */
export type Predicate = (value: unknown) => unknown

/** System.Collections.Generic.List. https://learn.microsoft.com/dotnet/api/system.collections.generic.list-1 */
export class List implements DotnetObject {
  readonly elementType: string
  #items: unknown[]
  #version = 0

  constructor(elementType = 'System.Object', items: readonly unknown[] = []) {
    this.elementType = elementType
    this.#items = [...items]
  }

  get typeName(): string {
    return collectionName('List', [this.elementType])
  }

  /** `new List<T>(collection)`. */
  static from(elementType: string, source: unknown): List {
    return new List(elementType, [...enumerate(source, 'collection')])
  }

  get count(): number {
    return this.#items.length
  }

  get items(): readonly unknown[] {
    return this.#items
  }

  get(index: number): unknown {
    return this.#items[this.#check(index)]
  }

  set(index: number, value: unknown): void {
    this.#items[this.#check(index)] = value
    this.#version += 1
  }

  #check(index: number): number {
    if (index < 0 || index >= this.#items.length) throw indexOutside('index')
    return index
  }

  add(value: unknown): void {
    checkSize(this.#items.length, itemCountMax)
    this.#items.push(value)
    this.#version += 1
  }

  addRange(source: unknown): void {
    const added = Array.from(enumerate(source, 'collection'))
    checkSize(this.#items.length + added.length, itemCountMax)
    for (const item of added) this.#items.push(item)
    this.#version += 1
  }

  insert(index: number, value: unknown): void {
    if (index < 0 || index > this.#items.length) {
      throw argumentOutOfRange('index', 'Index must be within the bounds of the List.')
    }
    this.#items.splice(index, 0, value)
    this.#version += 1
  }

  insertRange(index: number, source: unknown): void {
    if (index < 0 || index > this.#items.length) throw indexOutside('index')
    const added = Array.from(enumerate(source, 'collection'))
    checkSize(this.#items.length + added.length, itemCountMax)
    this.#items = [...this.#items.slice(0, index), ...added, ...this.#items.slice(index)]
    this.#version += 1
  }

  remove(value: unknown): boolean {
    const index = this.indexOf(value)
    if (index < 0) return false
    this.removeAt(index)
    return true
  }

  removeAt(index: number): void {
    this.#items.splice(this.#check(index), 1)
    this.#version += 1
  }

  removeRange(index: number, count: number): void {
    this.#checkRange(index, count)
    this.#items.splice(index, count)
    this.#version += 1
  }

  removeAll(match: Predicate | null): number {
    const test = required(match)
    const kept = this.#items.filter((item) => test(item) !== true)
    const removed = this.#items.length - kept.length
    this.#items = kept
    this.#version += 1
    return removed
  }

  clear(): void {
    this.#items = []
    this.#version += 1
  }

  contains(value: unknown): boolean {
    return this.indexOf(value) >= 0
  }

  indexOf(value: unknown, start = 0): number {
    return this.#items.findIndex((item, index) => index >= start && equalValues(item, value))
  }

  lastIndexOf(value: unknown): number {
    return this.#items.findLastIndex((item) => equalValues(item, value))
  }

  /** `Find`: null stands for the default of the element type where nothing is found. */
  find(match: Predicate | null): unknown {
    const test = required(match)
    return this.#items.find((item) => test(item) === true) ?? null
  }

  findLast(match: Predicate | null): unknown {
    const test = required(match)
    return this.#items.findLast((item) => test(item) === true) ?? null
  }

  findIndex(match: Predicate | null): number {
    const test = required(match)
    return this.#items.findIndex((item) => test(item) === true)
  }

  findLastIndex(match: Predicate | null): number {
    const test = required(match)
    return this.#items.findLastIndex((item) => test(item) === true)
  }

  findAll(match: Predicate | null): List {
    const test = required(match)
    return new List(
      this.elementType,
      this.#items.filter((item) => test(item) === true),
    )
  }

  exists(match: Predicate | null): boolean {
    return this.findIndex(match) >= 0
  }

  trueForAll(match: Predicate | null): boolean {
    const test = required(match)
    return this.#items.every((item) => test(item) === true)
  }

  forEach(action: ((value: unknown) => unknown) | null): void {
    if (action === null) throw argumentNull('action')
    const version = this.#version
    for (const item of this.#items) {
      this.#checkVersion(version)
      action(item)
    }
    this.#checkVersion(version)
  }

  convertAll(elementType: string, convert: ((value: unknown) => unknown) | null): List {
    if (convert === null) throw argumentNull('converter')
    return new List(
      elementType,
      this.#items.map((item) => convert(item)),
    )
  }

  getRange(index: number, count: number): List {
    this.#checkRange(index, count)
    return new List(this.elementType, this.#items.slice(index, index + count))
  }

  reverse(index = 0, count = this.#items.length - index): void {
    this.#checkRange(index, count)
    const part = this.#items.slice(index, index + count).toReversed()
    this.#items.splice(index, count, ...part)
    this.#version += 1
  }

  /** `Sort()`, `Sort(comparer)` and `Sort(comparison)`. */
  sort(order?: ValueComparer | ((left: unknown, right: unknown) => number) | null): void {
    this.#items = sortedItems(this.#items, order)
    this.#version += 1
  }

  binarySearch(value: unknown, comparer?: ValueComparer | null): number {
    return binarySearch(this.#items, value, comparer?.compare ?? compareValues)
  }

  toArray(): DotnetArray | Uint8Array {
    return arrayOf(this.elementType, this.#items)
  }

  copyTo(target: DotnetArray, index = 0): void {
    if (index + this.#items.length > target.items.length) {
      throw argumentError(
        "Destination array was not long enough. Check destIndex and length, and the array's lower bounds.",
      )
    }
    for (const [offset, item] of this.#items.entries()) target.items[index + offset] = item
  }

  #checkRange(index: number, count: number): void {
    if (index < 0) throw argumentOutOfRange('index', 'Non-negative number required.')
    if (count < 0) throw argumentOutOfRange('count', 'Non-negative number required.')
    if (index + count > this.#items.length) {
      throw argumentError(
        'Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.',
      )
    }
  }

  #checkVersion(version: number): void {
    if (version !== this.#version) throw modified()
  }

  *[Symbol.iterator](): Generator<unknown> {
    const version = this.#version
    for (let index = 0; index < this.#items.length; index += 1) {
      yield this.#items[index]
      this.#checkVersion(version)
    }
  }
}

function required(match: Predicate | null): Predicate {
  if (match === null) throw argumentNull('match')
  return match
}

function indexOutside(parameter: string): DotnetException {
  return argumentOutOfRange(
    parameter,
    'Index was out of range. Must be non-negative and less than the size of the collection.',
  )
}

/** The exception of a collection that was changed while it was enumerated. */
export function modified(): DotnetException {
  return invalidOperation('Collection was modified; enumeration operation may not execute.')
}

/** A sorted copy. An exception of the comparison is wrapped, as .NET does it. */
export function sortedItems(
  items: readonly unknown[],
  order?: ValueComparer | ((left: unknown, right: unknown) => number) | null,
): unknown[] {
  const compare = typeof order === 'function' ? order : (order?.compare ?? compareValues)
  try {
    return items.toSorted(compare)
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    throw new DotnetException(
      'System.InvalidOperationException',
      'Failed to compare two elements in the array.',
      error,
    )
  }
}

/** The index of a value in sorted items, or the complement of where it belongs. */
export function binarySearch(
  items: readonly unknown[],
  value: unknown,
  compare: (left: unknown, right: unknown) => number,
): number {
  let low = 0
  let high = items.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = compare(items[middle], value)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return ~low
}
