import { defaultComparer, equalValues } from '../../dotnet/comparison.ts'
import { List } from '../../dotnet/list.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import type { DotnetObject } from '../../dotnet/value.ts'
import type { Implementation } from '../type-model.ts'
import { comparerOf } from './collection-types.ts'
import { flattened, lazy, mapped } from './enumerable-steps.ts'
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

/** The group of a key in a lookup. */
export function groupOf(self: unknown, key: unknown): Grouping | undefined {
  for (const group of enumerate(self))
    if (group instanceof Grouping && equalValues(group.key, key)) return group
  return undefined
}

/** GroupBy, Join and their kin. */
export function groupMembers(): Members {
  return { ...groupings(), ...joins() }
}

function groupings(): Members {
  return {
    'static IEnumerable<IGrouping<K,T>> GroupBy<T,K>(this IEnumerable<T> source, Func<T,K> key)': (
      source,
      key,
      call,
    ) =>
      iterate(() => byKey(source, { key: callback(key), types: names(call, 1, 0) }), source, call),
    'static IEnumerable<IGrouping<K,T>> GroupBy<T,K>(this IEnumerable<T> source, Func<T,K> key, IEqualityComparer<K> comparer)':
      (source, key, comparer, call) =>
        iterate(
          () => byKey(source, { key: callback(key), comparer, types: names(call, 1, 0) }),
          source,
          call,
        ),
    'static IEnumerable<IGrouping<K,E>> GroupBy<T,K,E>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element)':
      (source, key, element, call) =>
        iterate(
          () =>
            byKey(source, {
              key: callback(key),
              element: callback(element),
              types: names(call, 1, 2),
            }),
          source,
          call,
        ),
    'static IEnumerable<R> GroupBy<T,K,R>(this IEnumerable<T> source, Func<T,K> key, Func<K,IEnumerable<T>,R> result)':
      (source, key, result, call) =>
        lazy(
          call,
          source,
          () =>
            byKey(source, { key: callback(key), types: names(call, 1, 0) })
              .map((group) => callback(result)(group.key, group))
              [Symbol.iterator](),
          2,
        ),
    'static ILookup<K,T> ToLookup<T,K>(this IEnumerable<T> source, Func<T,K> key)': (
      source,
      key,
      call,
    ) => new List('System.Object', byKey(source, { key: callback(key), types: names(call, 1, 0) })),
  }
}

function joins(): Members {
  return {
    'static IEnumerable<R> Join<T,U,K,R>(this IEnumerable<T> outer, IEnumerable<U> inner, Func<T,K> outerKey, Func<U,K> innerKey, Func<T,U,R> result)':
      (outer, inner, ...[outerKey, innerKey, result, call]) =>
        lazy(
          call,
          outer,
          () => {
            const find = finder(byKey(inner, { key: callback(innerKey), types: ['', ''] }))
            return flattened(
              outer,
              (item) => find(callback(outerKey)(item)) ?? [],
              callback(result),
            )
          },
          3,
        ),
    'static IEnumerable<R> GroupJoin<T,U,K,R>(this IEnumerable<T> outer, IEnumerable<U> inner, Func<T,K> outerKey, Func<U,K> innerKey, Func<T,IEnumerable<U>,R> result)':
      (outer, inner, ...[outerKey, innerKey, result, call]) =>
        lazy(
          call,
          outer,
          () => {
            const find = finder(byKey(inner, { key: callback(innerKey), types: names(call, 2, 1) }))
            return mapped(outer, (item) =>
              callback(result)(
                item,
                find(callback(outerKey)(item)) ?? new List(callOf(call).types[1]?.name),
              ),
            )
          },
          3,
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
function finder(groups: readonly Grouping[]): (key: unknown) => Grouping | undefined {
  const byHash = new Map(groups.map((group) => [defaultComparer.keyOf(group.key), group]))
  return (key) => byHash.get(defaultComparer.keyOf(key))
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
