/** The managed connector `documentdb`: https://learn.microsoft.com/connectors/documentdb/ */
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, parseJson, stringMember, type JsonObject } from '../../base/json.ts'
import type { Container } from '../../services/cosmos-db/container.ts'
import type { CosmosDb } from '../../services/cosmos-db/service.ts'
import type {
  ManagedConnector,
  ManagedConnectorAnswer,
} from '../../services/logic-apps/managed-connector.ts'
import type { ResourceManager } from '../../services/resource-manager/service.ts'
import { managedConnector, type ManagedOperation, type OperationCall } from './managed-operation.ts'

type Key = readonly (string | number | boolean | null)[]

const place = '/v2/cosmosdb/{databaseAccount}/dbs/{databaseId}/colls/{collectionId}'
const first = '/dbs/{databaseId}/colls/{collectionId}'
const fromSettings = /^AccountNameFromSettings$/i

export function cosmosDbConnector(
  cosmosDb: CosmosDb,
  resources: ResourceManager,
): ManagedConnector {
  const inContainer =
    (work: (container: Container, call: OperationCall) => Promise<ManagedConnectorAnswer>) =>
    (call: OperationCall) =>
      work(containerOf(cosmosDb, call), call)
  const operations: readonly ManagedOperation[] = [
    { method: 'post', path: '/docs', id: 'CreateDocument_V3', answer: inContainer(create) },
    { method: 'get', path: '/docs', id: 'GetDocuments_V2', answer: inContainer(list) },
    { method: 'get', path: '/docs/{documentId}', id: 'GetDocument_V2', answer: inContainer(read) },
    {
      method: 'put',
      path: '/docs/{documentId}',
      id: 'ReplaceDocument_V2',
      answer: inContainer(replace),
    },
    {
      method: 'delete',
      path: '/docs/{documentId}',
      id: 'DeleteDocument_V2',
      answer: inContainer(remove),
    },
    { method: 'post', path: '/query', id: 'QueryDocuments_V5', answer: inContainer(query) },
  ]
  return managedConnector('documentdb', resources, [
    ...operations.map((each) => ({ ...each, path: `${place}${each.path}` })),
    // The newest query has a version of its own; the oldest paths name no account.
    ...operations.map((each) => ({
      ...each,
      path: `${place.replace('/v2/', '/v5/')}${each.path}`,
    })),
    ...operations.map((each) => ({
      ...each,
      path: `${first}${each.path}`,
      id: each.id.replace(/_V\d$/, ''),
    })),
  ])
}

async function create(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const item = itemOf(call)
  const isUpsert = /^true$/i.test(
    call.query('x-ms-documentdb-is-upsert') ?? call.header('x-ms-documentdb-is-upsert') ?? 'true',
  )
  const write = writeOf(call)
  const result = await (isUpsert
    ? container.upsertItem(item, write)
    : container.createItem(item, write))
  return { statusCode: result.statusCode, body: result.item }
}

async function read(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const id = call.named('documentId')
  const { trace } = call.providerCall({})
  const { item } = await container.readItem(id, keyOf(call) ?? [id], { trace })
  return { statusCode: 200, body: item }
}

async function replace(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const id = call.named('documentId')
  const { item } = await container.replaceItem(id, { ...itemOf(call), id }, writeOf(call))
  return { statusCode: 200, body: item }
}

async function remove(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const id = call.named('documentId')
  const { trace } = call.providerCall({})
  await container.deleteItem(id, keyOf(call) ?? [id], { trace })
  return { statusCode: 200 }
}

async function list(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const { items } = await container.query('SELECT * FROM c', { trace: call.providerCall({}).trace })
  return { statusCode: 200, body: { _rid: '', Documents: [...items], _count: items.length } }
}

async function query(container: Container, call: OperationCall): Promise<ManagedConnectorAnswer> {
  const { body } = call
  const text =
    stringMember(body, 'query') ??
    stringMember(body, 'queryText') ??
    stringMember(body, 'QueryText')
  if (text === undefined) throw badRequest("The body must have a 'query'.")
  const partitionKey = keyOf(call)
  const given = isJsonObject(body) ? body['parameters'] : undefined
  const parameters = (Array.isArray(given) ? given : [])
    .filter(isJsonObject)
    .map((each) => ({ name: stringMember(each, 'name') ?? '', value: each['value'] ?? null }))
  const { items, continuation } = await container.query(text, {
    trace: call.providerCall({}).trace,
    parameters,
    ...(partitionKey ? { partitionKey } : {}),
  })
  const value = [...items]
  return {
    statusCode: 200,
    body: {
      value,
      // The versions before the fifth called them so.
      Documents: value,
      _count: value.length,
      continuationToken: continuation ?? null,
    },
  }
}

function containerOf(cosmosDb: CosmosDb, call: OperationCall): Container {
  const named = call.named('databaseAccount')
  const own = stringMember(call.values, 'databaseAccount') ?? ''
  const given = named === '' || fromSettings.test(named) ? own : named
  const [only, second] = cosmosDb.accounts()
  const host = URL.canParse(given) ? new URL(given).hostname : given
  const account = host === '' && !second ? only : cosmosDb.account(host.split('.')[0] ?? '')
  if (!account) throw badRequest(`The Cosmos DB account '${given}' is declared by no template.`)
  return account.database(call.named('databaseId')).container(call.named('collectionId'))
}

function writeOf(call: OperationCall) {
  const partitionKey = keyOf(call)
  const { trace } = call.providerCall({})
  return partitionKey ? { trace, partitionKey } : { trace }
}

function itemOf({ body }: OperationCall): JsonObject {
  const item = typeof body === 'string' ? parseJson(body) : body
  if (isJsonObject(item)) return item
  throw badRequest('The body must be a JSON object.')
}

/** `"a"` or `["a"]` in a header. */
function keyOf(call: OperationCall): Key | undefined {
  const text =
    call.header('x-ms-documentdb-raw-partitionkey') ?? call.header('x-ms-documentdb-partitionkey')
  if (text === undefined || text === '') return undefined
  const value = /^[["\d]|^(?:true|false|null)$/.test(text) ? parseJson(text) : text
  const values = Array.isArray(value) ? value : [value]
  return values.map((each) =>
    typeof each === 'object' && each !== null ? JSON.stringify(each) : each,
  )
}

function badRequest(message: string): ServiceError {
  return new ServiceError('BadRequest', 400, message)
}
