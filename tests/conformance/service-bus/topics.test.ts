import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBus } from './bus-server.ts'

const soon = { maxWaitTimeInMs: 5000 }

test('a subscription gets what its rules let through', async (t) => {
  const { open, namespace } = await startBus(t)
  await namespace.createTopic('bookings')
  await namespace.createSubscription('bookings', 'all')
  await namespace.createSubscription('bookings', 'big')
  const client = open()
  const rules = client.createRuleManager('bookings', 'big')
  await rules.deleteRule('$Default')
  await rules.createRule('over', { sqlExpression: 'n > 5' }, { sqlExpression: "SET size = 'big'" })
  await rules.createRule('mine', { subject: 'me', applicationProperties: { k: 'v', n: 1 } })
  const listed = []
  for await (const rule of rules.listRules()) listed.push(rule)
  const [mine, over] = listed.toSorted((a, b) => a.name.localeCompare(b.name))
  assert.equal(listed.length, 2)
  assert.deepEqual(over?.filter, { sqlExpression: 'n > 5' })
  assert.deepEqual(over?.action, { sqlExpression: "SET size = 'big'" })
  assert.ok(mine && 'subject' in mine.filter)
  assert.equal(mine.filter.subject, 'me')
  assert.deepEqual(mine.filter.applicationProperties, { k: 'v', n: 1 })
  const sender = client.createSender('bookings')
  await sender.sendMessages([
    { body: 'a', applicationProperties: { n: 9 } },
    { body: 'b', applicationProperties: { n: 1 } },
    { body: 'c', subject: 'me', applicationProperties: { n: 1, k: 'v' } },
  ])
  const all = await client.createReceiver('bookings', 'all').receiveMessages(3, soon)
  assert.equal(all.length, 3)
  const big = await client.createReceiver('bookings', 'big').receiveMessages(2, soon)
  assert.deepEqual(
    big.map(({ body }) => String(body)),
    ['a', 'c'],
  )
  assert.equal(big[0]?.applicationProperties?.['size'], 'big')
  await assert.rejects(rules.deleteRule('none'), { code: 'MessagingEntityNotFound' })
  await assert.rejects(rules.createRule('over', { sqlExpression: '1=1' }), {
    code: 'MessagingEntityAlreadyExists',
  })
})

test('what a subscription dead-letters, and what could not be forwarded, is received there', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { target: {} } })
  await namespace.createTopic('bookings')
  await namespace.createSubscription('bookings', 'all')
  const client = open()
  await client.createSender('bookings').sendMessages({ body: 1 })
  const receiver = client.createReceiver('bookings', 'all')
  const [message] = await receiver.receiveMessages(1, soon)
  assert.ok(message)
  await receiver.deadLetterMessage(message, {
    deadLetterReason: 'no',
    deadLetterErrorDescription: 'never',
  })
  const dead = client.createReceiver('bookings', 'all', { subQueueType: 'deadLetter' })
  assert.equal((await dead.receiveMessages(1, soon))[0]?.deadLetterReason, 'no')
  await namespace.createQueue('source', { forwardTo: 'target' })
  await namespace.putQueue('target', { status: 'SendDisabled' })
  await client.createSender('source').sendMessages({ body: 'stuck' })
  const transfer = client.createReceiver('source', { subQueueType: 'transferDeadLetter' })
  assert.equal((await transfer.receiveMessages(1, soon))[0]?.body, 'stuck')
})
