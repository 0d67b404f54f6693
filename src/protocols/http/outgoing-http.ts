import type { Duplex, Readable } from 'node:stream'
import type { TraceContext } from '../../base/trace-context.ts'
import type { Cancellation } from './cancellation.ts'

/** How a connection over TLS is made, where it is not made as usual. */
export interface OutgoingTls {
  /** True for a server whose certificate need not be of a known authority. */
  readonly acceptsAnyCertificate: boolean
  /** What the server is shown; connections that show different ones are not shared. */
  readonly clientCertificate?: {
    readonly id: string
    readonly cert: string
    readonly key: string
  }
}

/** An HTTP proxy that a request goes through; what is served on this machine is reached without one. */
export interface OutgoingProxy {
  /** `http://proxy.example:3128` */
  readonly url: string
  /** The value of `Proxy-Authorization`. */
  readonly authorization?: string | undefined
  /** As for a request: only a declared proxy, or one of a mapped name, may be on this machine. */
  readonly isDeclared: boolean
}

/** A request that a service makes. */
export interface OutgoingRequest {
  readonly url: string
  readonly method: string
  /** `[name, value, name, value]` */
  readonly headers: readonly string[]
  readonly body?: Readable | Uint8Array | undefined
  /** How long the headers of the answer may take. */
  readonly timeoutMs: number
  /**
   * True for an address that the owner of the service declared: the service URL of an API, a backend. Only these
   * and mapped Azure names may lead to this machine.
   */
  readonly isDeclared: boolean
  readonly tls?: OutgoingTls | undefined
  readonly proxy?: OutgoingProxy | undefined
  /** True when the head of the answer is wanted before its body, however small that is. */
  readonly isUnbuffered?: boolean | undefined
  /** Ends the request when its caller goes away. */
  readonly signal?: Cancellation | undefined
  readonly trace: TraceContext
}

export interface OutgoingResponse {
  readonly status: number
  readonly reason: string
  readonly headers: readonly string[]
  /** Bytes where all of a small body came with its head, otherwise a stream of them. */
  readonly body: Readable | Uint8Array
}

/** A connection that speaks another protocol now. */
export interface UpgradedConnection {
  /** The headers of the answer. */
  readonly headers: readonly string[]
  readonly socket: Duplex
}

/** How calls leave a service: it knows which Azure names are served on this machine, and what may not be reached. */
export interface OutgoingHttp {
  send(request: OutgoingRequest): Promise<OutgoingResponse>
  /** Asks for another protocol (`websocket`); an answer other than 101 is given as it came. */
  upgrade(
    request: Omit<OutgoingRequest, 'body'>,
    protocol: string,
  ): Promise<UpgradedConnection | OutgoingResponse>
}

/** An address that what a user configured may not reach. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** Nobody answered in time. */
export class OutgoingTimeout extends Error {
  override readonly name = 'OutgoingTimeout'
}
