/**
 * One run. Its state is its log: after a crash the same graph is walked again, what the log has is taken from it, and the
 * run goes on from there. The log is written before anything that others can see begins.
 */
import { setMaxListeners } from 'node:events'
import type { Clock } from '../../base/clock.ts'
import { childOf, type TraceContext } from '../../base/trace-context.ts'
import { type Value, isObject } from '../../languages/workflow-expression/value.ts'
import type { ActionCall, Outcome } from './action-call.ts'
import type { ActionRecord } from './action-record.ts'
import { CallScope } from './call-scope.ts'
import { runForeach } from './foreach.ts'
import type {
  ActionGraph,
  BranchChoice,
  BranchWork,
  GraphNode,
  LeafWork,
  WorkflowGraph,
} from './graph.ts'
import { innerGraphs } from './graph.ts'
import { actionsPerTurnMax } from './limits.ts'
import { Replay } from './replay.ts'
import type { RunEnd, RunEvent } from './run-events.ts'
import { RunActivity } from './run-activity.ts'
import { RunFrame } from './run-frame.ts'
import type { RunLog } from './run-log.ts'
import type { EndOfAction, RunSteps } from './run-steps.ts'
import { statusOf } from './status.ts'
import { runUntil } from './until.ts'
import { Variables } from './variables.ts'
import { after, walkGraph, type Step } from './walk-graph.ts'
import type { SkipReason, Wording } from './wording.ts'

/** The platform stops: the run goes on from its log when it starts again. */
export class RunSuspended extends Error {
  override readonly name = 'RunSuspended'
}

export interface WorkflowRunOptions<Context> {
  readonly id: string
  readonly graph: WorkflowGraph
  /** What the front end's actions and expressions find of their own: `frame.run`. */
  readonly context: Context
  readonly log: RunLog
  readonly replay: readonly RunEvent[]
  readonly clock: Clock
  readonly wording: Wording
  readonly trace: TraceContext
  readonly startMs: number
  readonly timeoutMs: number
  /** Hears of each action that ended. */
  readonly onAction?: (action: {
    readonly node: GraphNode
    readonly record: ActionRecord
    readonly trace: TraceContext
    readonly run: WorkflowRun<Context>
  }) => void
}

/** A run that is executed. `frame.run` of its actions is the run itself. */
export class WorkflowRun<Context = unknown> implements RunSteps {
  readonly id: string
  readonly graph: WorkflowGraph
  readonly context: Context
  readonly clock: Clock
  readonly log: RunLog
  readonly wording: Wording
  readonly trace: TraceContext
  readonly variables = new Variables()
  readonly activity = new RunActivity()
  readonly replay: Replay
  readonly root: RunFrame
  /** Resolves when the run is ended from outside or let go of. */
  readonly letGo: Promise<void>
  readonly #options: WorkflowRunOptions<Context>
  readonly #abort = new AbortController()
  #ending: RunEnd | undefined
  #suspended = false
  #turn = 0

