import { countWork, LimitError } from '../dotnet/work-limit.ts'
import { callDepthMax, stepsMax } from './limits.ts'
import type { PolicyContext } from './policy-context.ts'

// What takes long within a step counts its work itself.
const stepsAtOnce = 16

/** What one evaluation may use: the context, and the steps and calls it has left. */
export class Machine {
  readonly context: PolicyContext
  // Of the steps left, those until the work is counted next.
  #untilCount = stepsAtOnce
  #stepsLeft = stepsMax - stepsAtOnce
  #depth = 0

  constructor(context: PolicyContext) {
    this.context = context
  }

  /** Counts a loop turn or call. */
  step(): void {
    this.#untilCount -= 1
    if (this.#untilCount < 0) this.#count()
  }

  #count(): void {
    if (this.#stepsLeft <= 0)
      throw new LimitError(`The expression was stopped after ${stepsMax} steps.`)
    this.#untilCount = stepsAtOnce - 1
    this.#stepsLeft -= stepsAtOnce
    countWork(stepsAtOnce)
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
}
