import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'

async function arrange(t: TestContext): Promise<CosmosFixture> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return fixture
}

test('databases and containers are found by their exact names', async (t) => {
  const { cosmosDb, database } = await arrange(t)
  const container = await newContainer(database)
  assert.equal(cosmosDb.account('Shop')?.database('orders').container('items'), container)
  assert.throws(() => cosmosDb.account('shop')?.database('Orders'), {
    code: 'NotFound',
    status: 404,
  })
  assert.throws(() => database.container('Items'), { code: 'NotFound', status: 404 })
  assert.equal(cosmosDb.account('other'), undefined)
})

test('what exists cannot be created again, unless only when it does not exist', async (t) => {
  const { cosmosDb, database } = await arrange(t)
  const container = await newContainer(database)
  const account = cosmosDb.account('shop')
  assert.ok(account)
  await assert.rejects(cosmosDb.createAccount('SHOP'), { code: 'Conflict', status: 409 })
  await assert.rejects(account.createDatabase('orders'), { code: 'Conflict' })
  await assert.rejects(newContainer(database), { code: 'Conflict' })
  assert.equal(await account.createDatabaseIfNotExists('orders'), database)
  const resource = { id: 'items', partitionKey: { paths: ['/pk'] } }
  assert.equal(await database.createContainerIfNotExists(resource), container)
  const twice = { id: 'other', partitionKey: { paths: ['/id'] } }
  const [one, two] = await Promise.all([
    database.createContainerIfNotExists(twice),
    database.createContainerIfNotExists(twice),
  ])
  assert.equal(one, two)
})

test('a container of the same name begins empty and with another rid', async (t) => {
  const { database } = await arrange(t)
  const before = await newContainer(database)
  await before.createItem({ id: 'a', pk: 'p' })
  await database.deleteContainer('items')
  assert.throws(() => database.container('items'), { code: 'NotFound' })
  const after = await newContainer(database)
  assert.notEqual(after.rid, before.rid)
  assert.equal(await after.countItems(), 0)
  assert.equal(await before.countItems(), 0)
})

test('a deleted account takes everything with it', async (t) => {
  const { cosmosDb, database } = await arrange(t)
  const container = await newContainer(database)
  await container.createItem({ id: 'a', pk: 'p' })
  await cosmosDb.deleteAccount('shop')
  assert.deepEqual(cosmosDb.accounts(), [])
  const again = await cosmosDb.createAccount('shop')
  assert.deepEqual(again.databases(), [])
})

test('the partition key and unique keys of a container cannot be changed', async (t) => {
  const { database } = await arrange(t)
  await newContainer(database)
  await assert.rejects(
    database.replaceContainer({ id: 'items', partitionKey: { paths: ['/other'] } }),
    { code: 'BadRequest' },
  )
  const uniqueKeyPolicy = { uniqueKeys: [{ paths: ['/mail'] }] }
  await assert.rejects(
    database.replaceContainer({ id: 'items', partitionKey: { paths: ['/pk'] }, uniqueKeyPolicy }),
    { code: 'BadRequest' },
  )
})

test('ranges follow the shared throughput of the database', async (t) => {
  const { cosmosDb } = await arrange(t)
  const account = cosmosDb.account('shop')
  assert.ok(account)
  const shared = await account.createDatabase('shared', {
    throughput: { kind: 'autoscale', requestUnitsMax: 20_000 },
  })
  const container = await newContainer(shared)
  const own = await newContainer(shared, { id: 'own' }, 400)
  assert.equal(container.feedRanges().length, 2)
  assert.equal(own.feedRanges().length, 1)
  await shared.replaceThroughput({ kind: 'autoscale', requestUnitsMax: 40_000 })
  assert.equal(container.feedRanges().length, 4)
  assert.equal(own.feedRanges().length, 1)
})

for (const [reason, resource] of Object.entries({
  'has no partition key': { id: 'x' },
  'has a partition key path without slash': { id: 'x', partitionKey: { paths: ['pk'] } },
  'has two paths but kind Hash': { id: 'x', partitionKey: { paths: ['/a', '/b'], kind: 'Hash' } },
  'has four partition key paths': { id: 'x', partitionKey: { paths: ['/a', '/b', '/c', '/d'] } },
  'has a slash in its name': { id: 'x/y', partitionKey: { paths: ['/pk'] } },
  'has a default ttl of zero': { id: 'x', partitionKey: { paths: ['/pk'] }, defaultTtl: 0 },
  'has an empty unique key': {
    id: 'x',
    partitionKey: { paths: ['/pk'] },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: [] }] },
  },
  'has computed properties': {
    id: 'x',
    partitionKey: { paths: ['/pk'] },
    computedProperties: [{ name: 'a', query: 'SELECT VALUE 1' }],
  },
})) {
  test(`a container that ${reason} is refused`, async (t) => {
    const { database } = await arrange(t)
    await assert.rejects(database.createContainer(resource), { code: 'BadRequest', status: 400 })
  })
}
