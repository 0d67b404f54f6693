import { ServiceError } from '../../../base/errors.ts'
import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { withRetries, type Attempt } from '../../../engines/workflow/retry.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { connectionCall } from '../connection-call.ts'
import { httpStatusName } from '../http-status.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { answered, failed } from '../outcomes.ts'
import { compileRetryPolicy } from '../retry-policy.ts'
import { sendToRuntimeUrl } from '../runtime-url.ts'
import { isTransient } from './service-provider.ts'

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#apiconnection-action */
export const apiConnection: ActionCompiler = (action, context) => {
  const policy = compileRetryPolicy(action, context)
  return leafWork(action, context, {
    isExternal: true,
    execute: async (inputs, call) => {
      const settings = call.context.app.hostSettings.retry
      const made = await withRetries(
        { policy: policy(call, settings), clock: call.context.clock, call },
        () => attempt(call, inputs),
      )
      return { ...made.value, ...(made.retries ? { retries: made.retries } : {}) }
    },
  })
}

async function attempt(call: LeafCall, inputs: Value): Promise<Attempt<Outcome>> {
  const { context } = call
  const { app } = context
  try {
    const request = connectionCall(inputs, {
      app,
      workflow: context.workflow,
      trace: call.trace,
      signal: call.signal,
    })
    const recorded = context.workflow.recorded.get(call.name.toLowerCase())
    const answer = await app.connectors.call(request, { send: sendToRuntimeUrl(app), recorded })
    const { statusCode, headers = {}, body } = answer
    const value = answered(statusCode, {
      statusCode,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    return { value, code: value.code ?? 'OK', isTransient: isTransient(statusCode) }
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ServiceError)) throw error
    const value = failed(error.code, error.message, { code: httpStatusName(error.status) })
    return {
      value,
      code: error.code,
      isTransient: error.status !== 501 && isTransient(error.status),
    }
  }
}
