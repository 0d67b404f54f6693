import { rowsPerClockCheck, workSliceMs } from './limits.ts'

/** Lets a long query work in slices: asks the clock now and then, and waits when its slice is used up. */
export class WorkPace {
  readonly #pause: () => Promise<void>
  #steps = 0
  #sliceStartMs = performance.now()

  constructor(pause: () => Promise<void> = nextTurn) {
    this.#pause = pause
  }

  /** Counts one step of work; true when it is time to `rest`. */
  isDue(): boolean {
    this.#steps += 1
    if (this.#steps % rowsPerClockCheck !== 0) return false
    return performance.now() - this.#sliceStartMs >= workSliceMs
  }

  async rest(): Promise<void> {
    await this.#pause()
    this.#sliceStartMs = performance.now()
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
