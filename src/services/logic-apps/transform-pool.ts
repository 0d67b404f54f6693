// Nothing survives a crash: a transformation that was running is made again with its action.
import { Worker } from 'node:worker_threads'
import { RealClock, type Clock, type Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import {
  inPlaceStepsMax,
  threadMemoryMegabytesMax,
  threadStackMegabytes,
  transformMsMax,
  transformsWaitingMax,
  transformThreadsMax,
  xmlCharactersInPlaceMax,
} from './limits.ts'
import type { TransformAnswer, TransformRequest } from './transform-request.ts'
import { Transforms } from './transforms.ts'

/** What a thread says of a request. */
export type ThreadAnswer = { readonly answer: TransformAnswer } | { readonly crash: string }

interface Job {
  readonly request: TransformRequest
  readonly end: (answer: TransformAnswer) => void
  readonly fail: (error: unknown) => void
}

/** A thread, with what it does now. */
interface Thread {
  readonly worker: Worker
  job: Job | undefined
  timer: Timer | undefined
}

/**
 * Runs transformations: small ones in place, large ones and those that need a package of the user's in a few threads, so that
 * they block nobody. A thread is made when it is first needed and keeps what it compiled.
 */
export class TransformPool {
  readonly #clock: Clock
  readonly #msMax: number
  readonly #inPlace = new Transforms({ stepsMax: inPlaceStepsMax })
  readonly #threads = new Set<Thread>()
  readonly #waiting: Job[] = []

  // Threads are watched by the machine's own time: that of a solution may run faster.
  constructor(options: { clock?: Clock; msMax?: number } = {}) {
    this.#clock = options.clock ?? new RealClock()
    this.#msMax = options.msMax ?? transformMsMax
  }

  /** Rejects with the reason of `signal` when that aborts. */
  run(request: TransformRequest, signal?: AbortSignal): TransformAnswer | Promise<TransformAnswer> {
    const isLong = request.input.length >= xmlCharactersInPlaceMax
    if (isLong || request.kind === 'later-map') return this.#inThread(request, signal)
    const answer = this.#inPlace.run(request)
    if (answer instanceof Promise || !('error' in answer) || !answer.isTooLong) return answer
    return this.#inThread(request, signal)
  }

  async stop(): Promise<void> {
    const threads = [...this.#threads]
    this.#threads.clear()
    const jobs = [...this.#waiting.splice(0), ...threads.map(({ job }) => job)]
    for (const job of jobs) job?.fail(new Error('The platform stops.'))
    for (const { timer } of threads) timer?.cancel()
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  #inThread(request: TransformRequest, signal: AbortSignal | undefined): Promise<TransformAnswer> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#waiting.length >= transformsWaitingMax) {
      const error = `More than '${transformsWaitingMax}' transformations wait.`
      return Promise.resolve({ code: 'TooManyTransformations', error })
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#cancel(job)
        reject(signal?.reason)
      }
      const settle = (settled: () => void): void => {
        signal?.removeEventListener('abort', abort)
        settled()
      }
      const job: Job = {
        request,
        end: (answer) => settle(() => resolve(answer)),
        fail: (error) => settle(() => reject(error)),
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(job)
      this.#next()
    })
  }

  #next(): void {
    const thread = this.#free()
    const job = thread && this.#waiting.shift()
    if (!thread || !job) return
    thread.job = job
    thread.timer = this.#clock.after(this.#msMax, () => this.#timeOut(thread))
    // The process lives while a thread works, and no longer.
    thread.worker.ref()
    thread.worker.postMessage(job.request)
  }

  #free(): Thread | undefined {
    if (this.#waiting.length === 0) return undefined
    const idle = [...this.#threads].find(({ job }) => job === undefined)
    if (idle || this.#threads.size >= transformThreadsMax) return idle
    return this.#open()
  }

  #open(): Thread {
    const worker = new Worker(new URL('./transform-worker.js', import.meta.url), {
      resourceLimits: {
        stackSizeMb: threadStackMegabytes,
        maxOldGenerationSizeMb: threadMemoryMegabytesMax,
      },
      // What `xsl:message` says of maps is nothing that the platform says.
      stdout: true,
    })
    worker.stdout.resume()
    const thread: Thread = { worker, job: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: ThreadAnswer) => this.#answered(thread, answer))
    worker.on('error', (error) => this.#broken(thread, error))
    return thread
  }

  #answered(thread: Thread, given: ThreadAnswer): void {
    const { job } = thread
    this.#release(thread)
    thread.worker.unref()
    if ('answer' in given) job?.end(given.answer)
    else job?.fail(new Error(`A thread of transformations failed: ${given.crash}`))
    this.#next()
  }

  // A thread without memory ends: that is a fault of the map or the document.
  #broken(thread: Thread, error: unknown): void {
    const { job } = thread
    this.#release(thread)
    this.#threads.delete(thread)
    job?.end({ code: 'TransformFailed', error: `The transformation failed: ${messageOf(error)}` })
    this.#next()
  }

  #timeOut(thread: Thread): void {
    const { job } = thread
    this.#end(thread)
    const error = `The transformation did not end within '${this.#msMax / 1000}' seconds.`
    job?.end({ code: 'TransformTimedOut', error })
    this.#next()
  }

  #cancel(job: Job): void {
    const index = this.#waiting.indexOf(job)
    if (index >= 0) this.#waiting.splice(index, 1)
    const thread = [...this.#threads].find((each) => each.job === job)
    if (thread) this.#end(thread)
    this.#next()
  }

  #end(thread: Thread): void {
    this.#release(thread)
    this.#threads.delete(thread)
    // Nobody waits for its end, which does not fail.
    void thread.worker.terminate()
  }

  #release(thread: Thread): void {
    thread.timer?.cancel()
    thread.timer = undefined
    thread.job = undefined
  }
}
