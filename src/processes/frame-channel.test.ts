import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { randomHex } from '../base/ids.ts'
import { FrameChannel, type Frame } from './frame-channel.ts'
import { chunkBytes, writeBufferBytesMax } from './limits.ts'

/** The two ends of a real socket: what the second has received, and a wait for more of it. */
async function connect(t: TestContext) {
  const path = join(tmpdir(), `interline-${randomHex(8)}.sock`)
  const server = net.createServer().listen(path)
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = net.connect(path)
  const [served] = await accepted
  assert.ok(served instanceof net.Socket)
  t.after(() => {
    client.destroy()
    served.destroy()
    server.close()
  })
  const frames: Frame[] = []
  let arrived: () => void = () => {}
  const receiver = new FrameChannel(served, (frame) => {
    frames.push(frame)
    arrived()
  })
  const sender = new FrameChannel(client, () => {})
  const received = async (count: number): Promise<Frame[]> => {
    while (frames.length < count) await new Promise<void>((resolve) => (arrived = resolve))
    return frames
  }
  return { sender, receiver, received, served }
}

test('frames arrive whole and in order, with heads and parts as they were', async (t) => {
  const { sender, received } = await connect(t)
  sender.send({
    type: 1,
    head: '{"é":"✓"}',
    parts: ['text ✓', randomBytes(0), Buffer.from([0, 255])],
  })
  for (let number = 0; number < 500; number++) sender.send({ type: 2, head: String(number) })
  const [first, ...others] = await received(501)
  assert.equal(first?.head, '{"é":"✓"}')
  assert.deepEqual(
    first?.parts.map((part) => part.toString('hex')),
    [Buffer.from('text ✓').toString('hex'), '', '00ff'],
  )
  assert.deepEqual(
    others.map(({ head }) => head),
    Array.from({ length: 500 }, (_, number) => String(number)),
  )
})

test('a part above the chunk size arrives whole, and a small frame passes it', async (t) => {
  const { sender, received } = await connect(t)
  const large = randomBytes(20 * chunkBytes + 7)
  sender.send({ type: 1, head: 'large', parts: ['before', large, 'after'] })
  sender.send({ type: 1, head: 'small' })
  const frames = await received(2)
  assert.deepEqual(
    frames.map(({ head }) => head),
    ['small', 'large'],
  )
  const parts = frames[1]?.parts ?? []
  assert.equal(parts[0]?.toString(), 'before')
  assert.ok(parts[1]?.equals(large))
  assert.equal(parts[2]?.toString(), 'after')
})

test('many large parts at a time keep apart', async (t) => {
  const { sender, received } = await connect(t)
  const bodies = Array.from({ length: 5 }, () => randomBytes(3 * chunkBytes))
  for (const [number, body] of bodies.entries()) {
    sender.send({ type: 1, head: String(number), parts: [body] })
  }
  for (const { head, parts } of await received(5)) {
    assert.ok(parts[0]?.equals(bodies[Number(head)] ?? Buffer.alloc(0)))
  }
})

test('a sender is told when the reader is slow, and when it has caught up', async (t) => {
  const { sender, received, served } = await connect(t)
  served.pause()
  const part = randomBytes(chunkBytes / 2)
  let count = 1
  while (sender.send({ type: 1, head: '', parts: [part] })) {
    count++
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(count * part.length >= writeBufferBytesMax)
  assert.ok(sender.backlogBytes > 0)
  served.resume()
  await sender.drained()
  assert.equal(sender.backlogBytes, 0)
  await received(count)
})
