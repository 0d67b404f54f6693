/** How many requests may run, and how many may run and wait; -1 means no limit. */
export interface ThrottleLimits {
  readonly maxConcurrentRequests: number
  readonly maxOutstandingRequests: number
}

/**
 * Lets requests run up to a limit, lets more wait in their order, and refuses what is beyond.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook#hostjson-settings
 */
export class RequestThrottle {
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** Runs the work when its turn comes; false when it was refused. */
  async run(limits: ThrottleLimits, work: () => Promise<void>): Promise<boolean> {
    const { maxConcurrentRequests, maxOutstandingRequests } = limits
    const outstanding = this.#running + this.#waiting.length
    if (maxOutstandingRequests !== -1 && outstanding >= maxOutstandingRequests) return false
    if (maxConcurrentRequests !== -1 && this.#running >= maxConcurrentRequests) {
      // The place passes from the one that ends to the one that waits: nobody comes in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
    return true
  }
}
