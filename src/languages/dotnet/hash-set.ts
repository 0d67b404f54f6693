import { collectionName } from './collection-types.ts'
import { defaultComparer, type ValueComparer } from './comparison.ts'
import { argumentNull } from './exceptions.ts'
import { modified, type Predicate } from './list.ts'
import { enumerate } from './sequence.ts'
import type { DotnetObject } from './value.ts'

/** System.Collections.Generic.HashSet; enumerates in the order of adding. https://learn.microsoft.com/dotnet/api/system.collections.generic.hashset-1 */
export class HashSet implements DotnetObject {
  readonly typeName: string
  readonly elementType: string
  readonly comparer: ValueComparer
  #values = new Map<unknown, unknown>()
  #version = 0

  constructor(
    elementType = 'System.Object',
    source: unknown = [],
    comparer: ValueComparer | null = null,
  ) {
    this.elementType = elementType
    this.typeName = collectionName('HashSet', [elementType])
    this.comparer = comparer ?? defaultComparer
    this.unionWith(source)
  }

  get count(): number {
    return this.#values.size
  }

  add(value: unknown): boolean {
    const key = this.comparer.keyOf(value)
    if (this.#values.has(key)) return false
    this.#values.set(key, value)
    this.#version += 1
    return true
  }

  remove(value: unknown): boolean {
    this.#version += 1
    return this.#values.delete(this.comparer.keyOf(value))
  }

  removeWhere(match: Predicate | null): number {
    if (match === null) throw argumentNull('match')
    return this.#keepOnly((value) => match(value) !== true)
  }

  clear(): void {
    this.#values.clear()
    this.#version += 1
  }

  contains(value: unknown): boolean {
    return this.#values.has(this.comparer.keyOf(value))
  }

  unionWith(other: unknown): void {
    for (const value of enumerate(other, 'other')) this.add(value)
  }

  intersectWith(other: unknown): void {
    const keys = this.#keysOf(other)
    this.#keepOnly((value) => keys.has(this.comparer.keyOf(value)))
  }

  exceptWith(other: unknown): void {
    for (const value of Array.from(enumerate(other, 'other'))) this.remove(value)
  }

  symmetricExceptWith(other: unknown): void {
    const distinct = new HashSet(this.elementType, other, this.comparer)
    for (const value of distinct) {
      if (!this.remove(value)) this.add(value)
    }
  }

  setEquals(other: unknown): boolean {
    const keys = this.#keysOf(other)
    return keys.size === this.count && this.#allIn(keys)
  }

  isSubsetOf(other: unknown): boolean {
    return this.#allIn(this.#keysOf(other))
  }

  isProperSubsetOf(other: unknown): boolean {
    const keys = this.#keysOf(other)
    return keys.size > this.count && this.#allIn(keys)
  }

  isSupersetOf(other: unknown): boolean {
    return [...this.#keysOf(other)].every((key) => this.#values.has(key))
  }

  isProperSupersetOf(other: unknown): boolean {
    return this.#keysOf(other).size < this.count && this.isSupersetOf(other)
  }

  overlaps(other: unknown): boolean {
    return [...this.#keysOf(other)].some((key) => this.#values.has(key))
  }

  #keysOf(other: unknown): Set<unknown> {
    return new Set(Array.from(enumerate(other, 'other'), (value) => this.comparer.keyOf(value)))
  }

  #allIn(keys: ReadonlySet<unknown>): boolean {
    return [...this.#values.keys()].every((key) => keys.has(key))
  }

  #keepOnly(keep: (value: unknown) => boolean): number {
    const before = this.#values.size
    this.#values = new Map([...this.#values].filter(([, value]) => keep(value)))
    this.#version += 1
    return before - this.#values.size
  }

  *[Symbol.iterator](): Generator<unknown> {
    const version = this.#version
    for (const value of this.#values.values()) {
      yield value
      if (version !== this.#version) throw modified()
    }
  }
}
