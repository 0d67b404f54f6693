// Nothing here survives a crash: a client connects again.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { ServiceError } from '../../base/errors.ts'
import { webSocketBytesMax } from './limits.ts'

/** The name under which AMQP is asked for. */
const subprotocol = 'AMQPWSB10'
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const opcodes = { continuation: 0, binary: 2, close: 8, ping: 9, pong: 10 } as const

/**
 * Answers the handshake of a client that wants AMQP, and gives its bytes as a stream.
 * https://docs.oasis-open.org/amqp-bindmap/amqp-wsb/v1.0/amqp-wsb-v1.0.html
 */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): Duplex {
  const key = request.headers['sec-websocket-key']
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',')
  const isAmqp = offered.some((name) => name.trim().toUpperCase() === subprotocol)
  if (!key || request.headers['sec-websocket-version'] !== '13' || !isAmqp) {
    throw new ServiceError('BadRequest', 400, `A WebSocket here speaks ${subprotocol}, version 13.`)
  }
  const accept = createHash('sha1').update(`${key}${acceptSuffix}`).digest('base64')
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      `Sec-WebSocket-Protocol: ${subprotocol}`,
      '\r\n',
    ].join('\r\n'),
  )
  return new WebSocketStream(socket, head)
}

/** The binary messages of a WebSocket as one stream of bytes: https://www.rfc-editor.org/rfc/rfc6455#section-5 */
class WebSocketStream extends Duplex {
  readonly #socket: Duplex
  #pending: Buffer

  constructor(socket: Duplex, head: Buffer) {
    super()
    this.#socket = socket
    this.#pending = head
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
    socket.on('end', () => this.push(null))
    if (head.length > 0) this.#onData(Buffer.alloc(0))
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(headOf(opcodes.binary, chunk.length))
    this.#socket.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#socket.end(headOf(opcodes.close, 0))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  #onData(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      const frame = readFrame(this.#pending)
      if (frame === 'bad') return void this.destroy()
      if (frame === undefined) return
      this.#pending = this.#pending.subarray(frame.length)
      this.#onFrame(frame.opcode, frame.payload)
    }
  }

  #onFrame(opcode: number, payload: Buffer): void {
    switch (opcode) {
      case opcodes.binary:
      case opcodes.continuation:
        if (!this.push(payload)) this.#socket.pause()
        return
      case opcodes.ping:
        this.#socket.write(Buffer.concat([headOf(opcodes.pong, payload.length), payload]))
        return
      case opcodes.close:
        this.push(null)
        this.end()
        return
      case opcodes.pong:
        return
      default:
        this.destroy()
    }
  }
}

interface WebSocketFrame {
  readonly opcode: number
  readonly payload: Buffer
  readonly length: number
}

/** The first whole frame; a client must mask what it sends. */
function readFrame(bytes: Buffer): WebSocketFrame | 'bad' | undefined {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  if ((second & 0x80) === 0) return 'bad'
  const short = second & 0x7f
  const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const start = 2 + sizeBytes + 4
  if (bytes.length < start) return undefined
  const size =
    sizeBytes === 0
      ? short
      : sizeBytes === 2
        ? bytes.readUInt16BE(2)
        : Number(bytes.readBigUInt64BE(2))
  if (size > webSocketBytesMax) return 'bad'
  if (bytes.length < start + size) return undefined
  const mask = bytes.subarray(start - 4, start)
  const payload = Buffer.from(bytes.subarray(start, start + size))
  for (let index = 0; index < size; index += 1) {
    payload[index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
  }
  return { opcode: first & 0x0f, payload, length: start + size }
}

function headOf(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff])
  const head = Buffer.alloc(10)
  head[0] = first
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
