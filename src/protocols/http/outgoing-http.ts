import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { TraceContext } from '../../base/trace-context.ts'

/** A request that a service makes. */
export interface OutgoingRequest {
  readonly url: string
  readonly method: string
  /** `[name, value, name, value]` */
  readonly headers: readonly string[]
  readonly body?: Readable | Uint8Array
  /** How long the headers of the answer may take. */
  readonly timeoutMs: number
  /**
   * True for an address that the owner of the service declared: the service URL of an API, a backend. Only these
   * and mapped Azure names may lead to this machine.
   */
  readonly isDeclared: boolean
  /** Ends the request when it emits `abort`. */
  readonly signal?: EventEmitter
  readonly trace: TraceContext
}

export interface OutgoingResponse {
  readonly status: number
  readonly reason: string
  readonly headers: readonly string[]
  readonly body: Readable
}

/** How calls leave a service: it knows which Azure names are served on this machine, and what may not be reached. */
export interface OutgoingHttp {
  send(request: OutgoingRequest): Promise<OutgoingResponse>
}

/** An address that what a user configured may not reach. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** Nobody answered in time. */
export class OutgoingTimeout extends Error {
  override readonly name = 'OutgoingTimeout'
}
