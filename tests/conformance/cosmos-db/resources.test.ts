import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CosmosClient, PartitionKeyKind, PermissionMode } from '@azure/cosmos'
import { openCosmos, refusal } from './cosmos-client.ts'

test('the account tells its regions, each of them at the address that the client came to', async (t) => {
  const { client, endpoint } = await openCosmos(t)
  const { resource } = await client.getDatabaseAccount()
  assert.deepEqual(resource?.writableLocations, [
    { name: 'West Europe', databaseAccountEndpoint: `${endpoint}/` },
  ])
  assert.deepEqual(
    resource?.readableLocations.map(({ name }) => name),
    ['West Europe', 'North Europe'],
  )
  assert.equal(resource?.consistencyPolicy, 'Session')
})

test('databases are created, listed, queried, read and deleted', async (t) => {
  const { client } = await openCosmos(t)
  await client.databases.createIfNotExists({ id: 'orders' })
  const { database } = await client.databases.createIfNotExists({ id: 'flights und mehr' })
  const { resources } = await client.databases.readAll().fetchAll()
  assert.deepEqual(
    resources.map(({ id }) => id),
    ['orders', 'flights und mehr'],
  )
  const query = {
    query: 'SELECT * FROM root r WHERE r.id = @id',
    parameters: [{ name: '@id', value: 'orders' }],
  }
  assert.equal((await client.databases.query(query).fetchAll()).resources.length, 1)
  assert.equal((await database.read()).resource?.id, 'flights und mehr')
  const { container } = await database.containers.create({
    id: 'ä ö',
    partitionKey: '/pk',
  })
  await container.items.create({ id: 'ü 1', pk: 'ß' })
  assert.equal((await container.item('ü 1', 'ß').read()).resource.pk, 'ß')
  await database.delete()
  assert.equal((await refusal(database.read())).code, 404)
  assert.equal((await refusal(client.databases.create({ id: 'orders' }))).code, 409)
})

test('containers keep what they are made with', async (t) => {
  const { database } = await openCosmos(t)
  const { container, resource } = await database.containers.create({
    id: 'policies',
    partitionKey: { paths: ['/tenant', '/user'], kind: PartitionKeyKind.MultiHash, version: 2 },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
    defaultTtl: 100,
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: [{ path: '/*' }],
      excludedPaths: [{ path: '/large/*' }],
    },
    conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/version' },
  })
  assert.equal(resource?.defaultTtl, 100)
  assert.deepEqual(resource.partitionKey?.paths, ['/tenant', '/user'])
  assert.deepEqual(resource.indexingPolicy?.excludedPaths?.[0], { path: '/large/*' })
  assert.equal(resource.conflictResolutionPolicy?.conflictResolutionPath, '/version')
  await container.items.create({ id: '1', tenant: 'a', user: '1', email: 'x@example.com' })
  const twice = container.items.create({ id: '2', tenant: 'a', user: '1', email: 'x@example.com' })
  assert.equal((await refusal(twice)).code, 409)
  const replaced = await container.replace({ ...resource, id: 'policies', defaultTtl: -1 })
  assert.equal(replaced.resource?.defaultTtl, -1)
  const { resources } = await database.containers.readAll().fetchAll()
  assert.deepEqual(
    resources.map(({ id }) => id),
    ['items', 'policies'],
  )
  assert.equal(
    (await database.containers.query({ query: 'SELECT VALUE c.id FROM c' }).fetchAll()).resources
      .length,
    2,
  )
  await container.delete()
  assert.equal((await refusal(container.read())).code, 404)
  const wrong = database.containers.create({
    id: 'wrong',
    partitionKey: '/pk',
    indexingPolicy: { indexingMode: 'consistent', includedPaths: [{ path: 'nonsense' }] },
  })
  assert.equal((await refusal(wrong)).code, 400)
})

test('all items of a partition key go at once', async (t) => {
  const { container } = await openCosmos(t)
  for (const pk of ['a', 'b']) {
    for (const id of ['1', '2']) await container.items.create({ id, pk })
  }
  await container.deleteAllItemsForPartitionKey('a')
  const { resources } = await container.items.query('SELECT VALUE c.pk FROM c').fetchAll()
  assert.deepEqual(resources, ['b', 'b'])
  const { headers } = await container.read({ populateQuotaInfo: true })
  assert.equal(headers['x-ms-resource-usage'], 'documentsCount=2;')
})

