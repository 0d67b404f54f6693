import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { RealClock } from '../src/base/clock.ts'
import type { JsonObject } from '../src/base/json.ts'
import { newLogger } from '../src/base/logger.ts'
import type { Telemetry } from '../src/base/telemetry.ts'
import { signJwt } from '../src/protocols/auth/jwt.ts'
import { HttpServer } from '../src/protocols/http/server.ts'
import { Egress } from '../src/protocols/http/egress.ts'
import { ApiManagement } from '../src/services/api-management/service.ts'
import type { ServiceInstance } from '../src/services/api-management/service-instance.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import { listen } from './loopback.ts'

/** An API behind a gateway in this process: its address, what a call needs, and its end. */
export interface PublishedApi {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  stop(): Promise<void>
}

const clock = new RealClock()
const logger = newLogger({ name: 'bench', level: 'error' })

// Of the scope of the API: the token is verified once and then known.
const apiPolicies = `<policies>
  <inbound>
    <base />
    <validate-jwt header-name="Authorization" failed-validation-httpcode="401" require-scheme="Bearer">
      <openid-config url="https://login.microsoftonline.com/tenant-1/.well-known/openid-configuration" />
      <audiences><audience>api://orders</audience></audiences>
      <issuers><issuer>https://login.microsoftonline.com/tenant-1/v2.0</issuer></issuers>
    </validate-jwt>
    <set-header name="x-gateway" exists-action="override"><value>interline</value></set-header>
    <set-header name="x-request-id" exists-action="override"><value>@(context.RequestId.ToString())</value></set-header>
    <set-header name="x-subscription" exists-action="override"><value>@(context.Subscription.Id)</value></set-header>
    <set-variable name="tier" value="@(context.Product.Name)" />
    <set-query-parameter name="source" exists-action="override"><value>gateway</value></set-query-parameter>
    <choose>
      <when condition="@(context.Variables.GetValueOrDefault<string>("tier") == "Premium")">
        <set-method>GET</set-method>
      </when>
      <otherwise>
        <set-variable name="isBasic" value="@(true)" />
      </otherwise>
    </choose>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>`

const productPolicies = `<policies>
  <inbound>
    <base />
    <rate-limit-by-key calls="1000000000" renewal-period="60" counter-key="@(context.Subscription.Id)" />
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>`

/** Publishes an upstream with a key, a token, a rate limit, five `set-*` policies and a `choose`. */
export async function publishApi(options: {
  upstreamPort: number
  telemetry: Telemetry
}): Promise<PublishedApi> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issuer = issuerOf(keys.publicKey)
  const origin = `http://127.0.0.1:${await listen(issuer)}`
  const outgoing = new Egress({
    hostMap: (host) => (host === 'login.microsoftonline.com' ? { origin } : undefined),
  })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const apiManagement = new ApiManagement({
    store,
    clock,
    logger,
    telemetry: options.telemetry,
    outgoing,
    managedIdentityToken: async () => '',
    verifyManagementToken: async () => {},
  })
  await apiManagement.start()
  const instance = await apiManagement.putService('apim-1', { location: 'westeurope' })
  await putOrders(instance, options.upstreamPort)
  const server = new HttpServer({
    port: 0,
    name: 'gateway',
    handler: apiManagement.gatewayHandler,
    logger,
  })
  const port = await server.start()
  return {
    url: `http://127.0.0.1:${port}/orders/FetchOrders`,
    headers: {
      'ocp-apim-subscription-key': 'basic-key',
      authorization: `Bearer ${newToken(keys.privateKey)}`,
    },
    async stop() {
      await server.stop({ graceMs: 0 })
      await apiManagement.stop()
      await outgoing.stop()
      issuer.close()
      await store.close()
    },
  }
}

async function putOrders(instance: ServiceInstance, upstreamPort: number): Promise<void> {
  const entities: readonly (readonly [kind: string, names: string[], properties: JsonObject])[] = [
    ['apis', ['orders'], { path: 'orders', serviceUrl: `http://127.0.0.1:${upstreamPort}/api` }],
    ['apis/operations', ['orders', 'fetch'], { method: 'GET', urlTemplate: '/FetchOrders' }],
    ['apis/policies', ['orders', 'policy'], { format: 'rawxml', value: apiPolicies }],
    ['products', ['basic'], { displayName: 'Basic', state: 'published' }],
    ['products/apis', ['basic', 'orders'], {}],
    ['products/policies', ['basic', 'policy'], { format: 'rawxml', value: productPolicies }],
    [
      'subscriptions',
      ['basic-1'],
      { displayName: 'basic-1', scope: '/products/basic', primaryKey: 'basic-key' },
    ],
  ]
  for (const [kind, names, properties] of entities) await instance.put({ kind, names, properties })
}

function issuerOf(key: KeyObject): Server {
  const jwk = { ...key.export({ format: 'jwk' }), kid: 'key-1', use: 'sig' }
  return createServer((request, response) => {
    const isKeys = request.url === '/tenant-1/discovery/keys'
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify(
        isKeys
          ? { keys: [jwk] }
          : {
              issuer: 'https://login.microsoftonline.com/tenant-1/v2.0',
              jwks_uri: 'https://login.microsoftonline.com/tenant-1/discovery/keys',
            },
      ),
    )
  })
}

function newToken(key: KeyObject): string {
  const seconds = Math.floor(clock.now() / 1000)
  return signJwt({
    algorithm: 'RS256',
    key,
    header: { kid: 'key-1' },
    claims: {
      iss: 'https://login.microsoftonline.com/tenant-1/v2.0',
      aud: 'api://orders',
      exp: seconds + 3600,
      nbf: seconds - 1,
    },
  })
}
