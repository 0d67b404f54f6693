import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameWriter } from './frame-writer.ts'

const initialBytes = 1024

test('the buffers of a writer stay as small as what is written at a time', () => {
  const writer = new FrameWriter(initialBytes)
  const frame = new Uint8Array(100)
  let largest = 0
  for (let turn = 0; turn < 1_000; turn++) {
    // Two frames a turn, so that a buffer also ends in the middle of what waits.
    writer.writeSized(frame)
    writer.writeSized(frame)
    largest = Math.max(largest, writer.take().buffer.byteLength)
  }
  assert.equal(largest, initialBytes)
})

test('what is written is taken whole, also when it outgrows the buffer', () => {
  const writer = new FrameWriter(16)
  writer.writeUint32(7)
  writer.writeSized('a text of more than sixteen bytes')
  const bytes = writer.take()
  assert.equal(bytes.readUInt32LE(0), 7)
  assert.equal(bytes.toString('utf8', 8), 'a text of more than sixteen bytes')
  writer.writeByte(1)
  assert.deepEqual([...writer.take()], [1])
})
