/** Tells requests that their caller went away; an `AbortSignal` costs more than the rest of a small request. */
export class Cancellation {
  readonly #listeners = new Set<() => void>()
  #isCancelled = false

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  /** Calls back at most once, at the latest when it is cancelled already. */
  add(listener: () => void): void {
    if (this.#isCancelled) listener()
    else this.#listeners.add(listener)
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener)
  }

  cancel(): void {
    this.#isCancelled = true
    for (const each of this.#listeners) each()
    this.#listeners.clear()
  }
}
