import { logCharsPerSecondMax, logLinesPerSecondMax } from '../limits.ts'

/** Lets an app log at a bounded rate, so that one that floods its log harms only its log. */
export class LogBudget {
  #windowStartMs = 0
  #lines = 0
  #chars = 0
  #dropped = 0

  /** `undefined` when the line is to be dropped, else how many were dropped before it. */
  take(line: { chars: number; isBacklogged: boolean }): number | undefined {
    const nowMs = performance.now()
    if (nowMs - this.#windowStartMs >= 1_000) {
      this.#windowStartMs = nowMs
      this.#lines = 0
      this.#chars = 0
    }
    const isSpent = this.#lines >= logLinesPerSecondMax || this.#chars >= logCharsPerSecondMax
    if (isSpent || line.isBacklogged) {
      this.#dropped++
      return undefined
    }
    this.#lines++
    this.#chars += line.chars
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}
