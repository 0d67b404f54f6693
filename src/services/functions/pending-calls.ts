/**
 * Calls of a worker that have not been answered, by number. A ring of slots and not a `Map`: a map of short-lived
 * entries leaves a chain of its outgrown tables behind, which keeps a third of all calls alive until the next
 * full collection of garbage.
 */
export class PendingCalls<Call> {
  #slots: ({ readonly number: number; readonly call: Call } | undefined)[] = newSlots(64)
  #next = 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Keeps a call and gives its number; no two calls have the same one. */
  add(call: Call): number {
    if (this.#size * 2 >= this.#slots.length) this.#grow()
    while (this.#slots[this.#slotOf(this.#next)]) this.#next++
    const number = this.#next++
    this.#slots[this.#slotOf(number)] = { number, call }
    this.#size++
    return number
  }

  get(number: number): Call | undefined {
    const slot = this.#slots[this.#slotOf(number)]
    return slot?.number === number ? slot.call : undefined
  }

  /** Gives a call and forgets it. */
  take(number: number): Call | undefined {
    const call = this.get(number)
    if (call === undefined) return undefined
    this.#slots[this.#slotOf(number)] = undefined
    this.#size--
    return call
  }

  /** Gives all calls and forgets them. */
  takeAll(): Call[] {
    const calls = this.#slots.flatMap((slot) => (slot ? [slot.call] : []))
    this.#slots.fill(undefined)
    this.#size = 0
    return calls
  }

  #slotOf(number: number): number {
    return number % this.#slots.length
  }

  // Numbers with different remainders keep different ones when their divisor doubles.
  #grow(): void {
    const slots = this.#slots
    this.#slots = newSlots(slots.length * 2)
    for (const slot of slots) if (slot) this.#slots[this.#slotOf(slot.number)] = slot
  }
}

function newSlots(count: number): undefined[] {
  return Array.from({ length: count }, () => undefined)
}
