import type { Clock, Timer } from '../../base/clock.ts'

/** How much of a lock's time may pass before it is renewed. */
const renewAfterFraction = 0.5

/**
 * Keeps a lock while a function runs, or while a session waits for its next message, for a time at most; a renewal
 * that fails is the last one, since the lock is lost.
 */
export class LockRenewal {
  readonly #clock: Clock
  readonly #renew: () => Promise<number>
  readonly #endMs: number
  #timer: Timer | undefined

  constructor(options: {
    clock: Clock
    /** Until when it is locked now; nothing is done for what is not locked. */
    lockedUntilMs: number | undefined
    maxMs: number
    /** Gives the time until which it is locked then. */
    renew: () => Promise<number>
  }) {
    this.#clock = options.clock
    this.#renew = options.renew
    this.#endMs = options.clock.now() + options.maxMs
    this.#schedule(options.lockedUntilMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #schedule(lockedUntilMs: number | undefined): void {
    if (lockedUntilMs === undefined) return
    const delayMs = Math.max((lockedUntilMs - this.#clock.now()) * renewAfterFraction, 0)
    if (this.#clock.now() + delayMs > this.#endMs) return
    this.#timer = this.#clock.after(delayMs, () => void this.#again())
  }

  async #again(): Promise<void> {
    const lockedUntilMs = await this.#renew().catch(() => undefined)
    if (this.#timer) this.#schedule(lockedUntilMs)
  }
}
