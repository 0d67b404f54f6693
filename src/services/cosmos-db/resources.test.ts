import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { isJsonObject, objectMember, stringMember, type JsonObject } from '../../base/json.ts'
import type {
  ResourceBody,
  ResourceProvider,
  ResourceRequest,
} from '../../engines/resources/resource-provider.ts'
import { startCosmos, type CosmosFixture } from './container-fixture.ts'
import { cosmosDbResources } from './resources.ts'

const accounts = 'Microsoft.DocumentDB/databaseAccounts'

async function arrange(
  t: TestContext,
): Promise<CosmosFixture & { put: typeof put; providerOf: typeof providerOf }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  const providers = cosmosDbResources(fixture.cosmosDb)
  function providerOf(type: string): ResourceProvider {
    const provider = providers.find((each) => each.type === `${accounts}${type}`)
    assert.ok(provider, type)
    return provider
  }
  function put(
    type: string,
    names: string[],
    request: Partial<ResourceRequest> = {},
  ): Promise<ResourceBody> {
    return providerOf(type).put({
      id: `/${names.join('/')}`,
      names,
      type: `${accounts}${type}`,
      apiVersion: '2024-05-15',
      tags: {},
      identity: {},
      sku: {},
      properties: {},
      ...request,
    })
  }
  return { ...fixture, put, providerOf }
}

test('an account has an endpoint and keys that stay when it is deployed again', async (t) => {
  const { put, providerOf } = await arrange(t)
  const request = { kind: 'GlobalDocumentDB', properties: { databaseAccountOfferType: 'Standard' } }
  const first = await put('', ['Bookings'], request)
  assert.equal(first.properties['documentEndpoint'], 'https://bookings.documents.azure.com:443/')
  const keys = await providerOf('').actions?.['listKeys']?.(['bookings'], {})
  assert.ok(isJsonObject(keys))
  assert.equal(Buffer.from(stringMember(keys, 'primaryMasterKey') ?? '', 'base64').length, 64)
  await put('', ['Bookings'], request)
  assert.deepEqual(await providerOf('').actions?.['listKeys']?.(['bookings'], {}), keys)
  const strings = await providerOf('').actions?.['listConnectionStrings']?.(['bookings'], {})
  assert.match(
    JSON.stringify(strings),
    /AccountEndpoint=https:\/\/bookings\.documents\.azure\.com:443\/;AccountKey=/,
  )
  await providerOf('').actions?.['regenerateKey']?.(['bookings'], { keyKind: 'secondary' })
  const others = await providerOf('').actions?.['listKeys']?.(['bookings'], {})
  assert.ok(isJsonObject(others))
  assert.notEqual(others['secondaryMasterKey'], keys['secondaryMasterKey'])
  assert.equal(others['primaryMasterKey'], keys['primaryMasterKey'])
})

test('a database and a container are made as a template describes them', async (t) => {
  const { put, cosmosDb } = await arrange(t)
  await put('', ['bookings'])
  await put('/sqlDatabases', ['bookings', 'orders'], {
    properties: { resource: { id: 'orders' }, options: { throughput: 400 } },
  })
  const properties = {
    resource: {
      id: 'toprocess',
      partitionKey: { paths: ['/id'], kind: 'Hash', version: 2 },
      defaultTtl: 60,
      indexingPolicy: { indexingMode: 'consistent', includedPaths: [{ path: '/*' }] },
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/reference'] }] },
    },
    options: { autoscaleSettings: { maxThroughput: 4000 } },
  }
  const names = ['bookings', 'orders', 'toprocess']
  const body = await put('/sqlDatabases/containers', names, { properties })
  const resource = objectMember(body.properties, 'resource')
  assert.deepEqual(resource['partitionKey'], { paths: ['/id'], kind: 'Hash', version: 2 })
  assert.equal(resource['defaultTtl'], 60)
  const container = cosmosDb.account('bookings')?.database('orders').container('toprocess')
  assert.equal(container?.definition.defaultTtl, 60)
  await container.createItem({ id: 'a' })
  await put('/sqlDatabases/containers', names, {
    properties: { ...properties, resource: { ...properties.resource, defaultTtl: -1 } },
  })
  assert.equal(container.definition.defaultTtl, -1)
  assert.equal(await container.countItems(), 1)
  await put('/sqlDatabases/containers/throughputSettings', [...names, 'default'], {
    properties: { resource: { throughput: 30_000 } },
  })
  assert.equal(container.feedRanges().length, 3)
})

test('deleting the resources deletes what they stand for', async (t) => {
  const { put, providerOf, cosmosDb } = await arrange(t)
  await put('', ['bookings'])
  await put('/sqlDatabases', ['bookings', 'orders'])
  const properties = { resource: { partitionKey: { paths: ['/id'] } } }
  await put('/sqlDatabases/containers', ['bookings', 'orders', 'items'], { properties })
  await providerOf('/sqlDatabases/containers').delete(['bookings', 'orders', 'items'])
  assert.deepEqual(cosmosDb.account('bookings')?.database('orders').containers(), [])
  await providerOf('/sqlDatabases').delete(['bookings', 'orders'])
  await providerOf('').delete(['bookings'])
  assert.equal(cosmosDb.account('bookings'), undefined)
})

test('role assignments are accepted and read back', async (t) => {
  const { put } = await arrange(t)
  const properties: JsonObject = { principalId: 'p', roleDefinitionId: 'r', scope: 's' }
  assert.deepEqual(
    (await put('/sqlRoleAssignments', ['shop', 'x'], { properties })).properties,
    properties,
  )
})

const refused: readonly [string, string, string[], Partial<ResourceRequest>][] = [
  ['an account for MongoDB', '', ['x-mongo'], { kind: 'MongoDB' }],
  [
    'an account with tables',
    '',
    ['x-table'],
    { properties: { capabilities: [{ name: 'EnableTable' }] } },
  ],
  ['an account with a bad name', '', ['x_y'], {}],
  ['a database in no account', '/sqlDatabases', ['none', 'x'], {}],
  ['a container in no database', '/sqlDatabases/containers', ['shop', 'none', 'x'], {}],
  [
    'a resource of another name',
    '/sqlDatabases',
    ['shop', 'x'],
    { properties: { resource: { id: 'y' } } },
  ],
  [
    'a throughput below the minimum',
    '/sqlDatabases',
    ['shop', 'x'],
    { properties: { options: { throughput: 300 } } },
  ],
  [
    'a stored procedure in no container',
    '/sqlDatabases/containers/storedProcedures',
    ['shop', 'orders', 'c', 'x'],
    {},
  ],
]
for (const [reason, type, names, request] of refused) {
  test(`${reason} is refused`, async (t) => {
    const { put } = await arrange(t)
    await assert.rejects(put(type, names, request), { name: 'ServiceError' })
  })
}
