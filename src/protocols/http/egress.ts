// Nothing here survives a crash: connections are opened again.
import assert from 'node:assert/strict'
import { lookup } from 'node:dns'
import { type LookupFunction, isIP } from 'node:net'
import { Pool, errors } from 'undici'
import { formatTraceparent } from '../../base/trace-context.ts'
import { OutgoingAnswer } from './outgoing-answer.ts'
import { isOwnAddress } from './own-address.ts'
import { connectionsPerOriginMax, originsMax } from './limits.ts'
import {
  AddressRefused,
  type OutgoingHttp,
  type OutgoingProxy,
  type OutgoingRequest,
  type OutgoingResponse,
  OutgoingTimeout,
  type OutgoingTls,
  type UpgradedConnection,
} from './outgoing-http.ts'
import { type ProxyRoute, tunnelThrough } from './proxy-tunnel.ts'

/** Where an Azure name is served on this machine. */
export interface MappedHost {
  /** `https://127.0.0.1:8443` */
  readonly origin: string
  /** The certificate authority that its certificate is of, as PEM. */
  readonly ca?: string
}

/** Says of a host and port whether the platform serves it: `management.azure.com` -> its listener. */
export type HostMap = (host: string, port: number) => MappedHost | undefined

/** An origin taken apart. */
interface OriginTarget {
  readonly origin: string
  /** With the port, where it is not that of the scheme. */
  readonly host: string
  readonly hostname: string
  readonly port: number
}

/**
 * Calls that leave the platform, over connections that are kept. A mapped Azure name goes to the listener that
 * serves it; any other name must not lead to this machine unless its address was declared.
 */
export class Egress implements OutgoingHttp {
  readonly #hostMap: HostMap
  readonly #pools = new Map<string, Pool>()
  readonly #targets = new Map<string, OriginTarget>()
  /** The key of the pool that was used last. */
  #newest = ''

  constructor(options: { hostMap: HostMap }) {
    this.#hostMap = options.hostMap
  }

  async send(request: OutgoingRequest): Promise<OutgoingResponse> {
    const answer = await this.#dispatch(request, {})
    assert('status' in answer, 'nobody asked for another protocol')
    return answer
  }

  upgrade(
    request: Omit<OutgoingRequest, 'body'>,
    protocol: string,
  ): Promise<UpgradedConnection | OutgoingResponse> {
    return this.#dispatch(request, { upgrade: protocol })
  }

