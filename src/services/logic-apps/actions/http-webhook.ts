import { memberOf, objectOf, toJson } from '../workflow-value.ts'
import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { RunSuspended } from '../../../engines/workflow/workflow-run.ts'
import { messageOf } from '../../../base/errors.ts'
import { type Value, isObject } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { connectionCall } from '../connection-call.ts'
import { RunEnvironment } from '../expression-roots.ts'
import { CallFailed, sendHttp } from '../http-call.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { answered, failed } from '../outcomes.ts'
import { workflowHeaders } from '../workflow-headers.ts'
import { outcomeOf } from './http.ts'

/** Subscribes by a request and waits until its callback is posted to: https://learn.microsoft.com/azure/connectors/connectors-native-webhook */
export const httpWebhook: ActionCompiler = (action, context) => {
  const inputs = action.inputs ?? {}
  if (memberOf(inputs, 'subscribe') === undefined) {
    throw context.refuse(action, `"The 'subscribe' property of 'inputs' is required."`)
  }
  const template = context.template(action, inputs, 'inputs')
  return leafWork(action, context, {
    isExternal: true,
    inputs: {},
    execute: (_, call) =>
      waitForPost(call, async (callbackUrl) => {
        const environment = new RunEnvironment(call.frame, { callbackUrl })
        const evaluated = template.evaluate(environment)
        const outcome = await request(call, objectOf(evaluated, 'subscribe'))
        return { outcome, unsubscribe: () => request(call, objectOf(evaluated, 'unsubscribe')) }
      }),
  })
}

/** https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers#apiconnectionwebhook-action */
export const apiConnectionWebhook: ActionCompiler = (action, context) => {
  const template = context.template(action, action.inputs ?? {}, 'inputs')
  return leafWork(action, context, {
    isExternal: true,
    inputs: {},
    execute: (_, call) =>
      waitForPost(call, async (callbackUrl) => {
        const inputs = template.evaluate(new RunEnvironment(call.frame, { callbackUrl }))
        const { app, workflow } = call.context
        const recorded = workflow.recorded.get(call.name.toLowerCase())
        if (recorded) {
          const { statusCode, headers = {}, body = null } = recorded
          return { outcome: answered(statusCode, { statusCode, headers, body }), isDone: true }
        }
        const { trace, signal } = call
        const made = connectionCall(inputs, { app, workflow, trace, signal })
        const subscription = await app.connectors.subscribe({ ...made, callbackUrl })
        return { outcome: undefined, unsubscribe: () => subscription.unsubscribe() }
      }),
  })
}

interface Subscribed {
  readonly outcome: Outcome | undefined
  /** Nothing will be posted: the outcome is that of the action. */
  readonly isDone?: boolean
  readonly unsubscribe?: () => Promise<unknown>
}

/** Subscribes once, also over a crash, and waits for the post. */
async function waitForPost(
  call: LeafCall,
  subscribe: (callbackUrl: string) => Promise<Subscribed>,
): Promise<Outcome> {
  const { context } = call
  const key = callbackKey(call)
  let unsubscribe: (() => Promise<unknown>) | undefined
  if (call.saved === undefined) {
    const subscribed = await subscribe(context.app.actionCallbackUrl(context, key))
    if (subscribed.isDone || subscribed.outcome?.status === 'Failed') {
      return subscribed.outcome ?? { status: 'Succeeded', code: 'OK' }
    }
    unsubscribe = subscribed.unsubscribe
    await call.save({ subscribed: true })
  }
  try {
    const posted = await call.rest(context.app.waitForCallback(context, key, call.signal))
    return { status: 'Succeeded', code: 'OK', outputs: { statusCode: 200, ...objectParts(posted) } }
  } catch (error) {
    // The run goes on at the next start, and what it waits for must still come.
    if (error instanceof RunSuspended) throw error
    // Whoever would still post is told that nobody waits, as far as it can be reached.
    await unsubscribe?.().catch((cause: unknown) => {
      context.app.logger.warn({ action: call.name }, `unsubscribing failed: ${messageOf(cause)}`)
    })
    throw error
  }
}

/** One for each repetition: `Approve` or `Approve~3-0`. */
function callbackKey(call: LeafCall): string {
  const { repetition } = call.frame
  return repetition === '' ? call.name : `${call.name}~${repetition.replaceAll('/', '-')}`
}

async function request(call: LeafCall, inputs: Value): Promise<Outcome | undefined> {
  if (memberOf(inputs, 'uri') === undefined) return undefined
  try {
    const message = await sendHttp({
      app: call.context.app,
      inputs,
      workflowHeaders: workflowHeaders(call),
      isDeclared: true,
      trace: call.trace,
      signal: call.signal,
    })
    return outcomeOf(message)
  } catch (error) {
    if (error instanceof CallFailed) return failed(error.code, error.message, { code: error.code })
    throw error
  }
}

function objectParts(posted: Value): Record<string, Value> {
  return isObject(posted) ? { ...posted } : { body: toJson(posted) }
}
