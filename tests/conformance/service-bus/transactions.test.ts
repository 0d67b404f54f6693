import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Described } from '../../../src/protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../../src/protocols/amqp/amqp-value.ts'
import { encodeMessage } from '../../../src/protocols/amqp/amqp-message.ts'
import { startBus } from './bus-server.ts'
import type { BusServer } from './bus-server.ts'
import { FrameClient, code, composite, conditionOf, openFrames, uint } from './frame-client.ts'
import type { ServerFrame } from './frame-client.ts'

const coordinator = 9
const text = (body: string): Buffer =>
  encodeMessage({ body: { kind: 'data', bytes: Buffer.from(body) } })

async function openClient(t: TestContext, bus: BusServer): Promise<FrameClient> {
  const client = openFrames(t, bus.port)
  const rule = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  await client.open({ name: rule.name, key: rule.primaryKey })
  await client.begin()
  client.attachSender(coordinator, undefined)
  await client.frame(code.flow)
  return client
}

function coordinate(client: FrameClient, id: number, request: AmqpValue): Promise<ServerFrame> {
  const payload = encodeMessage({ body: { kind: 'value', value: request } })
  client.transfer(coordinator, id, { payload })
  return client.frame(code.disposition)
}

function fieldsOf(state: AmqpValue | undefined): readonly AmqpValue[] {
  return state instanceof Described && Array.isArray(state.value) ? state.value : []
}

async function declare(client: FrameClient, id: number): Promise<Uint8Array> {
  const { fields } = await coordinate(client, id, composite(0x31, []))
  const [transactionId] = fieldsOf(fields[4])
  assert.ok(transactionId instanceof Uint8Array)
  return transactionId
}

test('a transaction sends to several entities and completes, all at once', async (t) => {
  const bus = await startBus(t, { queues: { orders: {}, other: {}, source: {} } })
  const { namespace } = bus
  await namespace.send('source', [{ body: 'taken' }])
  const client = await openClient(t, bus)
  client.attachReceiver(1, 'source')
  await client.frame(code.attach)
  client.credit(1, 1)
  const delivered = await client.frame(code.transfer)
  const transaction = await declare(client, 0)
  const inTransaction = composite(0x34, [transaction])
  client.attachSender(2, 'orders')
  await client.frame(code.flow)
  client.attachSender(3, 'other')
  await client.frame(code.flow)
  client.transfer(2, 1, { payload: text('a'), state: inTransaction })
  client.transfer(3, 2, { payload: text('b'), state: inTransaction })
  const completed = composite(0x34, [transaction, composite(0x24, [])])
  client.write(code.disposition, [
    true,
    delivered.fields[1] === 0 ? uint(0) : uint(1),
    null,
    false,
    completed,
  ])
  for (let answers = 0; answers < 3; answers += 1) await client.frame(code.disposition)
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
  const { fields } = await coordinate(client, 3, composite(0x32, [transaction, false]))
  assert.ok(fields[4] instanceof Described && fields[4].descriptor === 0x24n)
  for (const [path, count] of [
    ['orders', 1],
    ['other', 1],
    ['source', 0],
  ] as const) {
    assert.equal((await namespace.counts(path)).activeMessageCount, count, path)
  }
})

test('a transaction that fails leaves nothing, and one that is not known is refused', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const client = await openClient(t, bus)
  const transaction = await declare(client, 0)
  client.attachSender(2, 'orders')
  await client.frame(code.flow)
  client.transfer(2, 1, { payload: text('a'), state: composite(0x34, [transaction]) })
  await client.frame(code.disposition)
  await coordinate(client, 2, composite(0x32, [transaction, true]))
  assert.equal((await bus.namespace.counts('orders')).activeMessageCount, 0)
  const { fields } = await coordinate(client, 3, composite(0x32, [transaction, false]))
  assert.equal(conditionOf(fieldsOf(fields[4])[0]), 'amqp:transaction:unknown-id')
})

test('a transaction whose lock was lost is rolled back whole', async (t) => {
  const bus = await startBus(t, { queues: { orders: {}, source: {} } })
  const { namespace } = bus
  await namespace.send('source', [{ body: 'taken' }])
  const client = await openClient(t, bus)
  client.attachReceiver(1, 'source')
  await client.frame(code.attach)
  client.credit(1, 1)
  await client.frame(code.transfer)
  const transaction = await declare(client, 0)
  client.attachSender(2, 'orders')
  await client.frame(code.flow)
  client.transfer(2, 1, { payload: text('a'), state: composite(0x34, [transaction]) })
  const completed = composite(0x34, [transaction, composite(0x24, [])])
  client.write(code.disposition, [true, uint(0), null, false, completed])
  await client.frame(code.disposition)
  await client.frame(code.disposition)
  await namespace.delete('source')
  const { fields } = await coordinate(client, 2, composite(0x32, [transaction, false]))
  assert.ok(fields[4] instanceof Described && fields[4].descriptor === 0x25n)
  assert.equal((await namespace.counts('orders')).activeMessageCount, 0)
})
