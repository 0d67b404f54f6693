// Nothing here survives a crash.
import { Server, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket, createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import { AmqpConnection } from './amqp-connection.ts'
import type { AmqpConnectionHandler } from './amqp-connection.ts'
import type { UpgradeHandler } from '../http/upgrade.ts'
import { acceptWebSocket } from './web-socket.ts'
import { connectionsMax, handshakeMsMax } from './limits.ts'

export interface AmqpListenerOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** `0` for any free port. */
  readonly port: number
  readonly handler: AmqpConnectionHandler
  readonly containerId: string
  readonly clock: Clock
  readonly logger: Logger
  /** Certificate and key as PEM; without them TLS is not spoken. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Serves connections that begin as HTTP does: administration, WebSockets. */
  readonly http?: { accept(socket: Duplex): void }
}

const tlsHandshake = 0x16
const letterA = 0x41

/** Listens on one port for AMQP, HTTP, and both of them in TLS, told apart by their first bytes. */
export class AmqpListener {
  readonly #options: AmqpListenerOptions
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()
  readonly #connections = new Set<AmqpConnection>()
  #secureContext: SecureContext | undefined

  constructor(options: AmqpListenerOptions) {
    this.#options = options
    this.#secureContext = options.tls && createSecureContext(options.tls)
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#server.maxConnections = connectionsMax
  }

  /** Resolves with the port; rejects with Node's error when it cannot listen. */
  start(): Promise<number> {
    const { port, host = '127.0.0.1' } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        const address = this.#server.address()
        if (typeof address === 'object' && address) resolve(address.port)
      })
    })
  }

  /** New connections get this certificate; those that are open keep theirs. */
  useCertificate(tls: { readonly key: string; readonly cert: string }): void {
    this.#secureContext = createSecureContext(tls)
  }

  /** Serves AMQP on a stream that came another way: a WebSocket. */
  serve(stream: Duplex): void {
    const { handler, containerId, clock, logger } = this.#options
    const connection = new AmqpConnection({ stream, handler, containerId, clock, logger })
    this.#connections.add(connection)
    connection.closed.addEventListener('abort', () => this.#connections.delete(connection), {
      once: true,
    })
    connection.start()
  }

  /** AMQP in a WebSocket, for the HTTP server that takes the handshakes. */
  readonly upgradeHandler: UpgradeHandler = async (request, socket, head) => {
    this.serve(acceptWebSocket(request, socket, head))
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const connection of this.#connections) connection.close()
    // Those that close take what was written to them; the others are cut off.
    const timer = this.#options.clock.after(stopMs, () => {
      for (const socket of this.#sockets) socket.destroy()
    })
    for (const socket of this.#sockets) socket.end()
    await closed
    timer.cancel()
  }

  #accept(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    // A client that says nothing is not waited for.
    const timer = this.#options.clock.after(handshakeMsMax, () => socket.destroy())
    socket.once('close', () => timer.cancel())
    socket.once('readable', () => {
      timer.cancel()
      const chunk: unknown = socket.read()
      if (!(chunk instanceof Buffer) || chunk.length === 0) return void socket.destroy()
      socket.unshift(chunk)
      this.#begin(socket, chunk[0] ?? 0)
    })
  }

  #begin(socket: Duplex, first: number): void {
    if (first === tlsHandshake) return this.#secure(socket)
    if (first === letterA) return this.serve(socket)
    const { http } = this.#options
    if (http) http.accept(socket)
    else socket.destroy()
  }

  #secure(socket: Duplex): void {
    const secureContext = this.#secureContext
    if (!secureContext || socket instanceof TLSSocket) return void socket.destroy()
    const secure = new TLSSocket(socket, { isServer: true, secureContext })
    this.#accept(secure)
  }
}

const stopMs = 500
