import type { GatePass } from '../../engines/workflow/workflow-engine.ts'

interface Place {
  isIn: boolean
  hasLeft: boolean
  readonly enter: () => void
}

/** Lets a bounded number of runs of a trigger be executed at the same time; the others wait in their order. */
export class RunGate {
  readonly #runsMax: number
  readonly #waitingMax: number
  #waiting: Place[] = []
  #running = 0
  /** Runs that are being started: they have no place yet, but will ask for one. */
  #coming = 0

  constructor(limits: { runs: number; waiting: number }) {
    this.#runsMax = limits.runs
    this.#waitingMax = limits.waiting
  }

  get isFull(): boolean {
    return this.#running + this.#waiting.length + this.#coming >= this.#runsMax + this.#waitingMax
  }

  /** Counts runs as coming until what starts them has been done. */
  async expecting<T>(count: number, start: () => Promise<T>): Promise<T> {
    this.#coming += count
    try {
      return await start()
    } finally {
      this.#coming -= count
    }
  }

  pass(): GatePass {
    let enter: () => void = () => {}
    const entered = new Promise<void>((resolve) => {
      enter = resolve
    })
    const place: Place = { isIn: false, hasLeft: false, enter }
    this.#waiting.push(place)
    this.#admit()
    return { entered, leave: () => this.#leave(place) }
  }

  #admit(): void {
    while (this.#running < this.#runsMax) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#running += 1
      next.isIn = true
      next.enter()
    }
  }

  #leave(place: Place): void {
    if (place.hasLeft) return
    place.hasLeft = true
    if (place.isIn) this.#running -= 1
    else this.#waiting = this.#waiting.filter((each) => each !== place)
    this.#admit()
  }
}
