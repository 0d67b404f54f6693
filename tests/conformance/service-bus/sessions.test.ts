import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBus } from './bus-server.ts'

const queues = { orders: { requiresSession: true } }
const soon = { maxWaitTimeInMs: 5000 }

test('the next session is accepted, with its messages in order', async (t) => {
  const { open } = await startBus(t, { queues })
  const client = open()
  const sender = client.createSender('orders')
  await sender.sendMessages([
    { body: 1, sessionId: 'a' },
    { body: 2, sessionId: 'b' },
    { body: 3, sessionId: 'a' },
  ])
  const session = await client.acceptNextSession('orders')
  assert.equal(session.sessionId, 'a')
  assert.ok(session.sessionLockedUntilUtc.getTime() > Date.now() + 50_000)
  const messages = await session.receiveMessages(5, { maxWaitTimeInMs: 300 })
  assert.deepEqual(
    messages.map(({ body }) => Number(body)),
    [1, 3],
  )
  for (const message of messages) await session.completeMessage(message)
  const other = await client.acceptNextSession('orders')
  assert.equal(other.sessionId, 'b')
})

test('a session keeps its state, and its lock is renewed', async (t) => {
  const { open } = await startBus(t, { queues })
  const client = open()
  const session = await client.acceptSession('orders', 'mine')
  assert.equal(await session.getSessionState(), null)
  await session.setSessionState({ step: 2 })
  assert.deepEqual(await session.getSessionState(), { step: 2 })
  const before = session.sessionLockedUntilUtc.getTime()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok((await session.renewSessionLock()).getTime() > before)
  await session.close()
  const again = await client.acceptSession('orders', 'mine')
  assert.deepEqual(await again.getSessionState(), { step: 2 })
})

test('a session that another has locked cannot be accepted', async (t) => {
  const { open } = await startBus(t, { queues })
  const first = await open().acceptSession('orders', 'mine')
  const second = open()
  await assert.rejects(second.acceptSession('orders', 'mine'), { code: 'SessionCannotBeLocked' })
  await first.close()
  assert.equal((await second.acceptSession('orders', 'mine')).sessionId, 'mine')
})

test('where there is no session the wait for the next ends', async (t) => {
  const { open } = await startBus(t, { queues })
  const client = open()
  const accepting = client.acceptNextSession('orders', { maxAutoLockRenewalDurationInMs: 0 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await client.createSender('orders').sendMessages({ body: 1, sessionId: 'late' })
  assert.equal((await accepting).sessionId, 'late')
})

test('messages of a session are deferred, abandoned, dead-lettered and peeked', async (t) => {
  const { open, namespace } = await startBus(t, { queues })
  const client = open()
  await client.createSender('orders').sendMessages([
    { body: 1, sessionId: 'a' },
    { body: 2, sessionId: 'a' },
    { body: 3, sessionId: 'a' },
  ])
  const session = await client.acceptSession('orders', 'a')
  const [first, second, third] = await session.receiveMessages(3, soon)
  assert.ok(first?.sequenceNumber && second && third)
  await session.deferMessage(first)
  await session.deadLetterMessage(second)
  await session.abandonMessage(third)
  assert.equal((await session.peekMessages(5)).length, 2)
  const [deferred] = await session.receiveDeferredMessages([first.sequenceNumber])
  assert.ok(deferred)
  await session.completeMessage(deferred)
  const [again] = await session.receiveMessages(1, soon)
  assert.equal(again?.body, 3)
  const { activeMessageCount, deadLetterMessageCount } = await namespace.counts('orders')
  assert.deepEqual([activeMessageCount, deadLetterMessageCount], [1, 1])
})

test('a session whose lock ran out is taken from its receiver', async (t) => {
  const { open } = await startBus(t, {
    queues: { orders: { requiresSession: true, lockDuration: 'PT5S' } },
  })
  const client = open()
  await client.createSender('orders').sendMessages({ body: 1, sessionId: 'a' })
  const session = await client.acceptSession('orders', 'a', { maxAutoLockRenewalDurationInMs: 0 })
  const [message] = await session.receiveMessages(1, soon)
  assert.ok(message)
  await new Promise((resolve) => setTimeout(resolve, 5300))
  await assert.rejects(session.completeMessage(message), { code: 'SessionLockLost' })
})

test('a receiver without a session is refused where sessions are required', async (t) => {
  const { open } = await startBus(t, { queues })
  const client = open()
  await assert.rejects(client.createReceiver('orders').receiveMessages(1, soon), {
    code: 'GeneralError',
  })
  await assert.rejects(client.createSender('orders').sendMessages({ body: 1 }), /SessionId/)
})
