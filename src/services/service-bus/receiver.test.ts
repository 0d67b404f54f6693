import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies, newBus, now, only, startTestBus } from './bus-fixture.ts'

test('messages are received in the order they were sent, and are gone once completed', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  const sequences = await namespace.send('orders', [{ body: 'a' }, { body: 'b' }, { body: 'c' }])
  assert.deepEqual(sequences, [1, 2, 3])
  const receiver = namespace.openReceiver('Orders', { mode: 'peekLock' })
  const messages = await receiver.receive({ maxCount: 2, waitMs: 0 })
  assert.deepEqual(bodies(messages), ['a', 'b'])
  for (const message of messages) await receiver.complete(message)
  assert.deepEqual(bodies(await receiver.receive(now)), ['c'])
  assert.equal((await namespace.counts('orders')).activeMessageCount, 1)
})

test('a message carries what its sender gave it, types included', async (t) => {
  const { namespace, clock } = await startTestBus(t, { queues: { orders: {} } })
  const applicationProperties = {
    text: 'ä',
    whole: 7,
    half: 0.5,
    long: 9_007_199_254_740_993n,
    yes: true,
    nothing: null,
    at: new Date(5000),
    bytes: new Uint8Array([1, 2, 255]),
  }
  await namespace.send('orders', [
    {
      body: new Uint8Array([0, 159, 255]),
      messageId: 'm-1',
      contentType: 'application/octet-stream',
      correlationId: 'c-1',
      subject: 'created',
      to: 'there',
      replyTo: 'here',
      replyToSessionId: 's-2',
      partitionKey: 'p',
      applicationProperties,
    },
  ])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const message = only(await receiver.receive(now))
  assert.deepEqual(Buffer.from(message.body), Buffer.from([0, 159, 255]))
  assert.deepEqual(message.applicationProperties, applicationProperties)
  const { messageId, contentType, correlationId, subject, to, replyTo } = message
  assert.deepEqual(
    [messageId, contentType, correlationId, subject, to, replyTo],
    ['m-1', 'application/octet-stream', 'c-1', 'created', 'there', 'here'],
  )
  assert.equal(message.replyToSessionId, 's-2')
  assert.equal(message.partitionKey, 'p')
  assert.equal(message.sequenceNumber, 1)
  assert.equal(message.enqueuedSequenceNumber, 1)
  assert.equal(message.enqueuedTimeMs, clock.now())
  assert.equal(message.lockedUntilMs, clock.now() + 60_000)
  assert.equal(message.deliveryCount, 1)
  assert.notEqual(message.lockToken, '')
})

test('a message without an id gets one', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a' }])
  const receiver = namespace.openReceiver('orders', { mode: 'receiveAndDelete' })
  assert.match(only(await receiver.receive(now)).messageId, /^[\da-f-]{36}$/)
})

test('a receiver that waits gets a message as soon as it is sent', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const waiting = receiver.receive({ maxCount: 10, waitMs: 60_000 })
  await namespace.send('orders', [{ body: 'a' }])
  assert.deepEqual(bodies(await waiting), ['a'])
})

test('a receiver whose wait ends, or is aborted, or that is closed, gets nothing', async (t) => {
  const { namespace, clock } = await startTestBus(t, { queues: { orders: {} } })
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const timed = receiver.receive({ maxCount: 1, waitMs: 5000 })
  const controller = new AbortController()
  const aborted = receiver.receive({ maxCount: 1, waitMs: 60_000, signal: controller.signal })
  const closed = receiver.receive({ maxCount: 1, waitMs: 60_000 })
  await clock.advance(5000)
  assert.deepEqual(await timed, [])
  controller.abort()
  assert.deepEqual(await aborted, [])
  await receiver.close()
  assert.deepEqual(await closed, [])
})