test('throughput is read and replaced, by hand and by autoscale', async (t) => {
  const { client, database, container } = await openCosmos(t)
  assert.equal((await database.readOffer()).resource, undefined)
  const { resource, offer } = await container.readOffer()
  assert.ok(resource && offer)
  assert.equal(resource.content?.offerThroughput, 400)
  assert.equal((await offer.read()).resource?.id, resource.id)
  assert.ok(resource.content)
  resource.content.offerThroughput = 1_000
  const replaced = await offer.replace(resource)
  assert.equal(replaced.resource?.content?.offerThroughput, 1_000)
  const { database: shared } = await client.databases.create({ id: 'shared', maxThroughput: 4_000 })
  const settings = (await shared.readOffer()).resource?.content?.offerAutopilotSettings
  assert.deepEqual(settings, { maxThroughput: 4_000 })
  assert.equal((await client.offers.readAll().fetchAll()).resources.length, 2)
  resource.content.offerThroughput = 17
  assert.equal((await refusal(offer.replace(resource))).code, 400)
})

test('a permission lets its token do what it says and nothing else', async (t) => {
  const { endpoint, database, container } = await openCosmos(t)
  await container.items.create({ id: '1', pk: 'a' })
  const { user } = await database.users.create({ id: 'anna' })
  assert.equal((await user.read()).resource?.id, 'anna')
  const { resource } = await user.permissions.create(
    { id: 'reads', permissionMode: PermissionMode.Read, resource: container.url },
    { resourceTokenExpirySeconds: 600 },
  )
  assert.ok(resource)
  const http = endpoint.replace('https:', 'http:')
  const client = new CosmosClient({
    endpoint: http,
    resourceTokens: { [container.url]: resource._token },
  })
  t.after(() => client.dispose())
  const seen = client.database('orders').container('items')
  assert.equal((await seen.item('1', 'a').read()).resource.id, '1')
  assert.equal((await seen.items.query('SELECT * FROM c').fetchAll()).resources.length, 1)
  assert.equal((await refusal(seen.items.create({ id: '2', pk: 'a' }))).code, 403)
  const { container: other } = await database.containers.create({
    id: 'other',
    partitionKey: '/pk',
  })
  const foreign = new CosmosClient({
    endpoint: http,
    resourceTokens: { [other.url]: resource._token },
  })
  t.after(() => foreign.dispose())
  const denied = foreign
    .database('orders')
    .container('other')
    .items.query('SELECT * FROM c')
    .fetchAll()
  assert.equal((await refusal(denied)).code, 403)
  await user.permissions.upsert({
    id: 'writes',
    permissionMode: PermissionMode.All,
    resource: container.url,
    resourcePartitionKey: ['a'],
  })
  const { resource: all } = await user.permission('writes').read()
  assert.ok(all)
  const writer = new CosmosClient({
    endpoint: http,
    resourceTokens: { [container.url]: all._token },
  })
  t.after(() => writer.dispose())
  const items = writer.database('orders').container('items').items
  assert.equal((await items.create({ id: '3', pk: 'a' })).statusCode, 201)
  assert.equal((await refusal(items.create({ id: '3', pk: 'b' }))).code, 403)
  assert.equal((await user.permissions.readAll().fetchAll()).resources.length, 2)
  assert.equal(
    (await user.permissions.query({ query: 'SELECT * FROM p' }).fetchAll()).resources.length,
    2,
  )
  await user
    .permission('reads')
    .replace({ id: 'reads', permissionMode: PermissionMode.All, resource: container.url })
  await user.permission('reads').delete()
  await user.replace({ id: 'anna' })
  await database.users.upsert({ id: 'bert' })
  assert.deepEqual(
    (await database.users.query({ query: 'SELECT VALUE u.id FROM u' }).fetchAll()).resources,
    ['anna', 'bert'],
  )
  await user.delete()
  assert.equal((await database.users.readAll().fetchAll()).resources.length, 1)
})

test('there are no conflicts', async (t) => {
  const { container } = await openCosmos(t)
  assert.deepEqual((await container.conflicts.readAll().fetchAll()).resources, [])
  assert.deepEqual((await container.conflicts.query('SELECT * FROM c').fetchAll()).resources, [])
  assert.equal((await refusal(container.conflict('1').delete())).code, 404)
})
