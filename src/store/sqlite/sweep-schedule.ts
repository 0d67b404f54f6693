import type { Clock, Timer } from '../../base/clock.ts'
import { sweepIntervalMs } from '../limits.ts'

/** When the store sweeps next: not before there is something to remove, and with a pause in between. */
export class SweepSchedule {
  readonly #clock: Clock
  readonly #sweep: () => void
  #timer: Timer | undefined
  #atMs = Infinity

  constructor(clock: Clock, sweep: () => void) {
    this.#clock = clock
    this.#sweep = sweep
  }

  /** There will be something to remove. */
  at(removableMs: number): void {
    const nowMs = this.#clock.now()
    const atMs = Math.max(removableMs, nowMs + sweepIntervalMs)
    if (removableMs === Infinity || atMs >= this.#atMs) return
    this.stop()
    this.#atMs = atMs
    this.#timer = this.#clock.after(atMs - nowMs, () => {
      this.#atMs = Infinity
      this.#sweep()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#atMs = Infinity
  }
}