  #dispatch(
    request: OutgoingRequest,
    options: { readonly upgrade?: string },
  ): Promise<UpgradedConnection | OutgoingResponse> {
    return new Promise((resolve, reject) => {
      const { origin, path } = splitAddress(request.url)
      const target = this.#targetOf(origin)
      const answer = new OutgoingAnswer(
        { isUnbuffered: request.isUnbuffered ?? false, signal: request.signal },
        { resolve, reject: (error) => reject(toFault(error, request)) },
      )
      const { pool, prefix, authorization } = this.#routeOf(target, request, options)
      pool.dispatch(
        {
          path: prefix === '' ? path : `${prefix}${path}`,
          method: request.method,
          headers: headersOf(request, target, authorization),
          body: request.body ?? null,
          headersTimeout: request.timeoutMs,
          ...options,
        },
        answer,
      )
    })
  }

  async stop(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.destroy()))
  }

  #targetOf(origin: string): OriginTarget {
    const known = this.#targets.get(origin)
    if (known) return known
    const { host, hostname, port, protocol, origin: own } = new URL(origin)
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
    const target = { origin: own, host, hostname, port: number }
    this.#targets.set(origin, target)
    const [oldest] = this.#targets.keys()
    if (this.#targets.size > originsMax && oldest !== undefined) this.#targets.delete(oldest)
    return target
  }

  // What is served here is reached without a proxy, which would not know its name.
  #routeOf(
    target: OriginTarget,
    request: OutgoingRequest,
    { upgrade }: { readonly upgrade?: string },
  ): Route {
    const { proxy } = request
    if (!proxy || this.#hostMap(target.hostname, target.port)) {
      return { pool: this.#poolFor(target, request), prefix: '', authorization: '' }
    }
    // The name is the proxy's to resolve; what is plainly this machine is refused here.
    if (!request.isDeclared) refuseOwn(target.hostname, { alsoByName: true })
    const route = this.#proxyRouteOf(proxy)
    const { origin, authorization = '', lookup: own } = route
    const key = `${origin} ${own ? 'guarded' : ''} ${authorization}`
    const isTunnel = target.origin.startsWith('https:') || upgrade !== undefined
    if (isTunnel) {
      const whole = `tunnel ${target.origin} ${key}${request.tls ? tlsKey(request.tls) : ''}`
      const connect = tunnelThrough(route, tlsOptions(request.tls))
      const pool = this.#keptPool(whole, () => new Pool(target.origin, { ...poolOptions, connect }))
      return { pool, prefix: '', authorization: '' }
    }
    const connect = own ? { lookup: own } : {}
    const pool = this.#keptPool(`proxy ${key}`, () => new Pool(origin, { ...poolOptions, connect }))
    return { pool, prefix: target.origin, authorization }
  }

  #proxyRouteOf({ url, authorization, isDeclared }: OutgoingProxy): ProxyRoute {
    const { origin, hostname, port } = this.#targetOf(new URL(url).origin)
    const mapped = this.#hostMap(hostname, port)
    const isGuarded = !mapped && !isDeclared
    if (isGuarded) refuseOwn(hostname)
    const guard = isGuarded ? guardedLookup : undefined
    return { origin: mapped?.origin ?? origin, authorization, lookup: guard }
  }

  #poolFor({ origin: own, hostname, port }: OriginTarget, request: OutgoingRequest): Pool {
    const { isDeclared, tls } = request
    const mapped = this.#hostMap(hostname, port)
    const origin = mapped?.origin ?? own
    const isGuarded = !mapped && !isDeclared
    if (isGuarded) refuseOwn(hostname)
    const key = `${origin} ${mapped ? hostname : ''} ${isGuarded ? 'guarded' : ''}${tls ? tlsKey(tls) : ''}`
    return this.#keptPool(key, () => newPool(origin, { mapped, host: hostname, isGuarded, tls }))
  }

  #keptPool(key: string, open: () => Pool): Pool {
    const known = this.#pools.get(key)
    if (known && key === this.#newest) return known
    const pool = known ?? open()
    // The order of last use, so that the first is the one to close.
    this.#pools.delete(key)
    this.#pools.set(key, pool)
    this.#newest = key
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

/** How a request leaves: a proxy wants the whole address, and to know whose request it is. */
interface Route {
  readonly pool: Pool
  readonly prefix: string
  readonly authorization: string
}

const poolOptions = { connections: connectionsPerOriginMax, pipelining: 1 } as const

function newPool(
  origin: string,
  target: {
    mapped: MappedHost | undefined
    host: string
    isGuarded: boolean
    tls: OutgoingTls | undefined
  },
): Pool {
  const { mapped, host, isGuarded, tls } = target
  return new Pool(origin, {
    ...poolOptions,
    connect: {
      ...(mapped && isIP(host) === 0 ? { servername: host } : {}),
      ...(mapped?.ca === undefined ? {} : { ca: mapped.ca }),
      ...(isGuarded ? { lookup: guardedLookup } : {}),
      ...tlsOptions(tls),
    },
  })
}

function tlsOptions(tls: OutgoingTls | undefined) {
  const shown = tls?.clientCertificate
  return {
    ...(shown ? { cert: shown.cert, key: shown.key } : {}),
    ...(tls?.acceptsAnyCertificate ? { rejectUnauthorized: false } : {}),
  }
}

function tlsKey({ acceptsAnyCertificate, clientCertificate }: OutgoingTls): string {
  return ` ${acceptsAnyCertificate ? 'any' : ''} ${clientCertificate?.id ?? ''}`
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

function refuseOwn(hostname: string, options: { alsoByName?: boolean } = {}): void {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isOwnAddress(host)) throw refusal(hostname)
  if (options.alsoByName && /(?:^|\.)localhost\.?$/.test(host)) throw refusal(hostname)
}

function refusal(hostname: string): AddressRefused {
  return new AddressRefused(
    `'${hostname}' leads to this machine: it is reached only by a mapped Azure name or as a declared address.`,
  )
}

// Only letters that mean the same in a path and in a whole address; anything else is parsed as one.
const plainAddress = /^(https?:\/\/[\w.\-:[\]]+)(\/[\w\-~!$&()*+,;=:@%./?]*)$/

function splitAddress(url: string): { origin: string; path: string } {
  const [, plainOrigin, plainPath] = plainAddress.exec(url) ?? []
  const isPlain = !url.includes('/.') && !/%2e/i.test(url)
  if (isPlain && plainOrigin !== undefined && plainPath !== undefined) {
    return { origin: plainOrigin, path: plainPath }
  }
  const { origin, pathname, search } = new URL(url)
  return { origin, path: `${pathname}${search}` }
}

function headersOf(
  request: OutgoingRequest,
  { host }: OriginTarget,
  proxyAuthorization: string,
): string[] {
  const { headers } = request
  const sent: string[] = []
  let hasHost = false
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    const isTrace = name.length === 11 && name.toLowerCase() === 'traceparent'
    hasHost ||= name.length === 4 && name.toLowerCase() === 'host'
    // The request continues the trace as a span of its own.
    if (!isTrace) sent.push(name, headers[index + 1] ?? '')
  }
  if (!hasHost) sent.push('host', host)
  if (proxyAuthorization !== '') sent.push('proxy-authorization', proxyAuthorization)
  sent.push('traceparent', formatTraceparent(request.trace))
  return sent
}

function toFault(error: Error, { timeoutMs }: OutgoingRequest): Error {
  const isTimeout =
    error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError
  return isTimeout
    ? new OutgoingTimeout(`No answer within ${timeoutMs} ms.`, { cause: error })
    : error
}
