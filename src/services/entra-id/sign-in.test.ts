import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from '../../protocols/auth/jwt.ts'
import type { User } from './application.ts'
import { startEntra } from './fixture-over-rest.ts'
import type { Answer, EntraFixture } from './fixture-over-rest.ts'
import { textOf } from './json-reader.ts'
import {
  authorizationCodeLifeMs,
  refreshTokenLifeMs,
  singlePageRefreshTokenLifeMs,
} from './limits.ts'

const redirectUri = 'http://localhost:3000/signed-in'
const verifier = 'a'.repeat(64)
const challenge = createHash('sha256').update(verifier).digest('base64url')

interface Portal extends EntraFixture {
  readonly clientId: string
  readonly secret: string
  readonly anna: User
  /** Opens the sign-in page with these changes to the request. */
  readonly open: (change?: Record<string, string>) => Promise<Response>
  /** Chooses somebody on an opened page. */
  readonly choose: (page: Response, form: Record<string, string>) => Promise<Response>
  /** Redeems the code of a redirect. */
  readonly redeem: (redirect: Response, change?: Record<string, string>) => Promise<Answer>
}

async function portal(t: TestContext, kind: 'web' | 'spa' | 'publicClient'): Promise<Portal> {
  const fixture = await startEntra(t)
  const { entra, url, tenantId } = fixture
  const { registrations } = entra
  await registrations.registerApplication({
    displayName: 'Flights-api',
    identifierUris: ['api://flights'],
    scopes: ['Flights.Read', 'Flights.Write'],
    appRoles: [{ value: 'Dispatcher' }],
  })
  const { appId: clientId } = await registrations.registerApplication({
    displayName: 'Portal <&>',
    redirectUris: { [kind]: [redirectUri] },
  })
  const { value: secret } = await registrations.ensureSecret(clientId)
  const anna = await registrations.registerUser({
    userPrincipalName: 'anna@interline.onmicrosoft.com',
    displayName: 'Anna',
  })
  await registrations.assignRole({
    principalId: anna.objectId,
    resource: 'api://flights',
    role: 'Dispatcher',
  })
  const asked = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'api://flights/Flights.Read openid offline_access',
    state: 'a state & more',
    nonce: 'n-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  return {
    ...fixture,
    clientId,
    secret,
    anna,
    open: (change = {}) =>
      fetch(
        `${url}/${tenantId}/oauth2/v2.0/authorize?${new URLSearchParams({ ...asked, ...change }).toString()}`,
        { redirect: 'manual' },
      ),
    choose: async (page, form) => {
      const [, request = ''] = /name="request" value="([^"]+)"/.exec(await page.text()) ?? []
      return fetch(`${url}/${tenantId}/login`, {
        method: 'POST',
        body: new URLSearchParams({ request, ...form }),
        redirect: 'manual',
      })
    },
    redeem: (redirect, change = {}) =>
      fixture.post(`/${tenantId}/oauth2/v2.0/token`, {
        grant_type: 'authorization_code',
        client_id: clientId,
        ...(kind === 'web' ? { client_secret: secret } : {}),
        code: placeOf(redirect).searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...change,
      }),
  }
}

function placeOf(redirect: Response): URL {
  return new URL(redirect.headers.get('location') ?? '')
}

function codesOf({ body }: Answer): unknown {
  return body['error_codes']
}

test('a person signs in and the application gets tokens for them', async (t) => {
  const { open, choose, redeem, anna, clientId, tenantId } = await portal(t, 'web')
  const page = await open()
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  const redirect = await choose(page, { user: anna.objectId })
  assert.equal(redirect.status, 302)
  assert.equal(placeOf(redirect).searchParams.get('state'), 'a state & more')
  const { status, body } = await redeem(redirect)
  assert.equal(status, 200)
  assert.equal(body['scope'], 'api://flights/Flights.Read openid')
  const { claims } = decodeJwt(textOf(body, 'access_token'))
  assert.deepEqual([claims['aud'], claims['scp']], ['api://flights', 'Flights.Read'])
  assert.deepEqual([claims['oid'], claims['roles']], [anna.objectId, ['Dispatcher']])
  assert.equal(claims['upn'], 'anna@interline.onmicrosoft.com')
  const id = decodeJwt(textOf(body, 'id_token')).claims
  assert.deepEqual([id['aud'], id['nonce'], id['name']], [clientId, 'n-1', 'Anna'])
  assert.equal(id['iss'], `https://login.microsoftonline.com/${tenantId}/v2.0`)
  assert.notEqual(id['sub'], claims['sub'])
})

