/** Something with a life: whoever starts it stops it. */
export interface Startable {
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts its parts in order and stops those that started in reverse order. */
export class Lifecycle implements Startable {
  readonly #parts: readonly Startable[]
  #started: Startable[] = []

  constructor(parts: readonly Startable[]) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    for (const part of this.#parts) {
      try {
        await part.start()
      } catch (error) {
        await this.stop()
        throw error
      }
      this.#started.push(part)
    }
  }

  async stop(): Promise<void> {
    const parts = this.#started.toReversed()
    this.#started = []
    for (const part of parts) await part.stop()
  }
}
