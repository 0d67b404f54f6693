import type { JsonValue } from '../../../base/json.ts'
import type { ScriptKind } from '../resource-id.ts'
import { parseScript } from '../script-definition.ts'
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
  }),
  ...namedOperations({
    ...kindOf('udfs'),
    noun: 'User Defined Function',
    plural: 'User Defined Functions',
    list: 'UserDefinedFunctions',
  }),
]

function kindOf(kind: ScriptKind): Pick<NamedKind, 'path' | 'ownerRid' | 'resources' | 'parse'> {
  return {
    path: `/dbs/{}/colls/{}/${kind}`,
    ownerRid: (call) => containerOf(call).rid,
    resources: (call) => containerOf(call).scripts(kind),
    parse: (_call, body) => parseScript(kind, body),
  }
}

async function executeProcedure(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const key = readPartitionKey(call)
  const partition = container.partitionKey.partitionOf(key)
  const parameters = parametersOf(call)
  const id = call.names[2] ?? ''
  const { scripts } = container.parts
  const result = await scripts.executeProcedure(container, {
    id,
    partition,
    parameters,
    ...(call.trace ? { trace: call.trace } : {}),
  })
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
