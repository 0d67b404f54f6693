import { equalValues, type ValueComparer, defaultComparer } from './comparison.ts'
import { argumentNull, argumentOutOfRange, invalidOperation } from './exceptions.ts'
import { HashSet } from './hash-set.ts'
import { List } from './list.ts'
import { Sequence, enumerate } from './sequence.ts'
import { DotnetArray } from './value.ts'

// Members of System.Linq.Enumerable that give one value or a lazy sequence of the same items.
// https://learn.microsoft.com/dotnet/api/system.linq.enumerable

/** What a lambda of LINQ is: values in, a value out. */
export type Lambda = (...values: unknown[]) => unknown

/** A lazy sequence over a source; a null source fails at once, not when it is enumerated. */
export function lazily(
  source: unknown,
  walk: (items: Iterable<unknown>) => Iterator<unknown>,
  elementType?: string,
): Sequence {
  const items = enumerate(source)
  return new Sequence(() => walk(items), elementType ?? itemTypeOf(source))
}

/** The type of the items of a source, where it says so. */
export function itemTypeOf(source: unknown): string {
  if (typeof source === 'string') return 'System.Char'
  if (source instanceof Uint8Array) return 'System.Byte'
  if (typeof source !== 'object' || source === null) return 'System.Object'
  if ('elementType' in source && typeof source.elementType === 'string') return source.elementType
  const name = 'typeName' in source && typeof source.typeName === 'string' ? source.typeName : ''
  return /<(.*)>$/.exec(name)?.[1] ?? 'System.Object'
}

/** A lambda that must be there. */
export function needed(lambda: Lambda | null, parameter: string): Lambda {
  if (lambda === null) throw argumentNull(parameter)
  return lambda
}

/** `Where`, with or without the index. */
export function where(source: unknown, predicate: Lambda | null): Sequence {
  const test = needed(predicate, 'predicate')
  return lazily(source, function* (items) {
    let index = 0
    for (const item of items) if (test(item, index++) === true) yield item
  })
}

/** `Select`, with or without the index. */
export function select(source: unknown, selector: Lambda | null, elementType?: string): Sequence {
  const map = needed(selector, 'selector')
  return lazily(
    source,
    function* (items) {
      let index = 0
      for (const item of items) yield map(item, index++)
    },
    elementType ?? 'System.Object',
  )
}

/** `SelectMany`, with an optional selector of the result. */
export function selectMany(
  source: unknown,
  collection: Lambda | null,
  result?: Lambda | null,
  elementType?: string,
): Sequence {
  const inner = needed(collection, 'selector')
  return lazily(
    source,
    function* (items) {
      let index = 0
      for (const item of items) {
        for (const value of enumerate(inner(item, index++))) {
          yield result ? result(item, value) : value
        }
      }
    },
    elementType ?? 'System.Object',
  )
}

/** `Take`. */
export function take(source: unknown, count: number): Sequence {
  return lazily(source, function* (items) {
    let left = count
    if (left <= 0) return
    for (const item of items) {
      yield item
      left -= 1
      if (left === 0) return
    }
  })
}

/** `Skip`. */
export function skip(source: unknown, count: number): Sequence {
  return lazily(source, function* (items) {
    let left = count
    for (const item of items) {
      if (left <= 0) yield item
      else left -= 1
    }
  })
}

/** `TakeWhile`. */
export function takeWhile(source: unknown, predicate: Lambda | null): Sequence {
  const test = needed(predicate, 'predicate')
  return lazily(source, function* (items) {
    let index = 0
    for (const item of items) {
      if (test(item, index++) !== true) return
      yield item
    }
  })
}

/** `SkipWhile`. */
export function skipWhile(source: unknown, predicate: Lambda | null): Sequence {
  const test = needed(predicate, 'predicate')
  return lazily(source, function* (items) {
    let index = 0
    let skipping = true
    for (const item of items) {
      skipping = skipping && test(item, index++) === true
      if (!skipping) yield item
    }
  })
}

/** `Concat`. */
export function concatSequences(first: unknown, second: unknown): Sequence {
  const more = enumerate(second, 'second')
  return lazily(first, function* (items) {
    yield* items
    yield* more
  })
}

