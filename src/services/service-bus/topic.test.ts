import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutgoingMessage, ReceivedMessage } from './message.ts'
import type { Namespace } from './namespace.ts'
import { bodies, now, only, startTestBus } from './bus-fixture.ts'

async function topicWith(
  namespace: Namespace,
  rules: Readonly<Record<string, object>>,
): Promise<void> {
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'all')
  await namespace.createSubscription('events', 'some')
  await namespace.delete('events/subscriptions/some/rules/$Default')
  for (const [name, properties] of Object.entries(rules)) {
    await namespace.createRule('events/subscriptions/some', name, { ...properties })
  }
}

async function received(
  namespace: Namespace,
  messages: readonly OutgoingMessage[],
): Promise<readonly ReceivedMessage[]> {
  await namespace.send('events', messages)
  const receiver = namespace.openReceiver('events/Subscriptions/Some', { mode: 'receiveAndDelete' })
  return receiver.receive(now)
}

test('every subscription of a topic gets its own copy', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'a')
  await namespace.createSubscription('events', 'b')
  await namespace.send('events', [{ body: '1' }, { body: '2' }])
  for (const name of ['a', 'b']) {
    const receiver = namespace.openReceiver(`events/subscriptions/${name}`, { mode: 'peekLock' })
    const messages = await receiver.receive(now)
    assert.deepEqual(bodies(messages), ['1', '2'])
    for (const message of messages) await receiver.complete(message)
  }
})

test('a message that no subscription wants is gone', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  assert.deepEqual(await namespace.send('events', [{ body: '1' }]), [0])
})

test('a SQL rule lets through what its filter says', async (t) => {
  const { namespace } = await startTestBus(t)
  await topicWith(namespace, {
    red: {
      filterType: 'SqlFilter',
      sqlFilter: { sqlExpression: "color = 'red' AND sys.Label LIKE 'o%'" },
    },
  })
  const messages = await received(namespace, [
    { body: '1', subject: 'order', applicationProperties: { Color: 'red' } },
    { body: '2', subject: 'order', applicationProperties: { color: 'blue' } },
    { body: '3', subject: 'note', applicationProperties: { color: 'red' } },
  ])
  assert.deepEqual(bodies(messages), ['1'])
  assert.equal((await namespace.counts('events/subscriptions/all')).activeMessageCount, 3)
})

test('a correlation rule compares all its properties, and their types', async (t) => {
  const { namespace } = await startTestBus(t)
  await topicWith(namespace, {
    high: {
      filterType: 'CorrelationFilter',
      correlationFilter: { label: 'red', correlationId: 'high', properties: { n: '5' } },
    },
  })
  const message = { subject: 'red', correlationId: 'high', applicationProperties: { N: '5' } }
  const messages = await received(namespace, [
    { body: '1', ...message },
    { body: '2', ...message, subject: 'Red' },
    { body: '3', ...message, applicationProperties: { n: 5 } },
    { body: '4' },
  ])
  assert.deepEqual(bodies(messages), ['1'])
})

test('rules without an action give one copy together, each rule with an action one more', async (t) => {
  const { namespace } = await startTestBus(t)
  await topicWith(namespace, {
    a: { sqlFilter: { sqlExpression: 'n = 1' } },
    b: { sqlFilter: { sqlExpression: 'n < 2' } },
    c: {
      sqlFilter: { sqlExpression: 'n = 1' },
      action: { sqlExpression: "SET n = n + 1; SET sys.Label = p('kind')" },
    },
    d: { sqlFilter: { sqlExpression: 'n = 1' }, action: { sqlExpression: 'REMOVE n' } },
    e: { sqlFilter: { sqlExpression: 'n = 2' } },
  })
  const messages = await received(namespace, [
    { body: '1', applicationProperties: { n: 1, kind: 'k' } },
  ])
  assert.deepEqual(
    messages.map(({ applicationProperties, subject }) => ({ ...applicationProperties, subject })),
    [
      { n: 1, kind: 'k', subject: undefined },
      { n: 2, kind: 'k', RuleName: 'c', subject: 'k' },
      { kind: 'k', RuleName: 'd', subject: undefined },
    ],
  )
})

test('a filter that cannot compare dead-letters the message, unless that is turned off', async (t) => {
  const { namespace } = await startTestBus(t)
  await topicWith(namespace, { a: { sqlFilter: { sqlExpression: 'n > 5' } } })
  assert.deepEqual(
    await received(namespace, [{ body: '1', applicationProperties: { n: 'many' } }]),
    [],
  )
  const path = 'events/subscriptions/some'
  const dead = only(await namespace.peek(path, { maxCount: 9, subQueue: 'deadLetter' }))
  assert.equal(dead.deadLetterReason, 'FilterEvaluationException')
  await namespace.putSubscription('events', 'some', {
    deadLetteringOnFilterEvaluationExceptions: false,
  })
  await received(namespace, [{ body: '2', applicationProperties: { n: 'many' } }])
  assert.equal((await namespace.counts(path)).deadLetterMessageCount, 1)
})

test('a rule that is deleted or replaced no longer counts for the next message', async (t) => {
  const { namespace } = await startTestBus(t)
  await topicWith(namespace, { a: { sqlFilter: { sqlExpression: 'n = 1' } } })
  await namespace.putRule('events/subscriptions/some', 'A', {
    sqlFilter: { sqlExpression: 'n = 2' },
  })
  const messages = [1, 2].map((n) => ({ body: String(n), applicationProperties: { n } }))
  assert.deepEqual(bodies(await received(namespace, messages)), ['2'])
  assert.equal(await namespace.delete('events/subscriptions/some/rules/a'), true)
  assert.equal(await namespace.delete('events/subscriptions/some/rules/a'), false)
  assert.deepEqual(await received(namespace, messages), [])
})

test('a send that runs while a subscription is created reaches all or only the earlier ones', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'a')
  await Promise.all([
    namespace.createSubscription('events', 'b'),
    namespace.send('events', [{ body: '1' }]),
    namespace.createSubscription('events', 'c'),
    namespace.send('events', [{ body: '2' }]),
  ])
  const count = async (name: string) =>
    (await namespace.counts(`events/subscriptions/${name}`)).activeMessageCount
  assert.equal(await count('a'), 2)
  assert.ok((await count('b')) >= (await count('c')))
})

test('an invalid rule is refused with the position in its expression', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'a')
  const create = (properties: object) =>
    namespace.createRule('events/subscriptions/a', 'r', { ...properties })
  await assert.rejects(create({ sqlFilter: { sqlExpression: 'a = = 1' } }), (error: Error) => {
    assert.match(error.message, /rule 'events\/subscriptions\/a\/rules\/r'.*:1:5: expected a value/)
    return true
  })
  await assert.rejects(create({ action: { sqlExpression: 'SET sys.Size = 1' } }), { status: 400 })
  await assert.rejects(create({ correlationFilter: {} }), { status: 400 })
  await assert.rejects(create({ filter: 'a = 1' }), /'filter' of the rule/)
  await assert.rejects(namespace.createRule('events/subscriptions/a', '$default', {}), {
    code: 'MessagingEntityAlreadyExists',
  })
})

test('a deleted topic takes its subscriptions and their messages along', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'a')
  await namespace.send('events', [{ body: '1' }])
  await namespace.delete('Events')
  assert.throws(() => namespace.entity('events/subscriptions/a'), {
    code: 'MessagingEntityNotFound',
  })
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 'a')
  assert.equal((await namespace.counts('events/subscriptions/a')).activeMessageCount, 0)
})
