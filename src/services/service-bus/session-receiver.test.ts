import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies, newBus, now, only, startTestBus } from './bus-fixture.ts'

const sessions = { queues: { chats: { requiresSession: true, lockDuration: 'PT30S' } } }

test('a session is received by one receiver at a time, in order', async (t) => {
  const { namespace } = await startTestBus(t, sessions)
  await namespace.send('chats', [
    { body: 'a1', sessionId: 'a' },
    { body: 'b1', sessionId: 'b' },
    { body: 'a2', sessionId: 'a' },
  ])
  const first = await namespace.acceptSession('chats', { waitMs: 0 })
  const second = await namespace.acceptSession('chats', { waitMs: 0 })
  assert.equal(await namespace.acceptSession('chats', { waitMs: 0 }), undefined)
  assert.equal(first?.sessionId, 'a')
  assert.equal(second?.sessionId, 'b')
  const messages = (await first?.receive(now)) ?? []
  assert.deepEqual(bodies(messages), ['a1', 'a2'])
  assert.equal(messages[0]?.sessionId, 'a')
  for (const message of messages) await first?.complete(message)
})

test('a named session that is locked is refused', async (t) => {
  const { namespace } = await startTestBus(t, sessions)
  const session = await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  await assert.rejects(namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 }), {
    code: 'SessionCannotBeLocked',
  })
  await session?.close()
  assert.ok(await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 }))
})

test('waiting for a session ends when a message for one comes, or with the wait', async (t) => {
  const { namespace, clock } = await startTestBus(t, sessions)
  const waiting = namespace.acceptSession('chats', { waitMs: 10_000 })
  await clock.advance(3000)
  await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  assert.equal((await waiting)?.sessionId, 'a')
  const vain = namespace.acceptSession('chats', { waitMs: 10_000 })
  await clock.advance(10_000)
  assert.equal(await vain, undefined)
})

test('a session receiver waits for messages of its session only', async (t) => {
  const { namespace, clock } = await startTestBus(t, sessions)
  const session = await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  const waiting = session?.receive({ maxCount: 5, waitMs: 10_000 })
  await namespace.send('chats', [{ body: 'b1', sessionId: 'b' }])
  await clock.advance(2000)
  await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  assert.deepEqual(bodies((await waiting) ?? []), ['a1'])
})

test('the state of a session outlives its receivers and a restart', async (t) => {
  const { namespace, store, clock } = await startTestBus(t, sessions)
  const session = await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  assert.equal(await session?.getState(), undefined)
  await session?.setState(new Uint8Array([1, 2]))
  await session?.close()
  const next = newBus({ store, clock, owner: 'run-2' })
  await next.start()
  t.after(() => next.stop())
  const again = await next
    .namespace('contoso')
    ?.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  assert.deepEqual(Array.from((await again?.getState()) ?? []), [1, 2])
  await again?.setState(undefined)
  assert.equal(await again?.getState(), undefined)
})

test('a state larger than the tier allows is refused', async (t) => {
  const { namespace } = await startTestBus(t, sessions)
  const session = await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  await assert.rejects(session?.setState(new Uint8Array(262_145)) ?? Promise.resolve(), {
    code: 'MessageSizeExceeded',
  })
})

test('a session whose lock expired is lost with all its messages', async (t) => {
  const { namespace, clock } = await startTestBus(t, sessions)
  await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  const session = await namespace.acceptSession('chats', { sessionId: 'a', waitMs: 0 })
  assert.ok(session)
  const message = only(await session.receive(now))
  await clock.advance(30_000)
  await assert.rejects(session.complete(message), { code: 'SessionLockLost', status: 410 })
  await assert.rejects(session.renewSessionLock(), { code: 'SessionLockLost' })
  await assert.rejects(session.setState(new Uint8Array()), { code: 'SessionLockLost' })
  await session.close()
  const next = await namespace.acceptSession('chats', { waitMs: 0 })
  assert.equal(only((await next?.receive(now)) ?? []).deliveryCount, 2)
})

test('a session lock that is renewed keeps the messages locked', async (t) => {
  const { namespace, clock } = await startTestBus(t, sessions)
  await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  const session = await namespace.acceptSession('chats', { waitMs: 0 })
  assert.ok(session)
  const message = only(await session.receive(now))
  await clock.advance(20_000)
  assert.equal(await session.renewSessionLock(), clock.now() + 30_000)
  assert.equal(session.lockedUntilMs, clock.now() + 30_000)
  await clock.advance(20_000)
  await session.complete(message)
})

test('a message that is abandoned stays in its session, and wears out there', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { chats: { requiresSession: true, maxDeliveryCount: 2 } },
  })
  await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  const session = await namespace.acceptSession('chats', { waitMs: 0 })
  assert.ok(session)
  await session.abandon(only(await session.receive(now)))
  await session.abandon(only(await session.receive(now)))
  assert.deepEqual(await session.receive(now), [])
  const dead = namespace.openReceiver('chats', { mode: 'peekLock', subQueue: 'deadLetter' })
  const message = only(await dead.receive(now))
  assert.equal(message.sessionId, 'a')
  assert.equal(message.deadLetterReason, 'MaxDeliveryCountExceeded')
})

test('a deferred message of a session is received by its sequence number', async (t) => {
  const { namespace } = await startTestBus(t, sessions)
  const [sequence = 0] = await namespace.send('chats', [{ body: 'a1', sessionId: 'a' }])
  const session = await namespace.acceptSession('chats', { waitMs: 0 })
  assert.ok(session)
  await session.defer(only(await session.receive(now)))
  await session.complete(only(await session.receiveDeferred([sequence])))
})

test('entities with and without sessions are received from as they require', async (t) => {
  const { namespace } = await startTestBus(t, {
    queues: { chats: { requiresSession: true }, plain: {} },
  })
  assert.throws(() => namespace.openReceiver('chats', { mode: 'peekLock' }), {
    code: 'InvalidOperation',
  })
  await assert.rejects(namespace.acceptSession('plain', { waitMs: 0 }), {
    code: 'InvalidOperation',
  })
  await assert.rejects(namespace.send('chats', [{ body: 'a' }]), /SessionId was not set/)
  await namespace.send('plain', [{ body: 'a', sessionId: 'a' }])
  const receiver = namespace.openReceiver('plain', { mode: 'peekLock' })
  assert.equal(only(await receiver.receive(now)).sessionId, 'a')
})

test('a subscription with sessions dead-letters a message without one', async (t) => {
  const { namespace } = await startTestBus(t)
  await namespace.createTopic('events')
  await namespace.createSubscription('events', 's', { requiresSession: true })
  await namespace.send('events', [{ body: 'a' }, { body: 'b', sessionId: 'x' }])
  const path = 'events/subscriptions/s'
  const dead = only(await namespace.peek(path, { maxCount: 9, subQueue: 'deadLetter' }))
  assert.equal(dead.deadLetterReason, 'Session ID is null.')
  assert.equal((await namespace.counts(path)).activeMessageCount, 1)
})
