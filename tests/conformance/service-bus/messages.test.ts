import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus'
import { startBus } from './bus-server.ts'

const soon = { maxWaitTimeInMs: 5000 }

async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, soon)
  assert.ok(message)
  return message
}

test('the client sends, receives and completes', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: { id: 1 }, messageId: 'one' })
  const receiver = client.createReceiver('orders')
  const message = await receiveOne(receiver)
  assert.deepEqual(message.body, { id: 1 })
  assert.equal(message.messageId, 'one')
  assert.equal(message.deliveryCount, 0)
  assert.ok(message.lockedUntilUtc && message.lockedUntilUtc.getTime() > Date.now() + 50_000)
  assert.ok(message.enqueuedTimeUtc)
  assert.equal(message.sequenceNumber?.toNumber(), 1)
  await receiver.completeMessage(message)
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})

test('every property and the types of application properties arrive as they were sent', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const sent = {
    body: 'text',
    messageId: 'm',
    correlationId: 'c',
    contentType: 'text/plain',
    subject: 's',
    to: 'to',
    replyTo: 'back',
    replyToSessionId: 'rs',
    partitionKey: 'p',
    timeToLive: 60_000,
    applicationProperties: {
      text: 'a',
      whole: 7,
      broken: 1.5,
      yes: true,
      none: null,
      when: new Date(5),
    },
  }
  await client.createSender('orders').sendMessages(sent)
  const message = await receiveOne(client.createReceiver('orders', { skipConvertingDate: true }))
  const { timeToLive, applicationProperties, ...rest } = sent
  for (const [name, value] of Object.entries(rest)) {
    assert.deepEqual(Reflect.get(message, name), value, name)
  }
  assert.deepEqual(message.applicationProperties, applicationProperties)
  assert.ok(Math.abs((message.timeToLive ?? 0) - timeToLive) < 100)
  const aliveMs = Number(message.expiresAtUtc) - Number(message.enqueuedTimeUtc)
  assert.ok(Math.abs(aliveMs - timeToLive) < 100)
})

test('bodies of values and sequences come back as such', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const sender = client.createSender('orders')
  const bodies = [
    { body: { list: [1, 'a'], deep: { yes: true } }, bodyType: 'value' as const },
    { body: 'plain', bodyType: 'value' as const },
    { body: ['a', 2], bodyType: 'sequence' as const },
    { body: Buffer.from([1, 2, 3]), bodyType: 'data' as const },
  ]
  const annotations = { messageAnnotations: { 'x-mine': 'kept' } }
  for (const body of bodies) await sender.sendMessages({ ...body, ...annotations })
  const messages = await client.createReceiver('orders').receiveMessages(4, soon)
  assert.deepEqual(
    messages.map(({ body, _rawAmqpMessage }) => ({
      body: asPlain(body),
      bodyType: _rawAmqpMessage.bodyType,
    })),
    bodies,
  )
  assert.equal(messages[0]?._rawAmqpMessage.messageAnnotations?.['x-mine'], 'kept')
})

/** Without the types that the client leaves on the elements of sequences. */
function asPlain(body: unknown): unknown {
  return Buffer.isBuffer(body) ? body : JSON.parse(JSON.stringify(body))
}

test('a batch arrives whole, and is as large as the entity says', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const sender = client.createSender('orders')
  const batch = await sender.createMessageBatch()
  assert.equal(batch.maxSizeInBytes, 262_144)
  while (
    batch.tryAddMessage({ body: 'x'.repeat(1000), applicationProperties: { n: batch.count } })
  );
  assert.ok(batch.count > 200)
  await sender.sendMessages(batch)
  const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' })
  let count = 0
  while (count < batch.count) count += (await receiver.receiveMessages(100, soon)).length
  assert.equal(count, batch.count)
})

test('a message larger than the entity takes is refused, and the client goes on', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const sender = client.createSender('orders')
  await assert.rejects(sender.sendMessages({ body: 'x'.repeat(300_000) }), {
    code: 'MessageSizeExceeded',
  })
  await sender.sendMessages({ body: 'small' })
  assert.equal((await receiveOne(client.createReceiver('orders'))).body, 'small')
})

test('receive and delete leaves nothing behind', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }])
  const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' })
  const messages = await receiver.receiveMessages(2, soon)
  assert.deepEqual(
    messages.map(({ body }) => Number(body)),
    [1, 2],
  )
  assert.equal(messages[0]?.lockToken, undefined)
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})

test('an abandoned message comes again with changed properties and a higher count', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: 1, applicationProperties: { a: 1 } })
  const receiver = client.createReceiver('orders')
  await receiver.abandonMessage(await receiveOne(receiver), { b: 'two' })
  const again = await receiveOne(receiver)
  assert.equal(again.deliveryCount, 1)
  assert.deepEqual(again.applicationProperties, { a: 1, b: 'two' })
})

test('a deferred message is received by its sequence number, and settled', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }])
  const receiver = client.createReceiver('orders')
  const messages = await receiver.receiveMessages(2, soon)
  for (const message of messages) await receiver.deferMessage(message)
  const [peeked] = await receiver.peekMessages(1)
  assert.equal(peeked?.state, 'deferred')
  const numbers = messages.map(({ sequenceNumber }) => sequenceNumber)
  assert.ok(numbers[0] && numbers[1])
  const [first, second] = await receiver.receiveDeferredMessages([numbers[0], numbers[1]])
  assert.ok(first && second)
  await receiver.completeMessage(first)
  await receiver.deadLetterMessage(second, {
    deadLetterReason: 'why',
    deadLetterErrorDescription: 'so',
  })
  const { activeMessageCount, deadLetterMessageCount } = await namespace.counts('orders')
  assert.deepEqual(
    { activeMessageCount, deadLetterMessageCount },
    { activeMessageCount: 0, deadLetterMessageCount: 1 },
  )
})

