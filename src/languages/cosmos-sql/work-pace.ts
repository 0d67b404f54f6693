import { workSliceMs } from './limits.ts'

/** Lets a long query work in slices: says when its slice is used up, and waits until others had their turn. */
export class WorkPace {
  readonly #pause: () => Promise<void>
  #sliceStartMs = performance.now()

  constructor(pause: () => Promise<void> = nextTurn) {
    this.#pause = pause
  }

  /** True when it is time to `rest`; looking at the clock costs less than any row. */
  isDue(): boolean {
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
