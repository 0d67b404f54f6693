import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import type { JsonObject } from '../../base/json.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { newServices, type Services } from '../services.ts'
import { keyVaultToApiManagement } from './key-vault-to-api-management.ts'
import { keyVaultToFunctions } from './key-vault-to-functions.ts'

const subscription = '/subscriptions/5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f'
const group = `${subscription}/resourceGroups/rg-1`
const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/orders`
const siteId = `${group}/providers/Microsoft.Web/sites/func-1`
const serviceId = `${group}/providers/Microsoft.ApiManagement/service/apim-1`
const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const identifier = 'https://orders.vault.azure.net/secrets/key'
const reference = `@Microsoft.KeyVault(SecretUri=${identifier})`

/** The vault `orders` with the secret `key`, and what reads it: a site and an API Management service. */
async function start(t: TestContext): Promise<Services> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const host = '127.0.0.1'
  const services = newServices({ store, clock, logger, host, spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  const identity = { type: 'SystemAssigned' }
  await put(services, group, {})
  await put(services, vaultId, { properties: { enableRbacAuthorization: true } })
  await put(services, `${vaultId}/secrets/key`, { properties: { value: 'hunter2' } })
  await put(services, siteId, { kind: 'functionapp', identity, properties: {} })
  const publisher = { publisherName: 'us', publisherEmail: 'us@example.com' }
  const sku = { name: 'Developer', capacity: 1 }
  await put(services, serviceId, { sku, identity, properties: publisher })
  return services
}

function put({ resources }: Services, id: string, body: JsonObject): Promise<unknown> {
  return resources.put(id, { location: 'westeurope', ...body }, { apiVersion: '2023-07-01' })
}

/** Gives the identity of a resource a role on the vault. */
async function assign(services: Services, id: string, scope = vaultId): Promise<string> {
  const { identity } = (await services.resources.get(id)) ?? {}
  const principalId = String(Object.entries(identity ?? {}).find(([n]) => n === 'principalId')?.[1])
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${secretsUser}`
  const name = '11111111-1111-4111-8111-111111111111'
  await put(services, `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`, {
    properties: { principalId, roleDefinitionId, principalType: 'ServicePrincipal' },
  })
  return principalId
}

test('an app setting is read with the identity of its site, which needs the role', async (t) => {
  const services = await start(t)
  const resolve = keyVaultToFunctions(services)
  const asked = { site: 'func-1', reference }
  await assert.rejects(resolve(asked), { code: 'Forbidden', status: 403 })
  await assign(services, siteId)
  assert.equal(await resolve(asked), 'hunter2')
  await assert.rejects(resolve({ ...asked, site: 'other' }), { code: 'MSINotEnabled' })
})

test('a named value is read with the identity of its service, which needs the role', async (t) => {
  const services = await start(t)
  const read = keyVaultToApiManagement(services)
  await assert.rejects(read(identifier), { code: 'Forbidden', message: /service 'apim-1' could/ })
  await assign(services, serviceId, group)
  await assert.rejects(read(`${identifier}-gone`, { service: 'APIM-1' }), {
    code: 'SecretNotFound',
    message: /'apim-1' could not read 'https:.*key-gone'/,
  })
  await assert.rejects(read(identifier, { service: 'apim-1', identityClientId: 'other' }), {
    code: 'MSINotEnabled',
  })
  assert.equal(await read(identifier), 'hunter2')
  await put(services, `${serviceId}/namedValues/key`, {
    properties: { displayName: 'key', secret: true, keyVault: { secretIdentifier: identifier } },
  })
})

test('a token of Entra ID for the vault is good, one for something else is not', async (t) => {
  const services = await start(t)
  const { entra, keyVault } = services
  const principalId = await assign(services, siteId)
  entra.managedIdentities.assign(siteId, { systemAssigned: { principalId } })
  const { token } = entra.managedIdentities.tokenOf(siteId, 'https://vault.azure.net')
  const caller = keyVault.verifyToken(token)
  assert.equal(caller.objectId, principalId)
  assert.equal(await keyVault.valueFor(caller, identifier), 'hunter2')
  const other = entra.managedIdentities.tokenOf(siteId, 'https://management.azure.com')
  const refused = { code: 'Unauthorized', status: 401 }
  assert.throws(() => keyVault.verifyToken(other.token), refused)
  const forged = `${token.slice(0, -8)}AAAAAAAA`
  assert.throws(() => keyVault.verifyToken(forged), refused)
  assert.throws(() => keyVault.verifyToken('nonsense'), refused)
})

test('a template reads a secret for a parameter of a module', async (t) => {
  const { resources } = await start(t)
  assert.equal(await resources.act(vaultId, 'getSecret', { secretName: 'key' }), 'hunter2')
})