/** `Append`. */
export function append(source: unknown, value: unknown): Sequence {
  return lazily(source, function* (items) {
    yield* items
    yield value
  })
}

/** `Prepend`. */
export function prepend(source: unknown, value: unknown): Sequence {
  return lazily(source, function* (items) {
    yield value
    yield* items
  })
}

/** `Zip`. */
export function zip(
  first: unknown,
  second: unknown,
  result: Lambda | null,
  elementType?: string,
): Sequence {
  const combine = needed(result, 'resultSelector')
  const others = enumerate(second, 'second')
  return lazily(
    first,
    function* (items) {
      const other = others[Symbol.iterator]()
      for (const item of items) {
        const next = other.next()
        if (next.done) return
        yield combine(item, next.value)
      }
      other.return?.()
    },
    elementType ?? 'System.Object',
  )
}

/** `Reverse`. */
export function reverse(source: unknown): Sequence {
  return lazily(source, function* (items) {
    yield* [...items].toReversed()
  })
}

/** `DefaultIfEmpty`: the default that the caller gives. */
export function defaultIfEmpty(source: unknown, empty: unknown): Sequence {
  return lazily(source, function* (items) {
    let any = false
    for (const item of items) {
      any = true
      yield item
    }
    if (!any) yield empty
  })
}

/** `Distinct`. */
export function distinct(source: unknown, comparer: ValueComparer | null = null): Sequence {
  return lazily(source, function* (items) {
    const seen = new HashSet('System.Object', [], comparer)
    for (const item of items) if (seen.add(item)) yield item
  })
}

/** `Union`. */
export function union(
  first: unknown,
  second: unknown,
  comparer: ValueComparer | null = null,
): Sequence {
  return distinct(concatSequences(first, second), comparer)
}

/** `Intersect`. */
export function intersect(
  first: unknown,
  second: unknown,
  comparer: ValueComparer | null = null,
): Sequence {
  const others = enumerate(second, 'second')
  return lazily(first, function* (items) {
    const wanted = new HashSet('System.Object', others, comparer)
    for (const item of items) if (wanted.contains(item) && wanted.remove(item)) yield item
  })
}

/** `Except`. */
export function except(
  first: unknown,
  second: unknown,
  comparer: ValueComparer | null = null,
): Sequence {
  const others = enumerate(second, 'second')
  return lazily(first, function* (items) {
    const seen = new HashSet('System.Object', others, comparer)
    for (const item of items) if (seen.add(item)) yield item
  })
}

/** `OfType`: the items of which the test is true. */
export function ofType(
  source: unknown,
  test: (value: unknown) => boolean,
  elementType: string,
): Sequence {
  return lazily(
    source,
    function* (items) {
      for (const item of items) if (item !== null && test(item)) yield item
    },
    elementType,
  )
}

/** `Cast`: each item through the caller's cast, which throws InvalidCastException. */
export function castItems(
  source: unknown,
  cast: (value: unknown) => unknown,
  elementType: string,
): Sequence {
  return select(source, cast, elementType)
}

/** `Enumerable.Range`. */
export function range(start: number, count: number): Sequence {
  if (count < 0 || start + count - 1 > 2_147_483_647) throw argumentOutOfRange('count')
  return new Sequence(function* () {
    for (let index = 0; index < count; index += 1) yield start + index
  }, 'System.Int32')
}

/** `Enumerable.Repeat`. */
export function repeat(value: unknown, count: number, elementType?: string): Sequence {
  if (count < 0) throw argumentOutOfRange('count')
  return new Sequence(function* () {
    for (let index = 0; index < count; index += 1) yield value
  }, elementType)
}

/** `Enumerable.Empty`. */
export function empty(elementType: string): DotnetArray | Uint8Array {
  return new List(elementType).toArray()
}

/** Which of several matching items is asked for. */
export type Position = 'first' | 'last' | 'single'

const noMatch = 'Sequence contains no matching element'
const noElements = 'Sequence contains no elements'

