import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { AmqpConnection } from './amqp-connection.ts'
import { AmqpError } from './amqp-error.ts'
import { AmqpReader } from './amqp-reader.ts'
import { Described, exact, isList } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'
import { handshakeMsMax, idleTimeoutMs } from './limits.ts'

const logger = { info() {}, warn() {}, error() {}, debug() {} }

interface Peer {
  readonly clock: ManualClock
  readonly connection: AmqpConnection
  readonly stream: Duplex
  readonly write: (code: number, fields: readonly AmqpValue[]) => void
  /** What came since the last call: codes of performatives, -1 for heartbeats. */
  readonly take: () => Promise<readonly number[]>
  /** The condition of the last error that came. */
  readonly condition: () => string
}

function openPeer(): Peer {
  const clock = new ManualClock()
  const [server, stream] = duplexPair()
  const connection = new AmqpConnection({
    stream: server,
    clock,
    logger,
    containerId: 'server',
    handler: {
      authenticate: async () => false,
      attach: async () => {
        throw new AmqpError('amqp:not-found', 'There is nothing.')
      },
    },
  })
  connection.start()
  let bytes: Buffer = Buffer.alloc(0)
  let condition = ''
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
  })
  stream.on('error', () => {})
  return {
    clock,
    connection,
    stream,
    condition: () => condition,
    write: (code, fields) => {
      const writer = new AmqpWriter()
      writer.rawUint(0)
      for (const byte of [2, 0, 0, 0]) writer.byte(byte)
      writer.composite(code, fields)
      writer.setRawUint(0, writer.length)
      stream.write(writer.take())
    },
    take: async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      const codes: number[] = []
      if (bytes.subarray(0, 4).toString() === 'AMQP') bytes = bytes.subarray(8)
      while (bytes.length >= 8) {
        const body = bytes.subarray(8, bytes.readUInt32BE(0))
        bytes = bytes.subarray(bytes.readUInt32BE(0))
        if (body.length === 0) {
          codes.push(-1)
          continue
        }
        const { code, fields } = new AmqpReader(body).readComposite()
        codes.push(code)
        const error = fields.find((field) => field instanceof Described)
        const named = error instanceof Described && isList(error.value) ? error.value[0] : undefined
        if (typeof named === 'string') condition = named
      }
      return codes
    },
  }
}

async function openConnection(fields: readonly AmqpValue[] = ['peer']): Promise<Peer> {
  const peer = openPeer()
  peer.stream.write('AMQP\0\x01\0\0', 'latin1')
  peer.write(0x10, fields)
  await peer.take()
  return peer
}

test('a peer that is silent for twice the announced time is cut off', async () => {
  const { clock, take, condition, connection } = await openConnection()
  await clock.advance(idleTimeoutMs)
  assert.equal(connection.isOpen, true)
  await clock.advance(idleTimeoutMs * 1.5)
  assert.ok((await take()).includes(0x18))
  assert.equal(condition(), 'amqp:connection:forced')
  assert.equal(connection.isOpen, false)
})

test('a peer that asks for frames now and then gets them', async () => {
  const peer = await openConnection(['peer', null, null, null, exact('uint', 9000)])
  for (let second = 0; second < 9; second += 1) await peer.clock.advance(1000)
  const beats = (await peer.take()).filter((code) => code === -1).length
  assert.ok(beats >= 2 && beats <= 4, String(beats))
})

test('a handshake that does not end is cut off', async () => {
  const { clock, stream, connection } = openPeer()
  stream.write('AMQP', 'latin1')
  await clock.advance(handshakeMsMax * 2)
  assert.equal(connection.closed.aborted, true)
})

test('a peer whose frames are too small for the standard is refused', async () => {
  const { take, condition } = await openConnection(['peer', null, exact('uint', 100)])
  await take()
  assert.equal(condition(), 'amqp:invalid-field')
})

test('a fault of one session leaves the others alone', async () => {
  const peer = await openConnection()
  peer.write(0x11, [null, exact('uint', 0), exact('uint', 10), exact('uint', 10)])
  peer.write(0x14, [exact('uint', 3), exact('uint', 0), Buffer.from('t')])
  assert.deepEqual(await peer.take(), [0x11, 0x17])
  assert.equal(peer.condition(), 'amqp:session:unattached-handle')
  assert.equal(peer.connection.isOpen, true)
})

test('a link to nowhere is answered and closed, as the standard asks', async () => {
  const peer = await openConnection()
  peer.write(0x11, [null, exact('uint', 0), exact('uint', 10), exact('uint', 10)])
  peer.write(0x12, ['link', exact('uint', 0), true, null, null, null, null])
  assert.deepEqual(await peer.take(), [0x11, 0x12, 0x16])
  assert.equal(peer.condition(), 'amqp:not-found')
})
