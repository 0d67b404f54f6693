import type { JsonObject, JsonValue } from '../../base/json.ts'
import { objectMember, stringMember } from '../../base/json.ts'
import type {
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import type { Account } from './account.ts'
import type { Container } from './container.ts'
import { containerBody } from './container-definition.ts'
import type { Database } from './database.ts'
import { badRequest, notDeletable, notFound } from './errors.ts'
import { roleResources } from './role-resources.ts'
import { scriptResources } from './script-resources.ts'
import type { CosmosDb } from './service.ts'
import { parseThroughput, throughputBody, type Throughput } from './throughput.ts'

const accounts = 'Microsoft.DocumentDB/databaseAccounts'
const databases = `${accounts}/sqlDatabases`
const containers = `${databases}/containers`

/** https://learn.microsoft.com/azure/templates/microsoft.documentdb/databaseaccounts */
export function cosmosDbResources(cosmosDb: CosmosDb): readonly ResourceProvider[] {
  return [
    accountResource(cosmosDb),
    databaseResource(cosmosDb),
    containerResource(cosmosDb),
    databaseThroughputResource(cosmosDb),
    containerThroughputResource(cosmosDb),
    ...roleResources(cosmosDb),
    ...scriptResources(cosmosDb),
  ]
}

function accountResource(cosmosDb: CosmosDb): ResourceProvider {
  return {
    type: accounts,
    put: async (request) => {
      refuseOtherApis(request)
      const [name = ''] = request.names
      const existing = cosmosDb.account(name)
      const properties = withLocations(request)
      const account = existing
        ? await cosmosDb.replaceAccount(name, properties)
        : await cosmosDb.createAccount(name, properties)
      return { properties: accountBody(account, request) }
    },
    delete: async ([name = '']) => cosmosDb.deleteAccount(name),
    actions: {
      listKeys: async (names) => ({ ...accountOf(cosmosDb, names).keys }),
      readonlykeys: async (names) => {
        const { primaryReadonlyMasterKey, secondaryReadonlyMasterKey } = accountOf(
          cosmosDb,
          names,
        ).keys
        return { primaryReadonlyMasterKey, secondaryReadonlyMasterKey }
      },
      listConnectionStrings: async (names) => connectionStrings(accountOf(cosmosDb, names)),
      regenerateKey: async ([name = ''], body) => {
        await cosmosDb.regenerateKey(name, stringMember(body, 'keyKind') ?? '')
        return null
      },
    },
  }
}

function databaseResource(cosmosDb: CosmosDb): ResourceProvider {
  return {
    type: databases,
    put: async (request) => {
      const account = accountOf(cosmosDb, request.names)
      const name = resourceName(request)
      const throughput = parseThroughput(objectMember(request.properties, 'options'))
      const options = throughput ? { throughput } : {}
      const existing = account.findDatabase(name)
      if (existing && throughput) await existing.replaceThroughput(throughput)
      const database = existing ?? (await account.createDatabase(name, options))
      return { properties: withOptions(databaseBody(database), database.throughput) }
    },
    delete: async (names) => accountOf(cosmosDb, names).deleteDatabase(names[1] ?? ''),
  }
}

function containerResource(cosmosDb: CosmosDb): ResourceProvider {
  return {
    type: containers,
    put: async (request) => {
      const database = databaseOf(cosmosDb, request.names)
      const name = resourceName(request)
      const resource = { ...objectMember(request.properties, 'resource'), id: name }
      const throughput = parseThroughput(objectMember(request.properties, 'options'))
      const options = throughput ? { throughput } : {}
      const container = database.findContainer(name)
        ? await database.replaceContainer(resource, options)
        : await database.createContainer(resource, options)
      return { properties: withOptions(containerResourceBody(container), throughput) }
    },
    delete: async (names) => databaseOf(cosmosDb, names).deleteContainer(names[2] ?? ''),
  }
}

function databaseThroughputResource(cosmosDb: CosmosDb): ResourceProvider {
  return {
    type: `${databases}/throughputSettings`,
    put: async (request) => {
      const throughput = requiredThroughput(request)
      await databaseOf(cosmosDb, request.names).replaceThroughput(throughput)
      return { properties: { resource: throughputBody(throughput) } }
    },
    delete: () => Promise.reject(notDeletable('throughputSettings')),
  }
}

function containerThroughputResource(cosmosDb: CosmosDb): ResourceProvider {
  return {
    type: `${containers}/throughputSettings`,
    put: async (request) => {
      const throughput = requiredThroughput(request)
      const database = databaseOf(cosmosDb, request.names)
      const container = database.container(request.names[2] ?? '')
      await database.replaceContainer(containerBody(container.definition), { throughput })
      return { properties: { resource: throughputBody(throughput) } }
    },
    delete: () => Promise.reject(notDeletable('throughputSettings')),
  }
}

function refuseOtherApis(request: ResourceRequest): void {
  const kind = request.kind ?? 'GlobalDocumentDB'
  if (kind !== 'GlobalDocumentDB') {
    throw badRequest(`A database account of kind '${kind}' is not supported: only NoSQL is.`)
  }
  const capabilities = request.properties['capabilities']
  for (const capability of Array.isArray(capabilities) ? capabilities : []) {
    const name = stringMember(capability, 'name') ?? ''
    if (/^Enable(Cassandra|Gremlin|Mongo|Table)$/.test(name)) {
      throw badRequest(`The capability '${name}' is not supported: only NoSQL is.`)
    }
  }
}

// An account without locations of its own is where its resource is.
function withLocations({ properties, location }: ResourceRequest): JsonObject {
  if (location === undefined || Array.isArray(properties['locations'])) return properties
  return { ...properties, locations: [{ locationName: location, failoverPriority: 0 }] }
}

function accountBody(account: Account, request: ResourceRequest): JsonObject {
  const locationName = request.location ?? 'local'
  const location = {
    id: `${account.name}-${locationName.toLowerCase().replaceAll(' ', '')}`,
    locationName,
    documentEndpoint: account.documentEndpoint,
    provisioningState: 'Succeeded',
    failoverPriority: 0,
    isZoneRedundant: false,
  }
  return {
    databaseAccountOfferType: 'Standard',
    consistencyPolicy: { defaultConsistencyLevel: 'Session' },
    ...request.properties,
    provisioningState: 'Succeeded',
    documentEndpoint: account.documentEndpoint,
    sqlEndpoint: account.documentEndpoint,
    locations: [location],
    readLocations: [location],
    writeLocations: [location],
  }
}

function connectionStrings(account: Account): JsonValue {
  const { keys } = account
  const entries = [
    ['Primary SQL Connection String', 'Primary', keys.primaryMasterKey],
    ['Secondary SQL Connection String', 'Secondary', keys.secondaryMasterKey],
    ['Primary Read-Only SQL Connection String', 'PrimaryReadonly', keys.primaryReadonlyMasterKey],
    [
      'Secondary Read-Only SQL Connection String',
      'SecondaryReadonly',
      keys.secondaryReadonlyMasterKey,
    ],
  ] as const
  return {
    connectionStrings: entries.map(([description, keyKind, key]) => ({
      connectionString: `AccountEndpoint=${account.documentEndpoint};AccountKey=${key};`,
      description,
      keyKind,
      type: 'Sql',
    })),
  }
}

function databaseBody(database: Database): JsonObject {
  return { resource: { id: database.name, _rid: database.rid, _colls: 'colls/', _users: 'users/' } }
}

function containerResourceBody(container: Container): JsonObject {
  return { resource: { ...containerBody(container.definition), _rid: container.rid } }
}

function withOptions(body: JsonObject, throughput: Throughput | undefined): JsonObject {
  return throughput ? { ...body, options: throughputBody(throughput) } : body
}

function requiredThroughput(request: ResourceRequest): Throughput {
  const throughput = parseThroughput(objectMember(request.properties, 'resource'))
  if (!throughput) throw badRequest("'throughput' or 'autoscaleSettings' must be set.")
  return throughput
}

// A template may name the resource twice; Azure takes the name of the path and refuses a difference.
function resourceName(request: ResourceRequest): string {
  const name = request.names.at(-1) ?? ''
  const id = stringMember(objectMember(request.properties, 'resource'), 'id')
  if (id === undefined || id === name) return name
  throw badRequest(
    `The resource id '${id}' and the name '${name}' of the request must be the same.`,
  )
}

function accountOf(cosmosDb: CosmosDb, names: readonly string[]): Account {
  const account = cosmosDb.account(names[0] ?? '')
  if (!account) throw notFound()
  return account
}

function databaseOf(cosmosDb: CosmosDb, names: readonly string[]): Database {
  return accountOf(cosmosDb, names).database(names[1] ?? '')
}
