import type { WorkflowFault } from './action-record.ts'
import type { Outcome } from './action-call.ts'
import type { ActionStatus } from './status.ts'

/** Why an action was not executed. */
export type SkipReason =
  | {
      readonly kind: 'runAfter'
      readonly predecessor: string
      readonly expected: readonly ActionStatus[]
      readonly actual: ActionStatus
    }
  | { readonly kind: 'branch' }
  | {
      readonly kind: 'owner'
      readonly owner: string
      readonly status: ActionStatus
      readonly code: string | undefined
    }
  | { readonly kind: 'ended' }

/** The codes and messages of a front end for what the engine decides. */
export interface Wording {
  skipped(
    action: string,
    reason: SkipReason,
  ): { readonly code: string; readonly error?: WorkflowFault }
  /** An action with others inside it that ended as one of them. */
  readonly innerFailed: WorkflowFault
  readonly innerTimedOut: WorkflowFault
  cancelled(action: string): { readonly code: string; readonly error?: WorkflowFault }
  timedOut(
    action: string,
    timeoutMs: number,
  ): { readonly code: string; readonly error?: WorkflowFault }
  untilLimit(action: string): WorkflowFault
  tooManyItems(action: string, itemsMax: number): Outcome
  /** What an action that threw ended as; a fault of our own is logged and told as such. */
  thrown(action: string, error: unknown): Outcome
}
