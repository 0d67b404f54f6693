import assert from 'node:assert/strict'
import { get } from 'node:http'
import { test } from 'node:test'
import { newLogger } from '../../base/logger.ts'
import type { Span } from '../../base/telemetry.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { startEntra } from './fixture-over-rest.ts'
import { requestBytesMax } from './limits.ts'
import { entraIdHandler } from './rest.ts'
import { EntraId } from './service.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('malformed requests are refused in the words of Entra', async (t) => {
  const { url, tenantId } = await startEntra(t)
  const path = `${url}/${tenantId}/oauth2/v2.0/token`
  const cases: readonly (readonly [string, RequestInit, number, number | undefined])[] = [
    [path, { method: 'GET' }, 400, 900561],
    [path, { method: 'POST', body: '{}' }, 400, 9000411],
    [path, { method: 'POST', headers: form, body: 'scope=a&scope=b' }, 400, 9000411],
    [
      path,
      { method: 'POST', headers: form, body: 'a'.repeat(requestBytesMax + 1) },
      413,
      undefined,
    ],
    [`${url}/`, { method: 'GET' }, 404, 90001],
    [`${url}/x/../y/z`, { method: 'GET' }, 404, 90001],
    [`${url}/no tenant/oauth2/token`, { method: 'POST', headers: form }, 400, 900023],
    [`${url}/consumers/v2.0/.well-known/openid-configuration`, {}, 400, 900023],
  ]
  for (const [address, request, status, code] of cases) {
    const answer = await fetch(address, request)
    const body: { error: string; error_codes?: number[] } = JSON.parse(await answer.text())
    assert.deepEqual([answer.status, body.error_codes?.[0]], [status, code], address)
    assert.equal(typeof body.error, 'string')
  }
})

test('addresses in a description are those of a host, whatever the client says it is', async (t) => {
  const { url, tenantId } = await startEntra(t)
  const path = `/${tenantId}/v2.0/.well-known/openid-configuration`
  const ask = async (host: string): Promise<string> => {
    const text = await new Promise<string>((resolve, reject) => {
      get(`${url}${path}`, { headers: { host } }, (answer) => {
        answer.setEncoding('utf8').on('data', resolve)
      }).on('error', reject)
    })
    const told: { token_endpoint: string } = JSON.parse(text)
    return told.token_endpoint
  }
  const rest = `/${tenantId}/oauth2/v2.0/token`
  assert.equal(await ask('login.microsoftonline.com'), `http://login.microsoftonline.com${rest}`)
  assert.equal(await ask('x/../"><b>'), `http://localhost${rest}`)
})

test('a definition that cannot be is refused', async (t) => {
  const { registrations } = (await startEntra(t)).entra
  await registrations.registerApplication({ displayName: 'a', identifierUris: ['api://a'] })
  for (const definition of [
    { displayName: '' },
    { displayName: 'b', identifierUris: ['api://a'] },
    { displayName: 'b', identifierUris: ['not a uri'] },
    { displayName: 'b', appRoles: [{ value: 'x' }, { value: 'x' }] },
    { displayName: 'b', redirectUris: { web: ['http://example.com/'] } },
    { displayName: 'b', redirectUris: { web: ['javascript:alert(1)'] } },
    { displayName: 'b', certificates: ['nonsense'] },
  ]) {
    await assert.rejects(registrations.registerApplication(definition), {
      code: 'Request_BadRequest',
    })
  }
})

test('a restart keeps registrations, secrets and roles', async (t) => {
  const { entra, store, clock, tenantId } = await startEntra(t)
  const { registrations, directory } = entra
  await registrations.registerApplication({
    displayName: 'api',
    identifierUris: ['api://api'],
    appRoles: [{ value: 'Read' }],
    scopes: ['Use'],
    appRoleAssignmentRequired: true,
  })
  const { appId } = await registrations.registerApplication({ displayName: 'caller' })
  const secret = await registrations.ensureSecret(appId)
  const principalId = directory.servicePrincipal(appId)?.objectId ?? ''
  await registrations.assignRole({ principalId, resource: 'api://api', role: 'Read' })
  const user = await registrations.registerUser({ userPrincipalName: 'x@y', password: 'z' })
  const logger = newLogger({ level: 'silent', name: 'test' })
  const again = new EntraId({ store, clock, logger, telemetry: silentTelemetry, tenantId })
  await again.start()
  t.after(() => again.stop())
  assert.deepEqual(again.directory.applications(), directory.applications())
  assert.deepEqual(again.directory.servicePrincipal(appId), directory.servicePrincipal(appId))
  assert.deepEqual(again.directory.findUser('x@y'), user)
  const api = again.directory.findApplication('api://api')?.appId ?? ''
  assert.deepEqual(again.directory.rolesOf(principalId, api), ['Read'])
  const changed = await again.registrations.registerApplication({ displayName: 'caller' })
  assert.deepEqual(changed.secrets, [secret], 'registering again keeps the secret')
})

test('an application without a role gets no token where one is required', async (t) => {
  const { entra, post, tenantId } = await startEntra(t)
  const { registrations } = entra
  await registrations.registerApplication({
    displayName: 'api',
    identifierUris: ['api://api'],
    appRoleAssignmentRequired: true,
  })
  const { appId } = await registrations.registerApplication({ displayName: 'caller' })
  const { value } = await registrations.ensureSecret(appId)
  const { body } = await post(`/${tenantId}/oauth2/v2.0/token`, {
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: value,
    scope: 'api://api/.default',
  })
  assert.deepEqual(body['error_codes'], [501051])
})

test('a token request is one span, with the reason where it failed and no secret', async (t) => {
  const { store, clock, tenantId } = await startEntra(t)
  const logger = newLogger({ level: 'silent', name: 'test' })
  const spans: Span[] = []
  const telemetry = { span: (span: Span) => void spans.push(span), log() {} }
  const entra = new EntraId({ store, clock, logger, telemetry, tenantId })
  await entra.start()
  t.after(() => entra.stop())
  const server = new HttpServer({ port: 0, name: 'entra', handler: entraIdHandler(entra), logger })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const { appId } = await entra.registrations.registerApplication({ displayName: 'caller' })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await fetch(`http://127.0.0.1:${port}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { traceparent },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: 'a guessed secret',
      scope: 'api://api/.default',
    }),
  })
  const [span] = spans
  assert.equal(spans.length, 1)
  assert.equal(span?.parentSpanId, 'b7ad6b7169203331')
  assert.match(span?.reason ?? '', /^AADSTS7000215/)
  assert.equal(JSON.stringify(spans).includes('guessed'), false)
})