  constructor(options: WorkflowRunOptions<Context>) {
    this.#options = options
    this.id = options.id
    this.graph = options.graph
    this.context = options.context
    this.clock = options.clock
    this.log = options.log
    this.wording = options.wording
    this.trace = options.trace
    this.replay = new Replay(options.replay, this.variables)
    this.root = new RunFrame({ graph: options.graph.root, run: this })
    // Each action that runs listens: parallel ones are many, and bounded by the loops.
    const { signal } = this.#abort
    setMaxListeners(0, signal)
    this.letGo = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  get isEnding(): boolean {
    return this.#ending !== undefined
  }

  /** Executes what is left; rejects with `RunSuspended` when the platform stops first. */
  async execute(): Promise<RunEnd> {
    const { startMs, timeoutMs } = this.#options
    const leftMs = Math.max(startMs + timeoutMs - this.clock.preciseNow(), 0)
    if (this.replay.end) this.finish(this.replay.end)
    const timer = this.clock.after(leftMs, () => this.finish({ status: 'TimedOut' }))
    try {
      await this.runGraph(this.root)
      this.#checkSuspended()
      return this.#ending ?? this.#endOfRoot()
    } finally {
      timer.cancel()
    }
  }

  /** Ends the run before its actions have: what runs is cancelled, what has not begun is skipped. */
  finish(end: RunEnd): void {
    if (this.#ending || this.#suspended) return
    this.#ending = end
    this.#abort.abort(new Error('the run ends'))
  }

  /** Lets go of the run without ending it. */
  suspend(): void {
    this.#suspended = true
    this.#abort.abort(new RunSuspended('the platform stops'))
  }

  runGraph(frame: RunFrame): Step {
    return walkGraph(frame.graph, (node) => this.#runNode(node, frame))
  }

  end(node: GraphNode, frame: RunFrame, end: EndOfAction): void {
    this.#end(node, frame, { ...end, trace: childOf(this.trace) })
  }

  #endOfRoot(): RunEnd {
    const status = statusOf(this.root.graph.nodes, (node) => this.root.record(node)?.status)
    if (status === 'Succeeded') return { status }
    const { innerFailed, innerTimedOut } = this.wording
    return { status: 'Failed', error: status === 'Failed' ? innerFailed : innerTimedOut }
  }

  #runNode(node: GraphNode, frame: RunFrame): Step {
    this.#checkSuspended()
    const prior = this.replay.ended(node, frame)
    if (prior) {
      this.replay.restore(node, frame, prior)
      return undefined
    }
    const reason = this.#skipReason(node, frame)
    if (reason) {
      this.#skip(node, frame, reason)
      return this.#pause()
    }
    const { work } = node
    switch (work.kind) {
      case 'leaf':
        return this.#runLeaf(node, frame, work)
      case 'scope':
        return this.#runInner(node, frame, { graph: work.graph, startMs: this.clock.preciseNow() })
      case 'branch':
        return this.#runBranch(node, frame, work)
      case 'foreach':
        return runForeach(this, { node, frame, work })
      case 'until':
        return runUntil(this, { node, frame, work })
    }
  }

  #skipReason(node: GraphNode, frame: RunFrame): SkipReason | undefined {
    if (this.#ending) return { kind: 'ended' }
    for (const { node: before, statuses } of node.predecessors) {
      const actual = frame.record(before)?.status ?? 'Skipped'
      if (statuses.includes(actual)) continue
      return { kind: 'runAfter', predecessor: before.name, expected: statuses, actual }
    }
    return undefined
  }

  #skip(node: GraphNode, frame: RunFrame, reason: SkipReason): void {
    const nowMs = this.clock.preciseNow()
    const outcome = { status: 'Skipped', ...this.wording.skipped(node.name, reason) } as const
    this.#end(node, frame, { startMs: nowMs, outcome, trace: this.trace })
    this.#skipInner(node, frame, innerGraphs(node))
  }

