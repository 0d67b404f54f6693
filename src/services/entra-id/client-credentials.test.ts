import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from '../../protocols/auth/jwt.ts'
import { parseKeySet } from '../../protocols/auth/key-set.ts'
import { TokenVerifier } from '../../protocols/auth/token-verifier.ts'
import { startEntra } from './fixture-over-rest.ts'
import type { EntraFixture } from './fixture-over-rest.ts'
import { textOf } from './json-reader.ts'

interface Registered extends EntraFixture {
  readonly clientId: string
  readonly secret: string
  readonly form: Record<string, string>
}

async function registered(t: TestContext, tokenVersion: 1 | 2 = 1): Promise<Registered> {
  const fixture = await startEntra(t)
  const { registrations, directory } = fixture.entra
  await registrations.registerApplication({
    displayName: 'Orders-api',
    identifierUris: ['api://orders-api'],
    appRoles: [{ value: 'Orders.Read' }],
    tokenVersion,
  })
  const { appId: clientId } = await registrations.registerApplication({ displayName: 'caller' })
  const { value: secret } = await registrations.ensureSecret(clientId)
  const principalId = directory.servicePrincipal(clientId)?.objectId ?? ''
  await registrations.assignRole({ principalId, resource: 'api://orders-api', role: 'Orders.Read' })
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    scope: 'api://orders-api/.default',
  }
  return { ...fixture, clientId, secret, form }
}

test('a secret gets a token that the published keys verify', async (t) => {
  const { post, get, form, tenantId, clientId, clock } = await registered(t)
  const { status, body } = await post(`/${tenantId}/oauth2/v2.0/token`, form)
  assert.equal(status, 200)
  assert.deepEqual([body['token_type'], body['expires_in']], ['Bearer', 3599])
  const configuration = await get(`/${tenantId}/.well-known/openid-configuration`)
  const keys = await get(`/${tenantId}/discovery/v2.0/keys`)
  const { claims } = new TokenVerifier({ clock }).verify(
    textOf(body, 'access_token'),
    parseKeySet(keys.body),
    {
      algorithms: ['RS256'],
      issuers: [textOf(configuration.body, 'issuer')],
      audiences: ['api://orders-api'],
    },
  )
  assert.equal(claims['iss'], `https://sts.windows.net/${tenantId}/`)
  assert.deepEqual(claims['roles'], ['Orders.Read'])
  assert.deepEqual([claims['appid'], claims['appidacr'], claims['ver']], [clientId, '1', '1.0'])
  assert.deepEqual([claims['oid'], claims['tid']], [claims['sub'], tenantId])
})

test('an application of version 2 gets tokens for its client id', async (t) => {
  const { post, form, tenantId, clientId, entra } = await registered(t, 2)
  const { body } = await post(`/${tenantId}/oauth2/v2.0/token`, form)
  const { claims } = decodeJwt(textOf(body, 'access_token'))
  assert.equal(claims['aud'], entra.directory.findApplication('api://orders-api')?.appId)
  assert.equal(claims['iss'], `https://login.microsoftonline.com/${tenantId}/v2.0`)
  assert.deepEqual([claims['azp'], claims['azpacr'], claims['ver']], [clientId, '1', '2.0'])
})

test('the older address takes a resource and answers in text', async (t) => {
  const { post, form, tenantId } = await registered(t)
  const { body } = await post(`/${tenantId}/oauth2/token`, {
    ...form,
    resource: 'https://management.azure.com/',
  })
  assert.equal(body['expires_in'], '3599')
  assert.equal(body['resource'], 'https://management.azure.com/')
  const { claims } = decodeJwt(textOf(body, 'access_token'))
  assert.equal(claims['aud'], 'https://management.azure.com/')
})

test('what is wrong with a request is told as Azure does', async (t) => {
  const { post, form, tenantId } = await registered(t)
  const cases: readonly (readonly [Record<string, string>, number, string, number])[] = [
    [{ client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    [{ client_secret: '' }, 401, 'invalid_client', 7000216],
    [{ client_id: crypto.randomUUID() }, 400, 'unauthorized_client', 700016],
    [{ client_id: '' }, 400, 'invalid_request', 900144],
    [{ grant_type: '' }, 400, 'invalid_request', 900144],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    [{ grant_type: 'constructor' }, 400, 'unsupported_grant_type', 70003],
    [{ scope: 'api://orders-api/Orders.Read' }, 400, 'invalid_scope', 1002012],
    [{ scope: 'api://nowhere/.default' }, 400, 'invalid_resource', 500011],
    [{ scope: '' }, 400, 'invalid_request', 900144],
  ]
  for (const [change, status, error, number] of cases) {
    const answer = await post(`/${tenantId}/oauth2/v2.0/token`, { ...form, ...change })
    const told = JSON.stringify(change)
    assert.deepEqual([answer.status, answer.body['error']], [status, error], told)
    assert.deepEqual(answer.body['error_codes'], [number], told)
    assert.match(textOf(answer.body, 'error_description'), new RegExp(`^AADSTS${number}: `), told)
    assert.equal(JSON.stringify(answer.body).includes(form['client_secret'] ?? ''), false)
  }
})

test('roles of Microsoft Graph are given by their names', async (t) => {
  const { post, form, tenantId, entra, clientId } = await registered(t)
  const principalId = entra.directory.servicePrincipal(clientId)?.objectId ?? ''
  const resource = 'https://graph.microsoft.com'
  await entra.registrations.assignRole({ principalId, resource, role: 'User.Read.All' })
  const scope = `${resource}/.default`
  const { body } = await post(`/${tenantId}/oauth2/v2.0/token`, { ...form, scope })
  const { claims } = decodeJwt(textOf(body, 'access_token'))
  assert.deepEqual([claims['aud'], claims['roles']], [resource, ['User.Read.All']])
})

test('only this tenant issues tokens for applications', async (t) => {
  const { post, form } = await registered(t)
  const other = await post(`/${crypto.randomUUID()}/oauth2/v2.0/token`, form)
  assert.deepEqual(other.body['error_codes'], [90002])
  const none = await post('/common/oauth2/v2.0/token', form)
  assert.deepEqual(none.body['error_codes'], [50059])
  const domain = await post('/interline.onmicrosoft.com/oauth2/v2.0/token', form)
  assert.equal(domain.status, 200)
})
