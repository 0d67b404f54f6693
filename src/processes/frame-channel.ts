import assert from 'node:assert/strict'
import type { Duplex } from 'node:stream'
import { FrameWriter } from './frame-writer.ts'
import { chunkBytes, messageBytesMax, writeBufferBytesMax } from './limits.ts'

/** What travels between the platform and a child: a type, a head of JSON text and parts of raw bytes. */
export interface Frame {
  readonly type: number
  readonly head: string
  readonly parts: readonly Buffer[]
}

interface OutgoingFrame {
  readonly type: number
  readonly head: string
  readonly parts?: readonly (string | Uint8Array)[]
}

// A frame on the wire: u32 length of what follows, u8 type, sized head, u32 count, sized parts. A part that is
// sent in chunks has the length `inChunks` and a stream number instead of bytes; its chunks are frames of type 0.
const chunkType = 0
const inChunks = 0xffff_ffff
const lengthBytes = 4

/**
 * Frames over a pipe, in both directions. Frames of one turn of the event loop leave in one write. Parts above
 * `chunkBytes` follow their frame in chunks with back-pressure, and the frame is delivered when they are whole.
 */
export class FrameChannel {
  readonly #stream: Duplex
  readonly #onFrame: (frame: Frame) => void
  readonly #writer = new FrameWriter()
  readonly #streams = new Map<number, ChunkedPart>()
  readonly #large: { stream: number; bytes: Buffer }[] = []
  #flushing = false
  #sendingLarge = false
  #nextStream = 1
  #unread: Buffer[] = []
  #unreadBytes = 0

  constructor(stream: Duplex, onFrame: (frame: Frame) => void) {
    this.#stream = stream
    this.#onFrame = onFrame
    stream.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  /** Queues a frame; false when the other side reads so slowly that the caller should wait for `drained`. */
  send(frame: OutgoingFrame): boolean {
    const writer = this.#writer
    const start = writer.length
    const parts = frame.parts ?? []
    writer.writeUint32(0)
    writer.writeByte(frame.type)
    writer.writeSized(frame.head)
    writer.writeUint32(parts.length)
    for (const part of parts) this.#writePart(part)
    writer.patchUint32(start, writer.length - start - lengthBytes)
    this.#flushSoon()
    return this.backlogBytes < writeBufferBytesMax
  }

  /** Bytes that were sent and have not left this process. */
  get backlogBytes(): number {
    return this.#stream.writableLength + this.#writer.length
  }

  /** Resolves when what was sent has left this process, or the pipe has closed. */
  async drained(): Promise<void> {
    this.#flush()
    while (this.#sendingLarge || this.#stream.writableNeedDrain) {
      if (this.#stream.destroyed) return
      await onceDrained(this.#stream)
    }
  }

  #writePart(part: string | Uint8Array): void {
    const isLarge =
      typeof part === 'string' ? part.length * 3 > chunkBytes : part.length > chunkBytes
    const bytes = isLarge ? Buffer.from(part) : part
    if (!isLarge || bytes.length <= chunkBytes) return this.#writer.writeSized(bytes)
    const stream = this.#nextStream++
    this.#writer.writeUint32(inChunks)
    this.#writer.writeUint32(stream)
    this.#writer.writeUint32(bytes.length)
    assert(bytes.length <= messageBytesMax, 'a frame part is larger than the limit')
    assert(Buffer.isBuffer(bytes))
    this.#large.push({ stream, bytes })
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = false
    if (this.#writer.length > 0 && !this.#stream.destroyed) this.#stream.write(this.#writer.take())
    if (this.#large.length > 0 && !this.#sendingLarge) void this.#sendLarge()
  }

  async #sendLarge(): Promise<void> {
    this.#sendingLarge = true
    for (let next = this.#large.shift(); next; next = this.#large.shift()) {
      for (let at = 0; at < next.bytes.length && !this.#stream.destroyed; at += chunkBytes) {
        const chunk = new FrameWriter(chunkBytes + 64)
        const bytes = next.bytes.subarray(at, at + chunkBytes)
        chunk.writeUint32(1 + 4 + 4 + bytes.length)
        chunk.writeByte(chunkType)
        chunk.writeUint32(next.stream)
        chunk.writeSized(bytes)
        if (!this.#stream.write(chunk.take())) await onceDrained(this.#stream)
      }
    }
    this.#sendingLarge = false
  }

  #read(chunk: Buffer): void {
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.length
    if (this.#unreadBytes < lengthBytes) return
    const needed = this.#neededBytes()
    if (this.#unreadBytes < needed) return
    const bytes = this.#unread.length === 1 ? chunk : Buffer.concat(this.#unread, this.#unreadBytes)
    let at = 0
    while (bytes.length - at >= lengthBytes) {
      const end = at + lengthBytes + bytes.readUInt32LE(at)
      if (end > bytes.length) break
      this.#readFrame(bytes, at + lengthBytes)
      at = end
    }
    this.#unread = at === bytes.length ? [] : [bytes.subarray(at)]
    this.#unreadBytes = bytes.length - at
  }

  // Joining the pieces of a long frame only when all are there keeps reading it linear.
  #neededBytes(): number {
    const [first] = this.#unread
    if (!first || first.length < lengthBytes) return lengthBytes
    return lengthBytes + first.readUInt32LE(0)
  }

  #readFrame(bytes: Buffer, start: number): void {
    const type = bytes.readUInt8(start)
    if (type === chunkType) return this.#readChunk(bytes, start + 1)
    const headBytes = bytes.readUInt32LE(start + 1)
    let at = start + 5 + headBytes
    const head = bytes.toString('utf8', start + 5, at)
    const count = bytes.readUInt32LE(at)
    at += 4
    const parts: Buffer[] = []
    const frame = { type, head, parts, missing: 0 }
    for (let index = 0; index < count; index++) {
      const size = bytes.readUInt32LE(at)
      at += 4
      if (size === inChunks) {
        this.#expectChunks(frame, {
          index,
          stream: bytes.readUInt32LE(at),
          size: bytes.readUInt32LE(at + 4),
        })
        at += 8
      } else {
        parts[index] = bytes.subarray(at, at + size)
        at += size
      }
    }
    if (frame.missing === 0) this.#onFrame(frame)
  }

  #expectChunks(frame: PartialFrame, part: { index: number; stream: number; size: number }): void {
    assert(part.size <= messageBytesMax, 'a frame part is larger than the limit')
    frame.missing++
    this.#streams.set(part.stream, {
      frame,
      index: part.index,
      bytes: Buffer.allocUnsafeSlow(part.size),
      length: 0,
    })
  }

  #readChunk(bytes: Buffer, start: number): void {
    const stream = bytes.readUInt32LE(start)
    const part = this.#streams.get(stream)
    assert(part, 'a chunk belongs to a frame')
    const size = bytes.readUInt32LE(start + 4)
    bytes.copy(part.bytes, part.length, start + 8, start + 8 + size)
    part.length += size
    if (part.length < part.bytes.length) return
    this.#streams.delete(stream)
    part.frame.parts[part.index] = part.bytes
    part.frame.missing--
    if (part.frame.missing === 0) this.#onFrame(part.frame)
  }
}

interface PartialFrame {
  readonly type: number
  readonly head: string
  readonly parts: Buffer[]
  missing: number
}

interface ChunkedPart {
  readonly frame: PartialFrame
  readonly index: number
  readonly bytes: Buffer
  length: number
}

function onceDrained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    function done(): void {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}
