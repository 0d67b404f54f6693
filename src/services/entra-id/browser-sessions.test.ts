import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import { startEntra } from './fixture-over-rest.ts'
import { browserSessionLifeMs } from './limits.ts'

const redirectUri = 'http://localhost:3000/signed-in'

/** A browser with its cookie, in front of a tenant with two people. */
async function openBrowser(t: TestContext) {
  const { entra, url, tenantId, clock, post } = await startEntra(t)
  const { registrations } = entra
  const { appId } = await registrations.registerApplication({
    displayName: 'Portal',
    redirectUris: { publicClient: [redirectUri] },
  })
  const anna = await registrations.registerUser({ userPrincipalName: 'anna@example.org' })
  const bob = await registrations.registerUser({
    userPrincipalName: 'bob@example.org',
    displayName: 'Bob',
    givenName: 'Bob',
    surname: 'Baker',
  })
  let cookie = ''
  const visit = async (path: string, form?: Record<string, string>): Promise<Response> => {
    const answer = await fetch(`${url}/${tenantId}/${path}`, {
      headers: { cookie },
      redirect: 'manual',
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    const set = answer.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';')[0] ?? ''
    return answer
  }
  const authorize = (change: Record<string, string> = {}): Promise<Response> => {
    const asked = {
      client_id: appId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      ...change,
    }
    return visit(`oauth2/v2.0/authorize?${new URLSearchParams(asked).toString()}`)
  }
  const choose = async (page: Response, user: string): Promise<Response> => {
    const [, request = ''] = /name="request" value="([^"]+)"/.exec(await page.text()) ?? []
    return visit('login', { request, user })
  }
  const signIn = async (user: string): Promise<Response> =>
    choose(await authorize({ prompt: 'select_account' }), user)
  return { entra, url, appId, clock, post, tenantId, anna, bob, visit, authorize, signIn }
}

function outcome(answer: Response): string | null {
  const location = answer.headers.get('location')
  if (location === null) return 'page'
  const { searchParams } = new URL(location)
  return searchParams.has('code') ? 'code' : searchParams.get('error')
}

test('who signed in is not asked again, unless the application wants it', async (t) => {
  const { authorize, signIn, anna } = await openBrowser(t)
  assert.equal(outcome(await authorize({ prompt: 'none' })), 'login_required')
  assert.equal(outcome(await authorize()), 'page')
  assert.equal(outcome(await signIn(anna.objectId)), 'code')
  assert.equal(outcome(await authorize()), 'code')
  assert.equal(outcome(await authorize({ prompt: 'none' })), 'code')
  assert.equal(outcome(await authorize({ prompt: 'login' })), 'page')
  assert.equal(outcome(await authorize({ prompt: 'select_account' })), 'page')
  assert.equal(outcome(await authorize({ prompt: 'perhaps' })), 'invalid_request')
})

test('login_hint tells which of several people goes on', async (t) => {
  const { authorize, signIn, anna, bob } = await openBrowser(t)
  await signIn(anna.objectId)
  await signIn(bob.objectId)
  assert.equal(outcome(await authorize()), 'page')
  assert.equal(outcome(await authorize({ prompt: 'none' })), 'interaction_required')
  const hinted = { prompt: 'none', login_hint: 'Anna@example.org' }
  assert.equal(outcome(await authorize(hinted)), 'code')
  const other = { prompt: 'none', login_hint: 'carol@example.org' }
  assert.equal(outcome(await authorize(other)), 'login_required')
})

test('a session ends by signing out, after a day, and when the person leaves', async (t) => {
  const { authorize, signIn, visit, entra, clock, anna } = await openBrowser(t)
  await signIn(anna.objectId)
  const asked = { post_logout_redirect_uri: redirectUri, state: 's' }
  const out = await visit(`oauth2/v2.0/logout?${new URLSearchParams(asked).toString()}`)
  assert.equal(out.headers.get('location'), `${redirectUri}?state=s`)
  assert.equal(outcome(await authorize()), 'page')
  await signIn(anna.objectId)
  await clock.advance(browserSessionLifeMs + 1)
  assert.equal(outcome(await authorize()), 'page')
  await signIn(anna.objectId)
  await entra.directory.deleteUser(anna.objectId)
  assert.equal(outcome(await authorize()), 'page')
})

test('a cookie that another one made is no session', async (t) => {
  const { url, tenantId, appId } = await openBrowser(t)
  const asked = { client_id: appId, response_type: 'code', scope: 'openid', prompt: 'none' }
  const query = new URLSearchParams({ ...asked, redirect_uri: redirectUri }).toString()
  const answer = await fetch(`${url}/${tenantId}/oauth2/v2.0/authorize?${query}`, {
    headers: { cookie: 'ESTSAUTH=eyJ1c2VySWRzIjpbXX0; other="a' },
    redirect: 'manual',
  })
  assert.equal(outcome(answer), 'login_required')
})

test('the cookie is for this host alone and no script reads it', async (t) => {
  const { signIn, anna } = await openBrowser(t)
  const cookie = (await signIn(anna.objectId)).headers.get('set-cookie') ?? ''
  assert.match(cookie, /HttpOnly/)
  assert.doesNotMatch(cookie, /Domain/)
})

test('userinfo says who signed in, by a token for Microsoft Graph', async (t) => {
  const { signIn, bob, url, post, tenantId, appId } = await openBrowser(t)
  const redirect = await signIn(bob.objectId)
  const code = new URL(redirect.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: appId, redirect_uri: redirectUri }
  const { body } = await post(`/${tenantId}/oauth2/v2.0/token`, { ...form, code })
  const ask = (token: string): Promise<Response> =>
    fetch(`${url}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  const told = parseJson(await (await ask(stringMember(body, 'access_token') ?? '')).text())
  assert.ok(isJsonObject(told))
  const { sub, ...rest } = told
  assert.equal(typeof sub, 'string')
  assert.deepEqual(rest, {
    name: 'Bob',
    family_name: 'Baker',
    given_name: 'Bob',
    email: 'bob@example.org',
  })
  const refused = await ask(stringMember(body, 'id_token') ?? '')
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), /"code":"InvalidAuthenticationToken"/)
  assert.equal((await fetch(`${url}/oidc/userinfo`)).status, 401)
})
