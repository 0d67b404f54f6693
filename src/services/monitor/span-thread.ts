import { Worker } from 'node:worker_threads'
import type { Flush } from './flush.ts'
import type { FlowGraph, FlowLink, FlowPlace } from './flow-map.ts'
import { youngGenerationMbMax } from './limits.ts'
import type { SpanFileLimits } from './span-file.ts'
import type { InvocationRecord, RecentTracesQuery, Trace, TraceSummary } from './trace.ts'

/** What the worker thread can be asked. */
export type ArchiveCall =
  | { readonly kind: 'write'; readonly flush: Flush }
  | {
      readonly kind: 'declare'
      readonly places: readonly FlowPlace[]
      readonly arrows: readonly FlowLink[]
    }
  | { readonly kind: 'flowMap' }
  | { readonly kind: 'trace'; readonly traceId: string }
  | { readonly kind: 'recentTraces'; readonly query: RecentTracesQuery }
  | { readonly kind: 'payload'; readonly payloadId: string }
  | { readonly kind: 'invocations'; readonly resource: string; readonly limit: number }
  | { readonly kind: 'close' }

export type ArchiveRequest = ArchiveCall & { readonly id: number }

export interface ArchiveAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** The worker thread with the file of spans, as the main thread sees it. */
export class SpanThread {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  /** Opens the file; gives the reason when an existing one was replaced. */
  start(path: string, limits: Partial<SpanFileLimits>): Promise<string | undefined> {
    // Flags of the main thread, such as those of a test runner, are not for this one.
    const worker = new Worker(workerFile(), {
      workerData: { path, limits },
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMbMax },
    })
    this.#worker = worker
    const opened = new Promise<string | undefined>((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject })
    })
    worker.on('message', (answer: ArchiveAnswer) => this.#settle(answer))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the thread of the spans has ended')))
    return opened
  }

  write(flush: Flush): Promise<void> {
    // The bytes move to the other thread; a copy of the payloads would be the largest part of the cost.
    const bytes = [flush.spans.buffer, flush.lines.buffer, flush.payloads.buffer]
    return this.#call({ kind: 'write', flush }, bytes)
  }

  declare(places: readonly FlowPlace[], arrows: readonly FlowLink[]): Promise<void> {
    return this.#call({ kind: 'declare', places, arrows })
  }

  flowMap(): Promise<FlowGraph> {
    return this.#call({ kind: 'flowMap' })
  }

  trace(traceId: string): Promise<Trace> {
    return this.#call({ kind: 'trace', traceId })
  }

  recentTraces(query: RecentTracesQuery): Promise<TraceSummary[]> {
    return this.#call({ kind: 'recentTraces', query })
  }

  payload(payloadId: string): Promise<string | undefined> {
    return this.#call({ kind: 'payload', payloadId })
  }

  invocations(resource: string, limit: number): Promise<InvocationRecord[]> {
    return this.#call({ kind: 'invocations', resource, limit })
  }

  close(): Promise<void> {
    return this.#call({ kind: 'close' })
  }

  #call<T>(call: ArchiveCall, moved: readonly ArrayBuffer[] = []): Promise<T> {
    const worker = this.#worker
    if (!worker) return Promise.reject(new Error('the thread of the spans does not run'))
    this.#lastId += 1
    const id = this.#lastId
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ ...call, id }, moved)
    })
  }

  #settle(answer: ArchiveAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.error === undefined) waiting?.resolve(answer.result)
    else waiting?.reject(new Error(answer.error))
  }

  #fail(error: Error): void {
    this.#worker = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

// The sources can run unbuilt, and then the worker is a .ts file too.
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./span-worker.${extension}`, import.meta.url)
}
