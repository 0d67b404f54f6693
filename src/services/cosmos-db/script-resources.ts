import { objectMember } from '../../base/json.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import type { Container } from './container.ts'
import { notFound } from './errors.ts'
import type { ScriptKind } from './resource-id.ts'
import { parseScript } from './script-definition.ts'
import type { CosmosDb } from './service.ts'

const containers = 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers'

const kinds: readonly (readonly [string, ScriptKind])[] = [
  ['storedProcedures', 'sprocs'],
  ['triggers', 'triggers'],
  ['userDefinedFunctions', 'udfs'],
]

/** https://learn.microsoft.com/azure/templates/microsoft.documentdb/databaseaccounts/sqldatabases/containers/storedprocedures */
export function scriptResources(cosmosDb: CosmosDb): readonly ResourceProvider[] {
  return kinds.map(([type, kind]) => ({
    type: `${containers}/${type}`,
    put: async (request) => {
      const id = request.names.at(-1) ?? ''
      const resource = { ...objectMember(request.properties, 'resource'), id }
      const scripts = containerOf(cosmosDb, request.names).scripts(kind)
      return { properties: { resource: await scripts.upsert(parseScript(kind, resource)) } }
    },
    delete: (names) =>
      containerOf(cosmosDb, names)
        .scripts(kind)
        .delete(names.at(-1) ?? ''),
  }))
}

function containerOf(cosmosDb: CosmosDb, names: readonly string[]): Container {
  const [account = '', database = '', container = ''] = names
  const found = cosmosDb.account(account)
  if (!found) throw notFound()
  return found.database(database).container(container)
}
