// Nothing survives a crash: a script that was running is run again.
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ScriptAnswer, ScriptRequest } from './script-request.ts'

/** Runs the JavaScript of actions in a thread of its own, so that a long one blocks nobody else. */
export class ScriptThread {
  #worker: Worker | undefined
  #next = 1
  readonly #waiting = new Map<number, (answer: ScriptAnswer) => void>()

  run(request: Omit<ScriptRequest, 'id'>): Promise<ScriptAnswer> {
    const id = this.#next
    this.#next += 1
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      const worker = this.#open()
      // The process lives while a script runs, and no longer.
      worker.ref()
      worker.postMessage({ ...request, id })
    })
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #open(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(fileURLToPath(new URL('./script-worker.js', import.meta.url)))
    worker.on('message', (answer: ScriptAnswer) => {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
      if (this.#waiting.size === 0) worker.unref()
    })
    worker.on('error', (error) => this.#fail(error))
    this.#worker = worker
    return worker
  }

  #fail(error: Error): void {
    this.#worker = undefined
    for (const [id, resolve] of this.#waiting)
      resolve({ id, error: { kind: 'failed', message: error.message } })
    this.#waiting.clear()
  }
}
