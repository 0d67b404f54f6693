import { AmqpError } from './amqp-error.ts'

export interface Frame {
  readonly type: number
  readonly channel: number
  /** What follows the header; empty for a heartbeat. */
  readonly body: Buffer
}

const headerBytes = 8

/** Cuts a stream of bytes into protocol headers and frames, whatever chunks they come in. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0)
  readonly #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  add(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
  }

  /** The next 8 bytes, which begin a protocol. */
  header(): Buffer | undefined {
    if (this.#pending.length < headerBytes) return undefined
    const header = this.#pending.subarray(0, headerBytes)
    this.#pending = this.#pending.subarray(headerBytes)
    return header
  }

  /** The next whole frame; throws when its size cannot be. */
  frame(): Frame | undefined {
    const bytes = this.#pending
    if (bytes.length < headerBytes) return undefined
    const size = bytes.readUInt32BE(0)
    const start = (bytes[4] ?? 0) * 4
    if (size < headerBytes || start < headerBytes || start > size) {
      throw new AmqpError('amqp:connection:framing-error', 'The header of a frame is not valid.')
    }
    if (size > this.#bytesMax) {
      throw new AmqpError(
        'amqp:connection:framing-error',
        `A frame of ${size} bytes is larger than the ${this.#bytesMax} bytes that were agreed on.`,
      )
    }
    if (bytes.length < size) return undefined
    this.#pending = bytes.subarray(size)
    return {
      type: bytes[5] ?? 0,
      channel: bytes.readUInt16BE(6),
      body: bytes.subarray(start, size),
    }
  }
}
