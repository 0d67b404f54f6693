import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifierOfReference, parseSecretIdentifier } from './secret-reference.ts'

const key = 'https://orders.vault.azure.net/secrets/key'

test('a reference names a secret by its address or by its parts', () => {
  const references = {
    [`@Microsoft.KeyVault(SecretUri=${key}/)`]: `${key}/`,
    [`@microsoft.keyvault( secreturi = ${key}/ab12 )`]: `${key}/ab12`,
    '@Microsoft.KeyVault(VaultName=orders;SecretName=key)': key,
    '@Microsoft.KeyVault(VaultName=orders;SecretName=key;SecretVersion=ab12)': `${key}/ab12`,
  }
  for (const [reference, identifier] of Object.entries(references)) {
    assert.equal(identifierOfReference(reference), identifier)
  }
})

test('a secret identifier has a vault, a name and maybe a version', () => {
  assert.deepEqual(parseSecretIdentifier(key), { vault: 'orders', name: 'key' })
  assert.deepEqual(parseSecretIdentifier(`${key}/`), { vault: 'orders', name: 'key' })
  assert.deepEqual(parseSecretIdentifier(`${key}/ab12`), {
    vault: 'orders',
    name: 'key',
    version: 'ab12',
  })
})

test('what is no reference is refused without quoting it', () => {
  for (const text of ['hunter2', '@Microsoft.KeyVault(hunter2)', '@Microsoft.KeyVault()']) {
    assert.throws(() => identifierOfReference(text), { code: 'InvalidSyntax' })
  }
  for (const text of ['hunter2', 'https://evil.example/secrets/a', key.replace('https', 'http')]) {
    assert.throws(
      () => parseSecretIdentifier(text),
      ({ code, message }) => code === 'InvalidSyntax' && !String(message).includes('hunter2'),
    )
  }
})
