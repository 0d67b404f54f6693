import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { TimedBatch } from './engine.ts'
import { encodeGroup } from './group-codec.ts'
import { decodeOutcomes } from './outcome-codec.ts'
import type { Committed, Writer } from './writer.ts'
import type { ThreadReply, ThreadRequest } from './writer-thread.ts'

/**
 * Writes in a thread of its own, so that neither a flush to disk nor a checkpoint stops the event loop.
 * Batches that arrive in one turn of the loop cross over in one message.
 */
export class ThreadWriter implements Writer {
  readonly #worker: Worker
  readonly #committed: Committed
  #unanswered = 0
  #closed: (() => void) | undefined

  private constructor(worker: Worker, committed: Committed) {
    this.#worker = worker
    this.#committed = committed
    worker.on('message', (reply: ThreadReply) => this.#receive(reply))
    worker.unref()
  }

  /** Starts the thread; it has opened the file, or failed to, when the promise settles. */
  static async start(path: string, committed: Committed): Promise<ThreadWriter> {
    const script = fileURLToPath(import.meta.url)
    const url = new URL(`./writer-thread${extname(script)}`, import.meta.url)
    const worker = new Worker(url, { workerData: { path } })
    await once(worker, 'message')
    return new ThreadWriter(worker, committed)
  }

  soon(flush: () => void): void {
    setImmediate(flush)
  }

  write(group: readonly TimedBatch[]): void {
    // The thread keeps the process alive only while someone waits for it.
    if (this.#unanswered === 0) this.#worker.ref()
    this.#unanswered += group.length
    this.#send({ kind: 'write', group: encodeGroup(group) })
  }

  async close(): Promise<void> {
    this.#worker.ref()
    const closed = new Promise<void>((resolve) => (this.#closed = resolve))
    this.#send({ kind: 'close' })
    await closed
    await this.#worker.terminate()
  }

  #send(request: ThreadRequest): void {
    this.#worker.postMessage(request)
  }

  #receive(reply: ThreadReply): void {
    if (reply.kind === 'closed') return this.#closed?.()
    const outcomes = decodeOutcomes(reply.outcomes)
    this.#unanswered -= outcomes.length
    if (this.#unanswered === 0 && !this.#closed) this.#worker.unref()
    this.#committed({ ...reply.outcome, outcomes })
  }
}
