import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ManualClock, RealClock, type Clock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Span, Telemetry } from '../../base/telemetry.ts'
import { signJwt } from '../../protocols/auth/jwt.ts'
import type { HttpLimits } from '../../protocols/http/limits.ts'
import {
  HttpServer,
  type HttpHandler,
  type HttpServerOptions,
} from '../../protocols/http/server.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { authenticationFailed } from './errors.ts'
import { ApiManagement } from './service.ts'
import type { ApiManagementParts } from './service-parts.ts'
import type { ServiceInstance } from './service-instance.ts'

/** What a test registers what it opens with, so that it is closed again. */
export interface Owner {
  after(callback: () => Promise<void> | void): void
}

/** A request as the backend got it. */
export interface BackendSeen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A service behind real sockets, with a backend, an issuer of tokens and the management REST by their Azure names. */
export interface OpenedService {
  readonly apiManagement: ApiManagement
  readonly instance: ServiceInstance
  readonly store: Store
  readonly clock: Clock
  readonly gatewayUrl: string
  readonly managementUrl: string
  readonly backendUrl: string
  readonly issuerUrl: string
  readonly seen: BackendSeen[]
  readonly spans: Span[]
  /** Every line of the log, as text. */
  readonly logged: string[]
  /** What the backend answers with; replaced by a test that wants another. */
  answer: (request: BackendSeen, response: ServerResponse) => void
  /** A token of the tenant `tenant-1`. */
  token(claims?: JsonObject): string
  /** Puts an entity by its path: `products/basic/apis/orders`. */
  put(path: string, properties?: JsonObject): Promise<void>
  call(path: string, init?: RequestInit): Promise<Response>
  manage(method: string, path: string, body?: JsonObject): Promise<Response>
}

const serviceId =
  '/subscriptions/sub-1/resourceGroups/rg-1/providers/Microsoft.ApiManagement/service/apim-1'
const managementToken = 'management-token'

/** What a test brings along instead of what the fixture has. */
type GivenParts = Pick<
  ApiManagementParts,
  'readSecret' | 'eventHubs' | 'serviceBus' | 'managedIdentityToken'
>

/** Opens a service on a store in memory; `manualClock` for tests that move time. */
export async function openService(
  owner: Owner,
  options: {
    manualClock?: ManualClock
    limits?: Partial<HttpLimits>
    parts?: Partial<GivenParts>
  } = {},
): Promise<OpenedService> {
  const clock = options.manualClock ?? new RealClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  const spans: Span[] = []
  const logged: string[] = []
  const telemetry: Telemetry = { span: (span) => void spans.push(span), log() {} }
  const seen: BackendSeen[] = []
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const backendUrl = await listen(owner, (request, response) => {
    // A request that breaks off was not seen.
    serveBackend(request, response, { opened, seen }).catch(() => response.destroy())
  })
  const issuerUrl = await listen(owner, (request, response) => {
    serveIssuer(request, response, keys.publicKey)
  })
  const hosts = new Map([
    ['login.microsoftonline.com', issuerUrl],
    ['backend.example', backendUrl],
  ])
  const outgoing = newEgress(hosts)
  const apiManagement = newService({
    store,
    clock,
    telemetry,
    outgoing,
    logger: collector(logged),
    managedIdentityToken: async () => managementToken,
    ...options.parts,
  })
  await apiManagement.start()
  const gatewayUrl = await serve(owner, apiManagement.gatewayHandler, {
    upgradeHandler: apiManagement.gatewayUpgradeHandler,
    ...(options.limits ? { limits: options.limits } : {}),
  })
  const managementUrl = await serve(owner, apiManagement.managementHandler)
  hosts.set('management.azure.com', managementUrl)
  owner.after(async () => {
    await apiManagement.stop()
    await outgoing.stop()
    await store.close()
  })
  const instance = await apiManagement.putService('apim-1', { location: 'westeurope' })
  const opened: OpenedService = {
    apiManagement,
    instance,
    store,
    clock,
    gatewayUrl,
    managementUrl,
    backendUrl,
    issuerUrl,
    seen,
    spans,
    logged,
    answer: answerOk,
    token: (claims = {}) => newToken(keys.privateKey, clock, claims),
    put: (path, properties = {}) => putByPath(instance, path, properties),
    call: (path, init) => fetch(`${gatewayUrl}${path}`, { redirect: 'manual', ...init }),
    manage: (method, path, body) =>
      manage(managementUrl, { method, path, ...(body === undefined ? {} : { body }) }),
  }
  return opened
}

