/** Lets a bounded number of runs of a trigger be executed at the same time; the others wait in their order. */
export class RunGate {
  readonly #runsMax: number
  readonly #waitingMax: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limits: { runs: number; waiting: number }) {
    this.#runsMax = limits.runs
    this.#waitingMax = limits.waiting
  }

  get isFull(): boolean {
    return this.#running >= this.#runsMax && this.#waiting.length >= this.#waitingMax
  }

  enter(): Promise<void> {
    if (this.#running < this.#runsMax) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}
