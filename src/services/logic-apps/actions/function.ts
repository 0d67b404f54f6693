import type { Outcome } from '../../../engines/workflow/action-call.ts'
import { withRetries, type Attempt } from '../../../engines/workflow/retry.ts'
import { textOf as valueText } from '../../../languages/workflow-expression/value-text.ts'
import { type Value, isObject } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { sendHttp } from '../http-call.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { failed } from '../outcomes.ts'
import { compileRetryPolicy } from '../retry-policy.ts'
import { workflowHeaders } from '../workflow-headers.ts'
import { memberOf, objectOf, textOf } from '../workflow-value.ts'
import { failureOf, outcomeOf } from './http.ts'
import { isTransient } from './service-provider.ts'

/** Calls a function at the address of its connection: https://learn.microsoft.com/azure/logic-apps/call-azure-functions-from-workflows */
export const callFunction: ActionCompiler = (action, context) => {
  const name = textOf(objectOf(action.inputs, 'function'), 'connectionName') ?? ''
  if (!context.catalog.functionConnection(name)) {
    throw context.refuse(
      action,
      `"The function connection '${name}' is not defined in connections.json: functions are called by it."`,
    )
  }
  const policy = compileRetryPolicy(action, context)
  return leafWork(action, context, {
    isExternal: true,
    execute: (inputs, call) =>
      withPolicy(call, policy, () => {
        const connection = call.context.app.connections.functions(name) ?? {}
        const authentication = objectOf(connection, 'authentication')
        const query = {
          [textOf(authentication, 'name') ?? 'code']: textOf(authentication, 'value') ?? '',
        }
        const isByKey = /^querystring$/i.test(textOf(authentication, 'type') ?? '')
        return request(call, {
          ...(isObject(inputs) ? inputs : {}),
          method: textOf(inputs, 'method') ?? 'POST',
          uri: textOf(connection, 'triggerUrl') ?? '',
          queries: { ...objectOf(inputs, 'queries'), ...(isByKey ? query : {}) },
        })
      }),
  })
}

/** Calls an API of API Management: https://learn.microsoft.com/azure/logic-apps/create-api-management-connection */
export const apiManagement: ActionCompiler = (action, context) => {
  const name = textOf(objectOf(action.inputs, 'apiManagement'), 'connection') ?? ''
  if (!context.catalog.apiManagementConnection(name)) {
    throw context.refuse(
      action,
      `"The API Management connection '${name}' is not defined in connections.json: APIs are called by it."`,
    )
  }
  const policy = compileRetryPolicy(action, context)
  return leafWork(action, context, {
    isExternal: true,
    execute: (inputs, call) =>
      withPolicy(call, policy, () => {
        const connection = call.context.app.connections.apiManagement(name) ?? {}
        const key = textOf(connection, 'subscriptionKey')
        const headers = {
          ...objectOf(inputs, 'headers'),
          ...(key === undefined ? {} : { 'Ocp-Apim-Subscription-Key': key }),
        }
        const base = (textOf(connection, 'baseUrl') ?? '').replace(/\/$/, '')
        return request(call, {
          ...(isObject(inputs) ? inputs : {}),
          headers,
          uri: base + pathOf(objectOf(inputs, 'pathTemplate')),
        })
      }),
  })
}

async function withPolicy(
  call: LeafCall,
  policy: ReturnType<typeof compileRetryPolicy>,
  attempt: () => Promise<Attempt<Outcome>>,
): Promise<Outcome> {
  const { app, clock } = call.context
  const options = { policy: policy(call, app.hostSettings.retry), clock, call }
  const made = await withRetries(options, attempt)
  return { ...made.value, ...(made.retries ? { retries: made.retries } : {}) }
}

async function request(call: LeafCall, inputs: Value): Promise<Attempt<Outcome>> {
  const { app } = call.context
  if (memberOf(inputs, 'uri') === '') {
    const value = failed('InvalidConnection', 'The connection does not say where to call.')
    return { value, code: 'BadRequest', isTransient: false }
  }
  try {
    const message = await sendHttp({
      app,
      inputs,
      workflowHeaders: workflowHeaders(call),
      isDeclared: true,
      trace: call.trace,
      signal: call.signal,
    })
    const value = outcomeOf(message)
    return { value, code: value.code ?? 'OK', isTransient: isTransient(message.statusCode) }
  } catch (error) {
    if (call.signal.aborted) throw error
    return failureOf(error)
  }
}

/** `/orders/{id}` with its parameters. */
function pathOf(template: Value): string {
  const parameters = objectOf(template, 'parameters')
  const text = textOf(template, 'template') ?? ''
  const path = text.replaceAll(/\{([^}]+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    return value === undefined ? whole : encodeURIComponent(valueText(value))
  })
  return path.startsWith('/') || path === '' ? path : `/${path}`
}
