import type { CompareRows, OrderedRow } from './order.ts'
import type { Value } from './values.ts'

/** Keeps the first `capacity` rows of an order: a heap whose root is the last of them. */
export class TopRows {
  readonly #capacity: number
  readonly #compare: CompareRows
  readonly #heap: OrderedRow[] = []

  constructor(capacity: number, compare: CompareRows) {
    this.#capacity = capacity
    this.#compare = compare
  }

  /** False when a row with these keys cannot be among the first, so that it need not be projected. */
  accepts(keys: readonly Value[], sequence: number): boolean {
    const last = this.#heap[0]
    if (this.#heap.length < this.#capacity) return true
    return last !== undefined && this.#compare({ keys, sequence, value: null }, last) < 0
  }

  add(row: OrderedRow): void {
    if (this.#heap.length < this.#capacity) {
      this.#heap.push(row)
      this.#rise(this.#heap.length - 1)
    } else {
      this.#heap[0] = row
      this.#sink(0)
    }
  }

  sorted(): Iterable<OrderedRow> {
    return this.#heap.toSorted(this.#compare)
  }

  #rise(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isLater(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      const later = this.#isLater(left + 1, left) ? left + 1 : left
      if (!this.#isLater(later, at)) return
      this.#swap(at, later)
      at = later
    }
  }

  #isLater(index: number, other: number): boolean {
    const [row, otherRow] = [this.#heap[index], this.#heap[other]]
    return row !== undefined && otherRow !== undefined && this.#compare(row, otherRow) > 0
  }

  #swap(index: number, other: number): void {
    const [row, otherRow] = [this.#heap[index], this.#heap[other]]
    if (!row || !otherRow) return
    this.#heap[index] = otherRow
    this.#heap[other] = row
  }
}
