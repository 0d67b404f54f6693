import type { Clock } from '../base/clock.ts'
import { restartDelaysMs, restartResetMs } from './limits.ts'

/** How long to wait before a child that ended is started again: longer each time, until one lives for a while. */
export class RestartPolicy {
  readonly #clock: Clock
  #endings = 0
  #startedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  started(): void {
    this.#startedMs = this.#clock.now()
  }

  /** Milliseconds to wait now that the child has ended. */
  nextDelayMs(): number {
    if (this.#clock.now() - this.#startedMs >= restartResetMs) this.#endings = 0
    const delayMs = restartDelaysMs[Math.min(this.#endings, restartDelaysMs.length - 1)] ?? 0
    this.#endings++
    return delayMs
  }
}