/** `First`, `Last` and `Single`; InvalidOperationException when there is none, or for `single` more than one. */
export function pick(source: unknown, position: Position, predicate?: Lambda | null): unknown {
  const found = pickOrNone(source, position, predicate)
  if (found.length === 0) throw invalidOperation(predicate ? noMatch : noElements)
  return found[0]
}

/** `FirstOrDefault`, `LastOrDefault` and `SingleOrDefault`: the default that the caller gives when there is none. */
export function pickOrDefault(
  source: unknown,
  position: Position,
  predicate: Lambda | null | undefined,
  fallback: unknown,
): unknown {
  const found = pickOrNone(source, position, predicate)
  return found.length === 0 ? fallback : found[0]
}

function pickOrNone(
  source: unknown,
  position: Position,
  predicate?: Lambda | null,
): readonly unknown[] {
  if (predicate === null) throw argumentNull('predicate')
  let found: readonly unknown[] = []
  for (const item of enumerate(source)) {
    if (predicate && predicate(item) !== true) continue
    if (position === 'first') return [item]
    if (position === 'single' && found.length > 0) {
      throw invalidOperation(
        predicate
          ? 'Sequence contains more than one matching element'
          : 'Sequence contains more than one element',
      )
    }
    found = [item]
  }
  return found
}

/** `ElementAt`. */
export function elementAt(source: unknown, index: number): unknown {
  const found = elementsAt(source, index)
  if (found.length === 0) {
    throw argumentOutOfRange(
      'index',
      'Index was out of range. Must be non-negative and less than the size of the collection.',
    )
  }
  return found[0]
}

/** `ElementAtOrDefault`. */
export function elementAtOrDefault(source: unknown, index: number, fallback: unknown): unknown {
  const found = elementsAt(source, index)
  return found.length === 0 ? fallback : found[0]
}

function elementsAt(source: unknown, index: number): readonly unknown[] {
  if (index < 0) return []
  let left = index
  for (const item of enumerate(source)) {
    if (left === 0) return [item]
    left -= 1
  }
  return []
}

/** `Any`. */
export function any(source: unknown, predicate?: Lambda | null): boolean {
  if (predicate === null) throw argumentNull('predicate')
  for (const item of enumerate(source)) if (!predicate || predicate(item) === true) return true
  return false
}

/** `All`. */
export function all(source: unknown, predicate: Lambda | null): boolean {
  const test = needed(predicate, 'predicate')
  for (const item of enumerate(source)) if (test(item) !== true) return false
  return true
}

/** `Count`. */
export function count(source: unknown, predicate?: Lambda | null): number {
  if (predicate === null) throw argumentNull('predicate')
  let total = 0
  for (const item of enumerate(source)) if (!predicate || predicate(item) === true) total += 1
  return total
}

/** `Contains`. */
export function containsItem(
  source: unknown,
  value: unknown,
  comparer: ValueComparer | null = null,
): boolean {
  const equals = comparer?.equals ?? equalValues
  for (const item of enumerate(source)) if (equals(item, value)) return true
  return false
}

/** `SequenceEqual`. */
export function sequenceEqual(
  first: unknown,
  second: unknown,
  comparer: ValueComparer | null = null,
): boolean {
  const { equals } = comparer ?? defaultComparer
  const [left, right] = [[...enumerate(first, 'first')], [...enumerate(second, 'second')]]
  return left.length === right.length && left.every((item, index) => equals(item, right[index]))
}

/** `Aggregate(function)`: InvalidOperationException for an empty source. */
export function aggregate(source: unknown, combine: Lambda | null): unknown {
  const fold = needed(combine, 'func')
  const [first, ...rest] = enumerate(source)
  if (first === undefined) throw invalidOperation(noElements)
  return rest.reduce((total, item) => fold(total, item), first)
}

/** `Aggregate(seed, function, resultSelector)`. */
export function aggregateFrom(
  source: unknown,
  seed: unknown,
  combine: Lambda | null,
  result?: Lambda | null,
): unknown {
  const fold = needed(combine, 'func')
  let total = seed
  for (const item of enumerate(source)) total = fold(total, item)
  return result ? result(total) : total
}