function newEgress(hosts: ReadonlyMap<string, string>): Egress {
  return new Egress({
    hostMap: (host) => {
      const origin = hosts.get(host)
      return origin === undefined ? undefined : { origin }
    },
  })
}

function answerOk(_request: BackendSeen, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  response.end('{"ok":true}')
}

async function putByPath(
  instance: ServiceInstance,
  path: string,
  properties: JsonObject,
): Promise<void> {
  const words = path.split('/')
  const kind = words.filter((_, index) => index % 2 === 0).join('/')
  const names = words.filter((_, index) => index % 2 === 1)
  await instance.put({ kind, names, properties })
}

function manage(
  managementUrl: string,
  request: { method: string; path: string; body?: JsonObject },
): Promise<Response> {
  return fetch(
    `${managementUrl}${serviceId}/${request.path}${request.path.includes('?') ? '&' : '?'}api-version=2024-05-01`,
    {
      method: request.method,
      headers: { authorization: `Bearer ${managementToken}`, 'content-type': 'application/json' },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    },
  )
}

function newService(
  parts: GivenParts &
    Pick<ApiManagementParts, 'store' | 'clock' | 'telemetry' | 'outgoing' | 'logger'>,
): ApiManagement {
  return new ApiManagement({
    ...parts,
    verifyManagementToken: async ({ token }) => {
      if (token !== managementToken) throw authenticationFailed('The token is not valid.')
    },
  })
}

function collector(lines: string[]): Logger {
  const note = (fields: object, message: string): void => {
    lines.push(`${message} ${inspect(fields, { depth: 8 })}`)
  }
  return { info: note, warn: note, error: note, debug: note }
}

const silent: Logger = { info() {}, warn() {}, error() {}, debug() {} }

async function serve(
  owner: Owner,
  handler: HttpHandler,
  options: Partial<Pick<HttpServerOptions, 'upgradeHandler' | 'limits'>> = {},
): Promise<string> {
  const server = new HttpServer({
    port: 0,
    name: 'test',
    handler,
    ...options,
    logger: silent,
  })
  const port = await server.start()
  owner.after(() => server.stop({ graceMs: 0 }))
  return `http://127.0.0.1:${port}`
}

async function listen(
  owner: Owner,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  owner.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

async function serveBackend(
  request: IncomingMessage,
  response: ServerResponse,
  target: { opened: OpenedService; seen: BackendSeen[] },
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const got = {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  }
  target.seen.push(got)
  target.opened.answer(got, response)
}

function serveIssuer(request: IncomingMessage, response: ServerResponse, key: KeyObject): void {
  const isKeys = request.url === '/tenant-1/discovery/keys'
  const body = isKeys
    ? { keys: [{ ...key.export({ format: 'jwk' }), kid: 'key-1', use: 'sig' }] }
    : {
        issuer: 'https://sts.windows.net/tenant-1/',
        jwks_uri: 'https://login.microsoftonline.com/tenant-1/discovery/keys',
      }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

function newToken(key: KeyObject, clock: Clock, claims: JsonObject): string {
  const seconds = Math.floor(clock.now() / 1000)
  return signJwt({
    algorithm: 'ES256',
    key,
    header: { kid: 'key-1' },
    claims: {
      iss: 'https://login.microsoftonline.com/tenant-1/v2.0',
      aud: 'api://orders',
      exp: seconds + 3600,
      nbf: seconds - 1,
      ...claims,
    },
  })
}
