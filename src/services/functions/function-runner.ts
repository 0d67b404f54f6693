/**
 * Runs invocations. Nothing here survives a crash: a trigger that was not told of the outcome delivers again.
 * An outcome is told only after every output of the invocation is durable.
 */
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import {
  childOf,
  formatTraceparent,
  newTrace,
  type TraceContext,
} from '../../base/trace-context.ts'
import type { TriggerEvent } from './extension.ts'
import type { FunctionDefinition } from './function-definition.ts'
import type { HostJson } from './host-json.ts'
import { logLineCharsMax } from './limits.ts'
import { LogFilter } from './log-filter.ts'
import { retryDelayMs } from './retry-policy.ts'
import { outputValues } from './output-values.ts'
import { OutputTraces } from './output-traces.ts'
import { valueText, writeValue } from './typed-value.ts'
import type { WorkerAnswer, WorkerProcess } from './worker-process.ts'
import type { HttpHead, InvokeHead, WorkerLogLevel } from './worker-protocol.ts'

export interface RunResult {
  readonly ok: boolean
  /** The reason of a failure, as the trigger hands it on. */
  readonly message: string
  readonly http?: { readonly head: HttpHead; readonly body: Buffer }
}

export interface RunnerOptions {
  readonly app: string
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly logger: Logger
  readonly host: Pick<HostJson, 'functionTimeoutMs' | 'logging'>
  /** The worker that answers calls now; waits while it restarts. */
  readonly worker: () => Promise<WorkerProcess>
}

