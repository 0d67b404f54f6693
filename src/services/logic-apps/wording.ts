import type { WorkflowFault } from '../../engines/workflow/action-record.ts'
import { formatIsoDuration } from '../../base/iso-duration.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { SkipReason, Wording } from '../../engines/workflow/wording.ts'
import { ExpressionError } from '../../languages/workflow-expression/expression-error.ts'
import { httpStatusName } from './http-status.ts'
import { failed, templateFault } from './outcomes.ts'

/** What Logic Apps says of an action that failed, was skipped or cancelled: its codes and messages. */
export function newWording(logger: Logger): Wording {
  return {
    skipped,
    innerFailed: {
      code: 'ActionFailed',
      message: 'An action failed. No dependent actions succeeded.',
    },
    innerTimedOut: {
      code: 'ActionTimedOut',
      message: 'An action timed out. No dependent actions succeeded.',
    },
    cancelled: () => ({ code: 'Terminated' }),
    timedOut: (action, timeoutMs) => ({
      code: 'ActionTimedOut',
      error: {
        code: 'ActionTimedOut',
        message: `The execution of template action '${action}' timed out: it did not end within '${formatIsoDuration(timeoutMs)}'.`,
      },
    }),
    untilLimit: (action) => ({
      code: 'ActionFailed',
      message: `The execution of template action '${action}' failed: the limits of the 'until' loop were reached before its condition was met.`,
    }),
    tooManyItems: (action, itemsMax) =>
      failed(
        'ForeachItemsLimitExceeded',
        `The execution of template action '${action}' failed: the 'foreach' expression gives more than '${itemsMax}' items.`,
      ),
    thrown: (action, error) => {
      if (error instanceof ExpressionError) return templateFault(action, error)
      if (error instanceof ServiceError) {
        return failed(error.code, error.message, { code: httpStatusName(error.status) })
      }
      logger.error({ action, error }, `an action failed in the engine: ${messageOf(error)}`)
      return failed('InternalServerError', 'Encountered internal server error.', {
        code: 'InternalServerError',
      })
    },
  }
}

function skipped(action: string, reason: SkipReason): { code: string; error?: WorkflowFault } {
  switch (reason.kind) {
    case 'ended':
      return { code: 'Terminated' }
    case 'branch':
      return {
        code: 'ActionSkipped',
        error: {
          code: 'ActionBranchingConditionNotSatisfied',
          message: `The execution of template action '${action}' skipped: the branching condition for this action is not satisfied.`,
        },
      }
    case 'runAfter':
      return {
        code: 'ActionSkipped',
        error: {
          code: 'ActionConditionFailed',
          message: `The execution of template action '${action}' is skipped: the 'runAfter' condition for action '${reason.predecessor}' is not satisfied. Expected status values '${reason.expected.join(', ')}' and actual value '${reason.actual}'.`,
        },
      }
    case 'owner':
      return {
        code: 'ActionSkipped',
        error: {
          code: 'ActionDependencyFailed',
          message: `The execution of template action '${action}' is skipped: dependant action '${reason.owner}' completed with status '${reason.status}' and code '${reason.code ?? 'NotSpecified'}'.`,
        },
      }
  }
}
