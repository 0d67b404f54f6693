import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ServiceBusClient } from '@azure/service-bus'
import rhea from 'rhea'
import type { ConnectionOptions } from 'rhea'
import WebSocket from 'ws'
import { startBus } from './bus-server.ts'
import type { BusServer } from './bus-server.ts'

const retryOptions = { maxRetries: 0 }

function connectionString(bus: BusServer, name: string, key: string): string {
  return `Endpoint=sb://localhost:${bus.port};SharedAccessKeyName=${name};SharedAccessKey=${key};UseDevelopmentEmulator=true;`
}

function signature(resource: string, key: string, expiresAtMs: number): string {
  const sr = encodeURIComponent(resource)
  const se = Math.floor(expiresAtMs / 1000)
  const sig = createHmac('sha256', key).update(`${sr}\n${se}`).digest('base64')
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${se}&skn=RootManageSharedAccessKey`
}

test('a wrong key is refused', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  for (const [name, key] of [
    ['RootManageSharedAccessKey', 'wrong'],
    ['nobody', 'wrong'],
  ] as const) {
    const client = new ServiceBusClient(connectionString(bus, name, key), { retryOptions })
    await assert.rejects(client.createSender('orders').sendMessages({ body: 1 }), {
      code: 'UnauthorizedAccess',
    })
    await client.close()
  }
})

test('a rule gives the rights it has, on its own entity', async (t) => {
  const bus = await startBus(t, { queues: { orders: {}, other: {} } })
  const rule = await bus.namespace.authorizationRules.put('orders', 'sender', ['Send'])
  const client = new ServiceBusClient(connectionString(bus, 'sender', rule.primaryKey), {
    retryOptions,
  })
  t.after(() => client.close())
  await client.createSender('orders').sendMessages({ body: 1 })
  const refused = { code: 'UnauthorizedAccess' }
  await assert.rejects(client.createReceiver('orders').receiveMessages(1), refused)
  await assert.rejects(client.createSender('other').sendMessages({ body: 1 }), refused)
  const second = new ServiceBusClient(connectionString(bus, 'sender', rule.secondaryKey), {
    retryOptions,
  })
  t.after(() => second.close())
  await second.createSender('orders').sendMessages({ body: 2 })
})

test('a signature is good for its resource until it expires', async (t) => {
  const bus = await startBus(t, { queues: { orders: {}, other: {} } })
  const { primaryKey } = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  const open = (sas: string): ServiceBusClient => {
    const plain = `Endpoint=sb://localhost:${bus.port};SharedAccessSignature=${sas};UseDevelopmentEmulator=true;`
    const client = new ServiceBusClient(plain, { retryOptions })
    t.after(() => client.close())
    return client
  }
  const resource = `sb://localhost:${bus.port}/orders`
  const good = open(signature(resource, primaryKey, Date.now() + 60_000))
  await good.createSender('orders').sendMessages({ body: 1 })
  const refused = { code: 'UnauthorizedAccess' }
  await assert.rejects(good.createSender('other').sendMessages({ body: 1 }), refused)
  const expired = open(signature(resource, primaryKey, Date.now() - 60_000))
  await assert.rejects(expired.createSender('orders').sendMessages({ body: 1 }), refused)
})

test('local keys may be switched off', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  bus.namespace.define({ properties: { disableLocalAuth: true } })
  await assert.rejects(bus.open().createSender('orders').sendMessages({ body: 1 }), {
    code: 'UnauthorizedAccess',
  })
})

test('a client that knows nothing of Azure sends, receives and settles by SASL PLAIN', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const rule = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  const connection = rhea.create_container().connect({
    host: '127.0.0.1',
    port: bus.port,
    hostname: 'localhost',
    username: rule.name,
    password: rule.primaryKey,
    reconnect: false,
  })
  const sender = connection.open_sender('orders')
  sender.once('sendable', () => sender.send({ body: 'hello', message_id: 'm', ttl: 60_000 }))
  await new Promise((resolve) => sender.once('accepted', resolve))
  const receiver = connection.open_receiver({ source: 'orders', credit_window: 10 })
  const body = await new Promise((resolve) => {
    receiver.once('message', ({ message }) => resolve(message?.body))
  })
  assert.equal(body, 'hello')
  connection.close()
  await new Promise((resolve) => connection.once('connection_close', resolve))
  assert.equal((await bus.namespace.counts('orders')).activeMessageCount, 0)
})

test('AMQP is spoken in a WebSocket', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const { primaryKey, name } = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  const address = `ws://localhost:${bus.port}/$servicebus/websocket`
  const connect = rhea.websocket_connect(WebSocket)
  const options: ConnectionOptions = {
    host: 'localhost',
    port: bus.port,
    username: name,
    password: primaryKey,
    reconnect: false,
  }
  // The types of this client have no word for it.
  Reflect.set(options, 'connection_details', connect(address, ['AMQPWSB10'], {}))
  const connection = rhea.create_container().connect(options)
  const sender = connection.open_sender('orders')
  sender.once('sendable', () => sender.send({ body: 'x'.repeat(100_000) }))
  await new Promise((resolve) => sender.once('accepted', resolve))
  connection.close()
  await new Promise((resolve) => connection.once('connection_close', resolve))
  assert.equal((await bus.namespace.counts('orders')).activeMessageCount, 1)
})
