import assert from 'node:assert/strict'
import type { Clock } from '../../base/clock.ts'
import type { RunFrame } from '../../engines/workflow/run-frame.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { AppRuntime } from './app-runtime.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import type { Responder } from './responder.ts'
import type { TriggerRecord } from './trigger-record.ts'

/** What the actions and expressions of one run know of it. */
export class RunContext {
  readonly app: AppRuntime
  readonly workflow: CompiledWorkflow
  readonly runId: string
  readonly trigger: TriggerRecord
  readonly clientTrackingId: string
  readonly startMs: number
  /** The caller that waits for an answer of this run; nobody after a crash, or when nobody asked. */
  readonly responder: Responder | undefined
  /** The run that this one was made from by a resubmission, or itself. */
  readonly originRunId: string
  /** Whoever waits for the answer reads it from the history when the run was cut short meanwhile. */
  readonly isAskedAgain: boolean
  /** Set once a Response action has answered. */
  hasAnswered = false

  constructor(options: {
    app: AppRuntime
    workflow: CompiledWorkflow
    runId: string
    trigger: TriggerRecord
    clientTrackingId: string
    startMs: number
    originRunId: string
    isAskedAgain: boolean
    responder: Responder | undefined
  }) {
    this.app = options.app
    this.workflow = options.workflow
    this.runId = options.runId
    this.trigger = options.trigger
    this.clientTrackingId = options.clientTrackingId
    this.startMs = options.startMs
    this.originRunId = options.originRunId
    this.responder = options.responder
    this.isAskedAgain = options.isAskedAgain
  }

  get clock(): Clock {
    return this.app.clock
  }

  parameter(name: string): Value | undefined {
    return this.workflow.parameter(name)
  }
}

/** The context of the run that a frame is part of. */
export function contextOf(frame: RunFrame): RunContext {
  const { context } = frame.run
  assert(context instanceof RunContext, 'a run of Logic Apps has a context')
  return context
}
