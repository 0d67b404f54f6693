import {
  isArray,
  isNumber,
  isObject,
  toDouble,
  type Value,
} from '../../../languages/workflow-expression/value.ts'
import { textOf as valueText } from '../../../languages/workflow-expression/value-text.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { failed } from '../outcomes.ts'
import { memberOf, objectOf } from '../workflow-value.ts'
import type { Outcome } from '../../../engines/workflow/action-call.ts'

/** Answers the caller of the run: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#response-action */
export const response: ActionCompiler = (action, context) =>
  leafWork(action, context, {
    // It commits by itself what led to the answer, and that it is being given.
    isExternal: false,
    execute: (inputs, call) => {
      const statusCode = statusOf(memberOf(inputs, 'statusCode') ?? 200)
      if (statusCode === undefined) {
        return failed(
          'InvalidTemplate',
          `The 'statusCode' of the action '${action.name}' must be an HTTP status from '100' to '599'.`,
        )
      }
      return respond(call, { statusCode, inputs })
    },
  })

async function respond(
  call: LeafCall,
  answer: { statusCode: number; inputs: Value },
): Promise<Outcome> {
  const { statusCode, inputs } = answer
  const { context } = call
  const headers = headersOf(objectOf(inputs, 'headers'))
  const body = memberOf(inputs, 'body')
  const outputs = {
    statusCode,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(body === undefined ? {} : { body }),
  }
  // An answer that was being given when the platform ended may have been heard: what follows rests on it.
  if (call.saved !== undefined) return { status: 'Succeeded', code: 'OK', outputs }
  if (call.action.operationOptions.has('asynchronous')) {
    return { status: 'Succeeded', code: 'OK', outputs }
  }
  if (context.isAskedAgain && !context.responder)
    return { status: 'Succeeded', code: 'OK', outputs }
  // Nobody asked, or whoever asked is gone with the platform.
  if (!context.responder) {
    return {
      status: 'Skipped',
      code: 'ActionResponseSkipped',
      outputs,
      error: {
        code: 'ActionResponseSkipped',
        message: `The execution of template action '${call.name}' is skipped: there is no caller that waits for the response.`,
      },
    }
  }
  if (context.hasAnswered) {
    return failed(
      'ActionResponseAlreadySent',
      `The execution of template action '${call.name}' failed: a response has already been sent to the caller.`,
    )
  }
  await call.save({ answering: true })
  if (!context.responder.respond({ statusCode, headers, body })) {
    return failed(
      'ActionResponseTimedOut',
      `The execution of template action '${call.name}' is failed: the client application timed out waiting for a response from service. This means that workflow took longer to respond than the alloted timeout value. The connection maintained between the client application and service will be closed and client application will get an HTTP status code 504 Gateway Timeout.`,
      { code: 'ActionResponseTimedOut', outputs },
    )
  }
  context.hasAnswered = true
  return { status: 'Succeeded', code: 'OK', outputs }
}

function statusOf(value: Value): number | undefined {
  const status =
    typeof value === 'string' ? Number(value) : isNumber(value) ? toDouble(value) : Number.NaN
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined
}

function headersOf(headers: Value): Record<string, string> {
  const entries = isObject(headers) ? Object.entries(headers) : []
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      isArray(value) ? value.map(valueText).join(',') : valueText(value),
    ]),
  )
}
