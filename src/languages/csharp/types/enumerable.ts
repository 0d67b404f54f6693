import { argumentOutOfRange } from '../../dotnet/exceptions.ts'
import { compareValues, defaultComparer } from '../../dotnet/comparison.ts'
import { Dictionary } from '../../dotnet/dictionary.ts'
import { HashSet } from '../../dotnet/hash-set.ts'
import { List } from '../../dotnet/list.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import type { DotnetObject } from '../../dotnet/value.ts'
import { isInstance } from '../conversions.ts'
import { elementCountMax } from '../limits.ts'
import { countWork, LimitError } from '../../dotnet/work-limit.ts'
import { declareType, type Call, type Implementation, type TypeDeclaration } from '../type-model.ts'
import { comparerOf } from './comparers.ts'
import { arrayOf } from '../arrays.ts'
import { defaultOf } from './defaults.ts'
import { Grouping, groupMembers, Lookup } from './enumerable-groups.ts'
import { elementsOf, Filtered, Mapped } from './cursor.ts'
import {
  flattened,
  joined,
  lazy,
  orElse,
  skipped,
  taken,
  whileTrue,
  zipped,
} from './enumerable-steps.ts'
import { elementMembers } from './enumerable-elements.ts'
import { aggregateMembers } from './enumerable-sums.ts'
import { callback, callOf, instance, int } from './guards.ts'
import { castObject } from './casting.ts'

/** A sequence that remembers how it is ordered, so that `ThenBy` can go on. */
class OrderedSequence implements DotnetObject {
  readonly typeName: string
  readonly #source: unknown
  readonly #orders: readonly Order[]
  readonly #elementType: string

  constructor(elementType: string, source: unknown, orders: readonly Order[]) {
    this.typeName = `System.Linq.IOrderedEnumerable<${elementType}>`
    this.#elementType = elementType
    this.#source = source
    this.#orders = orders
  }

  thenBy(order: Order): OrderedSequence {
    return new OrderedSequence(this.#elementType, this.#source, [...this.#orders, order])
  }

  [Symbol.iterator](): Iterator<unknown> {
    const rows = [...enumerate(this.#source)].map((item) => ({
      item,
      keys: this.#orders.map((order) => order.key(item)),
    }))
    const sorted = rows.toSorted((left, right) => {
      for (const [index, order] of this.#orders.entries()) {
        const result = order.compare(left.keys[index], right.keys[index])
        if (result !== 0) return order.isDescending ? -result : result
      }
      return 0
    })
    return enumerate(sorted.map((row) => row.item))[Symbol.iterator]()
  }
}

interface Order {
  readonly key: Implementation
  readonly compare: (left: unknown, right: unknown) => number
  readonly isDescending: boolean
}

type Members = Record<string, Implementation>

/** The type System.Linq.Enumerable and the interfaces its results have. */
export const enumerableTypes: readonly TypeDeclaration[] = [
  declareType('hidden interface System.Linq.IGrouping<TKey,TElement> : IEnumerable<TElement>', {
    'TKey Key': (self) => instance(self, Grouping).key,
  }),
  declareType('hidden interface System.Linq.IOrderedEnumerable<TElement> : IEnumerable<TElement>'),
  declareType(
    'hidden interface System.Linq.ILookup<TKey,TElement> : IEnumerable<IGrouping<TKey,TElement>>',
    {
      'int Count': (self) => instance(self, Lookup).count,
      'bool Contains(TKey key)': (self, key) => instance(self, Lookup).group(key) !== undefined,
      'IEnumerable<TElement> this[TKey key]': (self, key) =>
        instance(self, Lookup).group(key) ?? new List('System.Object'),
    },
  ),
  declareType('static System.Linq.Enumerable', {
    ...projections(),
    ...partitions(),
    ...orderings(),
    ...sets(),
    ...groupMembers(),
    ...elementMembers(),
    ...conversions(),
    ...generators(),
    ...aggregateMembers(),
  }),
]

