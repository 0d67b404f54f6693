import { AddressRefused, OutgoingTimeout } from '../../../protocols/http/outgoing-http.ts'
import { ServiceError } from '../../../base/errors.ts'
import { withRetries, type Attempt } from '../../../engines/workflow/retry.ts'
import type { Outcome } from '../../../engines/workflow/action-call.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { ActionCompiler } from '../compile-context.ts'
import { lastSegment } from '../connections.ts'
import { httpStatusName } from '../http-status.ts'
import { leafWork, type LeafCall } from '../leaf-action.ts'
import { answered, failed } from '../outcomes.ts'
import { compileRetryPolicy } from '../retry-policy.ts'
import type { ServiceProviderOutputs } from '../service-provider.ts'
import { memberOf, objectOf, textOf, toJsonObject } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/ */
export const serviceProvider: ActionCompiler = (action, context) => {
  const configuration = objectOf(action.inputs, 'serviceProviderConfiguration')
  const provider = lastSegment(textOf(configuration, 'serviceProviderId') ?? '')
  const operation = textOf(configuration, 'operationId') ?? ''
  const connection = textOf(configuration, 'connectionName') ?? ''
  const known = context.catalog.serviceProvider(provider)
  if (!known) {
    throw context.refuse(action, `"The service provider '${provider}' is not supported."`)
  }
  if (!known.hasAction(operation)) {
    throw context.refuse(
      action,
      `"The operation '${operation}' of the service provider '${provider}' is not supported.${known.missing === undefined ? '' : ` ${known.missing}`}"`,
    )
  }
  if (!context.catalog.serviceProviderConnection(connection)) {
    throw context.refuse(
      action,
      `"The service provider connection '${connection}' is not defined in connections.json."`,
    )
  }
  const policy = compileRetryPolicy(action, context)
  return leafWork(action, context, {
    isExternal: true,
    inputs: {
      parameters: memberOf(action.inputs, 'parameters') ?? {},
      serviceProviderConfiguration: configuration,
    },
    execute: async (inputs, call) => {
      const settings = call.context.app.hostSettings.retry
      const made = await withRetries(
        { policy: policy(call, settings), clock: call.context.clock, call },
        () => attempt(call, { provider, operation, connection, inputs }),
      )
      return { ...made.value, ...(made.retries ? { retries: made.retries } : {}) }
    },
  })
}

async function attempt(
  call: LeafCall,
  target: { provider: string; operation: string; connection: string; inputs: Value },
): Promise<Attempt<Outcome>> {
  const { app } = call.context
  const connection = app.connections.provider(target.connection)
  const execute = app.serviceProviders.action(target.provider, target.operation)
  if (!connection || !execute) {
    const value = failed(
      'ServiceProviderActionFailed',
      `The operation '${target.operation}' is not there any more.`,
    )
    return { value, code: 'NotFound', isTransient: false }
  }
  try {
    const outputs = await execute({
      app: app.name,
      connection,
      parameters: toJsonObject(objectOf(target.inputs, 'parameters')),
      trace: call.trace,
      signal: call.signal,
    })
    const value = answered(outputs.statusCode ?? 200, outputsOf(outputs))
    return { value, code: value.code ?? 'OK', isTransient: isTransient(outputs.statusCode ?? 200) }
  } catch (error) {
    if (call.signal.aborted) throw error
    return failure(error)
  }
}

function outputsOf(outputs: ServiceProviderOutputs): Value {
  const { body, headers, statusCode } = outputs
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  }
}

function failure(error: unknown): Attempt<Outcome> {
  if (error instanceof ServiceError) {
    const code = httpStatusName(error.status)
    const message = `The service provider action failed with error code '${error.code}' and error message '${error.message}'.`
    const fault = { code: 'ServiceProviderActionFailed', message }
    const value: Outcome = { status: 'Failed', code: 'ServiceProviderActionFailed', error: fault }
    return { value, code, error: fault, isTransient: isTransient(error.status) }
  }
  if (error instanceof OutgoingTimeout || error instanceof AddressRefused) {
    const value = failed('ServiceProviderActionFailed', error.message, { code: 'GatewayTimeout' })
    return { value, code: 'GatewayTimeout', isTransient: error instanceof OutgoingTimeout }
  }
  throw error
}

/** Statuses that another attempt may do better than. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}
