import type { Clock, Timer } from '../../base/clock.ts'

/** The life of one call: it ends with its run, or when its time is over. */
export class CallScope {
  readonly #abort = new AbortController()
  readonly #run: AbortSignal
  readonly #clock: Clock
  #timer: Timer | undefined
  #isLate = false

  constructor(run: AbortSignal, clock: Clock) {
    this.#run = run
    this.#clock = clock
    if (run.aborted) this.#abort.abort(run.reason)
    else run.addEventListener('abort', this.#onRunAbort, { once: true })
  }

  readonly #onRunAbort = (): void => this.#abort.abort(this.#run.reason)

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isLate(): boolean {
    return this.#isLate
  }

  limit(leftMs: number): void {
    this.#timer = this.#clock.after(Math.max(leftMs, 0), () => {
      this.#isLate = true
      this.#abort.abort(new Error('the action timed out'))
    })
  }

  /** Gives up on work that does not heed the signal. */
  race<T>(work: T | Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      Promise.resolve(work).then(resolve, reject)
    })
  }

  close(): void {
    this.#timer?.cancel()
    this.#run.removeEventListener('abort', this.#onRunAbort)
  }
}
