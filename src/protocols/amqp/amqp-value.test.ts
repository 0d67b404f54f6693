import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AmqpError } from './amqp-error.ts'
import { decodeMessage, encodeMessage } from './amqp-message.ts'
import { AmqpReader } from './amqp-reader.ts'
import { ArrayOf, Decimal, Described, Uuid, exact, symbol } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'

function written(value: AmqpValue): Buffer {
  const writer = new AmqpWriter()
  writer.value(value)
  return writer.take()
}

function read(hex: string): AmqpValue {
  return new AmqpReader(Buffer.from(hex.replaceAll(' ', ''), 'hex')).read()
}

test('every value reads back as it was written', () => {
  const values: AmqpValue[] = [
    null,
    true,
    false,
    0,
    -1,
    127,
    -129,
    2_147_483_647,
    1.5,
    -0.25,
    0n,
    -5n,
    9_007_199_254_740_993n,
    '',
    'text',
    'ä€😀'.repeat(100),
    new Date(1_700_000_000_000),
    [],
    [1, ['a', null]],
    new Map<AmqpValue, AmqpValue>([
      ['a', 1],
      [2, 'b'],
    ]),
    Uuid.parse('00112233-4455-6677-8899-aabbccddeeff'),
    new Described(5n, 'what'),
    new Decimal(Buffer.alloc(8, 3)),
  ]
  for (const value of values) assert.deepEqual(new AmqpReader(written(value)).read(), value)
})

test('values are written as the standard encodes them', () => {
  const cases: readonly (readonly [AmqpValue, string])[] = [
    [null, '40'],
    [true, '41'],
    [exact('uint', 0), '43'],
    [exact('uint', 255), '52ff'],
    [exact('uint', 256), '7000000100'],
    [exact('ulong', 36), '5324'],
    [exact('ubyte', 4), '5004'],
    [exact('ushort', 1), '600001'],
    [-2, '54fe'],
    [exact('long', 1), '5501'],
    ['hi', 'a1026869'],
    [symbol('hi'), 'a3026869'],
    [Buffer.from([1]), 'a00101'],
    [[], '45'],
    [exact('double', 1), '823ff0000000000000'],
  ]
  for (const [value, hex] of cases) assert.equal(written(value).toString('hex'), hex)
})

test('arrays are read as lists', () => {
  assert.deepEqual(new AmqpReader(written(new ArrayOf([1n, 2n]))).read(), [1n, 2n])
  assert.deepEqual(read('e0 04 02 a3 01 61 01 62'), ['a', 'b'])
  assert.deepEqual(read('f0 0000000a 00000002 71 00000001 00000002'), [1, 2])
})

test('bytes that are no value are refused without taking memory for what they claim', () => {
  const wrong = [
    '',
    'ff',
    'a1 05 61',
    'd0 00000008 ffffffff',
    'f0 0000000a ffffffff 40',
    'f0 0000000a ffffffff 71 00000001',
    'd1 00000008 00000001 40',
    'b0 ffffffff',
    '73 00ffffff',
    `${'c0 ff 01'.repeat(100)}40`,
    `${'00 40 '.repeat(100)}40`,
  ]
  for (const hex of wrong) {
    assert.throws(() => read(hex), { name: 'AmqpError', condition: 'amqp:decode-error' }, hex)
  }
})

test('a message keeps its sections', () => {
  const message = {
    header: { durable: true, priority: 4, ttlMs: 1000, deliveryCount: 2 },
    messageAnnotations: new Map<AmqpValue, AmqpValue>([['x-opt-a', 1n]]),
    properties: { messageId: 'm', userId: Buffer.from('u'), contentType: 'c', creationTimeMs: 5 },
    applicationProperties: new Map<AmqpValue, AmqpValue>([['n', 1.5]]),
    body: { kind: 'data', bytes: Buffer.from('body') },
  } as const
  const decoded = decodeMessage(encodeMessage(message))
  assert.deepEqual(decoded.header, message.header)
  assert.deepEqual(decoded.messageAnnotations, message.messageAnnotations)
  assert.equal(decoded.properties?.messageId, 'm')
  assert.equal(decoded.properties?.contentType, 'c')
  assert.equal(decoded.properties?.creationTimeMs, 5)
  assert.deepEqual(decoded.applicationProperties, message.applicationProperties)
  assert.deepEqual(decoded.body, message.body)
})

test('changed bytes of a message are read, or refused as AMQP', () => {
  const bytes = encodeMessage({
    header: { durable: true },
    properties: { messageId: 'm', subject: 's' },
    applicationProperties: new Map<AmqpValue, AmqpValue>([['list', [1, 2n, 'x']]]),
    body: { kind: 'value', value: new Map<AmqpValue, AmqpValue>([['k', new ArrayOf([1n])]]) },
  })
  let seed = 7
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  for (let round = 0; round < 20_000; round += 1) {
    const changed = Buffer.from(bytes.subarray(0, 1 + random(bytes.length)))
    for (let count = random(4); count >= 0; count -= 1)
      changed[random(changed.length)] = random(256)
    try {
      decodeMessage(changed)
    } catch (error) {
      assert.ok(error instanceof AmqpError, String(error))
    }
  }
})
