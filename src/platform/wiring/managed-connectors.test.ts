import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { isJsonObject, objectMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import { senderForbidden } from '../../services/event-grid/errors.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { newServices, type Services } from '../services.ts'
import { logicAppConnectors } from './logic-app-connectors.ts'
import type { PrincipalOfApp } from './app-principal.ts'

const group = '/subscriptions/5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f/resourceGroups/rg-1'
const providers = `${group}/providers`
const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
const objectId = '11111111-1111-4111-8111-111111111111'
const principal = { objectId, appId: objectId, issuer: '', tenantId }
const byApp: PrincipalOfApp = async (_, { parameterValues }) =>
  isJsonObject(parameterValues['authProvider']) ? principal : undefined

interface Call {
  readonly method?: string
  readonly path?: string
  readonly queries?: JsonObject
  readonly headers?: JsonObject
  readonly body?: JsonValue
  readonly operationId?: string
  readonly connectionId?: string
}

/** Every service, and the managed connectors as a workflow calls them. */
async function start(t: TestContext) {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const host = '127.0.0.1'
  const services = newServices({ store, clock, logger, host, spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  await services.resources.put(group, { location: 'westeurope' }, { apiVersion: '2023-07-01' })
  const { managedConnectors, serviceProviders } = logicAppConnectors({
    ...services,
    clock,
    logger,
    principalOf: byApp,
    checkSender: async () => {
      throw senderForbidden('news')
    },
  })
  const call = async (api: string, given: Call) => {
    const connector = managedConnectors.find((each) => each.api === api)
    const { connectionId, ...rest } = given
    const answer = await connector?.call?.({
      app: 'app',
      workflow: 'wf',
      connection: {
        name: api,
        api,
        definition: connectionId === undefined ? {} : { connection: { id: connectionId } },
      },
      method: 'get',
      path: '',
      queries: {},
      headers: {},
      trace: newTrace(),
      signal: AbortSignal.timeout(5_000),
      ...rest,
    })
    assert.ok(answer)
    return answer
  }
  return { services, call, serviceProviders }
}

function put({ resources }: Services, id: string, body: JsonObject): Promise<unknown> {
  return resources.put(id, { location: 'westeurope', ...body }, { apiVersion: '2023-07-01' })
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('servicebus sends, receives with a lock, and completes', async (t) => {
  const { services, call } = await start(t)
  const namespace = await services.serviceBus.createNamespace('bus')
  await namespace.createQueue('orders')
  const message = {
    ContentData: base64('{"n":1}'),
    ContentType: 'application/json',
    MessageId: 'm1',
    Properties: { kind: 'new' },
  }
  const sent = await call('servicebus', {
    method: 'post',
    path: '/orders/messages',
    queries: { systemProperties: 'None' },
    body: message,
  })
  assert.equal(sent.statusCode, 200)
  const locked = await call('servicebus', {
    path: `/${encodeURIComponent(encodeURIComponent('orders'))}/messages/head/peek`,
    queries: { queueType: 'Main', sessionId: 'None' },
  })
  const body = objectMember({ body: locked.body ?? null }, 'body')
  assert.equal(body['ContentData'], message.ContentData)
  assert.equal(body['MessageId'], 'm1')
  assert.equal(objectMember(body, 'Properties')['kind'], 'new')
  const settled = await call('servicebus', {
    method: 'delete',
    path: '/orders/messages/complete',
    queries: { lockToken: body['LockToken'] ?? null, queueType: 'Main' },
  })
  assert.equal(settled.statusCode, 200)
  const empty = await call('servicebus', { path: '/orders/messages/head' })
  assert.equal(empty.statusCode, 202)
})

test('azureblob creates, reads, lists and deletes files of the account that its path names', async (t) => {
  const { services, call } = await start(t)
  await put(services, `${providers}/Microsoft.Storage/storageAccounts/files`, {
    sku: { name: 'Standard_LRS' },
    kind: 'StorageV2',
    properties: {},
  })
  await services.storage.containers.create('files', 'inbox')
  const account = encodeURIComponent(encodeURIComponent('AccountNameFromSettings'))
  const root = `/v2/datasets/${account}`
  const created = await call('azureblob', {
    method: 'post',
    path: `${root}/files`,
    queries: { folderPath: '/inbox/in', name: 'a.json', queryParametersSingleEncoded: true },
    body: { n: 1 },
  })
  const file = objectMember({ body: created.body ?? null }, 'body')
  assert.equal(file['Path'], '/inbox/in/a.json')
  const id = encodeURIComponent(
    encodeURIComponent(typeof file['Id'] === 'string' ? file['Id'] : ''),
  )
  const content = await call('azureblob', {
    path: `${root}/files/${id}/content`,
    queries: { inferContentType: true },
  })
  assert.deepEqual(content.body, { n: 1 })
  const byPath = await call('azureblob', {
    operationId: 'GetFileContentByPath_V2',
    body: { dataset: 'files', path: '/inbox/in/a.json' },
  })
  assert.deepEqual(byPath.body, { n: 1 })
  const folder = encodeURIComponent(encodeURIComponent('/inbox/in'))
  const listed = await call('azureblob', { path: `${root}/foldersV2/${folder}` })
  const { value } = objectMember({ body: listed.body ?? null }, 'body')
  assert.ok(Array.isArray(value) && value.length === 1)
  assert.equal(
    (await call('azureblob', { method: 'delete', path: `${root}/files/${id}` })).statusCode,
    200,
  )
  const gone = await call('azureblob', { path: `${root}/files/${id}` })
  assert.equal(gone.statusCode, 404)
})

test('documentdb writes, reads, queries and deletes documents', async (t) => {
  const { services, call } = await start(t)
  const database = await (await services.cosmosDb.createAccount('shop')).createDatabase('orders')
  await database.createContainer({ id: 'items', partitionKey: { paths: ['/kind'] } })
  const root = '/v2/cosmosdb/AccountNameFromSettings/dbs/orders/colls/items'
  const headers = { 'x-ms-documentdb-raw-partitionkey': '"a"' }
  const created = await call('documentdb', {
    method: 'post',
    path: `${root}/docs`,
    headers: { ...headers, 'x-ms-documentdb-is-upsert': true },
    body: { id: '1', kind: 'a', n: 1 },
  })
  assert.equal(created.statusCode, 201)
  const read = await call('documentdb', { path: `${root}/docs/1`, headers })
  assert.equal(objectMember({ body: read.body ?? null }, 'body')['n'], 1)
  const found = await call('documentdb', {
    method: 'post',
    path: `${root.replace('/v2/', '/v5/')}/query`,
    body: {
      query: 'SELECT VALUE c.n FROM c WHERE c.id = @id',
      parameters: [{ name: '@id', value: '1' }],
    },
  })
  assert.deepEqual(objectMember({ body: found.body ?? null }, 'body')['value'], [1])
  await call('documentdb', { method: 'delete', path: `${root}/docs/1`, headers })
  assert.equal((await call('documentdb', { path: `${root}/docs/1`, headers })).statusCode, 404)
})

test('keyvault gives a secret to an app whose identity may read it, and to no other', async (t) => {
  const { services, call } = await start(t)
  const vaultId = `${providers}/Microsoft.KeyVault/vaults/orders`
  const accessPolicies = [{ objectId, tenantId, permissions: { secrets: ['get', 'list'] } }]
  await put(services, vaultId, { properties: { accessPolicies } })
  await put(services, `${vaultId}/secrets/key`, { properties: { value: 'hunter2' } })
  await put(services, `${providers}/Microsoft.KeyVault/vaults/closed`, { properties: {} })
  const connectionId = `${providers}/Microsoft.Web/connections/keyvault`
  const api = { id: `${providers}/locations/westeurope/managedApis/keyvault` }
  const connect = (vaultName: string) =>
    put(services, connectionId, { properties: { api, parameterValues: { vaultName } } })
  await connect('orders')
  const got = await call('keyvault', { path: '/secrets/key/value', connectionId })
  assert.equal(objectMember({ body: got.body ?? null }, 'body')['value'], 'hunter2')
  await connect('closed')
  assert.equal(
    (await call('keyvault', { path: '/secrets/key/value', connectionId })).statusCode,
    403,
  )
})

test('an operation that is not there is answered with 404 and its name', async (t) => {
  const { call } = await start(t)
  const answer = await call('keyvault', { method: 'post', path: '/keys/k/encrypt' })
  assert.equal(answer.statusCode, 404)
  assert.match(JSON.stringify(answer.body), /'POST \/keys\/k\/encrypt'/)
})

test('publishEvents sends to the topic of its connection, for who has its key', async (t) => {
  const { services, serviceProviders } = await start(t)
  const topicId = `${providers}/Microsoft.EventGrid/topics/news`
  await put(services, topicId, { properties: {} })
  const [topic] = services.eventGrid.endpoints()
  const publish = serviceProviders.find(({ id }) => id === 'eventGridPublisher')?.actions[
    'publishEvents'
  ]
  assert.ok(topic && publish)
  const event = {
    id: '1',
    subject: 's',
    eventType: 't',
    data: {},
    eventTime: '2026-01-01T00:00:00Z',
    dataVersion: '1',
  }
  const send = (accessKey: string) => sendBy({ topicEndpoint: topic.endpoint, accessKey })
  const sendBy = (parameterValues: JsonObject) =>
    publish({
      app: 'app',
      connection: { name: 'news', parameterValues },
      parameters: { events: [event] },
      trace: newTrace(),
      signal: AbortSignal.timeout(5_000),
    })
  assert.equal((await send(topic.key)).statusCode, 200)
  await assert.rejects(send('AAAA'), { code: 'Unauthorized' })
  await assert.rejects(send(''), { code: 'Unauthorized' })
  const byIdentity = {
    topicEndpoint: topic.endpoint,
    authProvider: { Type: 'ManagedServiceIdentity' },
  }
  await assert.rejects(sendBy(byIdentity), { code: senderForbidden('news').code })
})
