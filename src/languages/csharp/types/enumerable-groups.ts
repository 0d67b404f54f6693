import { List } from '../../dotnet/list.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import type { DotnetObject } from '../../dotnet/value.ts'
import type { Implementation } from '../type-model.ts'
import { comparerOf } from './comparers.ts'
import { Mapped } from './cursor.ts'
import { flattened, lazy } from './enumerable-steps.ts'
import { callback, callOf } from './guards.ts'

type Members = Record<string, Implementation>

/** A group of `GroupBy`. */
export class Grouping implements DotnetObject {
  readonly typeName: string
  readonly key: unknown
  readonly items: unknown[] = []

  constructor(key: unknown, types: readonly [string, string]) {
    this.key = key
    this.typeName = `System.Linq.IGrouping<${types[0]},${types[1]}>`
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.items[Symbol.iterator]()
  }
}

/** GroupBy, Join and their kin. */
export function groupMembers(): Members {
  return { ...groupings(), ...joins() }
}

const comparerParameter = ', IEqualityComparer<K> comparer'

// Each method stands in the table twice: without a comparer, and with one as its last parameter.
function withComparer(
  line: (more: string) => string,
  run: (values: readonly unknown[], comparer: unknown, call: unknown) => unknown,
): Members {
  return {
    [line('')]: (...values) => run(values.slice(0, -1), undefined, values.at(-1)),
    [line(comparerParameter)]: (...values) =>
      run(values.slice(0, -2), values.at(-2), values.at(-1)),
  }
}

function groupings(): Members {
  return {
    ...withComparer(
      (more) =>
        `static IEnumerable<IGrouping<K,T>> GroupBy<T,K>(this IEnumerable<T> source, Func<T,K> key${more})`,
      ([source, key], comparer, call) =>
        iterate(
          () => byKey(source, { key: callback(key), comparer, types: names(call, 1, 0) }),
          source,
          call,
        ),
    ),
    ...withComparer(
      (more) =>
        `static IEnumerable<IGrouping<K,E>> GroupBy<T,K,E>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element${more})`,
      ([source, ...choose], comparer, call) =>
        iterate(() => elementsByKey(source, choose, { comparer, call }), source, call),
    ),
    ...withComparer(
      (more) =>
        `static IEnumerable<R> GroupBy<T,K,R>(this IEnumerable<T> source, Func<T,K> key, Func<K,IEnumerable<T>,R> result${more})`,
      ([source, key, result], comparer, call) =>
        lazy(
          call,
          source,
          () =>
            results(
              byKey(source, { key: callback(key), comparer, types: names(call, 1, 0) }),
              result,
            ),
          2,
        ),
    ),
    ...withComparer(
      (more) =>
        `static IEnumerable<R> GroupBy<T,K,E,R>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element, Func<K,IEnumerable<E>,R> result${more})`,
      ([source, key, element, result], comparer, call) =>
        lazy(
          call,
          source,
          () => results(elementsByKey(source, [key, element], { comparer, call }), result),
          3,
        ),
    ),
    ...withComparer(
      (more) =>
        `static ILookup<K,T> ToLookup<T,K>(this IEnumerable<T> source, Func<T,K> key${more})`,
      ([source, key], comparer, call) =>
        new Lookup(
          byKey(source, { key: callback(key), comparer, types: names(call, 1, 0) }),
          comparer,
        ),
    ),
    ...withComparer(
      (more) =>
        `static ILookup<K,E> ToLookup<T,K,E>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element${more})`,
      ([source, ...choose], comparer, call) =>
        new Lookup(elementsByKey(source, choose, { comparer, call }), comparer),
    ),
  }
}

function elementsByKey(
  source: unknown,
  [key, element]: readonly unknown[],
  use: { comparer: unknown; call: unknown },
): Grouping[] {
  return byKey(source, {
    key: callback(key),
    element: callback(element),
    comparer: use.comparer,
    types: names(use.call, 1, 2),
  })
}

function results(groups: readonly Grouping[], result: unknown): Iterator<unknown> {
  return enumerate(groups.map((group) => callback(result)(group.key, group)))[Symbol.iterator]()
}

/** What `ToLookup` gives: groups that are found by their key. */
export class Lookup implements DotnetObject {
  readonly typeName = 'System.Linq.ILookup'
  readonly #groups: readonly Grouping[]
  readonly #find: (key: unknown) => Grouping | undefined

  constructor(groups: readonly Grouping[], comparer: unknown) {
    this.#groups = groups
    this.#find = finder(groups, comparer)
  }

  get count(): number {
    return this.#groups.length
  }

  group(key: unknown): Grouping | undefined {
    return this.#find(key)
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.#groups[Symbol.iterator]()
  }
}

function joins(): Members {
  return {
    ...withComparer(
      (more) =>
        `static IEnumerable<R> Join<T,U,K,R>(this IEnumerable<T> outer, IEnumerable<U> inner, Func<T,K> outerKey, Func<U,K> innerKey, Func<T,U,R> result${more})`,
      ([outer, inner, outerKey, innerKey, result], comparer, call) =>
        lazy(
          call,
          outer,
          () => {
            const options = { key: callback(innerKey), comparer, types: names(call, 2, 1) }
            const find = finder(byKey(inner, options), comparer)
            return flattened(
              outer,
              (item) => find(callback(outerKey)(item)) ?? [],
              callback(result),
            )
          },
          3,
        ),
    ),
    ...withComparer(
      (more) =>
        `static IEnumerable<R> GroupJoin<T,U,K,R>(this IEnumerable<T> outer, IEnumerable<U> inner, Func<T,K> outerKey, Func<U,K> innerKey, Func<T,IEnumerable<U>,R> result${more})`,
      ([outer, inner, outerKey, innerKey, result], comparer, call) =>
        lazy(
          call,
          outer,
          () => {
            const options = { key: callback(innerKey), comparer, types: names(call, 2, 1) }
            const find = finder(byKey(inner, options), comparer)
            return new Mapped(outer, (item) =>
              callback(result)(
                item,
                find(callback(outerKey)(item)) ?? new List(callOf(call).types[1]?.name),
              ),
            )
          },
          3,
        ),
    ),
  }
}

interface Grouped {
  readonly key: Implementation
  readonly element?: Implementation
  readonly comparer?: unknown
  readonly types: readonly [string, string]
}

function byKey(source: unknown, options: Grouped): Grouping[] {
  const comparer = comparerOf(options.comparer)
  const found = new Map<unknown, Grouping>()
  for (const item of enumerate(source)) {
    const key = options.key(item)
    const hash = comparer.keyOf(key)
    const group = found.get(hash) ?? new Grouping(key, options.types)
    group.items.push(options.element ? options.element(item) : item)
    found.set(hash, group)
  }
  return [...found.values()]
}

/** The group of a key: what a join looks up for each element. */
function finder(
  groups: readonly Grouping[],
  comparer: unknown,
): (key: unknown) => Grouping | undefined {
  const how = comparerOf(comparer)
  const byHash = new Map(groups.map((group) => [how.keyOf(group.key), group]))
  return (key) => byHash.get(how.keyOf(key))
}

function names(call: unknown, key: number, element: number): readonly [string, string] {
  return [callOf(call).types[key]?.name ?? '', callOf(call).types[element]?.name ?? '']
}

function iterate(groupsOf: () => readonly unknown[], source: unknown, call: unknown): Sequence {
  const { types } = callOf(call)
  enumerate(source)
  return new Sequence(
    () => groupsOf()[Symbol.iterator](),
    `System.Linq.IGrouping<${types[1]?.name},${(types[2] ?? types[0])?.name}>`,
  )
}
