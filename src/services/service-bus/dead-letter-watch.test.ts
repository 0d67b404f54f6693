import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBus, now, only, type TestBus } from './bus-fixture.ts'

async function deadLetter({ namespace }: TestBus, body: string): Promise<void> {
  await namespace.send('orders', [{ body }])
  const receiver = namespace.openReceiver('orders', { mode: 'peekLock' })
  await receiver.deadLetter(only(await receiver.receive(now)), { reason: `bad ${body}` })
}

/** Why messages were given up, as the traces tell it. */
async function reasons(started: TestBus): Promise<readonly (string | undefined)[]> {
  await started.bus.stop()
  return started.spans
    .filter(({ operation }) => operation === 'dead-letter')
    .map(({ reason }) => reason)
}

test('a message that its receiver gives up is told once, with the reason', async (t) => {
  const started = await startTestBus(t, { queues: { orders: {} } })
  await deadLetter(started, 'a')
  await deadLetter(started, 'b')
  assert.deepEqual(await reasons(started), ['bad a', 'bad b'])
})

test('a queue that was deleted and made again tells of its dead letters', async (t) => {
  const started = await startTestBus(t, { queues: { orders: {} } })
  await deadLetter(started, 'a')
  await deadLetter(started, 'b')
  await started.namespace.delete('orders')
  await started.namespace.createQueue('orders')
  await deadLetter(started, 'c')
  assert.deepEqual(await reasons(started), ['bad a', 'bad b', 'bad c'])
})