function projections(): Members {
  return {
    'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (
      source,
      predicate,
      call,
    ) => lazy(call, source, () => new Filtered(source, callback(predicate))),
    'static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T,int,bool> predicate)': (
      source,
      predicate,
      call,
    ) => lazy(call, source, () => new Filtered(source, callback(predicate))),
    'static IEnumerable<R> Select<T,R>(this IEnumerable<T> source, Func<T,R> selector)': (
      source,
      selector,
      call,
    ) => lazy(call, source, () => new Mapped(source, callback(selector)), 1),
    'static IEnumerable<R> Select<T,R>(this IEnumerable<T> source, Func<T,int,R> selector)': (
      source,
      selector,
      call,
    ) => lazy(call, source, () => new Mapped(source, callback(selector)), 1),
    'static IEnumerable<R> SelectMany<T,R>(this IEnumerable<T> source, Func<T,IEnumerable<R>> selector)':
      (source, selector, call) =>
        lazy(call, source, () => flattened(source, callback(selector)), 1),
    'static IEnumerable<R> SelectMany<T,C,R>(this IEnumerable<T> source, Func<T,IEnumerable<C>> selector, Func<T,C,R> result)':
      (source, selector, result, call) =>
        lazy(call, source, () => flattened(source, callback(selector), callback(result)), 2),
    'static IEnumerable<R> SelectMany<T,R>(this IEnumerable<T> source, Func<T,int,IEnumerable<R>> selector)':
      (source, selector, call) =>
        lazy(call, source, () => flattened(source, callback(selector)), 1),
    'static IEnumerable<R> SelectMany<T,C,R>(this IEnumerable<T> source, Func<T,int,IEnumerable<C>> selector, Func<T,C,R> result)':
      (source, selector, result, call) =>
        lazy(call, source, () => flattened(source, callback(selector), callback(result)), 2),
    'static IEnumerable<R> Zip<T,U,R>(this IEnumerable<T> first, IEnumerable<U> second, Func<T,U,R> selector)':
      (first, second, selector, call) =>
        lazy(call, first, () => zipped(first, second, callback(selector)), 2),
    'static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)': (
      first,
      second,
      call,
    ) => lazy(call, first, () => joined([first, second])),
    'static IEnumerable<T> Reverse<T>(this IEnumerable<T> source)': (source, call) =>
      lazy(call, source, () => enumerate([...enumerate(source)].toReversed())[Symbol.iterator]()),
    'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source)': (source, call) =>
      lazy(call, source, () => orElse(source, defaultOf(callOf(call).types[0]))),
    'static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T value)': (
      source,
      value,
      call,
    ) => lazy(call, source, () => orElse(source, value)),
    'static IEnumerable<T> Append<T>(this IEnumerable<T> source, T element)': (
      source,
      element,
      call,
    ) => lazy(call, source, () => joined([source, [element]])),
    'static IEnumerable<T> Prepend<T>(this IEnumerable<T> source, T element)': (
      source,
      element,
      call,
    ) => lazy(call, source, () => joined([[element], source])),
  }
}

function partitions(): Members {
  return {
    'static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)': (source, count, call) =>
      lazy(call, source, () => skipped(source, int(count))),
    'static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)': (source, count, call) =>
      lazy(call, source, () => taken(source, int(count))),
    'static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (
      source,
      test,
      call,
    ) => lazy(call, source, () => whileTrue(source, callback(test), false)),
    'static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (
      source,
      test,
      call,
    ) => lazy(call, source, () => whileTrue(source, callback(test), true)),
    'static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T,int,bool> predicate)': (
      source,
      test,
      call,
    ) => lazy(call, source, () => whileTrue(source, callback(test), false)),
    'static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T,int,bool> predicate)': (
      source,
      test,
      call,
    ) => lazy(call, source, () => whileTrue(source, callback(test), true)),
  }
}

