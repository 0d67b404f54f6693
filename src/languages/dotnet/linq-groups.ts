import { compareValues, defaultComparer, type ValueComparer } from './comparison.ts'
import { arrayOf } from './collection-types.ts'
import { Dictionary } from './dictionary.ts'
import { HashSet } from './hash-set.ts'
import { itemTypeOf, lazily, needed, type Lambda } from './linq.ts'
import { List } from './list.ts'
import { Sequence, enumerate } from './sequence.ts'
import type { DotnetArray, DotnetObject } from './value.ts'

// Members of System.Linq.Enumerable that group, order or gather.

/** A group: a key and the items that have it. */
export class Grouping implements DotnetObject {
  readonly typeName: string
  readonly elementType: string
  readonly key: unknown
  readonly items: readonly unknown[]

  constructor(key: unknown, items: readonly unknown[], types: readonly [string, string]) {
    this.key = key
    this.items = items
    this.elementType = types[1]
    this.typeName = `System.Linq.Grouping<${types.join(',')}>`
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]()
  }
}

/** What `GroupBy` and `ToLookup` take beside the source. */
export interface GroupOptions {
  readonly key: Lambda | null
  readonly element?: Lambda | null
  /** `(key, items) => result`. */
  readonly result?: Lambda | null
  readonly comparer?: ValueComparer | null
  readonly keyType?: string
  readonly elementType?: string
  readonly resultType?: string
}

function groupsOf(items: Iterable<unknown>, options: GroupOptions, itemType: string): Grouping[] {
  const keyOf = needed(options.key, 'keySelector')
  const comparer = options.comparer ?? defaultComparer
  const groups = new Map<unknown, { key: unknown; items: unknown[] }>()
  for (const item of items) {
    const key = keyOf(item)
    const hash = comparer.keyOf(key)
    const group = groups.get(hash) ?? { key, items: [] }
    groups.set(hash, group)
    group.items.push(options.element ? options.element(item) : item)
  }
  const types = [options.keyType ?? 'System.Object', options.elementType ?? itemType] as const
  return Array.from(groups.values(), (group) => new Grouping(group.key, group.items, types))
}

/** `GroupBy`: groups in the order of their first items. */
export function groupBy(source: unknown, options: GroupOptions): Sequence {
  needed(options.key, 'keySelector')
  const itemType = itemTypeOf(source)
  return lazily(
    source,
    function* (items) {
      for (const group of groupsOf(items, options, itemType)) {
        yield options.result ? options.result(group.key, group) : group
      }
    },
    options.resultType ?? 'System.Object',
  )
}

/** `System.Linq.Lookup`: groups by key; a missing key has no items. */
export class Lookup implements DotnetObject {
  readonly typeName: string
  readonly #groups: readonly Grouping[]
  readonly #comparer: ValueComparer
  readonly #types: readonly [string, string]

  constructor(
    groups: readonly Grouping[],
    comparer: ValueComparer,
    types: readonly [string, string],
  ) {
    this.typeName = `System.Linq.Lookup<${types.join(',')}>`
    this.#groups = groups
    this.#comparer = comparer
    this.#types = types
  }

  get count(): number {
    return this.#groups.length
  }

  contains(key: unknown): boolean {
    return this.#find(key) !== undefined
  }

  get(key: unknown): Grouping {
    return this.#find(key) ?? new Grouping(key, [], this.#types)
  }

  #find(key: unknown): Grouping | undefined {
    return this.#groups.find((group) => this.#comparer.equals(group.key, key))
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#groups[Symbol.iterator]()
  }
}

/** `ToLookup`. */
export function toLookup(source: unknown, options: GroupOptions): Lookup {
  const itemType = itemTypeOf(source)
  const groups = groupsOf(enumerate(source), options, itemType)
  const types = [options.keyType ?? 'System.Object', options.elementType ?? itemType] as const
  return new Lookup(groups, options.comparer ?? defaultComparer, types)
}

/** One key of an order. */
export interface OrderKey {
  readonly key: Lambda | null
  readonly descending?: boolean
  readonly comparer?: ValueComparer | null
}

