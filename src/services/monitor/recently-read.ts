/** Keeps what was read last, up to a number of bytes. */
export class RecentlyRead<Key, Value> {
  readonly #bytesMax: number
  readonly #entries = new Map<Key, { readonly value: Value; readonly bytes: number }>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** What is kept of a key, or what `read` gives. */
  of(key: Key, bytes: number, read: () => Value): Value {
    const known = this.#entries.get(key)
    if (known) this.#delete(key, known.bytes)
    const entry = known ?? { value: read(), bytes }
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
    for (const [oldest, { bytes: oldestBytes }] of this.#entries) {
      if (this.#bytes <= this.#bytesMax) break
      this.#delete(oldest, oldestBytes)
    }
    return entry.value
  }

  #delete(key: Key, bytes: number): void {
    this.#entries.delete(key)
    this.#bytes -= bytes
  }
}
