// Nothing here survives a crash: the built-in cache is volatile, as Azure's is.
import type { Clock } from '../../../base/clock.ts'
import { cacheBytesMax, cacheEntriesMax } from '../limits.ts'

interface CacheEntry {
  readonly value: unknown
  readonly bytes: number
  readonly untilMs: number
}

/** The built-in cache of a service: https://learn.microsoft.com/azure/api-management/api-management-howto-cache */
export class ValueCache {
  readonly #clock: Clock
  readonly #entries = new Map<string, CacheEntry>()
  #bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(key: string): unknown {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    if (entry.untilMs > this.#clock.now()) return entry.value
    this.delete(key)
    return undefined
  }

  /** A value larger than the whole cache is not kept. */
  set(key: string, value: unknown, life: { durationMs: number; bytes: number }): void {
    this.delete(key)
    if (life.bytes > cacheBytesMax) return
    const untilMs = this.#clock.now() + life.durationMs
    this.#entries.set(key, { value, bytes: life.bytes, untilMs })
    this.#bytes += life.bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= cacheEntriesMax && this.#bytes <= cacheBytesMax) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
