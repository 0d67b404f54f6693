import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBus } from './bus-fixture.ts'
import { Quota } from './quota.ts'

const queue = 'servicebus/contoso/orders'
const orders = { path: 'orders', queues: [queue], bytesMax: 1000 }

test('an entity that is full takes nothing more until something is removed', async (t) => {
  const { namespace, store } = await startTestBus(t, { queues: { orders: {} } })
  const quota = new Quota(store)
  await quota.take({ ...orders, bytes: 600 })
  await namespace.send('orders', [{ body: 'x'.repeat(600) }])
  await assert.rejects(quota.take({ ...orders, bytes: 600 }), {
    code: 'QuotaExceeded',
    message: /Size of entity in bytes:600, Max entity size in bytes:1000/,
  })
  const receiver = namespace.openReceiver('orders', { mode: 'receiveAndDelete' })
  await receiver.receive({ maxCount: 1, waitMs: 0 })
  await quota.take({ ...orders, bytes: 600 })
})
