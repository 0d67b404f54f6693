import type { Connection } from './connection.ts'
import { Engine, type TimedBatch } from './engine.ts'
import type { Committed, Writer } from './writer.ts'

/** Writes in the calling thread: for a store in memory, which is fast and has no disk to wait for. */
export class LocalWriter implements Writer {
  readonly #engine: Engine
  readonly #committed: Committed

  constructor(connection: Connection, committed: Committed) {
    this.#engine = new Engine(connection)
    this.#committed = committed
  }

  soon(flush: () => void): void {
    queueMicrotask(flush)
  }

  write(group: readonly TimedBatch[]): void {
    this.#committed(this.#engine.apply(group))
  }

  async close(): Promise<void> {}
}
