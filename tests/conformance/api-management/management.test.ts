import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { test, type TestContext } from 'node:test'
import { ApiManagementClient } from '@azure/arm-apimanagement'
import { ClientSecretCredential } from '@azure/identity'
import type { Platform } from '../../../src/platform/platform.ts'
import { startWithAzureNames } from '../azure-names.ts'

const subscriptionId = '5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f'
const group = 'rg-management'
const service = 'apim-management'

interface Connected {
  readonly client: ApiManagementClient
  readonly platform: Platform
}

/** The official client as people write it, for one of the applications of the project. */
async function connect(t: TestContext): Promise<Connected> {
  const project = 'tests/conformance/api-management/projects/management'
  const platform = await startWithAzureNames(t, project)
  return { platform, client: clientFor(platform, 'administrator') }
}

function clientFor({ endpoints }: Platform, name: string): ApiManagementClient {
  const registration = endpoints.appRegistrations?.[name]
  assert.ok(registration)
  const { tenantId, clientId, clientSecret } = registration
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret)
  return new ApiManagementClient(credential, subscriptionId)
}

interface Backend {
  readonly url: string
  readonly seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[]
}

/** What a published API calls. */
async function openBackend(t: TestContext): Promise<Backend> {
  const seen: Backend['seen'] = []
  const server = createServer(({ url = '', headers }, response) => {
    seen.push({ url, headers })
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return { url: `http://127.0.0.1:${address.port}`, seen }
}

/** Calls a published API by its name in Azure. */
function call(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`https://${service}.azure-api.net${path}`, { headers })
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}

test('a named value is created, changed, read and deleted by the official client', async (t) => {
  const { client } = await connect(t)
  const { namedValue } = client
  await namedValue.beginCreateOrUpdateAndWait(group, service, 'credit', {
    displayName: 'credit',
    value: '1',
    secret: true,
  })
  await namedValue.beginUpdateAndWait(group, service, 'credit', '*', { value: '2' })
  assert.equal((await namedValue.listValue(group, service, 'credit')).value, '2')
  const read = await namedValue.get(group, service, 'credit')
  assert.equal(read.value, undefined)
  assert.equal((await all(namedValue.listByService(group, service))).length, 1)
  const part = (filter: string) =>
    all(namedValue.listByService(group, service, { filter, top: 5, skip: 0 }))
  assert.equal((await part("startswith(displayName, 'cre')")).length, 1)
  assert.equal((await part("displayName eq 'debit' or tags/any(t: t eq 'key')")).length, 0)
  await namedValue.delete(group, service, 'credit', '*')
  await assert.rejects(namedValue.get(group, service, 'credit'), { statusCode: 404 })
})

test('who has no role is refused, and who may read may not write', async (t) => {
  const { client, platform } = await connect(t)
  const value = { displayName: 'credit', value: '1' }
  await client.namedValue.beginCreateOrUpdateAndWait(group, service, 'credit', value)
  const reader = clientFor(platform, 'reader')
  assert.equal((await reader.namedValue.get(group, service, 'credit')).value, '1')
  await assert.rejects(
    reader.namedValue.beginUpdateAndWait(group, service, 'credit', '*', { value: '2' }),
    { statusCode: 403, code: 'AuthorizationFailed' },
  )
  const { registrations } = platform.entra
  const { appId } = await registrations.registerApplication({ displayName: 'stranger' })
  const secret = await registrations.ensureSecret(appId)
  const credential = new ClientSecretCredential(platform.entra.tenant.id, appId, secret.value)
  const stranger = new ApiManagementClient(credential, subscriptionId)
  await assert.rejects(stranger.namedValue.get(group, service, 'credit'), { statusCode: 403 })
})

test('a change with the etag of an older version is refused', async (t) => {
  const { client } = await connect(t)
  const { namedValue } = client
  const value = { displayName: 'credit', value: '1' }
  const first = await namedValue.beginCreateOrUpdateAndWait(group, service, 'credit', value)
  const etag = first.eTag ?? ''
  await namedValue.beginUpdateAndWait(group, service, 'credit', etag, { value: '2' })
  await assert.rejects(
    namedValue.beginUpdateAndWait(group, service, 'credit', etag, { value: '3' }),
    { statusCode: 412 },
  )
})

test('an API with product, policy and subscription made by the official client is served', async (t) => {
  const { client } = await connect(t)
  const backend = await openBackend(t)
  await client.api.beginCreateOrUpdateAndWait(group, service, 'orders', {
    displayName: 'Orders',
    path: 'orders',
    protocols: ['https'],
    serviceUrl: backend.url,
  })
  await client.apiOperation.createOrUpdate(group, service, 'orders', 'fetch', {
    displayName: 'Fetch',
    method: 'GET',
    urlTemplate: '/FetchOrders',
    templateParameters: [],
  })
  await client.apiPolicy.createOrUpdate(group, service, 'orders', 'policy', {
    format: 'rawxml',
    value:
      '<policies><inbound><base /><set-header name="x-a"><value>b</value></set-header></inbound><backend><base /></backend></policies>',
  })
  await client.product.createOrUpdate(group, service, 'basic', {
    displayName: 'Basic',
    state: 'published',
  })
  await client.productApi.createOrUpdate(group, service, 'basic', 'orders')
  await client.productGroup.createOrUpdate(group, service, 'basic', 'developers')
  assert.ok((await client.productApi.checkEntityExists(group, service, 'basic', 'orders')).body)
  await client.subscription.createOrUpdate(group, service, 'one', {
    displayName: 'One',
    scope: '/products/basic',
  })
  const { primaryKey = '' } = await client.subscription.listSecrets(group, service, 'one')
  const callWith = (key: string): Promise<Response> =>
    call('/orders/FetchOrders', { 'Ocp-Apim-Subscription-Key': key })
  assert.equal((await callWith(primaryKey)).status, 200)
  assert.equal(backend.seen[0]?.headers['x-a'], 'b')
  await client.subscription.regeneratePrimaryKey(group, service, 'one')
  assert.equal((await callWith(primaryKey)).status, 401)
})

test('a policy that cannot run is refused with line and column', async (t) => {
  const { client } = await connect(t)
  await client.api.beginCreateOrUpdateAndWait(group, service, 'orders', { path: 'orders' })
  await assert.rejects(
    client.apiPolicy.createOrUpdate(group, service, 'orders', 'policy', {
      format: 'rawxml',
      value: '<policies>\n  <inbound><nonsense /></inbound>\n</policies>',
    }),
    (error: {
      statusCode?: number
      details?: { error?: { details?: { message?: string }[] } }
    }) => {
      assert.equal(error.statusCode, 400)
      const [fault] = error.details?.error?.details ?? []
      assert.equal(
        fault?.message,
        "Error in element 'nonsense' on line 2, column 12: 'nonsense' is not a policy.",
      )
      return true
    },
  )
})

test('an API is made of an OpenAPI definition', async (t) => {
  const { client } = await connect(t)
  const backend = await openBackend(t)
  const definition = `openapi: 3.0.1
info: { title: Pets, version: '1' }
paths:
  /pets/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
    get:
      operationId: getPet
      responses:
        '200':
          description: one
          content:
            application/json: { example: { id: 7 } }
`
  await client.api.beginCreateOrUpdateAndWait(group, service, 'pets', {
    path: 'pets',
    format: 'openapi',
    value: definition,
    serviceUrl: backend.url,
    subscriptionRequired: false,
  })
  const [operation] = await all(client.apiOperation.listByApi(group, service, 'pets'))
  assert.equal(operation?.urlTemplate, '/pets/{id}')
  assert.equal((await call('/pets/pets/7')).status, 200)
  assert.equal(backend.seen[0]?.url, '/pets/7')
})
