// Nothing survives a crash: what a script did is committed when it is over, or not at all.
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { scriptMemoryBytesMax, scriptTimeoutMs } from '../limits.ts'
import type {
  FromScriptThread,
  ScriptCall,
  ScriptCallResult,
  ScriptProgram,
  ToScriptThread,
} from './script-messages.ts'

/** What a script gave when it was over. */
export type ScriptEnd = Exclude<FromScriptThread, { kind: 'calls' }>

interface Waiting {
  readonly execute: (calls: readonly ScriptCall[]) => Promise<readonly ScriptCallResult[]>
  readonly resolve: (end: ScriptEnd) => void
  readonly reject: (error: unknown) => void
}

/** Runs stored procedures and triggers in a thread of their own, so that a long one blocks nobody else. */
export class ScriptThread {
  #worker: Worker | undefined
  #isStopped = false
  #next = 1
  readonly #waiting = new Map<number, Waiting>()

  /** Runs a script to its end; what it asks of its container is answered by `execute`. */
  run(program: ScriptProgram, execute: Waiting['execute']): Promise<ScriptEnd> {
    const run = this.#next
    this.#next += 1
    if (this.#isStopped) return Promise.resolve(stoppedEnd(run))
    return new Promise((resolve, reject) => {
      this.#waiting.set(run, { execute, resolve, reject })
      const worker = this.#open()
      // The process lives while a script runs, and no longer.
      worker.ref()
      const limits = { timeoutMs: scriptTimeoutMs, memoryBytes: scriptMemoryBytesMax }
      this.#post({ kind: 'begin', run, program, ...limits })
    })
  }

  async stop(): Promise<void> {
    const worker = this.#worker
    this.#isStopped = true
    this.#worker = undefined
    for (const [run, { resolve }] of this.#waiting) resolve(stoppedEnd(run))
    this.#waiting.clear()
    await worker?.terminate()
  }

  #open(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(fileURLToPath(new URL('./script-worker.js', import.meta.url)))
    worker.on('message', (message: FromScriptThread) => void this.#receive(message))
    worker.on('error', (error) => this.#failAll(error))
    this.#worker = worker
    return worker
  }

  async #receive(message: FromScriptThread): Promise<void> {
    const { run } = message
    const waiting = this.#waiting.get(run)
    if (!waiting) return
    if (message.kind !== 'calls') {
      this.#forget(run)
      waiting.resolve(message)
      return
    }
    try {
      const results = await waiting.execute(message.calls)
      this.#post({ kind: 'deliver', run, results })
    } catch (error) {
      this.#forget(run)
      this.#post({ kind: 'end', run })
      waiting.reject(error)
    }
  }

  #post(message: ToScriptThread): void {
    this.#worker?.postMessage(message)
  }

  #forget(run: number): void {
    this.#waiting.delete(run)
    if (this.#waiting.size === 0) this.#worker?.unref()
  }

  #failAll(error: Error): void {
    this.#worker = undefined
    for (const [run, { resolve }] of this.#waiting) {
      resolve({ run, kind: 'fault', fault: 'failed', message: error.message })
    }
    this.#waiting.clear()
  }
}

function stoppedEnd(run: number): ScriptEnd {
  return { run, kind: 'fault', fault: 'failed', message: 'The service was stopped.' }
}
