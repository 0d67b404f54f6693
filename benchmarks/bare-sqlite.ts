import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { BareOperation } from './bare-sqlite-thread.ts'

/** The other end of `bare-sqlite-thread.ts`: what is asked in one turn of the event loop crosses at once. */
export class BareSqlite {
  readonly #worker: Worker
  #pending: BareOperation[] = []
  #waiting: ((result: unknown) => void)[] = []

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (results: readonly unknown[]) => {
      const answered = this.#waiting.slice(0, results.length)
      this.#waiting = this.#waiting.slice(results.length)
      for (const [index, resolve] of answered.entries()) resolve(results[index])
    })
  }

  static async open(path: string): Promise<BareSqlite> {
    const url = new URL('./bare-sqlite-thread.js', import.meta.url)
    const worker = new Worker(url, { workerData: { path } })
    await once(worker, 'message')
    return new BareSqlite(worker)
  }

  run(operation: BareOperation): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#pending.push(operation)
      if (this.#pending.length === 1) setImmediate(() => this.#send())
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(): void {
    this.#worker.postMessage(this.#pending)
    this.#pending = []
  }
}
