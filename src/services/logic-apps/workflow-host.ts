// Survives a crash: every run that was started, with its trigger and its event, and the definition it runs by.
import { createHash } from 'node:crypto'
import { newUuid } from '../../base/ids.ts'
import { messageOf } from '../../base/errors.ts'
import { childOf, newTrace, type TraceContext } from '../../base/trace-context.ts'
import type { ActionRecord } from '../../engines/workflow/action-record.ts'
import type { RunEnd, RunEvent } from '../../engines/workflow/run-events.ts'
import type { RunSummary } from '../../engines/workflow/run-history.ts'
import type {
  RunProfile,
  StartedRun,
  StartOptions,
  WorkflowEngine,
} from '../../engines/workflow/workflow-engine.ts'
import type { Wording } from '../../engines/workflow/wording.ts'
import {
  ExpressionError,
  templateFailure,
} from '../../languages/workflow-expression/expression-error.ts'
import { writeJson } from '../../languages/workflow-expression/json-text.ts'
import { type Value, isArray, isObject, kindOf } from '../../languages/workflow-expression/value.ts'
import { textOf } from '../../languages/workflow-expression/value-text.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { AppRuntime } from './app-runtime.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import { tooManyRuns, triggerFailed } from './errors.ts'
import { TriggerEnvironment } from './expression-roots.ts'
import { splitOnConcurrentMax, splitOnMax } from './limits.ts'
import type { Responder } from './responder.ts'
import { RunContext } from './run-context.ts'
import { RunGate } from './run-gate.ts'
import { headerValue, readHeader, type RunHeader } from './run-header.ts'
import type { TriggerDefinition } from './trigger-definition.ts'
import type { TriggerRecord } from './trigger-record.ts'
import type { FiredRun, FiredRuns, TriggerEvent } from './trigger-type.ts'

const payloadCharactersMax = 16_384

/** What one run of an event starts with. */
interface TriggerPart {
  readonly record: TriggerRecord
  readonly trace: TraceContext | undefined
  /** Names what starts the run. */
  readonly event: string | undefined
}

/** A workflow of an app: makes runs of what its triggers hear, and goes on with those that a crash cut short. */
export class WorkflowHost {
  readonly workflow: CompiledWorkflow
  /** Names the workflow in the store: `app/workflow`. */
  readonly key: string
  readonly #app: AppRuntime
  readonly #engine: WorkflowEngine<RunContext>
  readonly #wording: Wording
  readonly #gates = new Map<string, RunGate>()

  constructor(options: {
    app: AppRuntime
    workflow: CompiledWorkflow
    engine: WorkflowEngine<RunContext>
    wording: Wording
  }) {
    this.workflow = options.workflow
    this.#app = options.app
    this.#engine = options.engine
    this.#wording = options.wording
    this.key = `${options.app.name}/${options.workflow.name}`
    for (const { name, concurrency } of options.workflow.triggers) {
      if (concurrency) this.#gates.set(name, new RunGate(concurrency))
    }
  }

  trigger(name: string): TriggerDefinition | undefined {
    const lower = name.toLowerCase()
    return this.workflow.triggers.find((each) => each.name.toLowerCase() === lower)
  }

