import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace } from '../../base/trace-context.ts'
import { bodies, now, only, startTestBus } from './bus-fixture.ts'

test('a scheduled message is received when its time has come, and not before', async (t) => {
  const { namespace, clock } = await startTestBus(t, { queues: { orders: {} } })
  const scheduledEnqueueTimeMs = clock.now() + 60_000
  await namespace.send('orders', [{ body: 'later', scheduledEnqueueTimeMs }])
  await namespace.send('orders', [{ body: 'now' }])
  const receiver = namespace.openReceiver('orders', { mode: 'receiveAndDelete' })
  assert.deepEqual(bodies(await receiver.receive(now)), ['now'])
  const counts = await namespace.counts('orders')
  assert.deepEqual([counts.scheduledMessageCount, counts.activeMessageCount], [1, 0])
  const waiting = receiver.receive({ maxCount: 1, waitMs: 120_000 })
  await clock.advance(60_000)
  const message = only(await waiting)
  assert.equal(message.enqueuedTimeMs, scheduledEnqueueTimeMs)
  assert.equal(message.enqueuedSequenceNumber, 1)
  assert.equal(message.sequenceNumber, 3)
})

test('a scheduled message can be cancelled, once and before its time', async (t) => {
  const { namespace, clock } = await startTestBus(t, { queues: { orders: {} } })
  const sequences = await namespace.send('orders', [
    { body: 'later', scheduledEnqueueTimeMs: clock.now() + 60_000 },
  ])
  await namespace.cancelScheduled('orders', sequences)
  await assert.rejects(namespace.cancelScheduled('orders', sequences), { code: 'MessageNotFound' })
  assert.equal((await namespace.counts('orders')).scheduledMessageCount, 0)
})

test('a message scheduled to a topic goes through the rules when its time has come', async (t) => {
  const { namespace, clock } = await startTestBus(t)
  await namespace.createTopic('events')
  const scheduledEnqueueTimeMs = clock.now() + 60_000
  const sequences = await namespace.send('events', [
    { body: 'kept', scheduledEnqueueTimeMs },
    { body: 'cancelled', scheduledEnqueueTimeMs },
  ])
  await namespace.createSubscription('events', 's')
  await namespace.cancelScheduled('events', sequences.slice(1))
  const receiver = namespace.openReceiver('events/subscriptions/s', { mode: 'peekLock' })
  const waiting = receiver.receive({ maxCount: 9, waitMs: 120_000 })
  await clock.advance(59_000)
  assert.equal((await namespace.counts('events')).scheduledMessageCount, 1)
  await clock.advance(5000)
  assert.deepEqual(bodies(await waiting), ['kept'])
})

test('a message that has expired is gone, or dead-lettered where the queue says so', async (t) => {
  const { namespace, clock } = await startTestBus(t, {
    queues: {
      gone: { defaultMessageTimeToLive: 'PT10S' },
      kept: { deadLetteringOnMessageExpiration: true },
    },
  })
  await namespace.send('gone', [{ body: 'a', timeToLiveMs: 60_000 }])
  await namespace.send('kept', [{ body: 'b', timeToLiveMs: 10_000 }])
  assert.equal(
    only(await namespace.peek('gone', { maxCount: 1 })).expiresAtMs,
    clock.now() + 10_000,
  )
  await clock.advance(12_000)
  assert.equal((await namespace.counts('gone')).activeMessageCount, 0)
  assert.equal((await namespace.counts('gone')).deadLetterMessageCount, 0)
  const dead = namespace.openReceiver('kept', { mode: 'peekLock', subQueue: 'deadLetter' })
  const message = only(await dead.receive(now))
  assert.equal(message.deadLetterReason, 'TTLExpiredException')
  assert.equal(message.expiresAtMs, undefined)
})

test('a duplicate within the window is accepted and dropped', async (t) => {
  const { namespace, clock } = await startTestBus(t, {
    queues: {
      orders: { requiresDuplicateDetection: true, duplicateDetectionHistoryTimeWindow: 'PT1M' },
    },
  })
  const message = { body: 'a', messageId: 'm-1' }
  await namespace.send('orders', [message, message])
  await namespace.send('orders', [message])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.complete(only(await receiver.receive(now)))
  await namespace.send('orders', [message])
  assert.deepEqual(await receiver.receive(now), [])
  await clock.advance(61_000)
  await namespace.send('orders', [message])
  assert.equal((await receiver.receive(now)).length, 1)
})

test('a topic finds duplicates for all its subscriptions, scheduled messages included', async (t) => {
  const { namespace, clock } = await startTestBus(t)
  await namespace.createTopic('events', { requiresDuplicateDetection: true })
  await namespace.createSubscription('events', 's')
  await namespace.send('events', [
    { body: 'a', messageId: 'm', scheduledEnqueueTimeMs: clock.now() + 5000 },
  ])
  await namespace.send('events', [
    { body: 'b', messageId: 'm' },
    { body: 'c', messageId: 'n' },
  ])
  const receiver = namespace.openReceiver('events/subscriptions/s', { mode: 'receiveAndDelete' })
  assert.deepEqual(bodies(await receiver.receive({ maxCount: 9, waitMs: 1000 })), ['c'])
  const waiting = receiver.receive({ maxCount: 9, waitMs: 60_000 })
  await clock.advance(7000)
  assert.deepEqual(bodies(await waiting), ['a'])
})