test('a dead-lettered message says why, and is in the dead-letter queue', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: 1 })
  const receiver = client.createReceiver('orders')
  await receiver.deadLetterMessage(await receiveOne(receiver), {
    deadLetterReason: 'bad',
    deadLetterErrorDescription: 'very bad',
    extra: 'more',
  })
  const dead = client.createReceiver('orders', { subQueueType: 'deadLetter' })
  const message = await receiveOne(dead)
  assert.equal(message.deadLetterReason, 'bad')
  assert.equal(message.deadLetterErrorDescription, 'very bad')
  assert.equal(message.applicationProperties?.['extra'], 'more')
  await dead.completeMessage(message)
})

test('a lock is renewed', async (t) => {
  const { open } = await startBus(t, { queues: { orders: { lockDuration: 'PT5S' } } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: 1 })
  const receiver = client.createReceiver('orders', { maxAutoLockRenewalDurationInMs: 0 })
  const message = await receiveOne(receiver)
  const before = Number(message.lockedUntilUtc)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const until = await receiver.renewMessageLock(message)
  assert.ok(until.getTime() > before)
})

test('a message whose lock is lost cannot be completed', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: 1 })
  const receiver = client.createReceiver('orders')
  const message = await receiveOne(receiver)
  const locked = { sequenceNumber: 1, lockToken: message.lockToken ?? '' }
  await namespace.openReceiver('orders', { mode: 'peekLock' }).abandon(locked)
  await assert.rejects(receiver.completeMessage(message), { code: 'MessageLockLost' })
  await assert.rejects(receiver.renewMessageLock(message), { code: 'MessageLockLost' })
})

test('peeking goes on from where it was', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }])
  const receiver = client.createReceiver('orders')
  const first = await receiver.peekMessages(2)
  const rest = await receiver.peekMessages(5)
  assert.deepEqual(
    [...first, ...rest].map(({ body }) => Number(body)),
    [1, 2, 3],
  )
  assert.equal(first[0]?.lockToken, undefined)
  assert.deepEqual(await receiver.peekMessages(5), [])
})

test('messages are scheduled and cancelled', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const sender = client.createSender('orders')
  const at = new Date(Date.now() + 3_600_000)
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], at)
  assert.equal(numbers.length, 2)
  const receiver = client.createReceiver('orders')
  const [peeked] = await receiver.peekMessages(1)
  assert.equal(peeked?.state, 'scheduled')
  assert.equal(Number(peeked?.scheduledEnqueueTimeUtc), at.getTime())
  assert.ok(numbers[0])
  await sender.cancelScheduledMessages(numbers[0])
  await assert.rejects(sender.cancelScheduledMessages(numbers[0]), { code: 'MessageNotFound' })
  await sender.scheduleMessages({ body: 'soon' }, new Date(Date.now() + 300))
  assert.equal((await receiveOne(receiver)).body, 'soon')
})

test('a wait for messages ends when its time is over, and credit goes back', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const receiver = client.createReceiver('orders')
  assert.deepEqual(await receiver.receiveMessages(10, { maxWaitTimeInMs: 100 }), [])
  await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }])
  assert.equal((await receiver.receiveMessages(1, soon)).length, 1)
  assert.equal((await receiver.receiveMessages(10, { maxWaitTimeInMs: 200 })).length, 1)
})

test('a subscription to a queue takes what comes, many at once', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const receiver = client.createReceiver('orders')
  const seen = new Set<number>()
  const done = new Promise<void>((resolve, reject) => {
    receiver.subscribe(
      {
        processMessage: async ({ body }) => {
          seen.add(Number(body))
          if (seen.size === 3000) resolve()
        },
        processError: async ({ error }) => reject(error),
      },
      { maxConcurrentCalls: 64 },
    )
  })
  const sender = client.createSender('orders')
  for (let start = 0; start < 3000; start += 500) {
    await sender.sendMessages(Array.from({ length: 500 }, (_, at) => ({ body: start + at })))
  }
  await done
  await receiver.close()
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})

test('an entity that is not there, or is disabled, is refused by its reason', async (t) => {
  const { open } = await startBus(t, { queues: { off: { status: 'Disabled' } } })
  const client = open()
  await assert.rejects(client.createSender('none').sendMessages({ body: 1 }), {
    code: 'MessagingEntityNotFound',
  })
  await assert.rejects(client.createReceiver('none').receiveMessages(1, soon), {
    code: 'MessagingEntityNotFound',
  })
  await assert.rejects(client.createSender('off').sendMessages({ body: 1 }), {
    code: 'MessagingEntityDisabled',
  })
})

test('a message of many frames arrives as it was sent', async (t) => {
  const { open } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  const body = Buffer.from(Array.from({ length: 250_000 }, (_, at) => at % 251))
  await client.createSender('orders').sendMessages({ body })
  const message = await receiveOne(client.createReceiver('orders'))
  assert.ok(body.equals(message.body))
})