test('a locked message is not given to another receiver until its lock has expired', async (t) => {
  const { namespace, clock } = await startTestBus(t, {
    queues: { orders: { lockDuration: 'PT30S' } },
  })
  await namespace.send('orders', [{ body: 'a' }])
  const first = namespace.openReceiver('orders', { mode: 'peekLock' })
  const second = namespace.openReceiver('orders', { mode: 'peekLock' })
  const message = only(await first.receive(now))
  const waiting = second.receive({ maxCount: 1, waitMs: 60_000 })
  await clock.advance(29_000)
  assert.deepEqual(await second.receive(now), [])
  await clock.advance(2000)
  const again = only(await waiting)
  assert.equal(again.deliveryCount, 2)
  await assert.rejects(first.complete(message), { code: 'MessageLockLost', status: 410 })
  await second.complete(again)
})

test('a lock that is renewed in time holds', async (t) => {
  const { namespace, clock } = await startTestBus(t, {
    queues: { orders: { lockDuration: 'PT30S' } },
  })
  await namespace.send('orders', [{ body: 'a' }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const message = only(await receiver.receive(now))
  await clock.advance(20_000)
  assert.equal(await receiver.renewLock(message), clock.now() + 30_000)
  await clock.advance(20_000)
  await receiver.complete(message)
  await assert.rejects(receiver.complete(message), { code: 'MessageLockLost' })
})

test('an abandoned message comes back at once, with the properties its receiver changed', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a', applicationProperties: { kept: 1, changed: 1 } }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.abandon(only(await receiver.receive(now)), { changed: 2, added: 'x' })
  const again = only(await receiver.receive(now))
  assert.equal(again.deliveryCount, 2)
  assert.equal(again.sequenceNumber, 1)
  assert.deepEqual(again.applicationProperties, { kept: 1, changed: 2, added: 'x' })
})

test('a message abandoned as often as the queue allows is dead-lettered', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: { maxDeliveryCount: 2 } } })
  await namespace.send('orders', [{ body: 'poison' }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.abandon(only(await receiver.receive(now)))
  await receiver.abandon(only(await receiver.receive(now)))
  assert.deepEqual(await receiver.receive(now), [])
  const dead = namespace.openReceiver('orders', { mode: 'peekLock', subQueue: 'deadLetter' })
  const message = only(await dead.receive(now))
  assert.equal(message.deadLetterReason, 'MaxDeliveryCountExceeded')
  assert.equal(
    message.deadLetterErrorDescription,
    'Message could not be consumed after 2 delivery attempts.',
  )
  assert.deepEqual(bodies([message]), ['poison'])
  await dead.complete(message)
  assert.equal((await namespace.counts('orders')).deadLetterMessageCount, 0)
})

test('a message whose locks expire as often as the queue allows is dead-lettered without a receiver', async (t) => {
  const { namespace, clock } = await startTestBus(t, {
    queues: { orders: { maxDeliveryCount: 1 } },
  })
  await namespace.send('orders', [{ body: 'poison' }])
  await namespace.openReceiver('orders', { mode: 'peekLock' }).receive(now)
  await clock.advance(65_000)
  assert.equal((await namespace.counts('orders')).deadLetterMessageCount, 1)
})

test('a message can be dead-lettered with a reason, and not dead-lettered again', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a', applicationProperties: { kept: 1 } }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.deadLetter(only(await receiver.receive(now)), {
    reason: 'BadOrder',
    description: 'There is no such product.',
    properties: { checkedBy: 'me' },
  })
  const dead = namespace.openReceiver('orders', { mode: 'peekLock', subQueue: 'deadLetter' })
  const message = only(await dead.receive(now))
  assert.equal(message.deadLetterReason, 'BadOrder')
  assert.equal(message.deadLetterErrorDescription, 'There is no such product.')
  assert.deepEqual(message.applicationProperties, { kept: 1, checkedBy: 'me' })
  await assert.rejects(dead.deadLetter(message), { code: 'InvalidOperation' })
})

test('a deferred message is received only by its sequence number', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  const [sequence = 0] = await namespace.send('orders', [{ body: 'a' }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.defer(only(await receiver.receive(now)))
  assert.deepEqual(await receiver.receive(now), [])
  assert.equal(only(await namespace.peek('orders', { maxCount: 1 })).state, 'deferred')
  const message = only(await receiver.receiveDeferred([sequence]))
  await assert.rejects(receiver.receiveDeferred([sequence]), {
    code: 'MessageNotFound',
    status: 404,
  })
  await receiver.complete(message)
  await assert.rejects(receiver.receiveDeferred([sequence]), { code: 'MessageNotFound' })
})

test('receive-and-delete removes messages, and has nothing to settle', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a' }])
  const receiver = namespace.openReceiver('orders', { mode: 'receiveAndDelete' })
  const message = only(await receiver.receive(now))
  assert.equal(message.lockToken, '')
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
  await assert.rejects(receiver.complete(message), { code: 'InvalidOperation' })
})

