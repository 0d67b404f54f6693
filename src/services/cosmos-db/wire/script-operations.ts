import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import { scriptBytesMax } from '../limits.ts'
import type { ScriptKind } from '../resource-id.ts'
import { containerOf, isSet, type CosmosAnswer, type CosmosCall, type Operation } from './call.ts'
import { readJsonValue } from './json-body.ts'
import { namedOperations, type NamedKind } from './named-operations.ts'
import { readPartitionKey } from './partition-key-header.ts'
import { scriptCharge } from './request-charge.ts'
import { sessionHeaders } from './session-token.ts'

/** https://learn.microsoft.com/azure/cosmos-db/nosql/stored-procedures-triggers-udfs */
export const scriptOperations: readonly Operation[] = [
  ...namedOperations({
    ...kindOf('sprocs'),
    noun: 'Stored Procedure',
    plural: 'Stored Procedures',
    list: 'StoredProcedures',
    parse: (_call, body) => scriptOf(body),
  }),
  {
    name: 'Execute Stored Procedure',
    method: 'POST',
    path: '/dbs/{}/colls/{}/sprocs/{}',
    action: 'sqlDatabases/containers/executeStoredProcedure',
    isRead: false,
    handle: executeProcedure,
  },
  ...namedOperations({
    ...kindOf('triggers'),
    noun: 'Trigger',
    plural: 'Triggers',
    list: 'Triggers',
    parse: (_call, body) => ({ ...scriptOf(body), ...triggerOf(body) }),
  }),
  ...namedOperations({
    ...kindOf('udfs'),
    noun: 'User Defined Function',
    plural: 'User Defined Functions',
    list: 'UserDefinedFunctions',
    parse: (_call, body) => scriptOf(body),
  }),
]

function kindOf(kind: ScriptKind): Pick<NamedKind, 'path' | 'ownerRid' | 'resources'> {
  return {
    path: `/dbs/{}/colls/{}/${kind}`,
    ownerRid: (call) => containerOf(call).rid,
    resources: (call) => containerOf(call).scripts(kind),
  }
}

function scriptOf({ id, body }: JsonObject): JsonObject {
  if (typeof id !== 'string' || typeof body !== 'string') {
    throw badRequest(
      "The input content is invalid because the required properties - 'id; body; ' - are missing",
    )
  }
  if (Buffer.byteLength(body) > scriptBytesMax) {
    throw badRequest(`The body of a script exceeds the ${scriptBytesMax} bytes allowed.`)
  }
  return { id, body }
}

const triggerTypes = ['Pre', 'Post'] as const
const triggerOperations = ['All', 'Create', 'Update', 'Delete', 'Replace'] as const

function triggerOf({ triggerType, triggerOperation = 'All' }: JsonObject): JsonObject {
  return {
    triggerType: oneOf(triggerTypes, triggerType, 'triggerType'),
    triggerOperation: oneOf(triggerOperations, triggerOperation, 'triggerOperation'),
  }
}

// Clients write them in either case.
function oneOf(known: readonly string[], value: JsonValue | undefined, name: string): string {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  const found = known.find((each) => each.toLowerCase() === text)
  if (found !== undefined) return found
  throw badRequest(
    `The ${name} ${JSON.stringify(value ?? null)} is not one of ${known.join(', ')}.`,
  )
}

async function executeProcedure(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const key = readPartitionKey(call)
  const partition = container.partitionKey.partitionOf(key)
  const parameters = parametersOf(call)
  const id = call.names[2] ?? ''
  const { scripts } = container.parts
  const result = await scripts.executeProcedure(container, { id, partition, parameters })
  const isLogged = isSet(call, 'x-ms-documentdb-script-enable-logging')
  return {
    status: 200,
    body: JSON.stringify(result.response),
    headers: {
      ...sessionHeaders(container, key),
      ...(isLogged ? { 'x-ms-documentdb-script-log-results': encodeURIComponent(result.log) } : {}),
    },
    requestCharge: scriptCharge,
  }
}

function parametersOf(call: CosmosCall): readonly JsonValue[] {
  if (call.body.length === 0) return []
  const value = readJsonValue(call)
  return Array.isArray(value) ? value : [value]
}
