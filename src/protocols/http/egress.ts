// Nothing here survives a crash: connections are opened again.
import { lookup } from 'node:dns'
import { type LookupFunction, isIP } from 'node:net'
import { Pool, errors } from 'undici'
import { formatTraceparent } from '../../base/trace-context.ts'
import { isOwnAddress } from './own-address.ts'
import { connectionsPerOriginMax, originsMax } from './limits.ts'
import {
  AddressRefused,
  type OutgoingHttp,
  type OutgoingRequest,
  type OutgoingResponse,
  OutgoingTimeout,
} from './outgoing-http.ts'

/** Where an Azure name is served on this machine. */
export interface MappedHost {
  /** `https://127.0.0.1:8443` */
  readonly origin: string
  /** The certificate authority that its certificate is of, as PEM. */
  readonly ca?: string
}

/** Says of a host and port whether the platform serves it: `management.azure.com` -> its listener. */
export type HostMap = (host: string, port: number) => MappedHost | undefined

/**
 * Calls that leave the platform, over connections that are kept. A mapped Azure name goes to the listener that
 * serves it; any other name must not lead to this machine unless its address was declared.
 */
export class Egress implements OutgoingHttp {
  readonly #hostMap: HostMap
  readonly #pools = new Map<string, Pool>()

  constructor(options: { hostMap: HostMap }) {
    this.#hostMap = options.hostMap
  }

  async send(request: OutgoingRequest): Promise<OutgoingResponse> {
    const url = new URL(request.url)
    const pool = this.#poolFor(url, request.isDeclared)
    try {
      const answer = await pool.request({
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: [
          ...request.headers,
          ...(hasHost(request.headers) ? [] : ['host', url.host]),
          'traceparent',
          formatTraceparent(request.trace),
        ],
        body: request.body ?? null,
        headersTimeout: request.timeoutMs,
        responseHeaders: 'raw',
        ...(request.signal ? { signal: request.signal } : {}),
      })
      return {
        status: answer.statusCode,
        reason: answer.statusText,
        headers: rawHeaders(answer.headers),
        body: answer.body,
      }
    } catch (error) {
      if (
        error instanceof errors.HeadersTimeoutError ||
        error instanceof errors.ConnectTimeoutError
      ) {
        throw new OutgoingTimeout(`No answer within ${request.timeoutMs} ms.`, { cause: error })
      }
      throw error
    }
  }

  async stop(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }

  #poolFor(url: URL, isDeclared: boolean): Pool {
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
    const mapped = this.#hostMap(url.hostname, port)
    const origin = mapped?.origin ?? url.origin
    const isGuarded = !mapped && !isDeclared
    if (isGuarded) refuseOwn(url.hostname)
    const key = `${origin} ${mapped ? url.hostname : ''} ${isGuarded ? 'guarded' : ''}`
    const pool = this.#pools.get(key) ?? newPool(origin, { mapped, host: url.hostname, isGuarded })
    // The order of last use, so that the first is the one to close.
    this.#pools.delete(key)
    this.#pools.set(key, pool)
    this.#closeOldest()
    return pool
  }

  #closeOldest(): void {
    if (this.#pools.size <= originsMax) return
    const [oldest] = this.#pools
    if (!oldest) return
    this.#pools.delete(oldest[0])
    void oldest[1].close()
  }
}

function newPool(
  origin: string,
  target: { mapped: MappedHost | undefined; host: string; isGuarded: boolean },
): Pool {
  const { mapped, host, isGuarded } = target
  return new Pool(origin, {
    connections: connectionsPerOriginMax,
    pipelining: 1,
    connect: {
      ...(mapped && isIP(host) === 0 ? { servername: host } : {}),
      ...(mapped?.ca === undefined ? {} : { ca: mapped.ca }),
      ...(isGuarded ? { lookup: guardedLookup } : {}),
    },
  })
}

// A name is looked at when it is resolved for the connection: what it led to a moment before does not count.
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, address, family) => {
    const found =
      typeof address === 'string' ? [address] : (address ?? []).map((each) => each.address)
    if (!error && found.some(isOwnAddress)) {
      callback(refusal(hostname), '', 4)
      return
    }
    callback(error, address, family)
  })
}

function refuseOwn(hostname: string): void {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isOwnAddress(host)) throw refusal(hostname)
}

function refusal(hostname: string): AddressRefused {
  return new AddressRefused(
    `'${hostname}' leads to this machine: policies reach it only by a mapped Azure name or as a declared backend.`,
  )
}

function hasHost(headers: readonly string[]): boolean {
  return headers.some((each, index) => index % 2 === 0 && each.toLowerCase() === 'host')
}

// With `responseHeaders: 'raw'` undici gives an array, which its types do not say.
function rawHeaders(headers: unknown): readonly string[] {
  return Array.isArray(headers) ? headers.map(String) : []
}
