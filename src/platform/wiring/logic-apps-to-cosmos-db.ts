/**
 * The operations `AzureCosmosDB` of workflows -> Cosmos DB items, and changed items -> their trigger.
 * https://learn.microsoft.com/azure/logic-apps/connectors/built-in/reference/azurecosmosdb/
 */
import type { Clock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import {
  isJsonObject,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { parseTraceparent } from '../../base/trace-context.ts'
import type { Account } from '../../services/cosmos-db/account.ts'
import { ChangeFeedProcessor } from '../../services/cosmos-db/change-feed-processor.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { ItemResult } from '../../services/cosmos-db/item-result.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import type {
  ServiceProvider,
  ServiceProviderCall,
  ServiceProviderConnection,
  ServiceProviderListen,
  ServiceProviderListener,
  ServiceProviderOutputs,
} from '../../services/logic-apps/service-provider.ts'

/** What the trigger of the real connector does. */
const feedDefaults = {
  leaseContainer: 'leases',
  maxItems: 100,
  feedPollDelayMs: 5_000,
  leaseAcquireIntervalMs: 13_000,
  leaseRenewIntervalMs: 17_000,
  leaseExpirationIntervalMs: 60_000,
} as const

export function logicAppsToCosmosDb(options: {
  cosmosDb: CosmosDb
  clock: Clock
  logger: Logger
}): ServiceProvider {
  const { cosmosDb } = options
  const inContainer =
    (work: (container: Container, call: ServiceProviderCall) => Promise<ServiceProviderOutputs>) =>
    async (call: ServiceProviderCall): Promise<ServiceProviderOutputs> =>
      work(containerOf(cosmosDb, call), call)
  return {
    id: 'AzureCosmosDB',
    actions: {
      CreateOrUpdateDocument: inContainer(createOrUpdate),
      BulkCreateOrUpdateDocument: inContainer(createOrUpdateMany),
      ReadDocument: inContainer(read),
      DeleteDocument: inContainer(remove),
      PatchItem: inContainer(patch),
      QueryDocuments: inContainer(query),
    },
    triggers: {
      whenADocumentIsCreatedOrModified: (listen) => listenToFeed(options, listen),
    },
  }
}

async function createOrUpdate(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const item = itemOf(parameters['item'])
  const partitionKey = keyOf(parameters['partitionKey'])
  const ifMatch = stringMember(parameters, 'etag')
  const write = {
    trace,
    ...(partitionKey ? { partitionKey } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }
  const isUpsert = parameters['isUpsert'] !== false
  const result = await (isUpsert
    ? container.upsertItem(item, write)
    : container.createItem(item, write))
  return { body: bodyOf(result) }
}

async function createOrUpdateMany(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const { items } = parameters
  if (!Array.isArray(items)) throw badParameter('items', 'a list of items')
  const outcomes = await container.upsertItems(items.map((item) => ({ item: itemOf(item), trace })))
  const body = outcomes.map((outcome): JsonObject => {
    if ('error' in outcome) return { statusCode: 400, message: messageOf(outcome.error) }
    return { statusCode: 200 }
  })
  return { body }
}

async function read(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const id = required(parameters, 'itemId')
  const key = keyOf(parameters['partitionKey']) ?? [id]
  return { body: bodyOf(await container.readItem(id, key, { trace })) }
}

async function remove(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const id = required(parameters, 'itemId')
  const key = keyOf(parameters['partitionKey']) ?? [id]
  await container.deleteItem(id, key, { trace })
  return { body: { id, activityId: newUuid(), requestCharge: 1 } }
}

async function patch(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const id = required(parameters, 'itemId')
  const partitionKey = keyOf(parameters['partitionKey']) ?? [id]
  const { patchOperations } = parameters
  if (!Array.isArray(patchOperations)) throw badParameter('patchOperations', 'a list of operations')
  const operations = patchOperations.map((operation) => patchOperationOf(operation))
  const result = await container.patchItem({ id, partitionKey }, { operations }, { trace })
  return { body: bodyOf(result) }
}

// The connector names an operation `type`, as its designer shows it; the service names it `op`.
function patchOperationOf(operation: JsonValue): JsonValue {
  if (!isJsonObject(operation) || operation['op'] !== undefined) return operation
  const { type, ...rest } = operation
  return { ...rest, op: typeof type === 'string' ? type.toLowerCase() : '' }
}

async function query(
  container: Container,
  { parameters, trace }: ServiceProviderCall,
): Promise<ServiceProviderOutputs> {
  const text = stringMember(parameters, 'queryText') ?? required(parameters, 'sqlQuery')
  const partitionKey = keyOf(parameters['partitionKey'])
  const { maxItemCount, continuationToken } = parameters
  const page = await container.query(text, {
    trace,
    ...(partitionKey ? { partitionKey } : {}),
    ...(typeof maxItemCount === 'number' && maxItemCount > 0 ? { maxItemCount } : {}),
    ...(typeof continuationToken === 'string' && continuationToken !== ''
      ? { continuation: continuationToken }
      : {}),
  })
  const { items, continuation } = page
  return {
    body: {
      items: [...items],
      count: items.length,
      activityId: newUuid(),
      requestCharge: 1,
      ...(continuation === undefined ? {} : { continuationToken: continuation }),
    },
  }
}

function listenToFeed(
  options: { cosmosDb: CosmosDb; clock: Clock; logger: Logger },
  listen: ServiceProviderListen,
): ServiceProviderListener {
  let processor: ChangeFeedProcessor | undefined
  return {
    start: async () => {
      processor = await newProcessor(options, listen)
      await processor.start()
    },
    stop: async () => {
      await processor?.stop()
    },
    pending: async () => (processor ? (await processor.lag()) + (processor.busy ? 1 : 0) : 0),
  }
}

async function newProcessor(
  options: { cosmosDb: CosmosDb; clock: Clock; logger: Logger },
  listen: ServiceProviderListen,
): Promise<ChangeFeedProcessor> {
  const { cosmosDb, clock, logger } = options
  const { parameters, connection, app, workflow, trigger } = listen
  const databaseName = required(parameters, 'databaseName')
  const account = accountOf(cosmosDb, connection)
  const monitored = account.database(databaseName).container(required(parameters, 'collectionName'))
  const leaseName = stringMember(parameters, 'leaseCollectionName') ?? feedDefaults.leaseContainer
  const database = account.database(databaseName)
  const creates = isTrue(parameters['createLeaseCollectionIfNotExists'])
  const leases = creates
    ? await database.createContainerIfNotExists({ id: leaseName, partitionKey: { paths: ['/id'] } })
    : database.container(leaseName)
  const { leaseContainer: _, ...defaults } = feedDefaults
  return new ChangeFeedProcessor({
    ...defaults,
    monitored,
    leases,
    leasePrefix: `${app}/${workflow}/`,
    hostName: `interline/${app}/${workflow}/${trigger}`,
    startFrom: 'now',
    clock,
    logger,
    onChanges: async (batch) => {
      const traces = batch.items.map((item) => parseTraceparent(item.trace))
      const [first] = traces
      await listen.fire({
        body: batch.items.map(({ text }) => parseJson(text)),
        itemTraces: traces,
        ...(first ? { trace: first } : {}),
      })
    },
  })
}

function containerOf(
  cosmosDb: CosmosDb,
  { connection, parameters }: ServiceProviderCall,
): Container {
  const database = required(parameters, 'databaseId')
  return accountOf(cosmosDb, connection)
    .database(database)
    .container(required(parameters, 'containerId'))
}

/** The account that a connection names: by `connectionString`, or by its address with a managed identity. */
function accountOf(cosmosDb: CosmosDb, connection: ServiceProviderConnection): Account {
  const endpoint = endpointOf(connection.parameterValues)
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint
  const name = host.split('.')[0] ?? ''
  const isLocal = name === 'localhost' || name === '127'
  const accounts = cosmosDb.accounts()
  const account = isLocal && accounts.length === 1 ? accounts[0] : cosmosDb.account(name)
  if (account) return account
  throw new ServiceError(
    'NotFound',
    404,
    `The connection '${connection.name}' names the Cosmos DB account '${endpoint}', which no template declares.`,
  )
}

function endpointOf(values: JsonObject): string {
  const text = stringMember(values, 'connectionString')
  if (text !== undefined) return /(?:^|;)\s*AccountEndpoint=([^;]*)/i.exec(text)?.[1] ?? text
  const names = [
    'accountUri',
    'accountEndpoint',
    'AccountEndpoint',
    'documentEndpoint',
    'cosmosDBEndpoint',
  ]
  return names.map((name) => stringMember(values, name)).find((value) => value !== undefined) ?? ''
}

function bodyOf(result: ItemResult): JsonObject {
  const { item, etag } = result
  const { _ts: seconds } = item
  return {
    id: item['id'] ?? null,
    eTag: etag,
    timestamp: typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null,
    content: item,
    activityId: newUuid(),
    requestCharge: 1,
  }
}

function itemOf(value: JsonValue | undefined): JsonObject {
  const item = typeof value === 'string' ? parseJson(value) : value
  if (isJsonObject(item)) return item
  throw badParameter('item', 'a JSON object')
}

/** One value, or the JSON text of a list of them, as the portal writes keys. */
function keyOf(
  value: JsonValue | undefined,
): readonly (string | number | boolean | null)[] | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string' && /^\s*\[/.test(value)) return keyOf(parseJson(value))
  const values = Array.isArray(value) ? value : [value]
  return values.map((each) =>
    typeof each === 'object' && each !== null ? JSON.stringify(each) : each,
  )
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

function required(parameters: JsonObject, name: string): string {
  const value = stringMember(parameters, name)
  if (value !== undefined && value !== '') return value
  throw badParameter(name, 'a text')
}

function badParameter(name: string, expected: string): ServiceError {
  return new ServiceError('BadRequest', 400, `The parameter '${name}' must be ${expected}.`)
}
