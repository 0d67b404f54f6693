import { pendingInvocationsMax } from './limits.ts'
import type { WorkerProcess } from './worker-process.ts'

interface Waiting {
  readonly resolve: (worker: WorkerProcess) => void
  readonly reject: (error: Error) => void
}

/** The worker that answers calls now. Calls that come while it restarts wait until it is back, or the app ends. */
export class CurrentWorker {
  #worker: WorkerProcess | undefined
  #waiting: Waiting[] = []

  async get(): Promise<WorkerProcess> {
    if (this.#worker) return this.#worker
    if (this.#waiting.length >= pendingInvocationsMax) {
      throw new Error('Too many invocations wait for the worker of the app to start.')
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  set(worker: WorkerProcess): void {
    this.#worker = worker
    for (const { resolve } of this.#takeWaiting()) resolve(worker)
  }

  /** The worker has ended: calls wait for the next one. */
  clear(): void {
    this.#worker = undefined
  }

  /** There will be no next one for the calls that wait. */
  end(): void {
    this.#worker = undefined
    for (const { reject } of this.#takeWaiting()) {
      reject(new Error('The function app was stopped before its worker was ready.'))
    }
  }

  #takeWaiting(): Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }
}
