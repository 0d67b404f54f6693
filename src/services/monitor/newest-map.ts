/**
 * A map that forgets: it holds the newest half of `entriesMax` at least. Whole generations are dropped, since
 * finding the oldest entry of a `Map` again and again walks over all that were deleted before it.
 */
export class NewestMap<Value> {
  readonly #generationMax: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(entriesMax: number) {
    this.#generationMax = entriesMax / 2
  }

  get(name: string): Value | undefined {
    return this.#young.get(name) ?? this.#old.get(name)
  }

  set(name: string, value: Value): void {
    if (this.#young.size >= this.#generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(name, value)
  }

  /** Gives a value and forgets it. */
  take(name: string): Value | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    this.#young.delete(name)
    this.#old.delete(name)
    return value
  }
}