function orderings(): Members {
  const members: Members = {}
  for (const [name, isDescending] of [
    ['OrderBy', false],
    ['OrderByDescending', true],
  ] as const) {
    const run = (
      source: unknown,
      key: unknown,
      comparer: unknown,
      call: unknown,
    ): OrderedSequence => {
      enumerate(source)
      return new OrderedSequence(callOf(call).types[0]?.name ?? '', source, [
        { key: callback(key), compare: compareBy(comparer), isDescending },
      ])
    }
    members[
      `static IOrderedEnumerable<T> ${name}<T,K>(this IEnumerable<T> source, Func<T,K> key)`
    ] = (source, key, call) => run(source, key, null, call)
    members[
      `static IOrderedEnumerable<T> ${name}<T,K>(this IEnumerable<T> source, Func<T,K> key, IComparer<K> comparer)`
    ] = run
  }
  for (const [name, isDescending] of [
    ['ThenBy', false],
    ['ThenByDescending', true],
  ] as const) {
    const run = (source: unknown, key: unknown, comparer: unknown): OrderedSequence =>
      instance(source, OrderedSequence).thenBy({
        key: callback(key),
        compare: compareBy(comparer),
        isDescending,
      })
    members[
      `static IOrderedEnumerable<T> ${name}<T,K>(this IOrderedEnumerable<T> source, Func<T,K> key)`
    ] = (source, key) => run(source, key, null)
    members[
      `static IOrderedEnumerable<T> ${name}<T,K>(this IOrderedEnumerable<T> source, Func<T,K> key, IComparer<K> comparer)`
    ] = run
  }
  return members
}

function compareBy(comparer: unknown): (left: unknown, right: unknown) => number {
  const found =
    typeof comparer === 'object' && comparer !== null && 'compare' in comparer
      ? comparer.compare
      : undefined
  if (typeof found !== 'function') return compareValues
  return (left, right) => Number(found.call(comparer, left, right))
}

function sets(): Members {
  const distinct = (source: unknown, comparer: unknown, call: unknown): Sequence =>
    lazy(call, source, () => unique(source, { comparer }))
  const union = (first: unknown, second: unknown, comparer: unknown, call: unknown): Sequence =>
    lazy(call, first, () => unique(new Sequence(() => joined([first, second])), { comparer }))
  const intersect = (first: unknown, second: unknown, comparer: unknown, call: unknown): Sequence =>
    lazy(call, first, () => unique(first, { comparer, among: second, isIn: true }))
  const except = (first: unknown, second: unknown, comparer: unknown, call: unknown): Sequence =>
    lazy(call, first, () => unique(first, { comparer, among: second, isIn: false }))
  const members: Members = {
    'static IEnumerable<T> Distinct<T>(this IEnumerable<T> source)': (source, call) =>
      distinct(source, null, call),
    'static IEnumerable<T> Distinct<T>(this IEnumerable<T> source, IEqualityComparer<T> comparer)':
      distinct,
    'static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second)': (
      first,
      second,
    ) => sameItems(first, second),
    'static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)':
      (first, second, comparer) => sameItems(first, second, comparer),
    'static bool Contains<T>(this IEnumerable<T> source, T value)': (source, value) =>
      contains(source, value, null),
    'static bool Contains<T>(this IEnumerable<T> source, T value, IEqualityComparer<T> comparer)':
      contains,
  }
  for (const [name, run] of [
    ['Union', union],
    ['Intersect', intersect],
    ['Except', except],
  ] as const) {
    members[`static IEnumerable<T> ${name}<T>(this IEnumerable<T> first, IEnumerable<T> second)`] =
      (first, second, call) => run(first, second, null, call)
    members[
      `static IEnumerable<T> ${name}<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer)`
    ] = run
  }
  return members
}

function* unique(
  source: unknown,
  options: { comparer: unknown; among?: unknown; isIn?: boolean },
): Generator<unknown> {
  const comparer = comparerOf(options.comparer)
  const seen = new Set<unknown>()
  const others =
    options.among === undefined
      ? undefined
      : new Set([...enumerate(options.among)].map((item) => comparer.keyOf(item)))
  for (const item of enumerate(source)) {
    const key = comparer.keyOf(item)
    if (seen.has(key) || (others && others.has(key) !== options.isIn)) continue
    seen.add(key)
    yield item
  }
}

function sameItems(first: unknown, second: unknown, comparer?: unknown): boolean {
  const how = comparerOf(comparer)
  const left = [...enumerate(first)]
  const right = [...enumerate(second)]
  return left.length === right.length && left.every((item, index) => how.equals(item, right[index]))
}

