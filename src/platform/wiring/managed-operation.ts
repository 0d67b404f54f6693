/** The operations of a managed connector that a service of this machine answers, by path or by their id. */
import { ServiceError } from '../../base/errors.ts'
import {
  isJsonObject,
  objectMember,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import type {
  ManagedConnection,
  ManagedConnector,
  ManagedConnectorAnswer,
  ManagedConnectorCall,
} from '../../services/logic-apps/managed-connector.ts'
import type {
  ServiceProviderCall,
  ServiceProviderConnection,
} from '../../services/logic-apps/service-provider.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'

/** One operation as the description of its connector has it. */
export interface ManagedOperation {
  readonly method: string
  /** `/{entityName}/messages` */
  readonly path: string
  /** What an `OpenApiConnection` names it by. */
  readonly id: string
  answer(call: OperationCall): Promise<ManagedConnectorAnswer>
}

/** What an operation is called with. */
export interface OperationCall {
  /** A parameter of the path. */
  readonly named: (name: string) => string
  readonly query: (name: string) => string | undefined
  readonly header: (name: string) => string | undefined
  readonly body: JsonValue | undefined
  /** The same call for an operation of a service provider. */
  readonly providerCall: (parameters: JsonObject) => ServiceProviderCall
  /** What the connection was made with. */
  readonly values: JsonObject
  readonly app: string
}

/** A connector of these operations; any other is answered with 404 and its own name. */
export function managedConnector(
  api: string,
  resources: ResourceManager,
  operations: readonly ManagedOperation[],
): ManagedConnector & Required<Pick<ManagedConnector, 'call'>> {
  return {
    api,
    call: async (call) => {
      const found = findOperation(operations, call)
      if (!found) return operationNotFound(api, call)
      try {
        const values = await connectionValues(resources, call.connection)
        return await found.operation.answer(operationCall(call, found.parameters, values))
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        return faultAnswer(api, error)
      }
    },
  }
}

/** What the resource of a connection holds: what its form in the portal asks for. */
async function connectionValues(
  resources: ResourceManager,
  { definition }: ManagedConnection,
): Promise<JsonObject> {
  const id =
    stringMember(objectMember(definition, 'connection'), 'id') ??
    stringMember(definition, 'connectionId')
  const properties = objectMember(id === undefined ? {} : await resources.get(id), 'properties')
  const set = objectMember(properties, 'parameterValueSet')
  const values: JsonObject = { ...objectMember(properties, 'parameterValues') }
  for (const [name, holder] of Object.entries(objectMember(set, 'values'))) {
    if (isJsonObject(holder) && holder['value'] !== undefined) values[name] = holder['value']
  }
  const isByIdentity = /managedIdentity/i.test(stringMember(set, 'name') ?? '')
  return isByIdentity ? { ...values, authProvider: { Type: 'ManagedServiceIdentity' } } : values
}

function operationCall(
  call: ManagedConnectorCall,
  parameters: Readonly<Record<string, string>>,
  values: JsonObject,
): OperationCall {
  const { app, trace, signal } = call
  const queries: JsonObject = { ...call.queries, ...flatBody(call) }
  const connection: ServiceProviderConnection = {
    name: call.connection.name,
    parameterValues: values,
  }
  return {
    named: (name) => parameters[name] ?? '',
    query: (name) => textMember(queries, name),
    header: (name) => textMember(call.headers, name),
    body: call.operationId === undefined ? call.body : bodyParameter(call.body),
    providerCall: (given) => ({ app, connection, parameters: given, trace, signal }),
    values,
    app,
  }
}

function findOperation(
  operations: readonly ManagedOperation[],
  call: ManagedConnectorCall,
):
  | { readonly operation: ManagedOperation; readonly parameters: Readonly<Record<string, string>> }
  | undefined {
  if (call.operationId !== undefined) {
    const id = call.operationId.toLowerCase()
    const operation = operations.find((each) => each.id.toLowerCase() === id)
    const parameters: Record<string, string> = {}
    for (const [name, value] of Object.entries(flatBody(call))) {
      if (typeof value === 'string') parameters[name] = value
    }
    return operation && { operation, parameters }
  }
  for (const operation of operations) {
    if (operation.method.toLowerCase() !== call.method.toLowerCase()) continue
    const parameters = matchPath(operation.path, call.path)
    if (parameters) return { operation, parameters }
  }
  return undefined
}

function matchPath(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = template.split('/')
  const given = (path.split('?')[0] ?? '').split('/')
  if (wanted.length !== given.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? ''
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? []
    if (name !== undefined && segment !== '') parameters[name] = decodeTwice(segment)
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined
  }
  return parameters
}

// Definitions of the designer encode a part of a path once or twice, as the connector asks for it.
function decodeTwice(segment: string): string {
  try {
    const once = decodeURIComponent(segment)
    return /%[\da-f]{2}/i.test(once) ? decodeURIComponent(once) : once
  } catch {
    return segment
  }
}

/** The parameters of an `OpenApiConnection`. */
function flatBody({ operationId, body }: ManagedConnectorCall): JsonObject {
  return operationId !== undefined && isJsonObject(body) ? body : {}
}

// They are flat: `message/ContentData` is a member of the body that the operation calls `message`.
function bodyParameter(parameters: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(parameters)) return undefined
  const members = Object.entries(parameters).filter(([name]) => name.includes('/'))
  if (members.length === 0) return parameters['body'] ?? parameters['message'] ?? null
  return Object.fromEntries(members.map(([name, value]) => [name.split('/').at(-1) ?? '', value]))
}

function textMember(values: JsonObject, name: string): string | undefined {
  const lower = name.toLowerCase()
  const found = Object.entries(values).find(([each]) => each.toLowerCase() === lower)?.[1]
  if (found === undefined || found === null) return undefined
  return typeof found === 'string' ? found : JSON.stringify(found)
}

function operationNotFound(api: string, call: ManagedConnectorCall): ManagedConnectorAnswer {
  const what = call.operationId ?? `${call.method.toUpperCase()} ${call.path}`
  const message = `The managed connector '${api}' has no operation '${what}' here.`
  return { statusCode: 404, body: { error: { code: 'OperationNotFound', message } } }
}

/** A fault of the service behind a connector, as connectors tell it. */
function faultAnswer(api: string, error: ServiceError): ManagedConnectorAnswer {
  const { status, code, message } = error
  const source = `${api}-local.azconn-local.p.azurewebsites.net`
  return { statusCode: status, body: { status, message, error: { code, message }, source } }
}
