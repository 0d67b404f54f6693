import { returnedMessagesMax } from '../limits.ts'

/**
 * Where a queue's next claim looks: every ready message without a group lies at the tail or after it, or
 * is one of those given back. So a claim does not walk over the messages that others hold. Lost in a
 * crash, and then found again by the first claim.
 */
export class ReadyHead {
  #tail: number
  /** Keys before the tail, ascending. */
  #returned: number[] = []

  constructor(first: number) {
    this.#tail = first
  }

  get tail(): number {
    return this.#tail
  }

  get returned(): readonly number[] {
    return this.#returned
  }

  /** A message became ready. */
  add(key: number): void {
    if (key >= this.#tail) return
    if (this.#returned.length >= returnedMessagesMax)
      return this.restart(this.#returned[0] ?? key, key)
    let index = this.#returned.length
    while (index > 0 && (this.#returned[index - 1] ?? 0) > key) index -= 1
    if (this.#returned[index - 1] !== key) this.#returned.splice(index, 0, key)
  }

  /** The first `count` of those given back were looked at. */
  shift(count: number): void {
    this.#returned.splice(0, count)
  }

  /** No ready message lies before `key` but those given back. */
  advance(key: number): void {
    this.#tail = key
  }

  /** Looks again from the first of some keys. */
  restart(...keys: readonly number[]): void {
    this.#tail = Math.min(this.#tail, ...keys)
    this.#returned = []
  }
}