test('peek shows messages without locking them, from a sequence number on', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a' }, { body: 'b' }, { body: 'c' }])
  const peeked = await namespace.peek('orders', { from: 2, maxCount: 10 })
  assert.deepEqual(bodies(peeked), ['b', 'c'])
  assert.equal(peeked[0]?.lockToken, '')
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  assert.equal((await receiver.receive(now)).length, 3)
  assert.equal((await namespace.peek('orders', { maxCount: 2 })).length, 2)
})

test('a run that starts gives back what a dead one had locked, and counts no delivery for it', async (t) => {
  const { namespace, store, clock } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a' }])
  await namespace.openReceiver('orders', { mode: 'peekLock' }).receive(now)
  const next = newBus({ store, clock, owner: 'run-2' })
  await next.start()
  t.after(() => next.stop())
  const receiver = next.namespace('contoso')?.openReceiver('orders', { mode: 'peekLock' })
  assert.equal(only((await receiver?.receive(now)) ?? []).deliveryCount, 1)
})

test('an entity that is unknown, disabled or a topic is not received from', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { off: { status: 'Disabled' }, full: { status: 'ReceiveDisabled' } },
  })
  await namespace.createTopic('events')
  const open = (path: string) => () => namespace.openReceiver(path, { mode: 'peekLock' })
  assert.throws(open('missing'), { code: 'MessagingEntityNotFound', status: 404 })
  assert.throws(open('off'), { code: 'MessagingEntityDisabled' })
  assert.throws(open('full'), { code: 'MessagingEntityDisabled' })
  assert.throws(open('events'), { code: 'InvalidOperation' })
})

test('a receiver of a deleted queue is told so', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  await namespace.send('orders', [{ body: 'a' }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  assert.equal(await namespace.delete('orders'), true)
  await assert.rejects(receiver.receive(now), { code: 'MessagingEntityNotFound' })
  await namespace.createQueue('orders')
  assert.deepEqual(await receiver.receive(now), [])
})

test('waiting receivers share what comes, and get nothing more when the service stops', async (t) => {
  const { namespace, bus } = await startTestBus(t, { queues: { orders: {} } })
  const waiting = Array.from({ length: 20 }, () =>
    namespace.openReceiver('orders', { mode: 'peekLock' }).receive({ maxCount: 1, waitMs: 60_000 }),
  )
  await namespace.send('orders', [{ body: 'a' }, { body: 'b' }])
  await bus.stop()
  const messages = (await Promise.all(waiting)).flat()
  assert.ok(messages.length <= 2)
  assert.equal(new Set(messages.map(({ sequenceNumber }) => sequenceNumber)).size, messages.length)
})

test('a receiver that waits does not write to the store', async (t) => {
  const { namespace, clock, store } = await startTestBus(t, { queues: { orders: {} } })
  let writes = 0
  const counting = namespace.openReceiver('orders', { mode: 'peekLock' })
  const stop = store.onCommit(() => (writes += 1))
  t.after(stop)
  const waiting = counting.receive({ maxCount: 1, waitMs: 60_000 })
  await clock.advance(60_000)
  assert.deepEqual(await waiting, [])
  assert.ok(writes <= 1, `${writes} commits`)
})

test('nobody can go on receiving from a service that has stopped', async (t) => {
  const { bus, namespace } = await startTestBus(t, {
    queues: { orders: {}, sessions: { requiresSession: true } },
  })
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await bus.stop()
  const stopped = { code: 'ServiceCommunicationProblem' }
  await assert.rejects(receiver.receive({ maxCount: 1, waitMs: 60_000 }), stopped)
  await assert.rejects(namespace.acceptSession('sessions', { waitMs: 60_000 }), stopped)
})
