import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { encodeMessage } from '../../../src/protocols/amqp/amqp-message.ts'
import { startBus } from './bus-server.ts'
import type { BusServer } from './bus-server.ts'
import { FrameClient, code, composite, conditionOf, openFrames, uint } from './frame-client.ts'

const small = encodeMessage({ body: { kind: 'data', bytes: Buffer.from('x') } })

async function openClient(t: TestContext, bus: BusServer): Promise<FrameClient> {
  const client = openFrames(t, bus.port)
  const rule = bus.namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  await client.open({ name: rule.name, key: rule.primaryKey })
  await client.begin()
  return client
}

/** The server still does what it is there for. */
async function assertServes(bus: BusServer): Promise<void> {
  const client = bus.open()
  await client.createSender('orders').sendMessages({ body: 1 })
}

test('a peer that speaks another protocol is told which one is spoken here', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  for (const bytes of ['AMQP\0\0\x09\x01', 'AMQP\x01\x01\0\x0a']) {
    const { socket } = openFrames(t, bus.port)
    const told = once(socket, 'data')
    socket.write(bytes, 'latin1')
    const [answer] = await told
    assert.equal(Buffer.from(answer).toString('latin1'), 'AMQP\x03\x01\0\0')
    if (!socket.closed) await once(socket, 'close')
  }
  await assertServes(bus)
})

test('garbage and frames that cannot be end the connection with their condition', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const cases: readonly (readonly [string, string])[] = [
    ['ffffffff02000000', 'amqp:connection:framing-error'],
    ['0000000401000000', 'amqp:connection:framing-error'],
    ['00000010020000000053144500000000', 'amqp:decode-error'],
    ['0000000c0200000000531445', 'amqp:decode-error'],
    ['0000000a02000000ffff', 'amqp:decode-error'],
    ['0000000c0200000500531345', 'amqp:not-found'],
  ]
  for (const [hex, condition] of cases) {
    const client = await openClient(t, bus)
    client.socket.write(Buffer.from(hex, 'hex'))
    const { fields } = await client.frame(code.close)
    assert.equal(conditionOf(fields[0]), condition, hex)
    await client.closed()
  }
  await assertServes(bus)
})

test('random frames do no harm', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  let seed = 3
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  for (let round = 0; round < 60; round += 1) {
    const client = await openClient(t, bus)
    client.attachSender(0, 'orders')
    client.attachReceiver(1, 'orders')
    for (let count = 0; count < 20; count += 1) {
      const body = Buffer.from(Array.from({ length: 4 + random(40) }, () => random(256)))
      body.set([0, 0x53, 0x12 + random(7)])
      const head = Buffer.from([0, 0, 0, 8 + body.length, 2, 0, 0, 0])
      client.socket.write(Buffer.concat([head, body]))
    }
    client.socket.end()
    await client.closed()
  }
  await assertServes(bus)
})

test('a wrong key and an unknown name are refused', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  for (const credentials of [
    { name: 'RootManageSharedAccessKey', key: 'wrong' },
    { name: 'nobody', key: 'wrong' },
    { name: '', key: '' },
  ]) {
    const client = openFrames(t, bus.port)
    await assert.rejects(client.open(credentials))
    await client.closed()
  }
})

test('without a token nothing can be attached', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const client = openFrames(t, bus.port)
  client.socket.write('AMQP\0\x01\0\0', 'latin1')
  client.write(code.open, ['test', 'localhost'])
  await client.frame(code.open)
  await client.begin()
  client.attachSender(0, 'orders')
  const { fields } = await client.frame(code.detach)
  assert.equal(conditionOf(fields[2]), 'amqp:unauthorized-access')
})

