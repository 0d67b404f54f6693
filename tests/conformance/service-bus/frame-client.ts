import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { AmqpReader } from '../../../src/protocols/amqp/amqp-reader.ts'
import { Described, Encoded, exact, isList } from '../../../src/protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../../src/protocols/amqp/amqp-value.ts'
import { AmqpWriter } from '../../../src/protocols/amqp/amqp-writer.ts'

export const code = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
} as const

/** What the server said in one frame. */
export interface ServerFrame {
  readonly code: number
  readonly fields: readonly AmqpValue[]
  readonly payload: Buffer
}

/** A client that writes frame by frame what a test wants it to write. */
export class FrameClient {
  readonly socket: Socket
  readonly #frames: ServerFrame[] = []
  #pending: Buffer = Buffer.alloc(0)
  #wake: (() => void) | undefined
  isClosed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('close', () => {
      this.isClosed = true
      this.#wake?.()
    })
  }

  /** Through SASL PLAIN and open. */
  async open(credentials: { readonly name: string; readonly key: string }): Promise<void> {
    this.socket.write('AMQP\x03\x01\0\0', 'latin1')
    const response = Buffer.from(`\0${credentials.name}\0${credentials.key}`)
    this.write(0x41, [exactSymbol('PLAIN'), response, 'localhost'], { type: 1 })
    await this.frame(0x44)
    this.socket.write('AMQP\0\x01\0\0', 'latin1')
    this.write(code.open, ['test', 'localhost'])
    await this.frame(code.open)
  }

  async begin(window = 5000): Promise<void> {
    this.write(code.begin, [null, uint(0), uint(window), uint(5000)])
    await this.frame(code.begin)
  }

  /** Attaches to send to an address, or to a coordinator. */
  attachSender(handle: number, address: string | undefined): void {
    const target = address === undefined ? composite(0x30, []) : composite(0x29, [address])
    const link = [`link-${handle}`, uint(handle), false, ubyte(0), ubyte(0)]
    this.write(code.attach, [...link, composite(0x28, []), target, null, null, uint(0)])
  }

  attachReceiver(handle: number, address: string): void {
    const link = [`link-${handle}`, uint(handle), true, ubyte(0), ubyte(1)]
    this.write(code.attach, [...link, composite(0x28, [address]), composite(0x29, [])])
  }

  credit(handle: number, credit: number, drain = false): void {
    const windows = [uint(0), uint(5000), uint(0), uint(5000)]
    this.write(code.flow, [...windows, uint(handle), uint(0), uint(credit), null, drain])
  }

  transfer(
    handle: number,
    id: number,
    options: { readonly payload: Buffer; readonly state?: AmqpValue; readonly more?: boolean },
  ): void {
    const { payload, state = null, more = false } = options
    const tag = Buffer.from(String(id))
    this.write(code.transfer, [uint(handle), uint(id), tag, uint(0), false, more, null, state], {
      payload,
    })
  }

  write(
    performative: number,
    fields: readonly AmqpValue[],
    options: { readonly type?: number; readonly payload?: Buffer; readonly channel?: number } = {},
  ): void {
    const writer = new AmqpWriter()
    writer.rawUint(0)
    writer.byte(2)
    writer.byte(options.type ?? 0)
    writer.byte(0)
    writer.byte(options.channel ?? 0)
    writer.composite(performative, fields)
    if (options.payload) writer.raw(options.payload)
    writer.setRawUint(0, writer.length)
    this.socket.write(writer.take())
  }

  /** The next frame of this performative; others before it are passed over. */
  async frame(wanted: number): Promise<ServerFrame> {
    for (;;) {
      const next = this.#frames.shift()
      if (next?.code === wanted) return next
      if (next) continue
      if (this.isClosed)
        throw new Error(`the connection ended before 0x${wanted.toString(16)} came`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async closed(): Promise<void> {
    while (!this.isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #onData(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk])
    for (;;) {
      const isHeader = this.#pending.subarray(0, 4).toString() === 'AMQP'
      const size = isHeader
        ? 8
        : this.#pending.length < 8
          ? Infinity
          : this.#pending.readUInt32BE(0)
      if (this.#pending.length < size) break
      const body = this.#pending.subarray(8, size)
      this.#pending = this.#pending.subarray(size)
      if (!isHeader && body.length > 0) this.#take(body)
    }
    this.#wake?.()
  }

  #take(body: Buffer): void {
    const reader = new AmqpReader(body)
    const { code: performative, fields } = reader.readComposite()
    this.#frames.push({ code: performative, fields, payload: body.subarray(reader.position) })
  }
}

export function openFrames(t: TestContext, port: number): FrameClient {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  return new FrameClient(socket)
}

export function uint(value: number): AmqpValue {
  return exact('uint', value)
}

export function composite(descriptor: number, fields: readonly AmqpValue[]): Encoded {
  const writer = new AmqpWriter()
  writer.composite(descriptor, fields)
  return new Encoded(writer.take())
}

/** The condition of the error that a field holds. */
export function conditionOf(value: AmqpValue | undefined): string {
  const condition = value instanceof Described && isList(value.value) ? value.value[0] : undefined
  return typeof condition === 'string' ? condition : ''
}

function ubyte(value: number): AmqpValue {
  return exact('ubyte', value)
}

function exactSymbol(text: string): AmqpValue {
  const writer = new AmqpWriter()
  writer.symbol(text)
  return new Encoded(writer.take())
}
