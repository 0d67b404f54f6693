import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import { elementCountMax } from '../limits.ts'
import { countWork, LimitError } from '../../dotnet/work-limit.ts'
import type { Implementation } from '../type-model.ts'
import { bool, callOf } from './guards.ts'

/** A step of a lazy sequence. */
export function lazy(
  call: unknown,
  source: unknown,
  read: () => Iterator<unknown>,
  position = 0,
): Sequence {
  // The source of a lazy operator is checked when it is called, not when it is read.
  enumerate(source)
  return new Sequence(read, callOf(call).types[position]?.name)
}

/** A step of a lazy sequence. */
export function* flattened(
  source: unknown,
  select: Implementation,
  result?: Implementation,
): Generator<unknown> {
  let count = 0
  let index = 0
  for (const item of enumerate(source)) {
    index += 1
    for (const inner of enumerate(select(item, index - 1))) {
      count += 1
      countWork()
      if (count > elementCountMax)
        throw new LimitError(
          `A sequence of more than ${elementCountMax} elements is over the limit.`,
        )
      yield result ? result(item, inner) : inner
    }
  }
}

/** A step of a lazy sequence. */
export function* zipped(
  first: unknown,
  second: unknown,
  select: Implementation,
): Generator<unknown> {
  const other = enumerate(second)[Symbol.iterator]()
  for (const item of enumerate(first)) {
    const next = other.next()
    if (next.done === true) return
    yield select(item, next.value)
  }
}

/** A step of a lazy sequence. */
export function* joined(sources: readonly unknown[]): Generator<unknown> {
  for (const source of sources) yield* enumerate(source)
}

/** A step of a lazy sequence. */
export function* orElse(source: unknown, value: unknown): Generator<unknown> {
  let isEmpty = true
  for (const item of enumerate(source)) {
    isEmpty = false
    yield item
  }
  if (isEmpty) yield value
}

/** A step of a lazy sequence. */
export function* skipped(source: unknown, count: number): Generator<unknown> {
  let left = count
  for (const item of enumerate(source)) {
    if (left > 0) left -= 1
    else yield item
  }
}

/** A step of a lazy sequence. */
export function* taken(source: unknown, count: number): Generator<unknown> {
  let left = count
  if (left <= 0) return
  for (const item of enumerate(source)) {
    yield item
    left -= 1
    if (left === 0) return
  }
}

/** A step of a lazy sequence. */
export function* whileTrue(
  source: unknown,
  test: Implementation,
  takes: boolean,
): Generator<unknown> {
  let holds = true
  let index = 0
  for (const item of enumerate(source)) {
    holds = holds && bool(test(item, index))
    index += 1
    if (takes && !holds) return
    if (takes || !holds) yield item
  }
}