test('a code is good once, for its client, redirect URI and verifier, and for ten minutes', async (t) => {
  const { open, choose, redeem, anna, clock, entra } = await portal(t, 'web')
  const redirect = await choose(await open(), { user: anna.objectId })
  const other = await entra.registrations.registerApplication({ displayName: 'other' })
  const { value } = await entra.registrations.ensureSecret(other.appId)
  const stolen = await redeem(redirect, { client_id: other.appId, client_secret: value })
  assert.deepEqual(codesOf(stolen), [700005])
  assert.deepEqual(codesOf(await redeem(redirect, { code_verifier: 'b'.repeat(64) })), [501481])
  assert.deepEqual(codesOf(await redeem(redirect, { code_verifier: '' })), [501481])
  assert.deepEqual(codesOf(await redeem(redirect, { redirect_uri: 'http://localhost/' })), [500112])
  assert.deepEqual(codesOf(await redeem(redirect, { client_secret: '' })), [7000218])
  assert.deepEqual(codesOf(await redeem(redirect, { code: 'nonsense' })), [9002313])
  assert.equal((await redeem(redirect)).status, 200)
  assert.deepEqual(codesOf(await redeem(redirect)), [54005])
  const late = await choose(await open(), { user: anna.objectId })
  await clock.advance(authorizationCodeLifeMs)
  assert.deepEqual(codesOf(await redeem(late)), [70008])
})

test('what is wrong with a request is shown, or sent where it is known to belong', async (t) => {
  const { open } = await portal(t, 'spa')
  for (const change of [
    { client_id: crypto.randomUUID() },
    { redirect_uri: 'https://evil.example/' },
    { redirect_uri: 'javascript:alert(1)' },
  ]) {
    const answer = await open(change)
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /AADSTS(?:700016|50011)/)
  }
  const sent: readonly (readonly [Record<string, string>, string])[] = [
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ scope: 'api://flights/Nothing' }, 'invalid_client'],
    [{ scope: 'api://nowhere/Nothing' }, 'invalid_resource'],
    [{ prompt: 'none' }, 'login_required'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ code_challenge_method: 'S1' }, 'invalid_request'],
    [{ response_mode: 'pigeon' }, 'invalid_request'],
  ]
  for (const [change, error] of sent) {
    const answer = await open(change)
    const { searchParams } = placeOf(answer)
    assert.equal(searchParams.get('error'), error, JSON.stringify(change))
    assert.equal(searchParams.get('state'), 'a state & more')
  }
})

test('a person may decline', async (t) => {
  const { open, choose } = await portal(t, 'web')
  const redirect = await choose(await open({ response_mode: 'fragment' }), { decline: '1' })
  assert.match(placeOf(redirect).hash, /^#error=access_denied&/)
})

test('a password is asked for where there is one', async (t) => {
  const { open, choose, entra } = await portal(t, 'web')
  const ben = await entra.registrations.registerUser({
    userPrincipalName: 'ben@interline.onmicrosoft.com',
    password: 'correct horse',
  })
  const wrong = await choose(await open(), { user: ben.objectId, password: 'battery' })
  assert.equal(wrong.status, 200)
  assert.match(await wrong.clone().text(), /invalid username or password/)
  const right = await choose(wrong, { user: ben.objectId, password: 'correct horse' })
  assert.ok(placeOf(right).searchParams.has('code'))
})

test('names are written into the page as text', async (t) => {
  const { open, entra } = await portal(t, 'web')
  await entra.registrations.registerUser({
    userPrincipalName: 'x@y',
    displayName: '<script>alert(1)</script>',
  })
  const page = await (await open()).text()
  assert.match(page, /Portal &lt;&amp;&gt;/)
  assert.doesNotMatch(page, /<script>/)
})

test("another site cannot post a person's choice", async (t) => {
  const { url, tenantId, open, anna } = await portal(t, 'web')
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(await (await open()).text()) ?? []
  const answer = await fetch(`${url}/${tenantId}/login`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: new URLSearchParams({ request, user: anna.objectId }),
    redirect: 'manual',
  })
  assert.equal(answer.status, 400)
})

test('form_post sends the code in a form that posts itself', async (t) => {
  const { open, choose, anna } = await portal(t, 'web')
  const page = await choose(await open({ response_mode: 'form_post' }), { user: anna.objectId })
  const text = await page.text()
  const [, nonce = ''] = /<script nonce="([\w-]+)">/.exec(text) ?? []
  assert.match(text, /name="code" value="[\w-]+"/)
  assert.ok(page.headers.get('content-security-policy')?.includes(`'nonce-${nonce}'`))
})

