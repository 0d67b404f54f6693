import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { decodeJwt } from '../../protocols/auth/jwt.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { textOf } from './json-reader.ts'
import { entraIdResources } from './resources.ts'
import { EntraId } from './service.ts'
import { RequestParameters } from './token-request.ts'

const roleId = '0f1d7a8e-4f6c-4d38-9a55-0a3d5b1c2e4f'
const graphId = '00000003-0000-0000-c000-000000000000'

async function openDirectory(t: TestContext) {
  const clock = new ManualClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
  const entra = new EntraId({ store, clock, logger, telemetry: silentTelemetry, tenantId })
  await entra.start()
  t.after(async () => {
    await entra.stop()
    await store.close()
  })
  const providers = entraIdResources(entra)
  const provider = (kind: string) => {
    const found = providers.find(({ type }) => type === `Microsoft.Graph/${kind}`)
    assert.ok(found)
    return found
  }
  const put = async (kind: string, properties: JsonObject): Promise<JsonObject> => {
    const type = `Microsoft.Graph/${kind}`
    const id = `/providers/${type}/${encodeURIComponent(JSON.stringify(properties))}`
    const empty = { tags: {}, identity: {}, sku: {} }
    const request = { id, names: ['x'], type, apiVersion: 'v1.0', ...empty, properties }
    return (await provider(kind).put(request)).properties
  }
  const get = (kind: string, name: string) => provider(kind).get?.([encodeURIComponent(name)])
  return { entra, put, get, provider }
}

const api = {
  uniqueName: 'orders-api',
  displayName: 'Orders API',
  identifierUris: ['api://orders'],
  appRoles: [
    { id: roleId, value: 'Orders.Read', displayName: 'Read', allowedMemberTypes: ['Application'] },
  ],
  api: {
    requestedAccessTokenVersion: 2,
    oauth2PermissionScopes: [
      { id: '3f0f4f0e-9f51-4b57-8f6a-2f0a5f0d7c11', value: 'Orders.Write', type: 'User' },
    ],
  },
  spa: { redirectUris: ['http://localhost:3000'] },
}

test('an application of a template has the ids that templates read, the same after it is put again', async (t) => {
  const { entra, put } = await openDirectory(t)
  const first = await put('applications', api)
  const again = await put('applications', { ...api, displayName: 'Orders' })
  assert.equal(first['appId'], again['appId'])
  const application = entra.directory.application(textOf(again, 'appId'))
  assert.equal(application?.displayName, 'Orders')
  assert.equal(application.tokenVersion, 2)
  assert.deepEqual(application.redirectUris.spa, ['http://localhost:3000'])
  assert.deepEqual(
    application.scopes.map(({ value }) => value),
    ['Orders.Write'],
  )
})

test('an application gets tokens only once it has a service principal', async (t) => {
  const { entra, put } = await openDirectory(t)
  const appId = textOf(await put('applications', api), 'appId')
  assert.equal(entra.directory.servicePrincipal(appId), undefined)
  const principal = await put('servicePrincipals', { appId, appRoleAssignmentRequired: true })
  assert.equal(entra.directory.servicePrincipal(appId)?.objectId, principal['id'])
  assert.equal(entra.directory.servicePrincipal(appId)?.appRoleAssignmentRequired, true)
})

test('a role is held by whom a template assigns it, also by the members of a group', async (t) => {
  const { entra, put } = await openDirectory(t)
  const appId = textOf(await put('applications', api), 'appId')
  const resourceId = textOf(await put('servicePrincipals', { appId }), 'id')
  const [one, other] = [
    '11111111-1111-4111-8111-111111111111',
    '22222222-2222-4222-8222-222222222222',
  ]
  await put('appRoleAssignedTo', { appRoleId: roleId, principalId: one, resourceId })
  assert.deepEqual(entra.directory.rolesOf(one, appId), ['Orders.Read'])
  assert.deepEqual(entra.directory.rolesOf(other, appId), [])
  const group = await put('groups', {
    uniqueName: 'readers',
    displayName: 'Readers',
    mailEnabled: false,
    mailNickname: 'readers',
    securityEnabled: true,
    members: { relationships: [other] },
  })
  const principalId = textOf(group, 'id')
  await put('appRoleAssignedTo', { appRoleId: roleId, principalId, resourceId })
  assert.deepEqual(entra.directory.rolesOf(other, appId), ['Orders.Read'])
})

test('the permissions of Microsoft Graph are found by name and assigned by id', async (t) => {
  const { entra, put, get } = await openDirectory(t)
  const graph = (await get('servicePrincipals', graphId))?.properties ?? {}
  const roles = graph['appRoles']
  assert.ok(Array.isArray(roles))
  const role = roles.find((each) => textOf(each, 'value') === 'User.Read.All')
  const appRoleId = textOf(role, 'id')
  assert.equal(appRoleId, 'df021288-bdef-4463-88db-98f22de89214')
  const principalId = '11111111-1111-4111-8111-111111111111'
  await put('appRoleAssignedTo', { appRoleId, principalId, resourceId: textOf(graph, 'id') })
  assert.deepEqual(entra.directory.rolesOf(principalId, graphId), ['User.Read.All'])
})

