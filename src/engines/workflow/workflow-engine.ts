import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Operation, Store } from '../../store/store.ts'
import type { WorkflowGraph } from './graph.ts'
import type { RunEnd, RunEvent } from './run-events.ts'
import { RunFailures } from './run-failures.ts'
import { RunIds } from './run-id.ts'
import { RunHistory, type RunStart } from './run-history.ts'
import { readRunLog, type RunLog, seedOperation, StoredRunLog, VolatileRunLog } from './run-log.ts'
import { RunSuspended, WorkflowRun, type WorkflowRunOptions } from './workflow-run.ts'
import type { Wording } from './wording.ts'

/** How the runs of one definition are executed. */
export interface RunProfile<Context> {
  readonly graph: WorkflowGraph
  readonly wording: Wording
  /** A run that is not durable is gone with the platform. */
  readonly isDurable: boolean
  /** Whether what is not durable can be read afterwards. */
  readonly hasHistory: boolean
  readonly timeoutMs: number
  /** How long the history of a run is kept. */
  readonly retentionMs: number
  readonly onAction?: WorkflowRunOptions<Context>['onAction']
  readonly onEnd?: (run: WorkflowRun<Context>, end: RunEnd) => void
}

export interface StartOptions<Context> {
  readonly start: RunStart
  readonly definitionText: string
  readonly profile: RunProfile<Context>
  readonly context: Context
  /** Events that the run begins with, as if they were its own. */
  readonly seed?: readonly RunEvent[]
  /** Asks for a place among the runs that may be executed at the same time. */
  readonly gate?: () => GatePass
}

/** A place among the runs of a trigger that limits them. */
export interface GatePass {
  readonly entered: Promise<void>
  /** Gives the place, or the wait for it, back. */
  leave(): void
}

/** A run that has started. */
export interface StartedRun<Context> {
  readonly run: WorkflowRun<Context>
  /** Resolves when its end is durable; with nothing when the platform stops first. */
  readonly ended: Promise<RunEnd | undefined>
}

/** Executes runs; those that a crash cut short go on where their log ends. */
export class WorkflowEngine<Context> {
  readonly history: RunHistory
  readonly ids: RunIds
  readonly failures = new RunFailures()
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #runs = new Map<string, StartedRun<Context>>()
  /** Runs whose start is being committed: they are found in the store before they are executed. */
  readonly #starting = new Set<string>()
  readonly #definitions = new Set<string>()
  readonly #executing = new Set<Promise<unknown>>()
  #stopped = false

  constructor(options: { store: Store; clock: Clock; logger: Logger; prefix: string }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.history = new RunHistory(options.store, options.prefix)
    this.ids = new RunIds(options.clock)
  }

  /** Runs that have not ended. */
  get activeCount(): number {
    return this.#runs.size
  }

  /** Runs that have not ended and do not wait for a person or a far time. */
  get busyCount(): number {
    let count = 0
    for (const { run } of this.#runs.values()) if (!run.activity.isResting) count += 1
    return count
  }

  active(id: string): StartedRun<Context> | undefined {
    return this.#runs.get(id)
  }

  /** Whether a run is executed here, or about to be. */
  isTaken(id: string): boolean {
    return this.#runs.has(id) || this.#starting.has(id)
  }

  /** Resolves when the start is durable; the run is then executed whatever happens. */
  async start(options: StartOptions<Context>): Promise<StartedRun<Context>> {
    const { id } = options.start
    this.#starting.add(id)
    try {
      return await this.#start(options)
    } finally {
      this.#starting.delete(id)
    }
  }

  async #start(options: StartOptions<Context>): Promise<StartedRun<Context>> {
    const { start, profile, seed = [] } = options
    const place = this.#place(options)
    if (!isStored(profile)) return this.#execute(options, new VolatileRunLog(), seed)
    const timeToLiveMs = place.timeToLiveMs
    const batch: Operation[] = this.history.startOperations(start, {
      timeToLiveMs,
      isResumed: profile.isDurable,
    })
    const known = `${start.workflow}\n${start.definition}`
    if (!this.#definitions.has(known)) {
      const { workflow, definition } = start
      batch.push(this.history.definitionOperation(workflow, definition, options.definitionText))
    }
    if (seed.length > 0) batch.push(seedOperation(place, seed))
    await this.#store.write(batch)
    this.#definitions.add(known)
    return this.#execute(
      options,
      new StoredRunLog(this.#store, place, seed.length > 0 ? 1 : 0),
      seed,
    )
  }

  /** Goes on with a run that had not ended. */
  async resume(options: StartOptions<Context>): Promise<StartedRun<Context>> {
    const place = this.#place(options)
    const { events, next } = await readRunLog(this.#store, place)
    return this.#execute(options, new StoredRunLog(this.#store, place, next), events)
  }

  /** Lets go of every run: they go on at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { run } of this.#runs.values()) run.suspend()
    await Promise.all(this.#executing)
    this.#runs.clear()
  }

  #place({ start, profile }: StartOptions<Context>) {
    const timeToLiveMs = profile.retentionMs + profile.timeoutMs
    return this.history.logPlace(start.workflow, start.id, timeToLiveMs)
  }

  #execute(
    options: StartOptions<Context>,
    log: RunLog,
    replay: readonly RunEvent[],
  ): StartedRun<Context> {
    const { start, profile, context } = options
    const run = new WorkflowRun<Context>({
      id: start.id,
      graph: profile.graph,
      context,
      log,
      replay,
      clock: this.#clock,
      wording: profile.wording,
      trace: start.trace,
      startMs: start.startMs,
      timeoutMs: profile.timeoutMs,
      ...(profile.onAction ? { onAction: profile.onAction } : {}),
    })
    const ended = this.#toEnd(options, run, log).then((end) => {
      if (!end) return undefined
      this.#runs.delete(start.id)
      profile.onEnd?.(run, end)
      return end
    })
    const started = { run, ended }
    this.#runs.set(start.id, started)
    this.#executing.add(ended)
    void ended.finally(() => this.#executing.delete(ended))
    return started
  }

  async #toEnd(
    options: StartOptions<Context>,
    run: WorkflowRun<Context>,
    log: RunLog,
  ): Promise<RunEnd | undefined> {
    const { start, profile } = options
    const pass = options.gate?.()
    try {
      if (pass) await Promise.race([pass.entered, run.letGo])
      const end = await run.execute()
      const endMs = this.#clock.preciseNow()
      const { retentionMs } = profile
      const also = isStored(profile)
        ? this.history.endOperations(start, { ...end, endMs }, retentionMs)
        : []
      await log.commit(also)
      return end
    } catch (error) {
      if (error instanceof RunSuspended || this.#stopped) return undefined
      const ids = { workflow: start.workflow, run: start.id }
      this.#logger.error(ids, `the run could not go on: ${messageOf(error)}`)
      // It goes on at the next start; until then it must not count as one that is being executed.
      this.#runs.delete(start.id)
      this.failures.add(start.workflow, `a run could not go on: ${messageOf(error)}`)
      return undefined
    } finally {
      pass?.leave()
    }
  }
}

function isStored(profile: { readonly isDurable: boolean; readonly hasHistory: boolean }): boolean {
  return profile.isDurable || profile.hasHistory
}
