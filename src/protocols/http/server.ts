// Nothing here survives a crash: a client whose request was not answered has to ask again.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { Server as TlsServer, createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { type Clock, RealClock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { defaultHttpLimits, stopGraceMs, timeoutCheckIntervalMs } from './limits.ts'
import type { HttpLimits } from './limits.ts'
import { listenByFirstByte } from './first-byte.ts'
import { announcedLength, bodyTooLarge } from './request-body.ts'
import {
  answerUpgrade,
  isWebSocketHandshake,
  withoutUpgrade,
  type UpgradeHandler,
} from './upgrade.ts'

/**
 * Answers one request. A `ServiceError` it throws becomes an answer with that status; anything else it
 * throws is a fault of ours: logged, and answered with 500 and no details.
 */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void

export interface HttpServerOptions {
  /** Default `127.0.0.1`: nothing listens to the network unless somebody asks for it. */
  readonly host?: string
  /** `0` for any free port. */
  readonly port: number
  /** Names the server in log lines. */
  readonly name: string
  readonly handler: HttpHandler
  /** Answers WebSocket handshakes; without it they are requests like any other. */
  readonly upgradeHandler?: UpgradeHandler
  /** Which handshakes it answers; all of them without this. */
  readonly acceptsUpgrade?: (request: IncomingMessage) => boolean
  /** Private key and certificate chain as PEM; without them the server speaks plain HTTP. */
  readonly tls?: {
    readonly key: string
    readonly cert: string
    /** Asks clients for a certificate; the handler looks whether it is a good one. */
    readonly requestCert?: boolean
    /** Speaks plain HTTP too, with clients whose first byte is not that of a TLS handshake. */
    readonly alsoPlain?: boolean
  }
  readonly limits?: Partial<HttpLimits>
  readonly logger: Logger
  readonly clock?: Clock
}

/** An HTTP/1.1 server with limits on what a client may send and how long it may take. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #limits: HttpLimits
  readonly #clock: Clock
  readonly #server: Server
  /** Connections that speak another protocol now. */
  readonly #upgraded = new Set<Duplex>()
  #stopping: Promise<void> | undefined

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#limits = { ...defaultHttpLimits, ...options.limits }
    this.#clock = options.clock ?? new RealClock()
    this.#server = createFor(options.tls, {
      maxHeaderSize: this.#limits.headerBytesMax,
      headersTimeout: this.#limits.headersTimeoutMs,
      requestTimeout: this.#limits.requestTimeoutMs,
      keepAliveTimeout: this.#limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(timeoutCheckIntervalMs, this.#limits.headersTimeoutMs),
      noDelay: true,
    })
    this.#server.maxConnections = this.#limits.connectionsMax
    this.#server.on('request', (request, response) => void this.#serve(request, response))
    this.#server.on('checkContinue', (request, response) => {
      // The body of a refused request is not even asked for.
      if (!this.#isTooLarge(request)) response.writeContinue()
      void this.#serve(request, response)
    })
    this.#server.on('clientError', answerUnreadable)
    if (options.upgradeHandler) {
      this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        void this.#upgrade(request, socket, head)
      })
    }
  }

  /** Resolves with the port; rejects with Node's error (`EADDRINUSE`) when it cannot listen. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#options.port, this.#options.host ?? '127.0.0.1', () => {
        this.#server.off('error', reject)
        const address = this.#server.address()
        if (typeof address === 'object' && address) resolve(address.port)
      })
    })
  }

  /** Serves a connection that another listener took in and found to be HTTP. */
  accept(socket: Duplex): void {
    this.#server.emit('connection', socket)
  }

  /** New connections get this certificate; those that are open keep theirs. */
  useCertificate(tls: { readonly key: string; readonly cert: string }): void {
    assert(this.#server instanceof TlsServer, 'the server speaks plain HTTP')
    this.#server.setSecureContext(tls)
  }

  /** Accepts nothing new, lets running requests end, and cuts those off that take longer than the grace. */
  stop(options: { graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#drain(options.graceMs ?? stopGraceMs)
    return this.#stopping
  }

  async #drain(graceMs: number): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    for (const socket of this.#upgraded) socket.end()
    const timer = this.#clock.after(graceMs, () => {
      this.#server.closeAllConnections()
      for (const socket of this.#upgraded) socket.destroy()
    })
    await closed
    timer.cancel()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#stopping) response.setHeader('connection', 'close')
    response.on('close', this.#onClose)
    try {
      if (this.#isTooLarge(request)) throw bodyTooLarge(this.#limits.bodyBytesMax)
      await this.#options.handler(request, response)
    } catch (error) {
      this.#answerFault(request, response, error)
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { upgradeHandler, acceptsUpgrade } = this.#options
    const isAccepted = isWebSocketHandshake(request) && acceptsUpgrade?.(request) !== false
    if (!upgradeHandler || !isAccepted) {
      // A server may ignore the wish for a protocol that it does not speak: the request is read again without it.
      socket.unshift(withoutUpgrade(request, head))
      this.#server.emit(
        this.#server instanceof TlsServer ? 'secureConnection' : 'connection',
        socket,
      )
      return
    }
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
    socket.on('error', () => {})
    try {
      if (this.#upgraded.size > this.#limits.upgradedConnectionsMax) throw tooManyConnections()
      await upgradeHandler(request, socket, head)
    } catch (error) {
      const { status, body } = this.#faultAnswer(request, error)
      const headers = body === '' ? [] : ['Content-Type', 'application/json; charset=utf-8']
      answerUpgrade(socket, { status, headers, body: Buffer.from(body) })
    }
  }

  // One function for all: most requests end without anybody stopping the server.
  readonly #onClose = (): void => {
    if (this.#stopping) this.#server.closeIdleConnections()
  }

  #isTooLarge(request: IncomingMessage): boolean {
    return (announcedLength(request) ?? 0) > this.#limits.bodyBytesMax
  }

  #answerFault(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { status, body } = this.#faultAnswer(request, error)
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.writeHead(status, {
      ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'content-length': Buffer.byteLength(body),
      // What is left of an unread body must not be taken for the next request.
      ...(request.complete ? {} : { connection: 'close' }),
    })
    response.end(body)
  }

  #faultAnswer(request: IncomingMessage, error: unknown): { status: number; body: string } {
    if (error instanceof ServiceError) {
      const { code, message, status } = error
      return { status, body: JSON.stringify({ error: { code, message } }) }
    }
    const ids = { server: this.#options.name, method: request.method, error }
    this.#options.logger.error(ids, `a request failed: ${messageOf(error)}`)
    return { status: 500, body: '' }
  }
}

function tooManyConnections(): ServiceError {
  return new ServiceError('TooManyConnections', 503, 'Too many connections are open.')
}

function createFor(tls: HttpServerOptions['tls'], options: ServerOptions): Server {
  if (!tls) return createServer(options)
  const { headersTimeout: handshakeTimeout = 0 } = options
  const server = createTlsServer({
    ...options,
    ...tls,
    rejectUnauthorized: false,
    handshakeTimeout,
  })
  if (tls.alsoPlain) listenByFirstByte(server, handshakeTimeout)
  return server
}

const unreadableAnswers: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = unreadableAnswers[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
