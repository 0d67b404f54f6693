import { ServiceError } from '../../../base/errors.ts'
import type { Value } from '../../../languages/workflow-expression/value.ts'
import type { AppRuntime } from '../app-runtime.ts'
import { lastSegment } from '../connections.ts'
import { busyRunsMax, busyWaitMs, throttledWaitMs } from '../limits.ts'
import type { ServiceProviderEvent } from '../service-provider.ts'
import type { TriggerType } from '../trigger-type.ts'
import { objectOf, textOf, toJsonObject } from '../workflow-value.ts'

/** https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/ */
export const serviceProviderTrigger: TriggerType = {
  takesRequests: false,
  check({ definition, catalog, refuse }) {
    const { provider, operation, connection } = targetOf(definition.rawInputs)
    const known = catalog.serviceProvider(provider)
    if (!known) throw refuse(`"The service provider '${provider}' is not supported."`)
    if (!known.hasTrigger(operation)) {
      throw refuse(
        `"The trigger operation '${operation}' of the service provider '${provider}' is not supported.${known.missing === undefined ? '' : ` ${known.missing}`}"`,
      )
    }
    if (!catalog.serviceProviderConnection(connection)) {
      throw refuse(
        `"The service provider connection '${connection}' is not defined in connections.json."`,
      )
    }
  },
  listen({ app, workflow, trigger, providers, fire, evaluateInputs }) {
    const { provider, operation, connection } = targetOf(trigger.rawInputs)
    const open = providers.trigger(provider, operation)
    const found = app.connections.provider(connection)
    if (!open || !found) throw new Error(`the trigger operation '${operation}' is not there`)
    return open({
      app: app.name,
      workflow: workflow.name,
      trigger: trigger.name,
      connection: found,
      parameters: toJsonObject(objectOf(evaluateInputs(), 'parameters')),
      fire: (event) =>
        pushed(app, () =>
          fire({
            outputs: outputsOf(event),
            ...(event.trace ? { trace: event.trace } : {}),
            ...(event.itemTraces ? { itemTraces: event.itemTraces } : {}),
            ...(event.keys ? { keys: event.keys } : {}),
          }),
        ),
    })
  },
}

/** Takes an event as soon as there is room for its runs: a source that is not acknowledged meanwhile sends no more. */
async function pushed(app: AppRuntime, fire: () => Promise<unknown>): Promise<void> {
  for (let waitedMs = 0; app.busyRuns > busyRunsMax && waitedMs < busyWaitMs.max;) {
    await app.clock.sleep(busyWaitMs.step)
    waitedMs += busyWaitMs.step
  }
  for (;;) {
    try {
      await fire()
      return
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'WorkflowRunsThrottled') throw error
      await app.clock.sleep(throttledWaitMs)
    }
  }
}

function outputsOf({ body, headers }: ServiceProviderEvent): Value {
  return { ...(headers ? { headers } : {}), body }
}

function targetOf(inputs: Value) {
  const configuration = objectOf(inputs, 'serviceProviderConfiguration')
  return {
    provider: lastSegment(textOf(configuration, 'serviceProviderId') ?? ''),
    operation: textOf(configuration, 'operationId') ?? '',
    connection: textOf(configuration, 'connectionName') ?? '',
  }
}
