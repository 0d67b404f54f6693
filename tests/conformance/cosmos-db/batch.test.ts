import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperationInput } from '@azure/cosmos'
import { openCosmos } from './cosmos-client.ts'

test('a transactional batch is done whole', async (t) => {
  const { container } = await openCosmos(t)
  await container.items.create({ id: '1', pk: 'a', total: 1 })
  const { code, result } = await container.items.batch(
    [
      { operationType: 'Create', resourceBody: { id: '2', pk: 'a' } },
      { operationType: 'Upsert', resourceBody: { id: '3', pk: 'a' } },
      {
        operationType: 'Patch',
        id: '1',
        resourceBody: { operations: [{ op: 'incr', path: '/total', value: 2 }] },
      },
      { operationType: 'Read', id: '1' },
      { operationType: 'Replace', id: '2', resourceBody: { id: '2', pk: 'a', changed: true } },
      { operationType: 'Delete', id: '3' },
    ],
    'a',
  )
  assert.equal(code, 200)
  assert.deepEqual(
    result?.map(({ statusCode }) => statusCode),
    [201, 201, 200, 200, 200, 204],
  )
  assert.equal(result?.[3]?.resourceBody?.['total'], 3)
  assert.ok(result?.[0]?.eTag)
})

test('a batch with a fault does nothing, and says which operation failed', async (t) => {
  const { container } = await openCosmos(t)
  const { code, result } = await container.items.batch(
    [
      { operationType: 'Create', resourceBody: { id: '1', pk: 'a' } },
      { operationType: 'Delete', id: 'none' },
      { operationType: 'Create', resourceBody: { id: '2', pk: 'a' } },
    ],
    'a',
  )
  assert.equal(code, 207)
  assert.deepEqual(
    result?.map(({ statusCode }) => statusCode),
    [424, 404, 424],
  )
  assert.equal((await container.item('1', 'a').read()).statusCode, 404)
})

test('bulk operations are independent of each other', async (t) => {
  const { container, database } = await openCosmos(t)
  const { container: wide } = await database.containers.create({
    id: 'wide',
    partitionKey: '/pk',
    throughput: 30_000,
  })
  for (const each of [container, wide]) {
    const creates = Array.from(
      { length: 90 },
      (_, number): OperationInput => ({
        operationType: 'Create',
        partitionKey: `p${number % 20}`,
        resourceBody: { id: `${number}`, pk: `p${number % 20}` },
      }),
    )
    const again: OperationInput = {
      operationType: 'Create',
      partitionKey: 'p1',
      resourceBody: { id: '1', pk: 'p1' },
    }
    const outcomes = await each.items.executeBulkOperations([...creates, again])
    const codes = outcomes.map(({ response, error }) => response?.statusCode ?? Number(error?.code))
    assert.deepEqual(codes, [...creates.map(() => 201), 409])
    const others = await each.items.executeBulkOperations([
      { operationType: 'Read', id: '1', partitionKey: 'p1' },
      {
        operationType: 'Patch',
        id: '2',
        partitionKey: 'p2',
        resourceBody: [{ op: 'add', path: '/x', value: 1 }],
      },
      { operationType: 'Delete', id: '3', partitionKey: 'p3' },
      { operationType: 'Upsert', partitionKey: 'p4', resourceBody: { id: '4', pk: 'p4', y: 1 } },
      {
        operationType: 'Replace',
        id: '5',
        partitionKey: 'p5',
        resourceBody: { id: '5', pk: 'p5' },
      },
    ])
    assert.deepEqual(
      others.map(({ response }) => response?.statusCode),
      [200, 200, 204, 200, 200],
    )
    const stopped = await each.items.bulk(
      [
        { operationType: 'Read', id: 'none', partitionKey: 'p1' },
        { operationType: 'Read', id: '1', partitionKey: 'p1' },
      ],
      { continueOnError: false },
    )
    assert.deepEqual(
      stopped.map(({ statusCode }) => statusCode),
      [404, 424],
    )
  }
})
