import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  PartitionKeyKind,
  type Container,
  type FeedOptions,
  type SqlQuerySpec,
} from '@azure/cosmos'
import { openCosmos, refusal } from './cosmos-client.ts'

async function all(
  container: Container,
  query: string | SqlQuerySpec,
  options?: FeedOptions,
): Promise<unknown[]> {
  const { resources } = await container.items.query(query, options).fetchAll()
  return resources
}

async function fill(container: Container, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await container.items.create({
      id: `${number}`,
      pk: `p${number % 3}`,
      number,
      kind: number % 2,
    })
  }
}

test('queries see all partitions: order, aggregates, groups, distinct values, bounds', async (t) => {
  const { container } = await openCosmos(t)
  await fill(container, 12)
  for (const options of [{}, { forceQueryPlan: true }, { maxItemCount: 2 }]) {
    assert.deepEqual(
      await all(container, 'SELECT VALUE c.number FROM c ORDER BY c.number DESC', options),
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    )
    assert.deepEqual(await all(container, 'SELECT VALUE COUNT(1) FROM c', options), [12])
    assert.deepEqual(await all(container, 'SELECT SUM(c.number) AS total FROM c', options), [
      { total: 66 },
    ])
    assert.deepEqual(
      await all(container, 'SELECT c.kind, MAX(c.number) AS most FROM c GROUP BY c.kind', options),
      [
        { kind: 0, most: 10 },
        { kind: 1, most: 11 },
      ],
    )
    assert.deepEqual(
      new Set(await all(container, 'SELECT DISTINCT VALUE c.pk FROM c', options)),
      new Set(['p0', 'p1', 'p2']),
    )
    const bounded = 'SELECT VALUE c.number FROM c ORDER BY c.number OFFSET 3 LIMIT 2'
    assert.deepEqual(await all(container, bounded, options), [3, 4])
    const top = 'SELECT TOP 2 VALUE c.id FROM c ORDER BY c.number'
    assert.deepEqual(await all(container, top, options), ['0', '1'])
  }
})

test('a query of one partition sees only that, pages go on where they ended', async (t) => {
  const { container } = await openCosmos(t)
  await fill(container, 12)
  const query = 'SELECT VALUE c.number FROM c ORDER BY c.number'
  assert.deepEqual(await all(container, query, { partitionKey: 'p1' }), [1, 4, 7, 10])
  const first = await container.items.query(query, { maxItemCount: 5 }).fetchNext()
  assert.equal(first.resources.length, 5)
  const { continuationToken } = first
  const rest = container.items.query(query, { maxItemCount: 100, continuationToken })
  assert.deepEqual((await rest.fetchNext()).resources, [5, 6, 7, 8, 9, 10, 11])
  assert.equal((await container.items.readAll({ maxItemCount: 5 }).fetchAll()).resources.length, 12)
  const feed = await container.items.readAll({ partitionKey: 'p0' }).fetchAll()
  assert.equal(feed.resources.length, 4)
})

test('a container of several ranges gives each row once', async (t) => {
  const { database } = await openCosmos(t)
  const { container } = await database.containers.create({
    id: 'wide',
    partitionKey: '/id',
    throughput: 40_000,
  })
  const { resources: ranges } = await container.readPartitionKeyRanges().fetchAll()
  assert.equal(ranges.length, 4)
  await fill(container, 40)
  for (const options of [{}, { forceQueryPlan: true, maxItemCount: 7 }]) {
    const ids = await all(container, 'SELECT VALUE c.id FROM c', options)
    assert.equal(new Set(ids).size, 40)
    assert.equal(ids.length, 40)
    assert.deepEqual(await all(container, 'SELECT VALUE COUNT(1) FROM c', options), [40])
    const ordered = await all(container, 'SELECT VALUE c.number FROM c ORDER BY c.number', options)
    assert.deepEqual(
      ordered,
      Array.from({ length: 40 }, (_, number) => number),
    )
  }
})

test('hierarchical keys: one item, a whole key, a prefix', async (t) => {
  const { database } = await openCosmos(t)
  const { container } = await database.containers.create({
    id: 'tree',
    partitionKey: { paths: ['/tenant', '/user'], kind: PartitionKeyKind.MultiHash, version: 2 },
  })
  for (const [tenant, user] of [
    ['a', '1'],
    ['a', '2'],
    ['b', '1'],
  ] as const) {
    await container.items.create({ id: 'x', tenant, user })
  }
  assert.equal((await container.item('x', ['a', '2']).read()).resource.user, '2')
  const query = 'SELECT VALUE c.user FROM c ORDER BY c.user'
  assert.deepEqual(await all(container, query, { partitionKey: ['a', '2'] }), ['2'])
  assert.deepEqual(await all(container, query, { partitionKey: ['a'] }), ['1', '2'])
  assert.deepEqual(await all(container, query), ['1', '1', '2'])
})

test('a mistake in a query is told with its place', async (t) => {
  const { container } = await openCosmos(t)
  const syntax = await refusal(all(container, 'SELECT * FORM c'))
  assert.equal(syntax.code, 400)
  assert.match(
    syntax.message,
    /"severity":"Error","location":\{"start":\d+,"end":\d+\},"code":"SC1001"/,
  )
  const hidden = "' OR 1=1 --"
  const injected = {
    query: 'SELECT * FROM c WHERE c.id = @id',
    parameters: [{ name: '@id', value: hidden }],
  }
  assert.deepEqual(await all(container, injected), [])
  const deep = `SELECT VALUE ${'('.repeat(5_000)}1${')'.repeat(5_000)}`
  assert.equal((await refusal(all(container, deep))).code, 400)
  const list = Array.from({ length: 20_000 }, (_, number) => `'${number}'`).join(',')
  assert.deepEqual(await all(container, `SELECT * FROM c WHERE c.id IN (${list})`), [])
  const continuationToken = 'nonsense'
  const wrong = container.items.query('SELECT * FROM c', { continuationToken }).fetchNext()
  assert.equal((await refusal(wrong)).code, 400)
})
