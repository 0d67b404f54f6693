import { logLinesPerSecondMax } from '../limits.ts'

/** Lets an app log at a bounded rate, so that one that floods its log harms only its log. */
export class LogBudget {
  #windowStartMs = 0
  #taken = 0
  #dropped = 0

  /** `undefined` when the line is to be dropped, else how many were dropped before it. */
  take(): number | undefined {
    const nowMs = performance.now()
    if (nowMs - this.#windowStartMs >= 1_000) {
      this.#windowStartMs = nowMs
      this.#taken = 0
    }
    if (this.#taken >= logLinesPerSecondMax) {
      this.#dropped++
      return undefined
    }
    this.#taken++
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }
}
