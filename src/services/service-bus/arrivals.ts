import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'

/**
 * Tells waiting receivers that a queue of the store may have something new. A wake-up promises nothing: who is
 * woken looks again, and who waits never waits longer than it asked to.
 */
export class Arrivals {
  readonly #store: Store
  readonly #clock: Clock
  readonly #versions = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()
  #stopListening: (() => void) | undefined

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  start(): void {
    this.#stopListening = this.#store.onCommit((commit) => {
      for (const queue of commit.queues) this.wake(queue)
    })
  }

  stop(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
    for (const queue of this.#waiting.keys()) this.wake(queue)
  }

  /** Rises with every wake-up: taken before looking, it shows afterwards whether something came meanwhile. */
  version(queue: string): number {
    return this.#versions.get(queue) ?? 0
  }

  wake(queue: string): void {
    const waiting = this.#waiting.get(queue)
    this.#versions.set(queue, this.version(queue) + 1)
    if (!waiting) return
    this.#waiting.delete(queue)
    for (const wake of waiting) wake()
  }

  /** Resolves when the queue is no longer at `seen`, after `waitMs`, or when the signal aborts. */
  async changed(
    queue: string,
    seen: number,
    options: { readonly waitMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void> {
    if (this.version(queue) !== seen || options.signal?.aborted || options.waitMs <= 0) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.cancel()
        options.signal?.removeEventListener('abort', wake)
        const waiting = this.#waiting.get(queue)
        waiting?.delete(wake)
        if (waiting?.size === 0) this.#waiting.delete(queue)
        resolve()
      }
      const timer = this.#clock.after(options.waitMs, wake)
      options.signal?.addEventListener('abort', wake, { once: true })
      const waiting = this.#waiting.get(queue) ?? new Set()
      waiting.add(wake)
      this.#waiting.set(queue, waiting)
    })
  }
}
