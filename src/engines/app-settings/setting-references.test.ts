import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../../base/errors.ts'
import { resolveReferences } from './setting-references.ts'

const good = '@Microsoft.KeyVault(VaultName=orders;SecretName=key)'
const bad = '@Microsoft.KeyVault(VaultName=orders;SecretName=gone)'

test('references become what they refer to; one that cannot be followed stays and is told', async () => {
  const settings = { PLAIN: 'text', KEY: good, GONE: bad }
  const { settings: resolved, warnings } = await resolveReferences(settings, async (reference) => {
    if (reference === good) return 'hunter2'
    throw new ServiceError('SecretNotFound', 404, 'It is not there.')
  })
  assert.deepEqual(resolved, { PLAIN: 'text', KEY: 'hunter2', GONE: bad })
  assert.deepEqual(warnings, ["the setting 'GONE' keeps its reference as text: It is not there."])
})