/** Calls the functions of one app: inputs, worker, outputs, with a span and the log lines of each call. */
export class FunctionRunner {
  readonly #options: RunnerOptions
  readonly #filter: LogFilter
  readonly #stopping = new AbortController()
  #idleWaiters: (() => void)[] = []
  #running = 0

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#filter = new LogFilter(options.host.logging)
  }

  /** Resolves when no invocation runs. */
  async idle(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  /** Makes no more retries: what failed last is the outcome. */
  stop(): void {
    this.#stopping.abort()
  }

  /** Invocations that have begun and not ended. */
  get running(): number {
    return this.#running
  }

  /** Runs a function, again after failures as its retry policy says. */
  async run(definition: FunctionDefinition, event: TriggerEvent): Promise<RunResult> {
    this.#running++
    try {
      let result = await this.#runOnce(definition, event)
      const retry = definition.retry
      for (let count = 0; retry && !result.ok; count++) {
        const delayMs = retryDelayMs(retry, count)
        if (delayMs === undefined || !(await this.#waited(delayMs, event.signal))) break
        result = await this.#runOnce(definition, event, {
          retryCount: count + 1,
          maxRetryCount: retry.retryCountMax,
          message: result.message,
        })
      }
      return result
    } finally {
      this.#running--
      if (this.#running === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve()
    }
  }

  /** False when the event or the app ended before the delay did. */
  async #waited(delayMs: number, eventSignal: AbortSignal | undefined): Promise<boolean> {
    const stopping = this.#stopping.signal
    const signal = eventSignal ? AbortSignal.any([eventSignal, stopping]) : stopping
    await this.#options.clock.sleep(delayMs, signal).catch(() => {})
    return !signal.aborted
  }

  async #runOnce(
    definition: FunctionDefinition,
    event: TriggerEvent,
    retry?: InvokeHead['retry'],
  ): Promise<RunResult> {
    const invocation = new Invocation({ ...this.#options, filter: this.#filter }, definition, event)
    const result = await invocation.run(retry)
    invocation.record(result)
    return result
  }
}

interface InvocationOptions extends RunnerOptions {
  readonly filter: LogFilter
}

class Invocation {
  readonly #options: InvocationOptions
  readonly #definition: FunctionDefinition
  readonly #event: TriggerEvent
  readonly #trace: TraceContext
  readonly #parent: TraceContext | undefined
  readonly #startMs: number
  readonly #id: string

  constructor(options: InvocationOptions, definition: FunctionDefinition, event: TriggerEvent) {
    this.#options = options
    this.#definition = definition
    this.#event = event
    this.#id = event.invocationId ?? newUuid()
    // A batch of one is simply the next hop of its item; a larger batch is a trace of its own with links.
    this.#parent = event.trace ?? (event.items?.length === 1 ? event.items[0]?.trace : undefined)
    this.#trace = this.#parent ? childOf(this.#parent) : newTrace()
    this.#startMs = options.clock.preciseNow()
  }

  async run(retry: InvokeHead['retry']): Promise<RunResult> {
    try {
      const answer = await this.#call(retry)
      if (answer.failure) return { ok: false, message: answer.failure.message }
      return await this.#writeOutputs(answer)
    } catch (error) {
      return { ok: false, message: messageOf(error) }
    }
  }

  record(result: RunResult): void {
    const { clock, telemetry, app } = this.#options
    const links = this.#links()
    telemetry.span({
      context: this.#trace,
      ...(this.#parent ? { parentSpanId: this.#parent.spanId } : {}),
      ...(links.length > 0 ? { links } : {}),
      service: 'functions',
      operation: 'invoke',
      resource: `${app}/${this.#definition.name}`,
      startMs: this.#startMs,
      durationMs: clock.preciseNow() - this.#startMs,
      status: result.ok ? 'ok' : 'error',
      ...(result.ok ? {} : { reason: result.message }),
      payload: valueText(this.#event.input),
    })
    if (result.ok) return
    this.#log(
      { category: 'host', level: 'error' },
      `Executed 'Functions.${this.#definition.name}' (Failed, Id=${this.#id}): ${result.message}`,
    )
    const ids = { app, function: this.#definition.name, invocationId: this.#id }
    this.#options.logger.error(ids, `an invocation failed: ${result.message}`)
  }

  async #call(retry: InvokeHead['retry']): Promise<WorkerAnswer> {
    const parts: (string | Uint8Array)[] = []
    const inputs = [writeValue(this.#definition.trigger.name, this.#event.input, parts)]
    for (const input of this.#definition.inputs) {
      const value = await input.read(this.#bindingData(), this.#trace)
      if (value) inputs.push(writeValue(input.name, value, parts))
    }
    const worker = await this.#options.worker()
    const answer = worker.invoke({
      invocationId: this.#id,
      functionId: this.#definition.functionId,
      inputs,
      parts,
      traceparent: formatTraceparent(this.#trace),
      metadata: this.#event.metadata,
      retry,
      onLog: (line) => this.#log(line, line.message),
    })
    return this.#withTimeout(worker, answer)
  }

  // The real host cannot stop a function either: it fails the call and replaces the worker.
  async #withTimeout(worker: WorkerProcess, answer: Promise<WorkerAnswer>): Promise<WorkerAnswer> {
    const { clock, host } = this.#options
    const { functionTimeoutMs } = host
    if (functionTimeoutMs === undefined) return answer
    let timedOut = false
    const timer = clock.after(functionTimeoutMs, () => {
      timedOut = true
      worker.kill()
    })
    const outcome = await answer
    timer.cancel()
    if (!timedOut) return outcome
    const message = `Timeout value of ${formatSeconds(functionTimeoutMs)} exceeded by function 'Functions.${this.#definition.name}' (Id: '${this.#id}').`
    return {
      outputs: [],
      parts: [],
      failure: { message, type: 'FunctionTimeoutException', stack: '' },
    }
  }

  async #writeOutputs(answer: WorkerAnswer): Promise<RunResult> {
    let http: RunResult['http']
    const writes: Promise<void>[] = []
    for (const reference of answer.outputs) {
      const part = answer.parts[reference.at] ?? Buffer.alloc(0)
      if (reference.http) http = { head: reference.http, body: part }
      const write = this.#definition.outputs.get(reference.name)
      if (!write) continue
      const values = outputValues(reference.kind, part)
      const traces = new OutputTraces(this.#trace, this.#event.items ?? [])
      if (values.length > 0) {
        writes.push(
          write({
            values,
            traceOf: (index) => traces.of(values, index),
            bindingData: this.#bindingData(),
          }),
        )
      }
    }
    await Promise.all(writes)
    return { ok: true, message: '', ...(http ? { http } : {}) }
  }

  #bindingData(): JsonObject {
    return this.#event.bindingData ?? this.#event.metadata ?? {}
  }

  #links(): TraceContext[] {
    const items = this.#event.items ?? []
    return items.length < 2 ? [] : items.flatMap((item) => (item.trace ? [item.trace] : []))
  }

  #log(line: { category: string; level: WorkerLogLevel }, message: string): void {
    const level = line.level === 'none' ? 'trace' : line.level
    const suffix = line.category === 'user' ? '.User' : ''
    if (!this.#options.filter.keeps(`Function.${this.#definition.name}${suffix}`, level)) return
    this.#options.telemetry.log({
      context: this.#trace,
      source: `${this.#options.app}/${this.#definition.name}`,
      timeMs: this.#options.clock.now(),
      level,
      message: message.slice(0, logLineCharsMax),
    })
  }
}

function formatSeconds(durationMs: number): string {
  return new Date(durationMs).toISOString().slice(11, 19)
}
