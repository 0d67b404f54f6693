import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBus } from './bus-server.ts'

test('the client sends, receives and completes', async (t) => {
  const { open, namespace } = await startBus(t, { queues: { orders: {} } })
  const client = open()
  await client.createSender('orders').sendMessages({ body: { id: 1 }, messageId: 'one' })
  const receiver = client.createReceiver('orders')
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 })
  assert.ok(message)
  assert.deepEqual(message.body, { id: 1 })
  assert.equal(message.messageId, 'one')
  assert.equal(message.deliveryCount, 0)
  await receiver.completeMessage(message)
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})
