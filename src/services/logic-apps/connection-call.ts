import { ServiceError } from '../../base/errors.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import type { AppRuntime } from './app-runtime.ts'
import type { CompiledWorkflow } from './compiled-workflow.ts'
import type { ManagedConnection, ManagedConnectorCall } from './managed-connector.ts'
import { memberOf, objectOf, textOf, toJson, toJsonObject } from './workflow-value.ts'

/** The call of a managed connector that evaluated inputs mean. */
export function connectionCall(
  inputs: Value,
  parts: {
    readonly app: AppRuntime
    readonly workflow: CompiledWorkflow
    readonly trace: TraceContext
    readonly signal: AbortSignal
  },
): ManagedConnectorCall {
  const { app, workflow, trace, signal } = parts
  const host = objectOf(inputs, 'host')
  const operationId = textOf(host, 'operationId')
  // An OpenApiConnection has its parameters in one object, named as the connector's description names them.
  const body = operationId === undefined ? memberOf(inputs, 'body') : memberOf(inputs, 'parameters')
  return {
    app: app.name,
    workflow: workflow.name,
    connection: connectionOf(app, host),
    method: (textOf(inputs, 'method') ?? 'post').toUpperCase(),
    path: textOf(inputs, 'path') ?? '',
    queries: toJsonObject(objectOf(inputs, 'queries')),
    headers: toJsonObject(objectOf(inputs, 'headers')),
    ...(body === undefined ? {} : { body: toJson(body) }),
    ...(operationId === undefined ? {} : { operationId }),
    trace,
    signal,
  }
}

/** The connection of `host`: by its name in connections.json, by the id of `$connections`, or by a flow's reference. */
function connectionOf(app: AppRuntime, host: Value): ManagedConnection {
  const connection = objectOf(host, 'connection')
  const name = textOf(connection, 'referenceName') ?? textOf(host, 'connectionName')
  const id = textOf(connection, 'name')
  const found =
    (name === undefined ? undefined : app.connections.managed(name)) ??
    (id === undefined ? undefined : app.connections.managedById(id))
  if (found) return found
  throw new ServiceError(
    'InvalidConnection',
    400,
    `The managed API connection '${name ?? id ?? ''}' is not defined in connections.json.`,
  )
}
