import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../../src/base/clock.ts'
import { refusal } from '../blob-client.ts'
import { openQueues } from './queue-client.ts'

test('queues are made, listed by prefix and by page, and deleted', async (t) => {
  const { service, queue } = await openQueues(t)
  await service.createQueue('calls-a', { metadata: { kind: 'graph' } })
  await service.createQueue('calls-b')
  const names: string[] = []
  for await (const { name } of service.listQueues()) names.push(name)
  assert.deepEqual(names, ['calls-a', 'calls-b', 'orders'])
  const pages: string[][] = []
  const listing = service.listQueues({ prefix: 'calls', includeMetadata: true })
  for await (const { queueItems = [] } of listing.byPage({ maxPageSize: 1 })) {
    pages.push(queueItems.map(({ name, metadata }) => `${name} ${JSON.stringify(metadata ?? {})}`))
  }
  assert.deepEqual(pages, [['calls-a {"kind":"graph"}'], ['calls-b ""']])
  await queue.delete()
  assert.equal(await refusal(queue.delete()), '404 QueueNotFound')
})

test('a queue that is there is made again only with the same metadata', async (t) => {
  const { service } = await openQueues(t)
  await service.createQueue('calls', { metadata: { kind: 'graph' } })
  await service.createQueue('calls', { metadata: { kind: 'graph' } })
  const other = service.createQueue('calls', { metadata: { kind: 'other' } })
  assert.equal(await refusal(other), '409 QueueAlreadyExists')
})

test('names that no queue can have are refused', async (t) => {
  const { service } = await openQueues(t)
  for (const name of ['Calls', 'a--b', '-ab', 'ab-', 'a_b']) {
    assert.equal(await refusal(service.createQueue(name)), '400 InvalidResourceName', name)
  }
  assert.equal(await refusal(service.createQueue('ab')), '400 OutOfRangeInput')
  assert.equal(await refusal(service.createQueue('a'.repeat(64))), '400 OutOfRangeInput')
})

test('metadata are kept, and the count has hidden messages too', async (t) => {
  const { queue } = await openQueues(t)
  await queue.setMetadata({ Kind: 'graph' })
  await queue.sendMessage('a')
  await queue.sendMessage('b', { visibilityTimeout: 100 })
  const { metadata, approximateMessagesCount } = await queue.getProperties()
  assert.deepEqual([metadata, approximateMessagesCount], [{ kind: 'graph' }, 2])
})

test('stored access policies are kept', async (t) => {
  const { queue } = await openQueues(t)
  const accessPolicy = {
    startsOn: new Date('2026-01-01T00:00:00Z'),
    expiresOn: new Date('2036-01-01T00:00:00Z'),
    permissions: 'raup',
  }
  await queue.setAccessPolicy([{ id: 'all', accessPolicy }])
  const { signedIdentifiers } = await queue.getAccessPolicy()
  assert.deepEqual(signedIdentifiers, [{ id: 'all', accessPolicy }])
  const many = Array.from({ length: 6 }, (_, at) => ({ id: String(at), accessPolicy }))
  assert.equal(await refusal(queue.setAccessPolicy(many)), '400 InvalidInput')
})

test('the CORS rules of the service are kept', async (t) => {
  const { service } = await openQueues(t)
  const rule = {
    allowedOrigins: 'https://a.example',
    allowedMethods: 'GET',
    allowedHeaders: '*',
    exposedHeaders: 'etag',
    maxAgeInSeconds: 60,
  }
  await service.setProperties({ cors: [rule] })
  assert.deepEqual((await service.getProperties()).cors, [rule])
  assert.equal(await refusal(service.getStatistics()), '501 FeatureNotSupported')
})

test('time makes messages visible again, and takes those away that have expired', async (t) => {
  const start = Date.now()
  const clock = new ManualClock(start)
  const { storage, account } = await openQueues(t, { clock })
  const queue = await storage.queues.get(account, 'orders')
  const { queueMessages } = storage
  const [made] = await queueMessages.put(queue, [{ text: 'a', timeToLiveMs: 100_000 }])
  await queueMessages.put(queue, [{ text: 'later', visibilityMs: 20_000, timeToLiveMs: 'never' }])
  const taking = { count: 32, visibilityMs: 30_000 }
  const textsOf = async () =>
    (await queueMessages.take(queue, taking)).map(({ text, dequeueCount }) => [text, dequeueCount])
  assert.deepEqual(await textsOf(), [['a', 1]])
  await clock.advance(25_000)
  assert.deepEqual(await textsOf(), [['later', 1]])
  await clock.advance(5_000)
  assert.deepEqual(await textsOf(), [['a', 2]])
  await clock.advance(31_000)
  // Its visibility timeout is over, and nobody else has it: the last pop receipt is still good.
  const [again] = await queueMessages.take(queue, { count: 1, visibilityMs: 1_000 })
  assert.equal(again?.text, 'later')
  await clock.advance(2_000)
  await queueMessages.delete(queue, {
    id: again?.id ?? '',
    receipt: again ?? made ?? assert.fail(),
  })
  await clock.advance(60_000)
  assert.deepEqual(await textsOf(), [])
  assert.equal(await queueMessages.count(queue), 0)
})
