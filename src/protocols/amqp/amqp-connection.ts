// Nothing here survives a crash: a peer opens its connections again.
import type { Duplex } from 'node:stream'
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { AmqpError } from './amqp-error.ts'
import { AmqpReader } from './amqp-reader.ts'
import { openSession } from './amqp-session.ts'
import type { AmqpLink, AmqpSession } from './amqp-session.ts'
import { exact } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import { AmqpWriter } from './amqp-writer.ts'
import { errorValue } from './delivery-state.ts'
import { FrameReader } from './frame-reader.ts'
import type { Frame } from './frame-reader.ts'
import {
  closeGraceMs,
  frameBytesMax,
  frameBytesMin,
  handshakeMsMax,
  heldBytesMax,
  idleTimeoutMs,
  idleTimeoutMsMin,
  outputBytesMax,
  sessionsPerConnectionMax,
} from './limits.ts'
import { codes, parseOpen } from './performatives.ts'
import type { Open } from './performatives.ts'
import { mechanisms, parseInit, parsePlain, writeMechanisms, writeOutcome } from './sasl.ts'
import type { SaslInit } from './sasl.ts'

/** Whoever serves the connections of a listener. */
export interface AmqpConnectionHandler {
  /** SASL PLAIN: resolves with whether these are good. */
  authenticate(
    connection: AmqpConnection,
    credentials: { readonly user: string; readonly password: string; readonly hostname: string },
  ): Promise<boolean>
  /** Accepts the link, or throws the `AmqpError` it is refused with. */
  attach(connection: AmqpConnection, link: AmqpLink): Promise<void>
}

export interface AmqpConnectionOptions {
  readonly stream: Duplex
  readonly clock: Clock
  readonly logger: Logger
  readonly handler: AmqpConnectionHandler
  /** How the peer knows us. */
  readonly containerId: string
}

type Phase = 'header' | 'sasl' | 'authenticating' | 'open' | 'running' | 'closing'

const amqpHeader = Buffer.from('AMQP\0\x01\0\0', 'latin1')
const saslHeader = Buffer.from('AMQP\x03\x01\0\0', 'latin1')

/** One connection that a peer opened, over whatever stream it came. */
export class AmqpConnection {
  readonly #options: AmqpConnectionOptions
  readonly #frames = new FrameReader(frameBytesMax)
  readonly #output = new AmqpWriter()
  readonly #sessions = new Map<number, AmqpSession>()
  readonly #runs = new Set<AmqpSession>()
  readonly #closed = new AbortController()
  readonly #startedMs: number
  #phase: Phase = 'header'
  #isSaslOver = false
  #frameType = 0
  #remote: Open | undefined
  #saslHostname: string | undefined
  #heardMs: number
  #wroteMs: number
  #heldBytes = 0
  #isBlocked = false
  #isFlushing = false
  #timer: Timer | undefined

  constructor(options: AmqpConnectionOptions) {
    this.#options = options
    this.#startedMs = options.clock.now()
    this.#heardMs = this.#startedMs
    this.#wroteMs = this.#startedMs
  }

