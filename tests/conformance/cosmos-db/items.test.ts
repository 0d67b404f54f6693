import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CosmosClient } from '@azure/cosmos'
import { openCosmos, refusal } from './cosmos-client.ts'

test('an item is created, read, queried, replaced, patched and deleted', async (t) => {
  const { container } = await openCosmos(t)
  const created = await container.items.create({ id: '1', pk: 'a', total: 5 })
  assert.equal(created.statusCode, 201)
  assert.ok(created.requestCharge > 0)
  assert.equal(created.etag, created.resource?._etag)
  const read = await container.item('1', 'a').read()
  assert.equal(read.statusCode, 200)
  assert.equal(read.resource.total, 5)
  const { resources } = await container.items
    .query({
      query: 'SELECT VALUE c.total FROM c WHERE c.id = @id',
      parameters: [{ name: '@id', value: '1' }],
    })
    .fetchAll()
  assert.deepEqual(resources, [5])
  const replaced = await container.item('1', 'a').replace({ id: '1', pk: 'a', total: 6 })
  assert.equal(replaced.statusCode, 200)
  const patched = await container.item('1', 'a').patch([{ op: 'incr', path: '/total', value: 4 }])
  assert.equal(patched.resource?.total, 10)
  const upserted = await container.items.upsert({ id: '2', pk: 'a' })
  assert.equal(upserted.statusCode, 201)
  assert.equal((await container.items.upsert({ id: '2', pk: 'a', again: true })).statusCode, 200)
  assert.equal((await container.item('1', 'a').delete()).statusCode, 204)
  assert.equal((await container.item('1', 'a').read()).statusCode, 404)
})

test('the same port answers plain HTTP, and the published key opens the account', async (t) => {
  const { endpoint, container } = await openCosmos(t)
  await container.items.create({ id: '1', pk: 'a' })
  const key =
    'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='
  const client = new CosmosClient({ endpoint: endpoint.replace('https:', 'http:'), key })
  t.after(() => client.dispose())
  const item = client.database('orders').container('items').item('1', 'a')
  assert.equal((await item.read()).resource.id, '1')
})

test('an item that was changed meanwhile is not replaced', async (t) => {
  const { container } = await openCosmos(t)
  const { etag } = await container.items.create({ id: '1', pk: 'a' })
  await container.items.upsert({ id: '1', pk: 'a', other: true })
  const accessCondition = { type: 'IfMatch', condition: etag }
  const replace = container.item('1', 'a').replace({ id: '1', pk: 'a' }, { accessCondition })
  assert.equal((await refusal(replace)).code, 412)
})
