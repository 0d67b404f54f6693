import { collectionName } from './collection-types.ts'
import { defaultComparer, equalValues, type ValueComparer } from './comparison.ts'
import { argumentError, argumentNull, keyNotFound } from './exceptions.ts'
import { KeyValuePair } from './key-value-pair.ts'
import { modified } from './list.ts'
import { Sequence, enumerate } from './sequence.ts'
import type { DotnetObject } from './value.ts'

interface Entry {
  readonly key: unknown
  value: unknown
}

/** System.Collections.Generic.Dictionary; enumerates in the order of adding. https://learn.microsoft.com/dotnet/api/system.collections.generic.dictionary-2 */
export class Dictionary implements DotnetObject {
  readonly typeName: string
  readonly keyType: string
  readonly valueType: string
  readonly comparer: ValueComparer
  readonly #entries = new Map<unknown, Entry>()
  #version = 0

  constructor(
    keyType = 'System.Object',
    valueType = 'System.Object',
    comparer: ValueComparer | null = null,
  ) {
    this.keyType = keyType
    this.valueType = valueType
    this.typeName = collectionName('Dictionary', [keyType, valueType])
    this.comparer = comparer ?? defaultComparer
  }

  /** Adds what another dictionary, or a sequence of pairs, has. */
  addAll(source: unknown): this {
    for (const item of enumerate(source, 'dictionary')) {
      if (item instanceof KeyValuePair) this.add(item.key, item.value)
    }
    return this
  }

  get count(): number {
    return this.#entries.size
  }

  /** `dictionary[key]`; KeyNotFoundException. */
  get(key: unknown): unknown {
    const entry = this.#find(key)
    if (entry === undefined) throw keyNotFound()
    return entry.value
  }

  /** `TryGetValue`: `undefined` where there is no such key. */
  tryGet(key: unknown): unknown {
    return this.#find(key)?.value
  }

  set(key: unknown, value: unknown): void {
    const entry = this.#find(key)
    if (entry) entry.value = value
    else this.#entries.set(this.comparer.keyOf(key), { key, value })
    this.#version += 1
  }

  add(key: unknown, value: unknown): void {
    if (this.#find(key)) throw argumentError('An item with the same key has already been added.')
    this.#entries.set(this.comparer.keyOf(key), { key, value })
    this.#version += 1
  }

  remove(key: unknown): boolean {
    if (!this.#find(key)) return false
    this.#version += 1
    return this.#entries.delete(this.comparer.keyOf(key))
  }

  clear(): void {
    this.#entries.clear()
    this.#version += 1
  }

  containsKey(key: unknown): boolean {
    return this.#find(key) !== undefined
  }

  containsValue(value: unknown): boolean {
    return [...this.#entries.values()].some((entry) => equalValues(entry.value, value))
  }

  /** `Contains(pair)` of ICollection. */
  containsPair(pair: KeyValuePair): boolean {
    const entry = this.#find(pair.key)
    return entry !== undefined && equalValues(entry.value, pair.value)
  }

  get keys(): Sequence {
    return new Sequence(() => this.#walk((entry) => entry.key), this.keyType)
  }

  get values(): Sequence {
    return new Sequence(() => this.#walk((entry) => entry.value), this.valueType)
  }

  #find(key: unknown): Entry | undefined {
    if (key === null || key === undefined) throw argumentNull('key')
    return this.#entries.get(this.comparer.keyOf(key))
  }

  *#walk(select: (entry: Entry) => unknown): Generator<unknown> {
    const version = this.#version
    for (const entry of this.#entries.values()) {
      yield select(entry)
      if (version !== this.#version) throw modified()
    }
  }

  [Symbol.iterator](): Iterator<unknown> {
    const types = [this.keyType, this.valueType] as const
    return this.#walk((entry) => new KeyValuePair(entry.key, entry.value, types))
  }
}
