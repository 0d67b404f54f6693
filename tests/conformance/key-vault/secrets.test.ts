import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createDefaultHttpClient } from '@azure/core-rest-pipeline'
import type { PipelineRequest } from '@azure/core-rest-pipeline'
import { SecretClient } from '@azure/keyvault-secrets'
import { RealClock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { HttpServer } from '../../../src/protocols/http/server.ts'
import { keyVaultHandler } from '../../../src/services/key-vault/rest.ts'
import { KeyVault } from '../../../src/services/key-vault/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
const vault = {
  name: 'orders',
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/orders',
  location: 'westeurope',
  usesRoles: true,
  accessPolicies: [],
  retentionDays: 90,
  isPurgeProtected: false,
}

/** The official client; its calls to `orders.vault.azure.net` go to the vault of the test. */
async function openClient(t: TestContext): Promise<SecretClient> {
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const keyVault = new KeyVault({
    store,
    clock,
    telemetry: silentTelemetry,
    tenantId,
    verifyToken: (objectId) => ({ objectId, appId: 'app', issuer: 'us', tenantId }),
    hasRole: async ({ principalId }) => principalId === 'officer',
  })
  await keyVault.putVault(vault)
  const handler = keyVaultHandler(keyVault)
  const server = new HttpServer({ port: 0, name: 'key-vault', handler, logger })
  const port = await server.start()
  t.after(async () => {
    await server.stop({ graceMs: 0 })
    await store.close()
  })
  const wire = createDefaultHttpClient()
  const scopes: string[] = []
  const credential = {
    getToken: async (scope: string | string[]) => {
      scopes.push(String(scope))
      return { token: 'officer', expiresOnTimestamp: clock.now() + 3_600_000 }
    },
  }
  t.after(() => assert.deepEqual([...new Set(scopes)], ['https://vault.azure.net/.default']))
  return new SecretClient('https://orders.vault.azure.net', credential, {
    httpClient: {
      sendRequest: (request: PipelineRequest) => {
        const { host, pathname, search } = new URL(request.url)
        request.headers.set('host', host)
        const url = `http://127.0.0.1:${port}${pathname}${search}`
        // A copy: the client compares the challenge with the address that it asked.
        return wire.sendRequest({ ...request, url, allowInsecureConnection: true })
      },
    },
    retryOptions: { maxRetries: 0 },
  })
}

test('the client answers the challenge, and sets, reads and updates a secret', async (t) => {
  const client = await openClient(t)
  const expiresOn = new Date('2035-01-01T00:00:00Z')
  const set = await client.setSecret('key', 'one', { contentType: 'text/plain', expiresOn })
  assert.equal(set.value, 'one')
  const { version = '' } = set.properties
  await client.setSecret('key', 'two', { tags: { for: 'orders' } })
  const newest = await client.getSecret('key')
  assert.equal(newest.value, 'two')
  assert.deepEqual(newest.properties.tags, { for: 'orders' })
  assert.equal(newest.properties.vaultUrl, 'https://orders.vault.azure.net')
  const first = await client.getSecret('key', { version })
  assert.equal(first.value, 'one')
  assert.deepEqual(first.properties.expiresOn, expiresOn)
  assert.equal(first.properties.recoveryLevel, 'Recoverable+Purgeable')
  const changed = await client.updateSecretProperties('key', version, { enabled: false })
  assert.equal(changed.enabled, false)
  await assert.rejects(client.getSecret('key', { version }), { code: 'Forbidden', statusCode: 403 })
  await assert.rejects(client.getSecret('none'), { code: 'SecretNotFound', statusCode: 404 })
})

test('the client walks through the pages of secrets and versions', async (t) => {
  const client = await openClient(t)
  const names = Array.from({ length: 30 }, (_, at) => `key-${String(at).padStart(2, '0')}`)
  for (const name of names) await client.setSecret(name, name)
  const listed: string[] = []
  for await (const { name } of client.listPropertiesOfSecrets()) listed.push(name)
  assert.deepEqual(listed, names)
  await client.setSecret('key-00', 'again')
  let versions = 0
  for await (const { version } of client.listPropertiesOfSecretVersions('key-00')) {
    if (version !== undefined) versions += 1
  }
  assert.equal(versions, 2)
})

test('the client deletes, recovers and purges', async (t) => {
  const client = await openClient(t)
  await client.setSecret('key', 'one')
  const deleting = await client.beginDeleteSecret('key', { intervalInMs: 10 })
  const deleted = await deleting.pollUntilDone()
  assert.equal(deleted.recoveryId, 'https://orders.vault.azure.net/deletedsecrets/key')
  await assert.rejects(client.setSecret('key', 'two'), { code: 'Conflict', statusCode: 409 })
  const recovering = await client.beginRecoverDeletedSecret('key', { intervalInMs: 10 })
  await recovering.pollUntilDone()
  assert.equal((await client.getSecret('key')).value, 'one')
  await (await client.beginDeleteSecret('key', { intervalInMs: 10 })).pollUntilDone()
  await client.purgeDeletedSecret('key')
  await assert.rejects(client.getDeletedSecret('key'), { statusCode: 404 })
  const names: string[] = []
  for await (const { name } of client.listDeletedSecrets()) names.push(name)
  assert.deepEqual(names, [])
})
