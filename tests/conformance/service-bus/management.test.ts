import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import rhea from 'rhea'
import type { Message } from 'rhea'
import { startBus } from './bus-server.ts'
import type { BusServer } from './bus-server.ts'

type Ask = (operation: string, body: unknown) => Promise<Message>

/** Asks `$management` of an entity what the official client has no words for. */
async function openManagement(t: TestContext, bus: BusServer, entity: string): Promise<Ask> {
  const rule = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  const connection = rhea.create_container().connect({
    host: '127.0.0.1',
    hostname: 'localhost',
    port: bus.port,
    username: rule.name,
    password: rule.primaryKey,
    reconnect: false,
  })
  t.after(() => connection.close())
  const address = `${entity}/$management`
  const sender = connection.open_sender(address)
  const receiver = connection.open_receiver({ source: address, target: { address: 'answers' } })
  await new Promise((resolve) => sender.once('sendable', resolve))
  return (operation, body) =>
    new Promise((resolve) => {
      receiver.once('message', ({ message }) => message && resolve(message))
      const application_properties = { operation }
      sender.send({ message_id: 'm', reply_to: 'answers', application_properties, body })
    })
}

function statusOf(message: Message): unknown {
  return message.application_properties?.['statusCode']
}

test('messages are deleted in a batch, up to a time', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  await bus.namespace.send('orders', [{ body: '1' }, { body: '2' }, { body: '3' }])
  const ask = await openManagement(t, bus, 'orders')
  const operation = 'com.microsoft:batch-delete-messages'
  const before = await ask(operation, { 'message-count': 2, 'enqueued-time-utc': new Date(0) })
  assert.equal(before.body['message-count'], 0)
  const deleted = await ask(operation, {
    'message-count': 2,
    'enqueued-time-utc': new Date(Date.now() + 1000),
  })
  assert.equal(statusOf(deleted), 200)
  assert.equal(deleted.body['message-count'], 2)
  assert.equal((await bus.namespace.counts('orders')).activeMessageCount, 1)
})

test('sessions with messages are listed', async (t) => {
  const bus = await startBus(t, { queues: { orders: { requiresSession: true } } })
  await bus.namespace.send('orders', [
    { body: '1', sessionId: 'a' },
    { body: '2', sessionId: 'b' },
  ])
  const ask = await openManagement(t, bus, 'orders')
  const operation = 'com.microsoft:get-message-sessions'
  const page = { 'last-updated-time': new Date(0), skip: 0, top: 10 }
  const listed = await ask(operation, page)
  assert.deepEqual(listed.body['sessions-ids'].toSorted(), ['a', 'b'])
  const rest = await ask(operation, { ...page, skip: 2 })
  assert.equal(statusOf(rest), 204)
})

test('a session that the client has not locked has no state for it', async (t) => {
  const bus = await startBus(t, { queues: { orders: { requiresSession: true } } })
  const ask = await openManagement(t, bus, 'orders')
  const answer = await ask('com.microsoft:get-session-state', { 'session-id': 'a' })
  assert.equal(statusOf(answer), 410)
  assert.equal(answer.application_properties?.['errorCondition'], 'com.microsoft:session-lock-lost')
})

test('requests that make no sense are answered with why', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const ask = await openManagement(t, bus, 'orders')
  const cases: readonly (readonly [string, unknown, number])[] = [
    ['com.microsoft:fly', {}, 501],
    ['com.microsoft:renew-lock', {}, 400],
    ['com.microsoft:renew-lock', { 'lock-tokens': ['x'] }, 400],
    ['com.microsoft:peek-message', { 'message-count': -1 }, 400],
    ['com.microsoft:schedule-message', 'text', 400],
    ['com.microsoft:receive-by-sequence-number', { 'sequence-numbers': [9] }, 404],
    ['com.microsoft:update-disposition', { 'disposition-status': 'eaten' }, 400],
    ['com.microsoft:add-rule', { 'rule-name': 'r' }, 400],
  ]
  for (const [operation, body, status] of cases) {
    assert.equal(statusOf(await ask(operation, body)), status, operation)
  }
})
