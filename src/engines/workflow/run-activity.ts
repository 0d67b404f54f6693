/** Counts the actions with effects outside that a run executes, and those of them that only wait. */
export class RunActivity {
  #executing = 0
  #resting = 0

  /** True while all that the run does is to wait for a person or a far time. */
  get isResting(): boolean {
    return this.#resting > 0 && this.#resting === this.#executing
  }

  async execute<T>(work: () => Promise<T>): Promise<T> {
    this.#executing += 1
    try {
      return await work()
    } finally {
      this.#executing -= 1
    }
  }

  async rest<T>(wait: Promise<T>): Promise<T> {
    this.#resting += 1
    try {
      return await wait
    } finally {
      this.#resting -= 1
    }
  }
}