test('a refresh token brings tokens for any resource until it ends', async (t) => {
  const { open, choose, redeem, post, anna, clientId, secret, tenantId, clock, entra } =
    await portal(t, 'web')
  const { body } = await redeem(await choose(await open(), { user: anna.objectId }))
  const form = {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: secret,
    refresh_token: textOf(body, 'refresh_token'),
  }
  const path = `/${tenantId}/oauth2/v2.0/token`
  const same = await post(path, form)
  assert.equal(decodeJwt(textOf(same.body, 'access_token')).claims['aud'], 'api://flights')
  const graph = await post(path, { ...form, scope: 'https://graph.microsoft.com/User.Read openid' })
  const { claims } = decodeJwt(textOf(graph.body, 'access_token'))
  assert.equal(claims['aud'], 'https://graph.microsoft.com')
  assert.equal(graph.body['scope'], 'User.Read openid')
  assert.deepEqual(codesOf(await post(path, { ...form, client_secret: '' })), [7000218])
  assert.deepEqual(codesOf(await post(path, { ...form, refresh_token: 'x' })), [9002313])
  await clock.advance(refreshTokenLifeMs)
  assert.deepEqual(codesOf(await post(path, form)), [70008])
  await entra.directory.deleteUser(anna.objectId)
})

test('in a single-page application a refresh token ends a day after the sign-in', async (t) => {
  const { open, choose, redeem, post, anna, clientId, tenantId, clock } = await portal(t, 'spa')
  const { body } = await redeem(await choose(await open(), { user: anna.objectId }))
  const form = { grant_type: 'refresh_token', client_id: clientId }
  const path = `/${tenantId}/oauth2/v2.0/token`
  await clock.advance(singlePageRefreshTokenLifeMs / 2)
  const second = await post(path, { ...form, refresh_token: textOf(body, 'refresh_token') })
  assert.equal(second.status, 200)
  await clock.advance(singlePageRefreshTokenLifeMs / 2)
  const third = await post(path, { ...form, refresh_token: textOf(second.body, 'refresh_token') })
  assert.deepEqual(codesOf(third), [70008])
})

test('a device is signed in by a code that a person types elsewhere', async (t) => {
  const { url, post, choose, clientId, tenantId, anna } = await portal(t, 'publicClient')
  const begun = await post(`/${tenantId}/oauth2/v2.0/devicecode`, {
    client_id: clientId,
    scope: 'api://flights/.default openid',
  })
  assert.deepEqual([begun.body['expires_in'], begun.body['interval']], [900, 5])
  const poll = (): Promise<Answer> =>
    post(`/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: clientId,
      device_code: textOf(begun.body, 'device_code'),
    })
  assert.equal((await poll()).body['error'], 'authorization_pending')
  const page = textOf(begun.body, 'verification_uri')
  assert.ok(page.startsWith(url))
  const typed = textOf(begun.body, 'user_code').toLowerCase()
  const wrong = await fetch(page, { method: 'POST', body: new URLSearchParams({ user_code: 'X' }) })
  assert.match(await wrong.text(), /does not match/)
  const people = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ user_code: typed }),
  })
  assert.match(await (await choose(people, { user: anna.objectId })).text(), /signed in/)
  const { body } = await poll()
  const { claims } = decodeJwt(textOf(body, 'access_token'))
  assert.deepEqual([claims['scp'], claims['appidacr']], ['Flights.Read Flights.Write', '0'])
  assert.equal((await poll()).body['error'], 'bad_verification_code')
})

test('an API calls another one for its caller', async (t) => {
  const { open, choose, redeem, post, anna, tenantId, entra, clientId, secret } = await portal(
    t,
    'web',
  )
  const { body } = await redeem(await choose(await open(), { user: anna.objectId }))
  const api = entra.directory.findApplication('api://flights')?.appId ?? ''
  const { value } = await entra.registrations.ensureSecret(api)
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: api,
    client_secret: value,
    assertion: textOf(body, 'access_token'),
    requested_token_use: 'on_behalf_of',
    scope: 'https://graph.microsoft.com/User.Read',
  }
  const path = `/${tenantId}/oauth2/v2.0/token`
  const answer = await post(path, form)
  const { claims } = decodeJwt(textOf(answer.body, 'access_token'))
  assert.deepEqual([claims['oid'], claims['appid']], [anna.objectId, api])
  const notMine = await post(path, { ...form, client_id: clientId, client_secret: secret })
  assert.deepEqual(codesOf(notMine), [500131])
  assert.deepEqual(codesOf(await post(path, { ...form, assertion: 'x.y.z' })), [50013])
  const app = await post(path, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    scope: 'api://flights/.default',
  })
  const assertion = textOf(app.body, 'access_token')
  assert.deepEqual(codesOf(await post(path, { ...form, assertion })), [7000114])
})