/** `IOrderedEnumerable`: a stable order by several keys, sorted when it is enumerated. */
export class OrderedSequence implements DotnetObject {
  readonly typeName: string
  readonly elementType: string
  readonly #items: Iterable<unknown>
  readonly #keys: readonly OrderKey[]

  constructor(items: Iterable<unknown>, keys: readonly OrderKey[], elementType: string) {
    this.elementType = elementType
    this.typeName = `System.Linq.IOrderedEnumerable<${elementType}>`
    this.#items = items
    this.#keys = keys
  }

  /** `ThenBy` and `ThenByDescending`. */
  thenBy(key: OrderKey): OrderedSequence {
    needed(key.key, 'keySelector')
    return new OrderedSequence(this.#items, [...this.#keys, key], this.elementType)
  }

  *[Symbol.iterator](): Generator<unknown> {
    const rows = Array.from(this.#items, (item) => ({
      item,
      keys: this.#keys.map(({ key }) => (key ? key(item) : item)),
    }))
    rows.sort((left, right) => this.#compare(left.keys, right.keys))
    for (const row of rows) yield row.item
  }

  #compare(left: readonly unknown[], right: readonly unknown[]): number {
    for (const [index, { comparer, descending }] of this.#keys.entries()) {
      const order = (comparer?.compare ?? compareValues)(left[index], right[index])
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

/** `OrderBy` and `OrderByDescending`. */
export function orderBy(source: unknown, key: OrderKey): OrderedSequence {
  needed(key.key, 'keySelector')
  return new OrderedSequence(enumerate(source), [key], itemTypeOf(source))
}

/** The two sides of a join. */
export interface JoinOptions {
  readonly inner: unknown
  readonly outerKey: Lambda | null
  readonly innerKey: Lambda | null
  readonly result: Lambda | null
  readonly comparer?: ValueComparer | null
  readonly resultType?: string
}

/** `Join`: pairs with equal keys; null keys match nothing. */
export function joinSequences(outer: unknown, options: JoinOptions): Sequence {
  const combine = needed(options.result, 'resultSelector')
  return matched(outer, options, function* (item, matches) {
    for (const match of matches) yield combine(item, match)
  })
}

/** `GroupJoin`: each outer item with all that match it. */
export function groupJoin(outer: unknown, options: JoinOptions): Sequence {
  const combine = needed(options.result, 'resultSelector')
  return matched(outer, options, function* (item, matches) {
    yield combine(item, new List(itemTypeOf(options.inner), matches))
  })
}

function matched(
  outer: unknown,
  options: JoinOptions,
  give: (item: unknown, matches: readonly unknown[]) => Iterable<unknown>,
): Sequence {
  const outerKey = needed(options.outerKey, 'outerKeySelector')
  const innerKey = needed(options.innerKey, 'innerKeySelector')
  const inner = enumerate(options.inner, 'inner')
  const comparer = options.comparer ?? null
  return lazily(
    outer,
    function* (items) {
      const lookup = toLookup(inner, { key: innerKey, comparer })
      for (const item of items) {
        const key = outerKey(item)
        yield* give(item, key === null ? [] : lookup.get(key).items)
      }
    },
    options.resultType ?? 'System.Object',
  )
}

/** `ToArray` with the type of the items. */
export function toArray(source: unknown, elementType: string): DotnetArray | Uint8Array {
  return arrayOf(elementType, [...enumerate(source)])
}

/** `ToList`. */
export function toList(source: unknown, elementType: string): List {
  return List.from(elementType, source)
}

/** `ToDictionary`: ArgumentException for a key that comes twice. */
export function toDictionary(
  source: unknown,
  options: GroupOptions & { readonly valueType?: string },
): Dictionary {
  const keyOf = needed(options.key, 'keySelector')
  const { keyType, valueType = itemTypeOf(source), comparer = null, element } = options
  const dictionary = new Dictionary(keyType, valueType, comparer)
  for (const item of enumerate(source)) dictionary.add(keyOf(item), element ? element(item) : item)
  return dictionary
}

/** `ToHashSet`. */
export function toHashSet(
  source: unknown,
  elementType: string,
  comparer: ValueComparer | null = null,
): HashSet {
  return new HashSet(elementType, source, comparer)
}
