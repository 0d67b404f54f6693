import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../base/json.ts'
import { signJwt } from '../../../protocols/auth/jwt.ts'
import { generateKeyPairSync } from 'node:crypto'
import type { HubEvent } from '../event-hub-sink.ts'
import { type OpenedService, openService } from '../service-fixture.ts'

async function putApi(service: OpenedService, inbound: string): Promise<void> {
  await service.put('apis/one', {
    path: 'one',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
  })
  await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
  await service.put('apis/one/policies/policy', {
    format: 'rawxml',
    value: `<policies><inbound>${inbound}</inbound><backend><base /></backend></policies>`,
  })
}

const logger: JsonObject = {
  loggerType: 'azureEventHub',
  credentials: { name: 'hub-1', connectionString: 'Endpoint=sb://hubs/' },
}

test('events go to the hub of the logger, cut to what a hub takes', async (t) => {
  const sent: HubEvent[] = []
  const eventHubs = { send: async (event: HubEvent) => void sent.push(event) }
  const service = await openService(t, { parts: { eventHubs } })
  await service.put('loggers/hub', logger)
  await putApi(
    service,
    `<log-to-eventhub logger-id="hub" partition-key="@(context.Request.Method)">@(context.Operation.Id + "!")</log-to-eventhub>
     <log-to-eventhub logger-id="hub" partition-id="3">@(new string('x', 300000))</log-to-eventhub>`,
  )
  assert.equal((await service.call('/one/')).status, 200)
  const told = sent.map(({ hub, partitionId, partitionKey, body }) => [
    hub,
    partitionId ?? partitionKey,
    body.length,
  ])
  assert.deepEqual(told, [
    ['hub-1', 'GET', 4],
    ['hub-1', '3', 204_800],
  ])
  assert.equal(Buffer.from(sent[0]?.body ?? []).toString(), 'get!')
})

test('a hub that takes nothing harms no call', async (t) => {
  const eventHubs = { send: async () => Promise.reject(new Error('away')) }
  const service = await openService(t, { parts: { eventHubs } })
  await service.put('loggers/hub', logger)
  await putApi(service, '<log-to-eventhub logger-id="hub">x</log-to-eventhub>')
  assert.equal((await service.call('/one/')).status, 200)
})

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function identityToken(oid: string): string {
  return signJwt({ algorithm: 'ES256', key: privateKey, header: {}, claims: { oid } })
}

const policy = `<get-authorization-context provider-id="github" authorization-id="auth" context-variable-name="found" identity-type="managed" />
  <return-response><set-body>@(((Authorization)context.Variables.GetValueOrDefault("found"))?.AccessToken)</set-body></return-response>`

/** A service with a provider whose token endpoint is the backend. */
async function openConnection(
  t: Parameters<typeof openService>[0],
  url: string,
): Promise<OpenedService> {
  const service = await openService(t, {
    parts: { managedIdentityToken: async () => identityToken('me') },
  })
  const grantTypes = { clientCredentials: { tokenUrl: url, scopes: 'read' } }
  await service.put('authorizationProviders/github', {
    identityProvider: 'oauth2',
    oauth2: { grantTypes },
  })
  await service.put('authorizationProviders/github/authorizations/auth', {
    oauth2grantType: 'ClientCredentials',
    parameters: { clientId: 'app', clientSecret: 'hidden-secret' },
  })
  await putApi(service, policy)
  return service
}

const grants = 'authorizationProviders/github/authorizations/auth/accessPolicies'

test('a connection gives its token to an identity with an access policy, and asks once until it ends', async (t) => {
  const service = await openConnection(t, 'https://backend.example/token')
  service.answer = (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"access_token":"gh-token","token_type":"bearer","expires_in":3600}')
  }
  assert.equal((await service.call('/one/')).status, 500)
  assert.equal(service.seen.length, 0)
  await service.put(`${grants}/own`, { objectId: 'me', tenantId: 'tenant-1' })
  assert.equal(await (await service.call('/one/')).text(), 'gh-token')
  assert.equal(await (await service.call('/one/')).text(), 'gh-token')
  const asked = service.seen.map(({ url, body }) => `${url} ${body}`)
  assert.deepEqual(asked, [
    '/token grant_type=client_credentials&client_id=app&client_secret=hidden-secret&scope=read',
  ])
})

test('a token of a caller opens a connection where its owner has an access policy', async (t) => {
  const service = await openConnection(t, 'https://backend.example/token')
  service.answer = (_request, response) => void response.end('{"access_token":"gh-token"}')
  await service.put(`${grants}/own`, { objectId: 'ada', tenantId: 'tenant-1' })
  const identity =
    'identity-type="jwt" identity="@(context.Request.Headers.GetValueOrDefault("X-Token"))"'
  await putApi(service, policy.replace('identity-type="managed"', identity))
  const own = { aud: 'https://azure-api.net/authorization-manager', tid: 'tenant-1', oid: 'ada' }
  for (const [claims, answer] of [
    [own, 'gh-token'],
    [{ ...own, oid: 'eve' }, 500],
    [{ ...own, aud: 'api://orders' }, 500],
    [{ ...own, tid: 'tenant-2' }, 500],
  ] as const) {
    const response = await service.call('/one/', { headers: { 'x-token': service.token(claims) } })
    assert.equal(response.status === 200 ? await response.text() : response.status, answer)
  }
})

test('a provider that gives no token is told without the secret of the connection', async (t) => {
  const service = await openConnection(t, 'https://backend.example/token')
  service.answer = (_request, response) => void response.writeHead(401).end('{}')
  await service.put(`${grants}/own`, { objectId: 'me', tenantId: 'tenant-1' })
  assert.equal((await service.call('/one/')).status, 500)
  const shown = await service.manage('GET', 'authorizationProviders/github/authorizations/auth')
  assert.doesNotMatch(await shown.text(), /hidden-secret/)
  assert.ok(!service.logged.join('\n').includes('hidden-secret'))
  await putApi(service, policy.replace('identity-type', 'ignore-error="true" identity-type'))
  assert.equal(await (await service.call('/one/')).text(), '')
})

test('only connections by client credentials are taken', async (t) => {
  const service = await openConnection(t, 'https://login.example/token')
  await assert.rejects(
    service.put('authorizationProviders/github/authorizations/other', {
      oauth2grantType: 'AuthorizationCode',
    }),
    { code: 'ValidationError' },
  )
})
