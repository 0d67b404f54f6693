import { argumentOutOfRange, systemException } from '../../dotnet/exceptions.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import { type Implementation } from '../type-model.ts'
import { countOf } from './collection-types.ts'
import { defaultOf } from './defaults.ts'
import { countMatching, cursorOf, elementsOf, Filtered } from './cursor.ts'
import { bool, callback, callOf, int } from './guards.ts'

type Members = Record<string, Implementation>

function noElements(): Error {
  return systemException('InvalidOperationException', 'Sequence contains no elements')
}

function noMatch(): Error {
  return systemException('InvalidOperationException', 'Sequence contains no matching element')
}

function moreThanOne(): Error {
  return systemException('InvalidOperationException', 'Sequence contains more than one element')
}

type Pick = (items: readonly unknown[]) => { readonly value: unknown } | undefined

/** First, Last and Single, each with a condition and with a default; Any, All and Count. */
export function elementMembers(): Members {
  const picks: Readonly<Record<string, Pick>> = {
    First: (items) => (items.length > 0 ? { value: items[0] } : undefined),
    Last: (items) => (items.length > 0 ? { value: items.at(-1) } : undefined),
    Single: (items) => {
      if (items.length > 1) throw moreThanOne()
      return items.length > 0 ? { value: items[0] } : undefined
    },
  }
  const members: Members = {
    'static T ElementAt<T>(this IEnumerable<T> source, int index)': (source, index) => {
      const items = [...enumerate(source)]
      if (int(index) < 0 || int(index) >= items.length) throw argumentOutOfRange('index')
      return items[int(index)]
    },
    'static T ElementAtOrDefault<T>(this IEnumerable<T> source, int index)': (
      source,
      index,
      call,
    ) => [...enumerate(source)][int(index)] ?? defaultOf(callOf(call).types[0]),
    'static bool Any<T>(this IEnumerable<T> source)': (source) =>
      enumerate(source)[Symbol.iterator]().next().done !== true,
    'static bool Any<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (source, test) =>
      some(source, callback(test)),
    'static bool All<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (source, test) =>
      !some(source, (item) => !bool(callback(test)(item))),
    'static int Count<T>(this IEnumerable<T> source)': (source) => countOf(source),
    'static int Count<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (source, test) =>
      countMatching(source, callback(test)),
    'static long LongCount<T>(this IEnumerable<T> source, Func<T,bool> predicate)': (
      source,
      test,
    ) => BigInt(countMatching(source, callback(test))),
    'static long LongCount<T>(this IEnumerable<T> source)': (source) => BigInt(countOf(source)),
  }
  for (const [name, pick] of Object.entries(picks)) {
    const read = (source: unknown, test?: unknown): unknown[] => {
      const all = test === undefined ? enumerate(source) : new Filtered(source, callback(test))
      return name === 'First' ? firstOf(all) : elementsOf(all)
    }
    const fallback = (call: unknown): unknown => defaultOf(callOf(call).types[0])
    members[`static T ${name}<T>(this IEnumerable<T> source)`] = (source) =>
      required(pick(read(source)), noElements)
    members[`static T ${name}<T>(this IEnumerable<T> source, Func<T,bool> predicate)`] = (
      source,
      test,
    ) => required(pick(read(source, test)), noMatch)
    members[`static T ${name}OrDefault<T>(this IEnumerable<T> source)`] = (source, call) =>
      (pick(read(source)) ?? { value: fallback(call) }).value
    members[`static T ${name}OrDefault<T>(this IEnumerable<T> source, Func<T,bool> predicate)`] = (
      source,
      test,
      call,
    ) => (pick(read(source, test)) ?? { value: fallback(call) }).value
  }
  return members
}

function firstOf(source: unknown): unknown[] {
  const cursor = cursorOf(source)
  return cursor.move() ? [cursor.current] : []
}

function required(found: { readonly value: unknown } | undefined, fault: () => Error): unknown {
  if (found) return found.value
  throw fault()
}

function some(source: unknown, test: Implementation): boolean {
  for (const cursor = cursorOf(source); cursor.move();) if (bool(test(cursor.current))) return true
  return false
}
