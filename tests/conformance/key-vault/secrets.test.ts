import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ClientSecretCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { startWithAzureNames } from '../azure-names.ts'

const vaultUrl = 'https://kv-secrets.vault.azure.net'

/** The official client as people write it, for one of the applications of the project. */
async function openClient(t: TestContext, name = 'officer'): Promise<SecretClient> {
  const platform = await startWithAzureNames(t, 'tests/conformance/key-vault/projects/vault')
  const registration = platform.endpoints.appRegistrations?.[name]
  assert.ok(registration)
  const { tenantId, clientId, clientSecret } = registration
  return new SecretClient(vaultUrl, new ClientSecretCredential(tenantId, clientId, clientSecret))
}

test('a principal without a role is refused', async (t) => {
  const client = await openClient(t, 'stranger')
  await assert.rejects(client.getSecret('key'), { code: 'Forbidden', statusCode: 403 })
})

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
  assert.equal(newest.properties.vaultUrl, 'https://kv-secrets.vault.azure.net')
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
  assert.equal(deleted.recoveryId, 'https://kv-secrets.vault.azure.net/deletedsecrets/key')
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