  /** Aborts when the connection is gone. */
  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** The host that the peer means, without a port. */
  get hostname(): string {
    return (this.#remote?.hostname ?? this.#saslHostname ?? '').replace(/:\d+$/, '').toLowerCase()
  }

  get containerId(): string {
    return this.#remote?.containerId ?? ''
  }

  get remoteFrameBytesMax(): number {
    return Math.min(this.#remote?.frameBytesMax ?? frameBytesMin, frameBytesMax)
  }

  /** The peer does not read: nothing more should be sent. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  get isOpen(): boolean {
    return this.#phase === 'running'
  }

  start(): void {
    const { stream } = this.#options
    stream.on('data', (chunk: Buffer) => this.#onData(chunk))
    stream.on('error', () => this.#end())
    stream.on('close', () => this.#end())
    stream.on('end', () => this.#end())
    stream.on('drain', () => this.#onDrain())
    this.#watch()
  }

  /** Says goodbye; the peer's answer is awaited only shortly. */
  close(error?: AmqpError): void {
    if (this.#phase === 'closing' || this.closed.aborted) return
    // Nobody may be told goodbye before hello.
    if (this.#phase === 'open' && error) this.#writeOpen()
    if (this.#phase === 'running' || this.#phase === 'open') {
      for (const session of this.#sessions.values()) session.flushRun()
      this.writeFrame(0, (writer) =>
        writer.composite(codes.close, error ? [errorValue(error)] : []),
      )
    }
    this.#phase = 'closing'
    this.#flush()
    this.#options.stream.end()
    for (const session of this.#sessions.values()) session.onEnded()
    this.#sessions.clear()
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(closeGraceMs, () => this.#options.stream.destroy())
  }

  /** Every link of the connection. */
  *links(): Iterable<AmqpLink> {
    for (const session of this.#sessions.values()) yield* session.links()
  }

  writeFrame(channel: number, write: (writer: AmqpWriter) => void, payload?: Uint8Array): void {
    if (this.closed.aborted || this.#phase === 'closing') return
    const writer = this.#output
    const at = writer.length
    writer.rawUint(0)
    writer.byte(2)
    writer.byte(this.#frameType)
    writer.byte(channel >> 8)
    writer.byte(channel & 0xff)
    write(writer)
    if (payload) writer.raw(payload)
    writer.setRawUint(at, writer.length - at)
    if (writer.length > outputBytesMax) this.#flush()
    else this.#flushSoon()
  }

  /** Asks the session for its held-back disposition when this turn's output is written. */
  flushLater(session: AmqpSession): void {
    this.#runs.add(session)
    this.#flushSoon()
  }

  hold(bytes: number): void {
    const { stream } = this.#options
    const before = this.#heldBytes
    this.#heldBytes += bytes
    if (before <= heldBytesMax && this.#heldBytes > heldBytesMax) stream.pause()
    if (before > heldBytesMax && this.#heldBytes <= heldBytesMax) stream.resume()
  }

  /** For a session: serves a link that the peer attached. */
  attached(link: AmqpLink): void {
    const { handler, logger } = this.#options
    handler.attach(this, link).catch((error: unknown) => {
      if (error instanceof AmqpError) return link.refuse(error)
      logger.error({ link: link.name, error }, `a link could not be attached: ${messageOf(error)}`)
      link.refuse(
        new AmqpError('amqp:internal-error', 'The service was unable to process the request.'),
      )
    })
  }

  #onData(chunk: Buffer): void {
    this.#heardMs = this.#options.clock.now()
    this.#frames.add(chunk)
    this.#read()
  }

  #read(): void {
    try {
      while (this.#step());
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof AmqpError) {
      logger.debug({ condition: error.condition }, `an AMQP connection is closed: ${error.message}`)
      return this.close(error)
    }
    logger.error({ error }, `an AMQP connection failed: ${messageOf(error)}`)
    this.close(
      new AmqpError('amqp:internal-error', 'The service was unable to process the request.'),
    )
  }

  /** Does the next thing that came; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#phase) {
      case 'header':
        return this.#readHeader()
      case 'authenticating':
      case 'closing':
        return false
      case 'sasl':
      case 'open':
      case 'running': {
        const frame = this.#frames.frame()
        if (!frame) return false
        this.#onFrame(frame)
        return true
      }
    }
  }

  #readHeader(): boolean {
    const header = this.#frames.header()
    if (!header) return false
    if (header.equals(saslHeader) && !this.#isSaslOver) {
      this.#write(saslHeader)
      this.#frameType = 1
      this.writeFrame(0, writeMechanisms)
      this.#phase = 'sasl'
      return true
    }
    if (!header.equals(amqpHeader)) {
      // The answer to a protocol that is not spoken here is the one that is.
      this.#options.stream.write(this.#isSaslOver ? amqpHeader : saslHeader)
      this.close()
      return false
    }
    this.#write(amqpHeader)
    this.#phase = 'open'
    return true
  }

  #onFrame(frame: Frame): void {
    if (frame.type !== this.#frameType) {
      throw new AmqpError(
        'amqp:connection:framing-error',
        `There is no frame type ${frame.type} here.`,
      )
    }
    if (frame.body.length === 0) return
    if (this.#phase === 'sasl') return this.#onInit(parseInit(frame.body))
    const reader = new AmqpReader(frame.body)
    const { code, fields } = reader.readComposite()
    if (this.#phase === 'open') {
      if (code !== codes.open) throw new AmqpError('amqp:not-allowed', 'An open was expected.')
      return this.#onOpen(parseOpen(fields))
    }
    this.#onPerformative(frame, { code, fields, payload: frame.body.subarray(reader.position) })
  }

  #onPerformative(
    frame: Frame,
    performative: {
      readonly code: number
      readonly fields: readonly AmqpValue[]
      readonly payload: Buffer
    },
  ): void {
    const { code, fields, payload } = performative
    const session = this.#sessions.get(frame.channel)
    switch (code) {
      case codes.close:
        return this.close()
      case codes.begin:
        if (session) throw new AmqpError('amqp:not-allowed', 'The channel has a session already.')
        return this.#begin(frame.channel, fields)
      case codes.end:
        this.#sessions.delete(frame.channel)
        session?.end()
        session?.onEnded()
        return
      case codes.open:
        throw new AmqpError('amqp:not-allowed', 'The connection is open already.')
      default:
        if (!session) {
          throw new AmqpError('amqp:not-found', `The channel ${frame.channel} has no session.`)
        }
        return this.#inSession(session, () => session.onPerformative(code, fields, payload))
    }
  }

  // A fault of one session ends that session: the others of the connection go on.
  #inSession(session: AmqpSession, act: () => void): void {
    try {
      act()
    } catch (error) {
      const isOfSession =
        error instanceof AmqpError && /^amqp:(?:session:|invalid-field)/.test(error.condition)
      if (!isOfSession) throw error
      session.end(error)
    }
  }

  #begin(channel: number, fields: readonly AmqpValue[]): void {
    if (this.#sessions.size >= sessionsPerConnectionMax || channel >= sessionsPerConnectionMax) {
      throw new AmqpError(
        'amqp:resource-limit-exceeded',
        `A connection has at most ${sessionsPerConnectionMax} sessions.`,
      )
    }
    this.#sessions.set(channel, openSession(this, channel, fields))
  }

  #onInit(init: SaslInit): void {
    this.#saslHostname = init.hostname
    const isKnown = mechanisms.some((name) => name === init.mechanism)
    if (init.mechanism !== 'PLAIN') return this.#saslEnds(isKnown)
    const credentials = parsePlain(init.response)
    if (!credentials) return this.#saslEnds(false)
    this.#phase = 'authenticating'
    const { handler } = this.#options
    handler.authenticate(this, { ...credentials, hostname: this.hostname }).then(
      (isGood) => {
        this.#saslEnds(isGood)
        this.#read()
      },
      (error: unknown) => this.#fail(error),
    )
  }

  #saslEnds(isGood: boolean): void {
    if (this.#phase === 'closing') return
    this.writeFrame(0, (writer) => writeOutcome(writer, isGood))
    if (!isGood) return this.close()
    this.#isSaslOver = true
    this.#phase = 'header'
    this.#flush()
    this.#frameType = 0
  }

  #writeOpen(): void {
    this.writeFrame(0, (writer) =>
      writer.composite(codes.open, [
        this.#options.containerId,
        null,
        exact('uint', frameBytesMax),
        exact('ushort', sessionsPerConnectionMax - 1),
        exact('uint', idleTimeoutMs),
      ]),
    )
  }

  #onOpen(open: Open): void {
    if (open.frameBytesMax < frameBytesMin) {
      throw new AmqpError(
        'amqp:invalid-field',
        `A frame must hold at least ${frameBytesMin} bytes.`,
      )
    }
    this.#remote = open
    this.#phase = 'running'
    this.#writeOpen()
    const { idleTimeoutMs: peerMs } = open
    if (peerMs !== undefined && peerMs > 0 && peerMs < idleTimeoutMsMin) {
      throw new AmqpError(
        'amqp:invalid-field',
        `An idle time-out is at least ${idleTimeoutMsMin} ms.`,
      )
    }
    this.#watch()
  }

  // One timer for all: heartbeats of ours, silence of the peer, a handshake that does not end.
  #watch(): void {
    this.#timer?.cancel()
    const peerMs = this.#remote?.idleTimeoutMs || idleTimeoutMs
    const everyMs = Math.min(peerMs / 3, idleTimeoutMs / 4, handshakeMsMax)
    this.#timer = this.#options.clock.after(everyMs, () => {
      if (this.closed.aborted || this.#phase === 'closing') return
      const nowMs = this.#options.clock.now()
      const isLate = this.#phase !== 'running' && nowMs - this.#startedMs >= handshakeMsMax
      if (isLate) return void this.#options.stream.destroy()
      if (nowMs - this.#heardMs > idleTimeoutMs * 2) return this.#silent()
      if (this.#phase === 'running' && nowMs - this.#wroteMs >= everyMs) {
        this.writeFrame(0, () => {})
      }
      this.#watch()
    })
  }

  #silent(): void {
    this.close(
      new AmqpError(
        'amqp:connection:forced',
        `The connection was inactive for more than the allowed ${idleTimeoutMs} milliseconds and is closed by container '${this.#options.containerId}'.`,
      ),
    )
  }

  #write(bytes: Uint8Array): void {
    this.#output.raw(bytes)
    this.#flushSoon()
  }

  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushing = false
    for (const session of this.#runs) session.flushRun()
    this.#runs.clear()
    if (this.#output.length === 0 || this.closed.aborted) return
    const { stream, clock } = this.#options
    this.#wroteMs = clock.now()
    if (stream.writable && !stream.write(this.#output.take())) this.#isBlocked = true
  }

  #onDrain(): void {
    this.#isBlocked = false
    for (const session of this.#sessions.values()) session.onRoom()
  }

  #end(): void {
    if (this.closed.aborted) return
    this.#timer?.cancel()
    this.#closed.abort()
    for (const session of this.#sessions.values()) session.onEnded()
    this.#sessions.clear()
    this.#options.stream.destroy()
  }
}
