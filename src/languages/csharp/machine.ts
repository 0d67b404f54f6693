import { callDepthMax, evaluationMsMax, stepsMax } from './limits.ts'
import type { PolicyContext } from './policy-context.ts'

/** An evaluation that was stopped at a limit; no `catch` of the expression sees it. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
}

// Steps in front of the first look at the time, and between two looks while steps are quick.
const firstSteps = 8
const quickSteps = 64
const slowMs = 5

/** What one evaluation may use: the context, and the steps and calls it has left. */
export class Machine {
  readonly context: PolicyContext
  #stepsLeft = stepsMax
  #depth = 0
  // The time that was really spent, not that of the injected clock: it bounds work, it is no part of a result.
  #deadlineMs = 0
  #checkedMs = 0
  #untilCheck = firstSteps

  constructor(context: PolicyContext) {
    this.context = context
  }

  /** Counts a loop turn or call. */
  step(): void {
    this.#stepsLeft -= 1
    if (this.#stepsLeft < 0) {
      throw new LimitError(`The expression was stopped after ${stepsMax} steps.`)
    }
    this.#untilCheck -= 1
    if (this.#untilCheck <= 0) this.#checkTime()
  }

  enter(): void {
    this.step()
    this.#depth += 1
    if (this.#depth > callDepthMax) {
      throw new LimitError(`The expression was stopped at ${callDepthMax} nested calls.`)
    }
  }

  leave(): void {
    this.#depth -= 1
  }

  /** The calls that are open; a `catch` goes back to those of its `try`, which an exception left without a word. */
  get depth(): number {
    return this.#depth
  }

  set depth(depth: number) {
    this.#depth = depth
  }

  #checkTime(): void {
    const nowMs = performance.now()
    if (this.#deadlineMs === 0) this.#deadlineMs = nowMs + evaluationMsMax
    // Where a step takes long, as one over a large sequence does, each of them is timed.
    this.#untilCheck = nowMs - this.#checkedMs > slowMs ? 1 : quickSteps
    this.#checkedMs = nowMs
    if (nowMs > this.#deadlineMs) {
      throw new LimitError(`The expression was stopped after ${evaluationMsMax} ms.`)
    }
  }
}
