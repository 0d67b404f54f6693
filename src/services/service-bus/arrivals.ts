import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'
import { storeQueuePrefix } from './entities.ts'

/**
 * Tells waiting receivers that a queue of the store may have something new. A wake-up promises nothing: who is
 * woken looks again, and who waits never waits longer than it asked to.
 */
export class Arrivals {
  readonly #store: Store
  readonly #clock: Clock
  readonly #versions = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()
  #stopped = false
  #stopListening: (() => void) | undefined

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store
    this.#clock = options.clock
  }

  start(): void {
    this.#stopListening = this.#store.onCommit((commit) => {
      for (const queue of commit.queues) {
        if (queue.startsWith(storeQueuePrefix)) this.wake(queue)
      }
    })
  }

  /** Ends every wait. */
  stop(): void {
    this.#stopListening?.()
    this.#stopped = true
    for (const queue of this.#waiting.keys()) this.wake(queue)
  }

  /** True once nobody will be woken any more: receivers that wait then give nothing, later ones are refused. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Rises with every wake-up: taken before looking, it shows afterwards whether something came meanwhile. */
  version(queue: string): number {
    return this.#versions.get(queue) ?? 0
  }

  /** Lets go of a queue that was deleted; who still waits for it looks again, and finds that. */
  forget(queue: string): void {
    this.wake(queue)
    this.#versions.delete(queue)
  }

  wake(queue: string): void {
    const waiting = this.#waiting.get(queue)
    this.#versions.set(queue, this.version(queue) + 1)
    if (!waiting) return
    this.#waiting.delete(queue)
    for (const wake of waiting) wake()
  }

  /** Resolves when the queue is no longer at `seen`, after `waitMs`, or when one of the signals aborts. */
  async changed(
    queue: string,
    seen: number,
    until: { readonly waitMs: number; readonly signals: readonly AbortSignal[] },
  ): Promise<void> {
    const { waitMs, signals } = until
    if (this.#stopped || this.version(queue) !== seen || waitMs <= 0) return
    if (isAborted(signals)) return
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.cancel()
        // Removed one by one: AbortSignal.any would be kept for as long as its longest-lived signal.
        for (const signal of signals) signal.removeEventListener('abort', wake)
        this.#leave(queue, wake)
        resolve()
      }
      const timer = this.#clock.after(waitMs, wake)
      for (const signal of signals) signal.addEventListener('abort', wake, { once: true })
      const waiting = this.#waiting.get(queue) ?? new Set()
      waiting.add(wake)
      this.#waiting.set(queue, waiting)
    })
  }

  #leave(queue: string, wake: () => void): void {
    const waiting = this.#waiting.get(queue)
    waiting?.delete(wake)
    if (waiting?.size === 0) this.#waiting.delete(queue)
  }
}

export function isAborted(signals: readonly AbortSignal[]): boolean {
  return signals.some((signal) => signal.aborted)
}
