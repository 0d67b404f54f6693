import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiManagementClient } from '@azure/arm-apimanagement'
import {
  openService,
  type OpenedService,
  type Owner,
} from '../../../src/services/api-management/service-fixture.ts'

const group = 'rg-1'
const service = 'apim-1'

async function connect(
  owner: Owner,
): Promise<{ client: ApiManagementClient; opened: OpenedService }> {
  const opened = await openService(owner)
  const credential = {
    getToken: async () => ({
      token: 'management-token',
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  }
  const client = new ApiManagementClient(credential, '5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f', {
    endpoint: opened.managementUrl,
  })
  // The client refuses to send tokens without TLS, which this test does without.
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' })
  client.pipeline.addPolicy({
    name: 'plain-token',
    sendRequest: (request, next) => {
      request.headers.set('authorization', 'Bearer management-token')
      request.allowInsecureConnection = true
      return next(request)
    },
  })
  return { client, opened }
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
  await namedValue.delete(group, service, 'credit', '*')
  await assert.rejects(namedValue.get(group, service, 'credit'), { statusCode: 404 })
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
  const { client, opened } = await connect(t)
  await client.api.beginCreateOrUpdateAndWait(group, service, 'orders', {
    displayName: 'Orders',
    path: 'orders',
    protocols: ['https'],
    serviceUrl: opened.backendUrl,
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
  const call = (key: string) =>
    opened.call('/orders/FetchOrders', { headers: { 'Ocp-Apim-Subscription-Key': key } })
  assert.equal((await call(primaryKey)).status, 200)
  assert.equal(opened.seen[0]?.headers['x-a'], 'b')
  await client.subscription.regeneratePrimaryKey(group, service, 'one')
  assert.equal((await call(primaryKey)).status, 401)
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
  const { client, opened } = await connect(t)
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
    serviceUrl: opened.backendUrl,
    subscriptionRequired: false,
  })
  const [operation] = await all(client.apiOperation.listByApi(group, service, 'pets'))
  assert.equal(operation?.urlTemplate, '/pets/{id}')
  assert.equal((await opened.call('/pets/pets/7')).status, 200)
  assert.equal(opened.seen[0]?.url, '/pets/7')
})
