// Nothing survives a crash: a request that was running is made again.
import { Worker } from 'node:worker_threads'

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** A thread of its own for work that takes long, so that it blocks nobody else: it opens with the first request. */
export class WorkerThread<Request, Answer> {
  readonly #file: URL
  #worker: Worker | undefined
  #next = 1
  readonly #waiting = new Map<number, Waiting<Answer>>()

  /** `file` answers each message `{id, request}` with `{id, answer}`. */
  constructor(file: URL) {
    this.#file = file
  }

  ask(request: Request): Promise<Answer> {
    const id = this.#next
    this.#next += 1
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      const worker = this.#open()
      // The process lives while a request runs, and no longer.
      worker.ref()
      worker.postMessage({ id, request })
    })
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #open(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(this.#file)
    worker.on('message', ({ id, answer }: { id: number; answer: Answer }) => {
      this.#waiting.get(id)?.resolve(answer)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
    })
    worker.on('error', (error) => this.#fail(error))
    this.#worker = worker
    return worker
  }

  #fail(error: Error): void {
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
