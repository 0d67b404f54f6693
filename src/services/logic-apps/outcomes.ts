import type { Outcome } from '../../engines/workflow/action-call.ts'
import {
  ExpressionError,
  invalidTemplate,
  templateFailure,
} from '../../languages/workflow-expression/expression-error.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { httpStatusName } from './http-status.ts'

/** An action that did what it should. */
export function succeeded(outputs: Value, inputs?: Value): Outcome {
  return { status: 'Succeeded', code: 'OK', outputs, ...(inputs === undefined ? {} : { inputs }) }
}

/** An action that failed for a reason of its own. */
export function failed(code: string, message: string, rest: Partial<Outcome> = {}): Outcome {
  return { status: 'Failed', code: 'BadRequest', error: { code, message }, ...rest }
}

/** An expression of an action that could not be evaluated; `part` is what it is in: `inputs`. */
export function templateFault(action: string, error: ExpressionError, part = 'inputs'): Outcome {
  const subject = `action '${action}' ${part}`
  return {
    status: 'Failed',
    code: 'BadRequest',
    error: { code: invalidTemplate, message: templateFailure(subject, error.message) },
  }
}

/** What an action comes to whose other side answered over HTTP. */
export function answered(statusCode: number, outputs: Value): Outcome {
  const isGood = statusCode < 400
  return { status: isGood ? 'Succeeded' : 'Failed', code: httpStatusName(statusCode), outputs }
}
