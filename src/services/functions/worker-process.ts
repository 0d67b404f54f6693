import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { ChildProcess, type ChildExit, type ChildProgram } from '../../processes/child-process.ts'
import type { Frame } from '../../processes/frame-channel.ts'
import { loadTimeoutMs } from './limits.ts'
import { PendingCalls } from './pending-calls.ts'
import {
  frameTypes,
  type FailureHead,
  type InvokeHead,
  type LoadedHead,
  type LogHead,
  type PartReference,
  type ResultHead,
  type WorkerLogLevel,
} from './worker-protocol.ts'

/** One call of a function as it goes to the worker. */
export interface WorkerCall {
  readonly invocationId: string
  readonly functionId: string
  readonly inputs: readonly PartReference[]
  readonly parts: readonly (string | Uint8Array)[]
  readonly metadata?: JsonObject | undefined
  readonly traceparent: string
  readonly retry?: InvokeHead['retry']
  onLog(line: WorkerLogLine): void
}

export interface WorkerLogLine {
  readonly level: WorkerLogLevel
  readonly category: string
  readonly message: string
}

export interface WorkerAnswer {
  readonly outputs: readonly PartReference[]
  readonly parts: readonly Buffer[]
  readonly failure?: FailureHead
}

/** The app could not be loaded: the message is the worker's, the stack the app's. */
export class WorkerLoadError extends Error {
  override readonly name = 'WorkerLoadError'
  readonly appStack: string

  constructor(failure: FailureHead) {
    super(failure.message)
    this.appStack = failure.stack
  }
}

export interface WorkerEvents {
  /** What the app printed, or logged outside of an invocation. */
  onLog(line: WorkerLogLine): void
  onExit(exit: ChildExit): void
}

interface PendingCall {
  readonly call: WorkerCall
  resolve(answer: WorkerAnswer): void
}

const script = fileURLToPath(new URL('worker/main.js', import.meta.url))

/** The host's side of one worker: a child process that has loaded the app and answers calls. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #clock: Clock
  readonly #events: WorkerEvents
  readonly #pending = new PendingCalls<PendingCall>()
  #onLoaded: ((answer: Frame | string) => void) | undefined

  constructor(program: Omit<ChildProgram, 'script'>, events: WorkerEvents, clock: Clock) {
    this.#clock = clock
    this.#events = events
    this.#child = new ChildProcess(
      { ...program, script },
      {
        onFrame: (frame) => this.#receive(frame),
        onOutput: (message, stream) =>
          events.onLog({
            level: stream === 'stderr' ? 'error' : 'information',
            category: 'console',
            message,
          }),
        onExit: (exit) => this.#ended(exit),
      },
      clock,
    )
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Calls that have not been answered. */
  get running(): number {
    return this.#pending.size
  }

  /** Loads the app, or rejects with `WorkerLoadError`. */
  async load(head: { appDir: string; hostVersion: string }): Promise<LoadedHead> {
    this.#child.send({ type: frameTypes.load, head: JSON.stringify(head) })
    const answer = await this.#loadAnswer()
    if (typeof answer === 'string') throw new WorkerLoadError(notLoaded(answer))
    if (answer.type === frameTypes.loadFailed) throw new WorkerLoadError(JSON.parse(answer.head))
    const loaded: LoadedHead = JSON.parse(answer.head)
    return loaded
  }

  /** Runs a function; the answer is a failure when the worker ends before it. */
  invoke(call: WorkerCall): Promise<WorkerAnswer> {
    return new Promise((resolve) => {
      const head: InvokeHead = {
        call: this.#pending.add({ call, resolve }),
        invocationId: call.invocationId,
        functionId: call.functionId,
        inputs: call.inputs,
        traceparent: call.traceparent,
        metadata: call.metadata,
        retry: call.retry,
      }
      this.#child.send({ type: frameTypes.invoke, head: JSON.stringify(head), parts: call.parts })
    })
  }

  /** Asks the app to end (its `appTerminate` hooks run), and kills it after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.#child.send({ type: frameTypes.stop, head: '' })
    const timer = this.#clock.after(graceMs, () => this.#child.kill())
    await this.#child.ended()
    timer.cancel()
  }

  kill(): void {
    this.#child.kill()
  }

  /** Resolves when the process has ended. */
  ended(): Promise<ChildExit> {
    return this.#child.ended()
  }

  /** The answer of the worker, or why there is none. */
  #loadAnswer(): Promise<Frame | string> {
    return new Promise((resolve) => {
      const late = `The app did not load within ${loadTimeoutMs / 1_000} seconds.`
      const timer: Timer = this.#clock.after(loadTimeoutMs, () => resolve(late))
      this.#onLoaded = (loaded) => {
        timer.cancel()
        resolve(loaded)
      }
    })
  }

  #receive(frame: Frame): void {
    switch (frame.type) {
      case frameTypes.result:
        return this.#answered(JSON.parse(frame.head), frame.parts)
      case frameTypes.log:
        return this.#logged(JSON.parse(frame.head), frame.parts[0])
      case frameTypes.loaded:
      case frameTypes.loadFailed:
        return this.#onLoaded?.(frame)
      default:
        assert.fail(`a worker sent a frame of an unknown type ${frame.type}`)
    }
  }

  #answered(head: ResultHead, parts: readonly Buffer[]): void {
    const pending = this.#pending.take(head.call)
    const { outputs, failure } = head
    pending?.resolve(failure ? { outputs, parts, failure } : { outputs, parts })
  }

  #logged(head: LogHead, message: Buffer | undefined): void {
    const line = {
      level: head.level,
      category: head.category,
      message: message?.toString('utf8') ?? '',
    }
    const pending = head.call === undefined ? undefined : this.#pending.get(head.call)
    if (pending) pending.call.onLog(line)
    else this.#events.onLog(line)
  }

  #ended(exit: ChildExit): void {
    const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
    const failure = notLoaded(`The worker process ended (${how}) while the function ran.`)
    for (const pending of this.#pending.takeAll()) {
      pending.resolve({ outputs: [], parts: [], failure })
    }
    this.#onLoaded?.(`The worker process ended (${how}) while it loaded the app.`)
    this.#events.onExit(exit)
  }
}

function notLoaded(message: string): FailureHead {
  return { message, type: 'WorkerProcessExitException', stack: '' }
}
