import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectMember, stringMember } from '../../../src/base/json.ts'
import { serveEntra } from './entra-server.ts'

test('MSAL signs people in, renews their tokens, and passes them on', async (t) => {
  const { entra, run } = await serveEntra(t)
  const { registrations } = entra
  const api = await registrations.registerApplication({
    displayName: 'Flights-api',
    identifierUris: ['api://flights'],
    scopes: ['Flights.Read'],
  })
  const web = await registrations.registerApplication({
    displayName: 'Portal',
    redirectUris: { web: ['http://localhost:3000/signed-in'] },
  })
  const device = await registrations.registerApplication({
    displayName: 'Gate display',
    isFallbackPublicClient: true,
  })
  const anna = await registrations.registerUser({
    userPrincipalName: 'anna@interline.onmicrosoft.com',
    displayName: 'Anna',
  })
  const told = await run('msal-child', {
    WEB: web.appId,
    WEB_SECRET: (await registrations.ensureSecret(web.appId)).value,
    API: api.appId,
    API_SECRET: (await registrations.ensureSecret(api.appId)).value,
    DEVICE: device.appId,
    PERSON: anna.objectId,
  })
  const claim = (token: string, name: string): string | undefined =>
    stringMember(objectMember(told, token), name)

  await t.test('authorization code with PKCE', () => {
    assert.equal(told['account'], 'anna@interline.onmicrosoft.com')
    assert.deepEqual(
      [claim('signedIn', 'aud'), claim('signedIn', 'scp')],
      ['api://flights', 'Flights.Read'],
    )
  })
  await t.test('cached tokens and refresh', () => {
    assert.deepEqual([told['isSilentFromCache'], told['isRefreshFromCache']], [true, false])
  })
  await t.test('on behalf of', () => {
    assert.deepEqual(
      [claim('onBehalf', 'oid'), claim('onBehalf', 'appid')],
      [anna.objectId, api.appId],
    )
  })
  await t.test('device code', () => {
    assert.equal(claim('byCode', 'appid'), device.appId)
  })
})