test('what is attached to nowhere is refused', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const client = await openClient(t, bus)
  const addresses = [
    'none',
    '',
    'orders/$deadletterqueue',
    '../orders',
    '$management',
    'a'.repeat(5000),
  ]
  for (const [handle, address] of addresses.entries()) {
    client.attachSender(handle, address)
    const { fields } = await client.frame(code.detach)
    assert.match(conditionOf(fields[2]), /^amqp:(?:not-found|not-allowed)$/, address)
    client.write(code.detach, [uint(handle), true])
  }
})

test('a message without credit ends its link, one without a link its session', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const client = await openClient(t, bus)
  client.attachSender(0, 'orders')
  await client.frame(code.flow)
  for (let id = 0; id < 1600; id += 1) client.transfer(0, id, { payload: small, more: true })
  client.transfer(7, 1, { payload: small })
  const { fields } = await client.frame(code.end)
  assert.equal(conditionOf(fields[0]), 'amqp:session:unattached-handle')
  await assertServes(bus)
})

test('more messages than credit are not taken', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const client = await openClient(t, bus)
  client.attachReceiver(1, 'orders')
  client.credit(1, 0)
  client.attachSender(0, 'orders/$management')
  await client.frame(code.flow)
  for (let id = 0; id < 300; id += 1) client.transfer(0, id, { payload: small })
  const { fields } = await client.frame(code.detach)
  assert.equal(conditionOf(fields[2]), 'amqp:link:transfer-limit-exceeded')
})

test('dispositions of deliveries that never were change nothing', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  await bus.namespace.send('orders', [{ body: 'kept' }])
  const client = await openClient(t, bus)
  client.attachReceiver(1, 'orders')
  client.credit(1, 1)
  await client.frame(code.transfer)
  const accepted = composite(0x24, [])
  client.write(code.disposition, [true, uint(5), uint(4_000_000_000), true, accepted])
  client.write(code.disposition, [true, uint(1), uint(0xffff_ffff), true, accepted])
  client.write(code.flow, [
    uint(0),
    uint(5000),
    uint(0),
    uint(5000),
    null,
    null,
    null,
    null,
    null,
    true,
  ])
  await client.frame(code.flow)
  assert.equal((await bus.namespace.counts('orders')).activeMessageCount, 1)
})

test('a reader that stops reading is not sent more than the socket takes', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const body = Buffer.alloc(200_000)
  for (let count = 0; count < 120; count += 1) await bus.namespace.send('orders', [{ body }])
  const client = await openClient(t, bus)
  client.attachReceiver(1, 'orders')
  await client.frame(code.attach)
  client.socket.pause()
  client.credit(1, 120)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await assertServes(bus)
  client.socket.destroy()
})

test('a connection that says nothing, or half a frame, harms nobody', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  openFrames(t, bus.port)
  const half = await openClient(t, bus)
  half.socket.write(Buffer.from([0, 0, 1]))
  await assertServes(bus)
})

test('what is neither AMQP nor TLS is answered as HTTP, and cut off where it is none', async (t) => {
  const bus = await startBus(t, { queues: { orders: {} } })
  const upgrade = ['GET /$servicebus/websocket HTTP/1.1', 'Host: localhost', 'Connection: Upgrade']
  const handshake = [...upgrade, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  const cases: readonly (readonly [string, RegExp])[] = [
    ['\xff\xfe\xfd\r\n\r\n', /^HTTP\/1\.1 400/],
    ['GET /orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 401/],
    [`${[...handshake, key].join('\r\n')}\r\n\r\n`, /^HTTP\/1\.1 400/],
    [
      `${[...handshake, key, 'Sec-WebSocket-Protocol: AMQPWSB10'].join('\r\n')}\r\n\r\n\x82\x08AMQP\0\x01\0\0`,
      /^HTTP\/1\.1 101/,
    ],
  ]
  for (const [bytes, expected] of cases) {
    const { socket } = openFrames(t, bus.port)
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
    })
    socket.write(bytes, 'latin1')
    if (!socket.closed) await once(socket, 'close')
    assert.match(answer, expected)
  }
  await assertServes(bus)
})
