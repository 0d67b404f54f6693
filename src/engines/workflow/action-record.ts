import type { Value } from '../../languages/workflow-expression/value.ts'
import type { ActionStatus } from './status.ts'

/** Why an action or a run failed, in the service's words. */
export interface WorkflowFault {
  readonly code: string
  readonly message: string
}

/** What the run keeps of an action that ended. */
export interface ActionRecord {
  readonly name: string
  readonly status: ActionStatus
  readonly code?: string
  readonly startMs: number
  readonly endMs: number
  readonly inputs?: Value
  readonly outputs?: Value
  readonly error?: WorkflowFault
  /** 16 hexadecimal digits: the span of the action in the trace of its run. */
  readonly spanId: string
  readonly trackedProperties?: Value
  /** How often a loop ran. */
  readonly iterations?: number
  readonly retries?: readonly RetryRecord[]
}

/** One attempt of an action that was made again. */
export interface RetryRecord {
  readonly startMs: number
  readonly endMs: number
  readonly code: string
  readonly error?: WorkflowFault
}