  /** Starts the runs of an event; resolves when they are durable. */
  async fire(trigger: TriggerDefinition, event: TriggerEvent): Promise<FiredRuns> {
    const startMs = this.#app.clock.preciseNow()
    const record: TriggerRecord = {
      name: trigger.name,
      startMs,
      endMs: startMs,
      code: 'OK',
      trackingId: newUuid(),
      outputs: event.outputs,
      ...(event.inputs === undefined ? {} : { inputs: event.inputs }),
      ...(event.scheduledMs === undefined ? {} : { scheduledMs: event.scheduledMs }),
    }
    const environment = this.#environment(record)
    const isMet = this.#evaluated(trigger, 'conditions', () =>
      trigger.conditions.every((condition) => condition(environment)),
    )
    if (!isMet) return { runs: [], isSkipped: true }
    const gate = this.#gates.get(trigger.name)
    if (gate?.isFull) throw tooManyRuns(this.workflow.name)
    const parts = this.#split(trigger, record, event)
    const begin = () => this.#startAll(trigger, parts, event)
    return gate ? gate.expecting(parts.length, begin) : begin()
  }

  async #startAll(
    trigger: TriggerDefinition,
    parts: readonly TriggerPart[],
    event: TriggerEvent,
  ): Promise<FiredRuns> {
    const runs: FiredRun[] = []
    for (const chunk of chunks(parts, splitOnConcurrentMax)) {
      runs.push(...(await Promise.all(chunk.map((part) => this.#startOnce(trigger, part, event)))))
    }
    return { runs, isSkipped: false }
  }

  async #startOnce(
    trigger: TriggerDefinition,
    part: TriggerPart,
    event: TriggerEvent,
  ): Promise<FiredRun> {
    try {
      const { run, ended } = await this.#start(trigger, part, event)
      return { runId: run.id, ended, isRepeated: false }
    } catch (error) {
      if (!(error instanceof ExpectationFailed) || part.event === undefined) throw error
      // A crash came between the commit of the run and the acknowledgement of its event.
      const runId = await this.#engine.history.runOf(this.key, part.event)
      if (runId === undefined) throw error
      const ended = this.#engine.active(runId)?.ended ?? Promise.resolve()
      return { runId, ended, isRepeated: true }
    }
  }

  /** Goes on with the runs that had not ended. */
  async resume(
    compile: (definition: string) => Promise<CompiledWorkflow | undefined>,
  ): Promise<void> {
    for (const run of await this.#engine.history.unfinished(this.key)) {
      if (this.#engine.isTaken(run.id)) continue
      try {
        await this.#resumeRun(run, compile)
      } catch (error) {
        const ids = { workflow: this.key, run: run.id }
        this.#app.logger.error(ids, `the run cannot go on: ${messageOf(error)}`)
        this.#engine.failures.add(this.key, `a run cannot go on: ${messageOf(error)}`)
      }
    }
  }

  /** Starts a run with the trigger of another one, and with what its actions already did. */
  async resubmit(original: RunSummary, seed: readonly RunEvent[]): Promise<StartedRun<RunContext>> {
    const header = readHeader(original.header)
    const runId = this.#engine.ids.next()
    const trace = childOf(original.trace)
    const { isAskedAgain: _, ...own } = header
    const next = { ...own, parentSpanId: original.trace.spanId }
    return this.#begin({ runId, trace, header: next, responder: undefined, seed })
  }

  async #resumeRun(
    run: RunSummary,
    compile: (definition: string) => Promise<CompiledWorkflow | undefined>,
  ): Promise<void> {
    const isCurrent = run.definition === this.workflow.file.hash
    const workflow = isCurrent ? this.workflow : await compile(run.definition)
    if (!workflow) throw new Error('its definition is gone or not valid any more')
    const header = readHeader(run.header)
    const context = this.#context(workflow, {
      runId: run.id,
      header,
      startMs: run.startMs,
      responder: undefined,
    })
    await this.#engine.resume({
      start: run,
      definitionText: workflow.file.text,
      profile: this.#profile(workflow, header),
      context,
      ...this.#gateOf(header.trigger.name),
    })
  }

  #split(
    trigger: TriggerDefinition,
    record: TriggerRecord,
    event: TriggerEvent,
  ): readonly TriggerPart[] {
    const { splitOn } = trigger
    if (!splitOn) return [{ record, trace: event.trace, event: nameOf(trigger, event.keys) }]
    const items = this.#evaluated(trigger, 'splitOn', () =>
      splitOn.evaluate(this.#environment(record)),
    )
    if (!isArray(items)) {
      throw triggerFailed(
        `The template language expression evaluation failed: the result of 'splitOn' of the trigger '${trigger.name}' is of type '${kindOf(items)}'. The result must be a valid array.`,
      )
    }
    if (items.length > splitOnMax) {
      throw triggerFailed(
        `The 'splitOn' of the trigger '${trigger.name}' gives more than '${splitOnMax}' items.`,
      )
    }
    const whole = record.outputs !== undefined && isObject(record.outputs) ? record.outputs : {}
    return items.map((item, index) => ({
      record: { ...record, outputs: { ...whole, body: item } },
      trace: event.itemTraces?.[index] ?? event.trace,
      event: nameOf(trigger, event.keys, { index, count: items.length }),
    }))
  }

  #start(
    trigger: TriggerDefinition,
    part: TriggerPart,
    event: TriggerEvent,
  ): Promise<StartedRun<RunContext>> {
    const runId = event.runId ?? this.#engine.ids.next()
    const trace = part.trace ? childOf(part.trace) : newTrace()
    const header: RunHeader = {
      trigger: { ...part.record, endMs: this.#app.clock.preciseNow() },
      clientTrackingId: event.clientTrackingId ?? this.#trackingId(trigger, part.record) ?? runId,
      originRunId: event.originRunId ?? runId,
      ...(event.isAskedAgain ? { isAskedAgain: true } : {}),
      ...(part.trace ? { parentSpanId: part.trace.spanId } : {}),
    }
    const { responder } = event
    return this.#begin({ runId, trace, header, responder, seed: [], event: part.event })
  }

  #trackingId(trigger: TriggerDefinition, record: TriggerRecord): string | undefined {
    const template = trigger.splitTrackingId ?? trigger.clientTrackingId
    if (!template) return undefined
    return this.#evaluated(trigger, 'correlation', () =>
      textOf(template.evaluate(this.#environment(record))),
    )
  }

  #begin(begin: {
    readonly runId: string
    readonly trace: TraceContext
    readonly header: RunHeader
    readonly responder: Responder | undefined
    readonly seed: readonly RunEvent[]
    readonly event?: string | undefined
  }): Promise<StartedRun<RunContext>> {
    const { runId, trace, header, seed, event } = begin
    const { workflow } = this
    const startMs = this.#app.clock.preciseNow()
    return this.#engine.start({
      start: {
        id: runId,
        workflow: this.key,
        definition: workflow.file.hash,
        startMs,
        trace,
        header: headerValue(header),
        ...(event === undefined ? {} : { event }),
      },
      definitionText: workflow.file.text,
      profile: this.#profile(workflow, header),
      context: this.#context(workflow, { ...begin, startMs }),
      seed,
      ...this.#gateOf(header.trigger.name),
    })
  }

  #gateOf(trigger: string): Pick<StartOptions<RunContext>, 'gate'> {
    const gate = this.#gates.get(trigger)
    return gate ? { gate: () => gate.pass() } : {}
  }

  #context(
    workflow: CompiledWorkflow,
    start: {
      readonly runId: string
      readonly header: RunHeader
      readonly startMs: number
      readonly responder: Responder | undefined
    },
  ): RunContext {
    const { runId, header, startMs, responder } = start
    const { trigger, clientTrackingId, originRunId, isAskedAgain = false } = header
    return new RunContext({
      app: this.#app,
      workflow,
      runId,
      trigger,
      clientTrackingId,
      originRunId,
      isAskedAgain,
      startMs,
      responder,
    })
  }

  #profile(workflow: CompiledWorkflow, header: RunHeader): RunProfile<RunContext> {
    const { hostSettings, settings, clock } = this.#app
    const { isStateful } = workflow
    const option = settings.get(`Workflows.${workflow.name}.OperationOptions`) ?? ''
    return {
      graph: workflow.graph,
      wording: this.#wording,
      isDurable: isStateful,
      hasHistory: isStateful || /withstatelessrunhistory/i.test(option),
      timeoutMs: isStateful ? hostSettings.runTimeoutMs : hostSettings.statelessRunTimeoutMs,
      retentionMs: hostSettings.retentionMs,
      onAction: ({ node, record, trace, run }) =>
        this.#tellAction(node.type, { record, trace, runSpanId: run.trace.spanId }),
      onEnd: (run, end) => {
        this.#noteFailure(run.context, end)
        this.#tellRun(run.trace, {
          end,
          header,
          startMs: run.context.startMs,
          endMs: clock.preciseNow(),
        })
      },
    }
  }

  #tellAction(
    type: string,
    told: { record: ActionRecord; trace: TraceContext; runSpanId: string },
  ): void {
    const { record, trace } = told
    if (record.status === 'Skipped') return
    const { name, startMs, endMs, status, error, outputs } = record
    const action = this.workflow.actions.get(name.toLowerCase())
    this.#app.telemetry.span({
      context: { traceId: trace.traceId, spanId: record.spanId },
      parentSpanId: told.runSpanId,
      service: 'logic-apps',
      operation: type,
      resource: `${this.workflow.name}/${name}`,
      startMs,
      durationMs: Math.max(endMs - startMs, 0),
      status: status === 'Succeeded' ? 'ok' : 'error',
      ...(error ? { reason: `${error.code}: ${error.message}` } : {}),
      ...(outputs === undefined || action?.secure.outputs ? {} : { payload: shortJson(outputs) }),
    })
  }

  #tellRun(
    trace: TraceContext,
    told: { end: RunEnd; header: RunHeader; startMs: number; endMs: number },
  ): void {
    const { end, header, startMs, endMs } = told
    const { parentSpanId, trigger } = header
    const definition = this.trigger(trigger.name)
    this.#app.telemetry.span({
      context: trace,
      ...(parentSpanId === undefined ? {} : { parentSpanId }),
      service: 'logic-apps',
      operation: 'run',
      resource: this.workflow.name,
      startMs,
      durationMs: Math.max(endMs - startMs, 0),
      status: end.status === 'Succeeded' ? 'ok' : 'error',
      ...(end.error ? { reason: `${end.error.code}: ${end.error.message}` } : {}),
      ...(trigger.outputs === undefined || definition?.secure.outputs
        ? {}
        : { payload: shortJson(trigger.outputs) }),
    })
  }

  #noteFailure({ responder, hasAnswered }: RunContext, { status, error }: RunEnd): void {
    if (status !== 'Failed' && status !== 'TimedOut') return
    // A caller that waited for the answer hears of the failure instead.
    if (responder && !hasAnswered) return
    const reason = error ? `${error.code}: ${error.message}` : `A run ended as ${status}.`
    this.#engine.failures.add(this.key, reason)
  }

  #environment(trigger: TriggerRecord): TriggerEnvironment {
    const { workflow } = this
    const context = {
      app: this.#app,
      workflow,
      trigger,
      clientTrackingId: '',
      runId: '',
      originRunId: '',
    }
    return new TriggerEnvironment({ context, extras: {} })
  }

  #evaluated<T>(trigger: TriggerDefinition, part: string, evaluate: () => T): T {
    try {
      return evaluate()
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      throw triggerFailed(templateFailure(`trigger '${trigger.name}' ${part}`, error.message))
    }
  }
}

function shortJson(value: Value): string {
  return writeJson(value).slice(0, payloadCharactersMax)
}

/** The name of what starts one run: an item of an event that is split, or the event. */
function nameOf(
  trigger: TriggerDefinition,
  keys: readonly string[] | undefined,
  item?: { readonly index: number; readonly count: number },
): string | undefined {
  if (!keys) return undefined
  const own = item && keys.length === item.count ? keys[item.index] : undefined
  const key = own ?? `${keys.join('\n')}\n${item?.index ?? ''}`
  return `${trigger.name}/${createHash('sha256').update(key).digest('base64url')}`
}

function* chunks<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let index = 0; index < items.length; index += size) yield items.slice(index, index + size)
}