test('a message over a limit is refused, and with it the whole send', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { orders: {} } })
  const send = (message: object) =>
    namespace.send('orders', [{ body: 'a' }, { body: '', ...message }])
  await assert.rejects(send({ body: 'x'.repeat(262_144) }), { code: 'MessageSizeExceeded' })
  await assert.rejects(send({ applicationProperties: { a: 'x'.repeat(32_769) } }), {
    code: 'MessageSizeExceeded',
  })
  const properties = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, 'x'.repeat(30_000)]))
  await assert.rejects(send({ applicationProperties: properties }), { code: 'MessageSizeExceeded' })
  await assert.rejects(send({ messageId: 'x'.repeat(129) }), { code: 'ArgumentError' })
  await assert.rejects(send({ sessionId: 'x'.repeat(129) }), { code: 'ArgumentError' })
  await assert.rejects(send({ timeToLiveMs: 0 }), { code: 'ArgumentError' })
  await assert.rejects(send({ scheduledEnqueueTimeMs: NaN }), { code: 'ArgumentError' })
  await assert.rejects(send({ sessionId: 'a', partitionKey: 'b' }), { code: 'InvalidOperation' })
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})

test('the premium tier takes larger messages, as large as the queue says', async (t) => {
  const { namespace } = await startTestBus(t, {
    tier: 'Premium',
    queues: { one: {}, two: { maxMessageSizeInKilobytes: 2048 } },
  })
  const body = 'x'.repeat(1_048_576)
  await assert.rejects(namespace.send('one', [{ body }]), { code: 'MessageSizeExceeded' })
  await namespace.send('two', [{ body }])
})

test('a disabled or unknown entity takes no messages', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { off: { status: 'Disabled' }, full: { status: 'SendDisabled' } },
  })
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 's')
  const send = (path: string) => namespace.send(path, [{ body: 'a' }])
  await assert.rejects(send('off'), { code: 'MessagingEntityDisabled' })
  await assert.rejects(send('full'), { code: 'MessagingEntityDisabled' })
  await assert.rejects(send('missing'), { code: 'MessagingEntityNotFound' })
  await assert.rejects(send('events/subscriptions/s'), { code: 'MessagingEntityNotFound' })
})

test('a send that another process made stale finds the queue as it is now', async (t) => {
  const { namespace, store } = await startTestBus(t, { queues: { orders: {} } })
  const collection = 'servicebus/entities'
  const key = { collection, partition: 'contoso', id: 'orders' }
  const stored = await store.getDocument(key)
  assert.ok(stored)
  const body = stored.body.replace('"properties":{}', '"properties":{"status":"SendDisabled"}')
  await store.write([{ kind: 'document.put', ...key, body, etag: 'another' }])
  await assert.rejects(namespace.send('orders', [{ body: 'a' }]), {
    code: 'MessagingEntityDisabled',
  })
})

test('a send is one span per cause, and its messages carry it on', async (t) => {
  const { namespace, spans } = await startTestBus(t, { queues: { orders: {} } })
  const trace = newTrace()
  const other = newTrace()
  await namespace.send('ORDERS', [{ body: 'a' }, { body: 'b' }, { body: 'c', trace: other }], {
    trace,
  })
  assert.equal(spans.length, 2)
  const [span, second] = spans
  assert.equal(span?.parentSpanId, trace.spanId)
  assert.equal(span?.context.traceId, trace.traceId)
  assert.equal(second?.context.traceId, other.traceId)
  const { service, operation, resource, status, payload } = span
  assert.deepEqual(
    { service, operation, resource, status, payload },
    { service: 'service-bus', operation: 'send', resource: 'orders', status: 'ok', payload: 'a' },
  )
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const [a, b, c] = await receiver.receive(now)
  assert.deepEqual(a?.trace, span.context)
  assert.deepEqual(b?.trace, span.context)
  assert.deepEqual(c?.trace, second?.context)
})

test('a dead letter is an error span of the trace that sent it', async (t) => {
  const { namespace, spans, clock } = await startTestBus(t, {
    queues: { orders: { deadLetteringOnMessageExpiration: true } },
  })
  const trace = newTrace()
  await namespace.send('orders', [{ body: 'a' }, { body: 'b', timeToLiveMs: 5000 }], { trace })
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  const [message] = await receiver.receive({ maxCount: 1, waitMs: 0 })
  assert.ok(message)
  await receiver.deadLetter(message, { reason: 'Bad', description: 'Very.' })
  await clock.advance(7000)
  const dead = spans.filter(({ operation }) => operation === 'dead-letter')
  assert.deepEqual(
    dead.map(({ status, reason, resource, payload, context }) => [
      status,
      reason,
      resource,
      payload,
      context.traceId === trace.traceId,
    ]),
    [
      ['error', 'Bad: Very.', 'orders', 'a', true],
      [
        'error',
        'TTLExpiredException: The message expired and was dead lettered.',
        'orders',
        'b',
        true,
      ],
    ],
  )
})

test('a send that is refused is an error span with the reason', async (t) => {
  const { namespace, spans } = await startTestBus(t, {
    queues: { orders: { requiresSession: true } },
  })
  await assert.rejects(namespace.send('orders', [{ body: 'a' }]))
  assert.equal(spans[0]?.status, 'error')
  assert.match(spans[0].reason ?? '', /SessionId was not set/)
})
