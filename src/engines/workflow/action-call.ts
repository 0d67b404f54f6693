import type { TraceContext } from '../../base/trace-context.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { RetryRecord, WorkflowFault } from './action-record.ts'
import type { RunFrame } from './run-frame.ts'
import type { RunEnd } from './run-events.ts'
import type { ActionStatus } from './status.ts'
import type { VariableChange } from './variables.ts'

/** What an action is executed with. */
export interface ActionCall {
  readonly name: string
  readonly frame: RunFrame
  readonly trace: TraceContext
  readonly startMs: number
  /** Aborts when the action times out, its run is cancelled or the platform stops. */
  readonly signal: AbortSignal
  /** What the action last saved: it was running when the platform ended. */
  readonly saved: Value | undefined
  /** Commits a state of the action, with everything before it, so that a crash goes on from it. */
  readonly save: (state: Value) => Promise<void>
  /** Waits for a person or a far time: meanwhile the run has no work of its own. */
  readonly rest: <T>(wait: Promise<T>) => Promise<T>
}

/** How an action ended. */
export interface Outcome {
  readonly status: ActionStatus
  readonly code?: string
  readonly inputs?: Value
  readonly outputs?: Value
  readonly error?: WorkflowFault
  readonly variables?: readonly VariableChange[]
  readonly trackedProperties?: Value
  readonly retries?: readonly RetryRecord[]
  /** Ends the whole run. */
  readonly terminate?: RunEnd
}
