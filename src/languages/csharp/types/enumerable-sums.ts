import { compareValues } from '../../dotnet/comparison.ts'
import { systemException } from '../../dotnet/exceptions.ts'
import { arithmetic, castNumber, isNumeric, type NumericValue } from '../../dotnet/numbers.ts'
import { enumerate } from '../../dotnet/sequence.ts'
import type { NumericKind } from '../../dotnet/types.ts'
import type { Implementation } from '../type-model.ts'
import { Mapped } from './cursor.ts'
import { callback, callOf } from './guards.ts'

type Members = Record<string, Implementation>

const summed: readonly (readonly [string, NumericKind, string])[] = [
  ['int', 'Int32', 'double'],
  ['long', 'Int64', 'double'],
  ['float', 'Single', 'float'],
  ['double', 'Double', 'double'],
  ['decimal', 'Decimal', 'decimal'],
]

/** Sum, Average, Min, Max and Aggregate. */
export function aggregateMembers(): Members {
  const members: Members = {
    'static T Aggregate<T>(this IEnumerable<T> source, Func<T,T,T> func)': (source, step) =>
      reduce(source, callback(step)),
    'static A Aggregate<T,A>(this IEnumerable<T> source, A seed, Func<A,T,A> func)': (
      source,
      seed,
      step,
    ) => fold(source, seed, callback(step)),
    'static R Aggregate<T,A,R>(this IEnumerable<T> source, A seed, Func<A,T,A> func, Func<A,R> result)':
      (source, seed, step, result) => callback(result)(fold(source, seed, callback(step))),
    'static T Min<T>(this IEnumerable<T> source)': (source) =>
      extreme(enumerate(source), -1, false),
    'static T Max<T>(this IEnumerable<T> source)': (source) => extreme(enumerate(source), 1, false),
    'static R Min<T,R>(this IEnumerable<T> source, Func<T,R> selector)': (source, select, call) =>
      extreme(new Mapped(source, callback(select)), -1, isNullable(call)),
    'static R Max<T,R>(this IEnumerable<T> source, Func<T,R> selector)': (source, select, call) =>
      extreme(new Mapped(source, callback(select)), 1, isNullable(call)),
  }
  for (const [keyword, kind, average] of summed) {
    const mean: NumericKind = average === 'double' ? 'Double' : kind
    for (const mark of ['', '?']) {
      const isNullableType = mark === '?'
      members[`static ${keyword}${mark} Sum(this IEnumerable<${keyword}${mark}> source)`] = (
        source,
      ) => sum(enumerate(source), kind)
      members[
        `static ${keyword}${mark} Sum<T>(this IEnumerable<T> source, Func<T,${keyword}${mark}> selector)`
      ] = (source, select) => sum(new Mapped(source, callback(select)), kind)
      members[`static ${average}${mark} Average(this IEnumerable<${keyword}${mark}> source)`] = (
        source,
      ) => averageOf(enumerate(source), { kind, mean, isNullable: isNullableType })
      members[
        `static ${average}${mark} Average<T>(this IEnumerable<T> source, Func<T,${keyword}${mark}> selector)`
      ] = (source, select) =>
        averageOf(new Mapped(source, callback(select)), { kind, mean, isNullable: isNullableType })
    }
  }
  return members
}

function isNullable(call: unknown): boolean {
  const type = callOf(call).types[1]
  return (
    type !== undefined &&
    (type.kind !== 'struct' || type.definition?.fullName === 'System.Nullable')
  )
}

function reduce(source: unknown, step: Implementation): unknown {
  const iterator = enumerate(source)[Symbol.iterator]()
  const first = iterator.next()
  if (first.done === true) throw empty()
  let total: unknown = first.value
  for (let next = iterator.next(); next.done !== true; next = iterator.next())
    total = step(total, next.value)
  return total
}

function fold(source: unknown, seed: unknown, step: Implementation): unknown {
  let total = seed
  for (const item of enumerate(source)) total = step(total, item)
  return total
}

function extreme(source: Iterable<unknown>, sign: number, nullWhenEmpty: boolean): unknown {
  let best: unknown
  for (const item of source) {
    if (item === null) continue
    if (best === undefined || compareValues(item, best) * sign > 0) best = item
  }
  if (best !== undefined) return best
  if (nullWhenEmpty) return null
  throw empty()
}

function sum(source: Iterable<unknown>, kind: NumericKind): NumericValue {
  let total = zero(kind)
  for (const item of source)
    if (isNumeric(item)) total = arithmetic('+', total, item, { checked: true })
  return total
}

function averageOf(
  source: Iterable<unknown>,
  options: { kind: NumericKind; mean: NumericKind; isNullable: boolean },
): unknown {
  const items = [...source].filter(isNumeric)
  if (items.length === 0 && options.isNullable) return null
  if (items.length === 0) throw empty()
  const wide = options.kind === 'Int32' ? 'Int64' : options.kind
  const total = sum(
    items.map((item) => castNumber(item, wide)),
    wide,
  )
  return arithmetic(
    '/',
    numeric(castNumber(total, options.mean)),
    numeric(castNumber(items.length, options.mean)),
  )
}

function zero(kind: NumericKind): NumericValue {
  return numeric(castNumber(0, kind))
}

function numeric(value: unknown): NumericValue {
  if (isNumeric(value)) return value
  throw systemException('InvalidCastException')
}

function empty(): Error {
  return systemException('InvalidOperationException', 'Sequence contains no elements')
}
