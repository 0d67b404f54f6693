import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newTrace } from '../../base/trace-context.ts'
import { bodies, newBus, now, only, startTestBus } from './bus-fixture.ts'
import type { Namespace } from './namespace.ts'

async function receiveFrom(namespace: Namespace, path: string) {
  const receiver = namespace.openReceiver(path, { mode: 'receiveAndDelete' })
  return receiver.receive({ maxCount: 100, waitMs: 1000 })
}

test('messages of a queue with forwardTo arrive in the destination, in order', async (t) => {
  const { namespace, spans } = await startTestBus(t, {
    queues: { target: {}, source: { forwardTo: 'Target' } },
  })
  const trace = newTrace()
  await namespace.send('source', [{ body: 'a', subject: 's' }, { body: 'b' }], { trace })
  const messages = await receiveFrom(namespace, 'target')
  assert.deepEqual(bodies(messages), ['a', 'b'])
  assert.equal(messages[0]?.subject, 's')
  assert.equal((await namespace.counts('source')).activeMessageCount, 0)
  assert.deepEqual(
    spans.map(({ operation, resource, context }) => [operation, resource, context.traceId]),
    [
      ['send', 'source', trace.traceId],
      ['forward', 'target', trace.traceId],
      ['forward', 'target', trace.traceId],
    ],
  )
})

test('a queue with forwardTo has no receivers of its own', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { target: {}, source: { forwardTo: 'target' } },
  })
  assert.throws(() => namespace.openReceiver('source', { mode: 'peekLock' }), {
    code: 'InvalidOperation',
  })
})

test('a subscription forwards to a topic, whose rules then decide', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('second')
  await namespace.createSubscription('second', 'all')
  await namespace.createSubscription('second', 'none')
  await namespace.putRule('second/subscriptions/none', '$Default', {
    sqlFilter: { sqlExpression: '1=0' },
  })
  await namespace.createTopic('first')
  await namespace.createSubscription('first', 'on', { forwardTo: 'second' })
  await namespace.send('first', [{ body: 'a' }])
  assert.deepEqual(bodies(await receiveFrom(namespace, 'second/subscriptions/all')), ['a'])
  assert.equal((await namespace.counts('second/subscriptions/none')).activeMessageCount, 0)
})

test('what was there before forwarding was turned on is forwarded too', async (t) => {
  const { namespace } = await startTestBus(t, { queues: { target: {}, source: {} } })
  await namespace.send('source', [{ body: 'a' }])
  await namespace.putQueue('source', { forwardTo: 'target' })
  assert.deepEqual(bodies(await receiveFrom(namespace, 'target')), ['a'])
  await namespace.putQueue('source', {})
  await namespace.send('source', [{ body: 'b' }])
  assert.deepEqual(bodies(await receiveFrom(namespace, 'source')), ['b'])
})

test('a dead letter is forwarded where its queue says so, and tells where it comes from', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { errors: {}, orders: { forwardDeadLetteredMessagesTo: 'errors' } },
  })
  await namespace.send('orders', [{ body: 'a', applicationProperties: { n: 1 } }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.deadLetter(only(await receiver.receive(now)), {
    reason: 'Bad',
    description: 'Very',
  })
  const message = only(await receiveFrom(namespace, 'errors'))
  assert.equal(message.deadLetterSource, 'orders')
  assert.deepEqual(message.applicationProperties, {
    n: 1,
    DeadLetterReason: 'Bad',
    DeadLetterErrorDescription: 'Very',
  })
})

test('a message that was forwarded four times and would be again is dead-lettered', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: {
      q5: {},
      q4: { forwardTo: 'q5' },
      q3: { forwardTo: 'q4' },
      q2: { forwardTo: 'q3' },
      q1: { forwardTo: 'q2' },
      q0: { forwardTo: 'q1' },
    },
  })
  await namespace.send('q1', [{ body: 'arrives' }])
  await namespace.send('q0', [{ body: 'goes too far' }])
  assert.deepEqual(bodies(await receiveFrom(namespace, 'q5')), ['arrives'])
  const dead = namespace.openReceiver('q4', { mode: 'peekLock', subQueue: 'transferDeadLetter' })
  const message = only(await dead.receive({ maxCount: 9, waitMs: 1000 }))
  assert.equal(message.deadLetterReason, 'MaxTransferHopCountExceeded')
})

test('what a destination does not take ends in the transfer dead-letter queue of the source', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { target: { requiresSession: true }, source: { forwardTo: 'target' } },
  })
  await namespace.send('source', [{ body: 'a' }, { body: 'b', sessionId: 's' }])
  const dead = namespace.openReceiver('source', {
    mode: 'peekLock',
    subQueue: 'transferDeadLetter',
  })
  const message = only(await dead.receive({ maxCount: 9, waitMs: 1000 }))
  assert.deepEqual([message.body, message.deadLetterReason], ['a', 'InvalidOperation'])
  const session = await namespace.acceptSession('target', { waitMs: 0 })
  assert.deepEqual(bodies((await session?.receive(now)) ?? []), ['b'])
  await namespace.putQueue('target', { requiresSession: true, status: 'Disabled' })
  await namespace.send('source', [{ body: 'c', sessionId: 's' }])
  const late = only(await dead.receive({ maxCount: 9, waitMs: 1000 }))
  assert.equal(late.deadLetterReason, 'MessagingEntityDisabled')
  assert.equal((await namespace.counts('source')).transferDeadLetterMessageCount, 2)
})

test('a suspended source keeps its messages until it is active again', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { target: {}, source: { forwardTo: 'target', status: 'ReceiveDisabled' } },
  })
  await namespace.send('source', [{ body: 'a' }])
  assert.equal((await namespace.counts('source')).activeMessageCount, 1)
  await namespace.putQueue('source', { forwardTo: 'target' })
  assert.deepEqual(bodies(await receiveFrom(namespace, 'target')), ['a'])
})

test('forwarding goes on after a restart', async (t) => {
  const { namespace, bus, store, clock } = await startTestBus(t, {
    queues: { target: {}, source: { forwardTo: 'target' } },
  })
  await bus.stop()
  await namespace.send('source', [{ body: 'a' }])
  const next = newBus({ store, clock, owner: 'run-2' })
  await next.start()
  t.after(() => next.stop())
  const restarted = next.namespace('contoso')
  assert.ok(restarted)
  assert.deepEqual(bodies(await receiveFrom(restarted, 'target')), ['a'])
})