test('a token for .default has the scopes that the application requires', async (t) => {
  const { entra, put, get } = await openDirectory(t)
  const scopes = (await get('servicePrincipals', graphId))?.properties['oauth2PermissionScopes']
  assert.ok(Array.isArray(scopes))
  const wanted = scopes.filter((each) => ['Mail.Send', 'User.Read'].includes(textOf(each, 'value')))
  const resourceAccess = wanted.map((each) => ({ id: textOf(each, 'id'), type: 'Scope' }))
  const portal = await put('applications', {
    uniqueName: 'portal',
    displayName: 'Portal',
    isFallbackPublicClient: true,
    requiredResourceAccess: [{ resourceAppId: graphId, resourceAccess }],
  })
  const clientId = textOf(portal, 'appId')
  await put('servicePrincipals', { appId: clientId })
  await get('users', 'anna@interline.onmicrosoft.com')
  const [user] = entra.directory.users()
  const scope = 'https://graph.microsoft.com/.default'
  assert.equal(
    await scopesOf(entra, { clientId, scope, user: user?.objectId ?? '' }),
    'Mail.Send User.Read',
  )
})

/** The `scp` of the token that a person's sign-in by device code gives. */
async function scopesOf(
  entra: EntraId,
  asked: { clientId: string; scope: string; user: string },
): Promise<unknown> {
  const ask = (form: Record<string, string>) => ({
    parameters: new RequestParameters(new URLSearchParams(form)),
    client: { clientId: asked.clientId },
    endpointVersion: 2 as const,
    namesTenant: true,
  })
  const begun = await entra.tokens.beginDeviceSignIn(ask({ scope: asked.scope }), 'https://x')
  const browser = { cookieHeader: undefined, isSecure: true }
  const shown = await entra.signIn.chooseForCode(textOf(begun, 'user_code'), {
    action: '/device',
    signInAction: '/login',
  })
  const html = shown.kind === 'page' ? shown.page.html : ''
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(html) ?? []
  const chosen = new RequestParameters(new URLSearchParams({ request, user: asked.user }))
  await entra.signIn.complete(chosen, { action: '/login', browser })
  const grant_type = 'device_code'
  const code = textOf(begun, 'device_code')
  const answer = await entra.tokens.answer(ask({ grant_type, device_code: code }))
  return decodeJwt(answer.access_token).claims['scp']
}

test('a role that the resource does not have, and a resource that is none, cannot be assigned', async (t) => {
  const { put } = await openDirectory(t)
  const appId = textOf(await put('applications', api), 'appId')
  const resourceId = textOf(await put('servicePrincipals', { appId }), 'id')
  const principalId = '11111111-1111-4111-8111-111111111111'
  const assign = (appRoleId: string, resource: string) =>
    put('appRoleAssignedTo', { appRoleId, principalId, resourceId: resource })
  await assert.rejects(assign(principalId, resourceId), { code: 'Request_BadRequest' })
  await assert.rejects(assign(roleId, principalId), { code: 'Request_ResourceNotFound' })
})

test('consent is checked for permissions that exist', async (t) => {
  const { put } = await openDirectory(t)
  const appId = textOf(await put('applications', api), 'appId')
  const resourceId = textOf(await put('servicePrincipals', { appId }), 'id')
  const grant = { clientId: resourceId, consentType: 'AllPrincipals', resourceId }
  await put('oauth2PermissionGrants', { ...grant, scope: 'Orders.Write' })
  await assert.rejects(put('oauth2PermissionGrants', { ...grant, scope: 'Orders.Burn' }), {
    code: 'Request_BadRequest',
  })
})

test('a person whom a template names exists', async (t) => {
  const { get, put, entra } = await openDirectory(t)
  const found = await get('users', 'anna@interline.onmicrosoft.com')
  const [user] = entra.directory.users()
  assert.equal(found?.properties['id'], user?.objectId)
  await assert.rejects(put('users', { userPrincipalName: 'bob@interline.onmicrosoft.com' }), {
    code: 'Request_BadRequest',
  })
})

test('what nothing here would follow is refused by name', async (t) => {
  const { put } = await openDirectory(t)
  const refused: readonly [JsonObject, RegExp][] = [
    [{ passwordCredentials: [{ displayName: 'x' }] }, /passwordCredentials/],
    [{ optionalClaims: {} }, /optionalClaims/],
    [{ web: { implicitGrantSettings: { enableIdTokenIssuance: true } } }, /enableIdTokenIssuance/],
    [{ signInAudience: 'AzureADandPersonalMicrosoftAccount' }, /AzureADandPersonal/],
    [{ appRoles: [{ id: 'read', value: 'Read' }] }, /'read' is not a GUID/],
  ]
  for (const [members, message] of refused) {
    await assert.rejects(put('applications', { ...api, ...members }), message)
  }
})