function contains(source: unknown, value: unknown, comparer: unknown): boolean {
  const how = comparerOf(comparer)
  for (const item of enumerate(source)) if (how.equals(item, value)) return true
  return false
}

function conversions(): Members {
  const dictionary = (
    source: unknown,
    options: { key: unknown; element?: unknown; comparer?: unknown },
    call: Call,
  ): Dictionary => {
    const made = new Dictionary(
      call.types[1]?.name,
      (call.types[2] ?? call.types[0])?.name,
      options.comparer ? comparerOf(options.comparer) : defaultComparer,
    )
    const element = options.element ? callback(options.element) : undefined
    for (const item of enumerate(source))
      made.add(callback(options.key)(item), element ? element(item) : item)
    return made
  }
  return {
    'static T[] ToArray<T>(this IEnumerable<T> source)': (source, call) =>
      arrayOf(callOf(call).types[0]?.name ?? 'System.Object', elementsOf(source)),
    'static List<T> ToList<T>(this IEnumerable<T> source)': (source, call) =>
      List.from(callOf(call).types[0]?.name ?? '', source),
    'static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)': (source) => source,
    'static Dictionary<K,T> ToDictionary<T,K>(this IEnumerable<T> source, Func<T,K> key)': (
      source,
      key,
      call,
    ) => dictionary(source, { key }, callOf(call)),
    'static Dictionary<K,T> ToDictionary<T,K>(this IEnumerable<T> source, Func<T,K> key, IEqualityComparer<K> comparer)':
      (source, key, comparer, call) => dictionary(source, { key, comparer }, callOf(call)),
    'static Dictionary<K,E> ToDictionary<T,K,E>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element)':
      (source, key, element, call) => dictionary(source, { key, element }, callOf(call)),
    'static Dictionary<K,E> ToDictionary<T,K,E>(this IEnumerable<T> source, Func<T,K> key, Func<T,E> element, IEqualityComparer<K> comparer)':
      (source, key, ...[element, comparer, call]) =>
        dictionary(source, { key, element, comparer }, callOf(call)),
    'static HashSet<T> ToHashSet<T>(this IEnumerable<T> source)': (source, call) =>
      new HashSet(callOf(call).types[0]?.name, source),
    'static IEnumerable<R> Cast<R>(this System.Collections.IEnumerable source)': (source, call) =>
      lazy(call, source, () => new Mapped(source, (item) => castTo(callOf(call), item))),
    'static IEnumerable<R> OfType<R>(this System.Collections.IEnumerable source)': (
      source,
      call,
    ) => {
      const [type] = callOf(call).types
      const { world } = callOf(call)
      return lazy(
        call,
        source,
        () =>
          new Filtered(
            source,
            (item) => item !== null && type !== undefined && isInstance(world, item, type),
          ),
      )
    },
  }
}

function castTo(call: Call, item: unknown): unknown {
  const [type] = call.types
  return type ? castObject(call.world, item, type) : item
}

function generators(): Members {
  return {
    'static IEnumerable<int> Range(int start, int count)': (start, count) =>
      new Sequence(() => range(int(start), bounded(count)), 'System.Int32'),
    'static IEnumerable<R> Repeat<R>(R element, int count)': (element, count, call) =>
      new Sequence(() => repeated(element, bounded(count)), callOf(call).types[0]?.name),
    'static IEnumerable<R> Empty<R>()': (call) =>
      new Sequence(() => repeated(null, 0), callOf(call).types[0]?.name),
  }
}

function bounded(count: unknown): number {
  if (int(count) < 0) throw argumentOutOfRange('count')
  if (int(count) > elementCountMax)
    throw new LimitError(`A sequence of ${int(count)} elements is over the limit.`)
  return int(count)
}

function* range(start: number, count: number): Generator<unknown> {
  for (let index = 0; index < count; index += 1) {
    countWork()
    yield start + index
  }
}

function* repeated(element: unknown, count: number): Generator<unknown> {
  for (let index = 0; index < count; index += 1) {
    countWork()
    yield element
  }
}
