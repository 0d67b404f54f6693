import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { type OpenedService, type Owner, openService } from './service-fixture.ts'

const secretIdentifier = 'https://orders.vault.azure.net/secrets/password'

/** A service with a named value in a vault whose content and mood a test changes. */
async function openVault(owner: Owner, vault: { value?: string; asked?: object }) {
  const clock = new ManualClock()
  const service = await openService(owner, {
    manualClock: clock,
    parts: {
      readSecret: async (identifier, asking) => {
        vault.asked = { identifier, ...asking }
        if (vault.value !== undefined) return vault.value
        throw new ServiceError('Forbidden', 403, 'The identity may not read the secret.')
      },
    },
  })
  await service.put('namedValues/password', {
    displayName: 'password',
    secret: true,
    keyVault: { secretIdentifier, identityClientId: 'client-1' },
  })
  return { service, clock }
}

async function valueNow(service: OpenedService): Promise<string> {
  return (await service.manage('POST', 'namedValues/password/listValue')).text()
}

test('a secret of a vault is read with the identity that the named value names', async (t) => {
  const vault: { value?: string; asked?: object } = { value: 'one' }
  const { service } = await openVault(t, vault)
  assert.deepEqual(vault.asked, {
    identifier: secretIdentifier,
    service: 'apim-1',
    identityClientId: 'client-1',
  })
  const shown = await (await service.manage('GET', 'namedValues/password')).text()
  assert.match(shown, /"lastStatus":{"code":"Success"/)
  assert.ok(!shown.includes('"one"'))
})

test('a secret of a vault is read again after four hours, and at once when somebody asks', async (t) => {
  const vault = { value: 'one' }
  const { service, clock } = await openVault(t, vault)
  vault.value = 'two'
  assert.equal(await valueNow(service), '{"value":"one"}')
  await clock.advance(4 * 3_600_000)
  assert.equal(await valueNow(service), '{"value":"two"}')
  vault.value = 'three'
  assert.equal((await service.manage('POST', 'namedValues/password/refreshSecret')).status, 200)
  assert.equal(await valueNow(service), '{"value":"three"}')
})

test('a vault that refuses takes nothing away, neither while running nor at the next start', async (t) => {
  const vault: { value?: string } = { value: 'one' }
  const { service } = await openVault(t, vault)
  delete vault.value
  assert.equal((await service.manage('POST', 'namedValues/password/refreshSecret')).status, 403)
  await service.apiManagement.stop()
  await service.apiManagement.start()
  assert.equal(await valueNow(service), '{"value":"one"}')
  const shown = await (await service.manage('GET', 'namedValues/password')).text()
  assert.match(shown, /"lastStatus":{"code":"Forbidden"/)
})

test('who wants to know is told of services that come and go', async (t) => {
  const { apiManagement } = await openService(t)
  const seen: string[][] = []
  const end = apiManagement.onInstancesChanged(() => {
    seen.push(apiManagement.instances().map(({ name }) => name))
  })
  await apiManagement.putService('apim-2', {})
  await apiManagement.putService('apim-2', {})
  await apiManagement.deleteService('apim-2')
  end()
  await apiManagement.putService('apim-3', {})
  assert.deepEqual(seen, [['apim-1', 'apim-2'], ['apim-1']])
})