  /** Skips what is inside an action that was skipped, or that ended before it began with them. */
  #skipInner(node: GraphNode, frame: RunFrame, graphs: readonly ActionGraph[]): void {
    const record = frame.record(node)
    const reason: SkipReason = {
      kind: 'owner',
      owner: node.name,
      status: record?.status ?? 'Skipped',
      code: record?.code,
    }
    for (const graph of graphs) this.#skipAll(frame.open(node, graph), reason)
  }

  #skipAll(frame: RunFrame, reason: SkipReason): void {
    for (const node of frame.graph.nodes) this.#skip(node, frame, reason)
  }

  #runLeaf(node: GraphNode, frame: RunFrame, work: LeafWork): Step {
    const saved = this.replay.saved(node, frame)
    const startMs = saved?.startMs ?? this.clock.preciseNow()
    const trace = childOf(this.trace)
    if (work.isExternal)
      return this.#runExternal(node, frame, { work, startMs, trace, saved: saved?.state })
    const call = this.#call(node, frame, {
      startMs,
      trace,
      saved: saved?.state,
      signal: this.#abort.signal,
    })
    const outcome = this.#guarded(node, () => work.run(call))
    if (outcome instanceof Promise) {
      return outcome
        .catch((error: unknown) => this.wording.thrown(node.name, error))
        .then((settled) => {
          this.#checkSuspended()
          this.#end(node, frame, { startMs, outcome: settled, trace })
        })
    }
    this.#end(node, frame, { startMs, outcome, trace })
    return this.#pause()
  }

  async #runExternal(
    node: GraphNode,
    frame: RunFrame,
    start: { work: LeafWork; startMs: number; trace: TraceContext; saved: Value | undefined },
  ): Promise<void> {
    // What led here must not be forgotten once others have seen what this action does.
    await this.log.commit()
    this.#checkSuspended()
    if (this.#ending) {
      this.#skip(node, frame, { kind: 'ended' })
      return
    }
    const { work, startMs, trace } = start
    const scope = new CallScope(this.#abort.signal, this.clock)
    const timeoutMs = work.timeoutMs?.(frame)
    if (timeoutMs !== undefined) scope.limit(startMs + timeoutMs - this.clock.preciseNow())
    let outcome: Outcome
    try {
      const call = this.#call(node, frame, { ...start, signal: scope.signal })
      outcome = await this.activity.execute(() => scope.race(work.run(call)))
    } catch (error) {
      this.#checkSuspended()
      outcome = this.#faultOf(node, error, { isLate: scope.isLate, timeoutMs: timeoutMs ?? 0 })
    } finally {
      scope.close()
    }
    this.#checkSuspended()
    this.#end(node, frame, { startMs, outcome, trace })
    // It goes to the store now: whatever is written later is also durable later.
    void this.log.commit().catch(() => {})
  }

  #faultOf(
    node: GraphNode,
    error: unknown,
    limit: { isLate: boolean; timeoutMs: number },
  ): Outcome {
    if (limit.isLate) {
      return { status: 'TimedOut', ...this.wording.timedOut(node.name, limit.timeoutMs) }
    }
    if (this.#ending) return { status: 'Cancelled', ...this.wording.cancelled(node.name) }
    return this.wording.thrown(node.name, error)
  }

  #call(
    node: GraphNode,
    frame: RunFrame,
    start: { startMs: number; trace: TraceContext; saved: Value | undefined; signal: AbortSignal },
  ): ActionCall {
    const { startMs, trace, saved, signal } = start
    return {
      name: node.name,
      frame,
      trace,
      startMs,
      signal,
      saved,
      save: async (state) => {
        const { repetition } = frame
        this.log.append({ kind: 'saved', name: node.name, repetition, startMs, state })
        await this.log.commit()
        this.#checkSuspended()
      },
      rest: (wait) => this.activity.rest(wait),
    }
  }

  #guarded<T>(node: GraphNode, work: () => T): T | Outcome {
    try {
      return work()
    } catch (error) {
      return this.wording.thrown(node.name, error)
    }
  }

  #runInner(
    node: GraphNode,
    frame: RunFrame,
    start: { graph: ActionGraph; startMs: number; inputs?: Value | undefined },
  ): Step {
    const inner = frame.open(node, start.graph)
    return after(this.runGraph(inner), () => {
      this.#endInner(node, frame, { ...start, inner })
      return this.#pause()
    })
  }

  #endInner(
    node: GraphNode,
    frame: RunFrame,
    end: { inner: RunFrame; startMs: number; inputs?: Value | undefined },
  ): void {
    const { inner, startMs, inputs } = end
    const status = statusOf(inner.graph.nodes, (each) => inner.record(each)?.status)
    const { innerFailed, innerTimedOut } = this.wording
    const error =
      status === 'Failed' ? innerFailed : status === 'TimedOut' ? innerTimedOut : undefined
    this.end(node, frame, {
      startMs,
      outcome: {
        status,
        ...(inputs === undefined ? {} : { inputs }),
        ...(error ? { code: error.code, error } : {}),
      },
    })
  }

  #runBranch(node: GraphNode, frame: RunFrame, work: BranchWork): Step {
    const saved = this.replay.saved(node, frame)
    const startMs = saved?.startMs ?? this.clock.preciseNow()
    const choice = saved ? choiceOf(saved.state) : work.choose(frame)
    if (choice.fault) {
      this.end(node, frame, { startMs, outcome: choice.fault })
      this.#skipInner(node, frame, innerGraphs(node))
      return this.#pause()
    }
    if (choice.branchFault) return this.#failBranches(node, frame, { choice, startMs })
    // Variables may change meanwhile: after a crash the same branch goes on.
    if (!saved) {
      const state = { branch: choice.branch ?? null, inputs: choice.inputs ?? null }
      this.log.append({
        kind: 'saved',
        name: node.name,
        repetition: frame.repetition,
        startMs,
        state,
      })
    }
    let taken: ActionGraph | undefined
    for (const { name, graph } of work.branches) {
      if (name === choice.branch) taken = graph
      else this.#skipAll(frame.open(node, graph), { kind: 'branch' })
    }
    const { inputs } = choice
    if (taken) return this.#runInner(node, frame, { graph: taken, startMs, inputs })
    const outcome = { status: 'Succeeded', ...(inputs === undefined ? {} : { inputs }) } as const
    this.end(node, frame, { startMs, outcome })
    return this.#pause()
  }

  #failBranches(
    node: GraphNode,
    frame: RunFrame,
    start: { choice: BranchChoice; startMs: number },
  ): Step {
    const { choice, startMs } = start
    const outcome = choice.branchFault ?? { status: 'Failed' }
    for (const graph of innerGraphs(node)) {
      const inner = frame.open(node, graph)
      for (const each of graph.nodes) this.end(each, inner, { startMs, outcome })
    }
    const error = this.wording.innerFailed
    const { inputs } = choice
    this.end(node, frame, {
      startMs,
      outcome: {
        status: 'Failed',
        code: error.code,
        error,
        ...(inputs === undefined ? {} : { inputs }),
      },
    })
    return this.#pause()
  }

  #end(node: GraphNode, frame: RunFrame, end: EndOfAction & { trace: TraceContext }): void {
    const { startMs, outcome, iterations, trace } = end
    const { variables, terminate, ...rest } = outcome
    const isInnermost = node.work.kind === 'leaf' || rest.status === 'Skipped'
    const record: ActionRecord = {
      ...rest,
      ...(this.#ending && !isInnermost
        ? { status: 'Cancelled', ...this.wording.cancelled(node.name) }
        : {}),
      name: node.name,
      startMs,
      endMs: this.clock.preciseNow(),
      spanId: trace.spanId,
      ...(iterations === undefined ? {} : { iterations }),
    }
    for (const change of variables ?? []) this.variables.apply(change)
    frame.set(node, record)
    this.log.append({
      kind: 'ended',
      name: node.name,
      repetition: frame.repetition,
      record,
      ...(variables ? { variables } : {}),
      ...(terminate ? { terminate } : {}),
    })
    this.#options.onAction?.({ node, record, trace, run: this })
    if (terminate) this.finish(terminate)
  }

  /** Lets others run, and commits, after many actions that only computed. */
  #pause(): Step {
    this.#turn += 1
    if (this.#turn < actionsPerTurnMax && !this.log.isFull) return undefined
    this.#turn = 0
    return this.log.commit()
  }

  #checkSuspended(): void {
    if (this.#suspended) throw new RunSuspended('the platform stops')
  }
}

function choiceOf(state: Value): BranchChoice {
  if (!isObject(state)) return {}
  const { branch, inputs } = state
  return {
    ...(typeof branch === 'string' ? { branch } : {}),
    ...(inputs === undefined || inputs === null ? {} : { inputs }),
  }
}
