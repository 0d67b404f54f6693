import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'
import type { Container } from './container.ts'
import type { BatchOperation } from './transactional-batch.ts'

async function arrange(
  t: TestContext,
  resource: JsonObject = {},
): Promise<CosmosFixture & { container: Container }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return { ...fixture, container: await newContainer(fixture.database, resource) }
}

function create(id: string, more: JsonObject = {}): BatchOperation {
  return { operationType: 'Create', resourceBody: { id, pk: 'p', ...more } }
}

test('a batch does all its operations, each seeing those before it', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'old', pk: 'p' })
  const { statusCode, results } = await container.executeBatch('p', [
    create('a', { n: 1 }),
    { operationType: 'Upsert', resourceBody: { id: 'b', pk: 'p' } },
    { operationType: 'Replace', id: 'a', resourceBody: { id: 'a', pk: 'p', n: 2 } },
    {
      operationType: 'Patch',
      id: 'a',
      resourceBody: {
        operations: [{ op: 'incr', path: '/n', value: 5 }],
        condition: 'FROM c WHERE c.n = 2',
      },
    },
    { operationType: 'Read', id: 'a' },
    { operationType: 'Delete', id: 'old' },
  ])
  assert.equal(statusCode, 200)
  assert.deepEqual(
    results.map((result) => result.statusCode),
    [201, 201, 200, 200, 200, 204],
  )
  const stored = await container.readItem('a', 'p')
  assert.equal(stored.item['n'], 7)
  assert.equal(results[4]?.text, stored.text)
  assert.equal(results[4]?.etag, stored.etag)
  assert.equal(await container.countItems(), 2)
})

for (const [reason, operation, status] of [
  ['creates what exists', create('old'), 409],
  [
    'replaces what is absent',
    { operationType: 'Replace', id: 'x', resourceBody: { id: 'x', pk: 'p' } },
    404,
  ],
  ['deletes with another etag', { operationType: 'Delete', id: 'old', ifMatch: '"x"' }, 412],
  ['reads what is absent', { operationType: 'Read', id: 'x' }, 404],
  [
    'has an item of another partition',
    { operationType: 'Upsert', resourceBody: { id: 'x', pk: 'q' } },
    400,
  ],
  ['has a malformed item', { operationType: 'Upsert', resourceBody: { pk: 'p' } }, 400],
] as const) {
  test(`a batch that ${reason} does nothing at all`, async (t) => {
    const { container, spans } = await arrange(t)
    await container.createItem({ id: 'old', pk: 'p' })
    const { statusCode, results } = await container.executeBatch('p', [
      create('first'),
      operation,
      create('last'),
    ])
    assert.equal(statusCode, 207)
    assert.deepEqual(
      results.map((result) => result.statusCode),
      [424, status, 424],
    )
    assert.equal(await container.countItems(), 1)
    assert.equal(spans.at(-1)?.status, 'error')
  })
}

test('the condition of a patch in a batch sees system properties', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'a', pk: 'p' })
  const { statusCode } = await container.executeBatch('p', [
    {
      operationType: 'Patch',
      id: 'a',
      resourceBody: {
        operations: [{ op: 'set', path: '/n', value: 1 }],
        condition: 'FROM c WHERE c._ts > 0 AND IS_STRING(c._rid)',
      },
    },
  ])
  assert.equal(statusCode, 200)
})

test('a unique key that a batch violates is blamed on the operation that did', async (t) => {
  const { container } = await arrange(t, {
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/mail'] }] },
  })
  await container.createItem({ id: 'old', pk: 'p', mail: 'x' })
  const failed = await container.executeBatch('p', [
    create('a', { mail: 'y' }),
    create('b', { mail: 'x' }),
  ])
  assert.deepEqual(
    failed.results.map((result) => result.statusCode),
    [424, 409],
  )
  const passed = await container.executeBatch('p', [
    create('b', { mail: 'x' }),
    { operationType: 'Delete', id: 'old' },
  ])
  assert.equal(passed.statusCode, 200)
})

test('batches at the same time do not lose each other', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'a', pk: 'p', n: 0 })
  const patch: BatchOperation = {
    operationType: 'Patch',
    id: 'a',
    resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] },
  }
  const batches = Array.from({ length: 10 }, () => container.executeBatch('p', [patch, patch]))
  const results = await Promise.all(batches)
  assert.ok(results.every(({ statusCode }) => statusCode === 200))
  assert.equal((await container.readItem('a', 'p')).item['n'], 20)
})

test('a batch has 1 to 100 operations', async (t) => {
  const { container } = await arrange(t)
  await assert.rejects(container.executeBatch('p', []), { status: 400 })
  const many = Array.from({ length: 101 }, (_, n) => create(String(n)))
  await assert.rejects(container.executeBatch('p', many), { code: 'BadRequest', status: 400 })
  const big = [
    create('a', { text: 'x'.repeat(1_500_000) }),
    create('b', { text: 'x'.repeat(800_000) }),
  ]
  await assert.rejects(container.executeBatch('p', big), { code: 'RequestEntityTooLarge' })
})
