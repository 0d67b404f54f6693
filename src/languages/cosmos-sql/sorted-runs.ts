import { sortRunRows } from './limits.ts'
import type { CompareRows, OrderedRow } from './order.ts'

/** Sorts many rows in runs that are each sorted when full, and merges the runs while they are read. */
export class SortedRuns {
  readonly #compare: CompareRows
  readonly #runs: (readonly OrderedRow[])[] = []
  #current: OrderedRow[] = []

  constructor(compare: CompareRows) {
    this.#compare = compare
  }

  accepts(): boolean {
    return true
  }

  add(row: OrderedRow): void {
    this.#current.push(row)
    if (this.#current.length >= sortRunRows) this.#closeRun()
  }

  *sorted(): Iterable<OrderedRow> {
    this.#closeRun()
    yield* mergeRange(this.#runs, this.#compare)
  }

  #closeRun(): void {
    if (this.#current.length === 0) return
    this.#runs.push(this.#current.sort(this.#compare))
    this.#current = []
  }
}

// A tree of two-way merges: each row passes log2(runs) of them.
function mergeRange(
  runs: readonly (readonly OrderedRow[])[],
  compare: CompareRows,
): Iterable<OrderedRow> {
  const [first] = runs
  if (runs.length <= 1) return first ?? []
  const middle = runs.length >> 1
  return mergeTwo(
    mergeRange(runs.slice(0, middle), compare),
    mergeRange(runs.slice(middle), compare),
    compare,
  )
}

function* mergeTwo(
  left: Iterable<OrderedRow>,
  right: Iterable<OrderedRow>,
  compare: CompareRows,
): Iterable<OrderedRow> {
  const [lefts, rights] = [left[Symbol.iterator](), right[Symbol.iterator]()]
  let [fromLeft, fromRight] = [lefts.next(), rights.next()]
  while (!fromLeft.done && !fromRight.done) {
    if (compare(fromLeft.value, fromRight.value) <= 0) {
      yield fromLeft.value
      fromLeft = lefts.next()
    } else {
      yield fromRight.value
      fromRight = rights.next()
    }
  }
  for (; !fromLeft.done; fromLeft = lefts.next()) yield fromLeft.value
  for (; !fromRight.done; fromRight = rights.next()) yield fromRight.value
}
