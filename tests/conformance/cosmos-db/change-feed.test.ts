import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ChangeFeedMode,
  ChangeFeedStartFrom,
  PartitionKeyKind,
  type Container,
} from '@azure/cosmos'
import { openCosmos, refusal } from './cosmos-client.ts'

/** The ids of all changes there are now, and where the reader stands then. */
async function read(
  container: Container,
  options: Parameters<Container['items']['getChangeFeedIterator']>[0],
): Promise<{ readonly ids: string[]; readonly continuationToken: string }> {
  const ids: string[] = []
  const iterator = container.items.getChangeFeedIterator(options)
  for (;;) {
    const { result, statusCode, continuationToken } = await iterator.readNext()
    if (statusCode === 304) return { ids, continuationToken }
    for (const item of result) ids.push(String(item.id))
  }
}

test('the feed gives the latest versions from the beginning, from now, from a time and from a continuation', async (t) => {
  const { container } = await openCosmos(t)
  const now = container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Now(),
  })
  assert.equal((await now.readNext()).statusCode, 304)
  for (const id of ['1', '2', '3']) await container.items.create({ id, pk: id })
  await container.items.upsert({ id: '1', pk: '1', again: true })
  const whole = await read(container, {
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
    maxItemCount: 2,
  })
  assert.deepEqual(whole.ids, ['2', '3', '1'])
  const since = await now.readNext()
  assert.equal(since.count, 3)
  await container.items.create({ id: '4', pk: '4' })
  const { continuationToken } = whole
  assert.deepEqual(
    (
      await read(container, {
        changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuationToken),
      })
    ).ids,
    ['4'],
  )
  const later = ChangeFeedStartFrom.Time(new Date(Date.now() + 3_600_000))
  assert.deepEqual((await read(container, { changeFeedStartFrom: later })).ids, [])
  const earlier = ChangeFeedStartFrom.Time(new Date(Date.now() - 3_600_000))
  assert.equal((await read(container, { changeFeedStartFrom: earlier })).ids.length, 4)
})

test('the feed of one partition, and of each range', async (t) => {
  const { database } = await openCosmos(t)
  const { container } = await database.containers.create({
    id: 'wide',
    partitionKey: '/pk',
    throughput: 30_000,
  })
  for (let number = 0; number < 30; number += 1) {
    await container.items.create({ id: `${number}`, pk: `p${number % 10}` })
  }
  const one = await read(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p3') })
  assert.deepEqual(one.ids, ['3', '13', '23'])
  const ranges = await container.getFeedRanges()
  assert.equal(ranges.length, 3)
  const seen: string[] = []
  for (const range of ranges) {
    const part = await read(container, {
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(range),
    })
    seen.push(...part.ids)
  }
  assert.equal(seen.length, 30)
  assert.equal(new Set(seen).size, 30)
  const all = await read(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
  assert.equal(new Set(all.ids).size, 30)
})

test('the feed of the first part of a hierarchical key', async (t) => {
  const { database } = await openCosmos(t)
  const { container } = await database.containers.create({
    id: 'tree',
    partitionKey: { paths: ['/tenant', '/user'], kind: PartitionKeyKind.MultiHash, version: 2 },
    throughput: 20_000,
  })
  for (const tenant of ['a', 'b', 'c']) {
    for (const user of ['1', '2']) {
      await container.items.create({ id: `${tenant}${user}`, tenant, user })
    }
  }
  const some = await read(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(['b']) })
  assert.deepEqual(some.ids.toSorted(), ['b1', 'b2'])
  const one = await read(container, {
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(['b', '2']),
  })
  assert.deepEqual(one.ids, ['b2'])
})

test('all versions and deletes are refused by name', async (t) => {
  const { container } = await openCosmos(t)
  const iterator = container.items.getChangeFeedIterator({
    changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
    changeFeedStartFrom: ChangeFeedStartFrom.Now(),
  })
  assert.match(
    (await refusal(iterator.readNext())).message,
    /all versions and deletes is not supported/,
  )
})
