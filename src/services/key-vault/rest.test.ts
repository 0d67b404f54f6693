import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectMember, stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { openKeyVault, tenantId } from './fixture-over-rest.ts'
import type { Answer } from './fixture-over-rest.ts'

const query = '?api-version=7.4'

function faultOf(answer: Answer): JsonObject {
  const error = objectMember(answer.body, 'error')
  const inner = objectMember(error, 'innererror')['code']
  return {
    status: answer.status,
    code: error['code'] ?? '',
    ...(inner === undefined ? {} : { inner }),
  }
}

test('a call without a token is told where to get one', async (t) => {
  const { call } = await openKeyVault(t)
  const answer = await call('GET', `/secrets/key${query}`, { token: undefined })
  assert.deepEqual(answer.body, {
    error: {
      code: 'Unauthorized',
      message: 'AKV10000: Request is missing a Bearer or PoP token.',
    },
  })
  assert.equal(
    answer.challenge,
    `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`,
  )
  const expired = await call('GET', `/secrets/key${query}`, { token: 'expired' })
  assert.equal(expired.status, 401)
  assert.ok(expired.challenge)
})

test('a secret is set, read by name and version, and told without its value in lists', async (t) => {
  const { call, clock } = await openKeyVault(t)
  const attributes = { enabled: true, nbf: 1, exp: 2_000_000_000 }
  const given = { value: 'one', contentType: 'text/plain', tags: { for: 'orders' }, attributes }
  const first = await call('PUT', `/secrets/key${query}`, { body: given })
  assert.equal(first.status, 200)
  const seconds = clock.now() / 1000
  const id = stringMember(first.body, 'id') ?? ''
  assert.match(id, /^https:\/\/orders\.vault\.azure\.net\/secrets\/key\/[\da-f]{32}$/)
  const recovery = { recoveryLevel: 'CustomizedRecoverable+Purgeable', recoverableDays: 7 }
  assert.deepEqual(first.body, {
    ...given,
    id,
    attributes: { ...attributes, created: seconds, updated: seconds, ...recovery },
  })
  await call('PUT', `/secrets/key${query}`, { body: { value: 'two' } })
  assert.equal((await call('GET', `/secrets/key${query}`)).body['value'], 'two')
  assert.equal((await call('GET', `/secrets/KEY/${query}`)).body['value'], 'two')
  const old = await call('GET', `/secrets/key/${id.split('/').at(-1)}${query}`)
  assert.equal(old.body['value'], 'one')
  for (const path of ['/secrets', '/secrets/key/versions']) {
    const list = await call('GET', `${path}${query}`)
    assert.equal(list.status, 200)
    assert.ok(!list.text.includes('"value":"'), path)
  }
})

test('an update changes what it names and keeps the value', async (t) => {
  const { call } = await openKeyVault(t)
  await call('PUT', `/secrets/key${query}`, { body: { value: 'one', contentType: 'a' } })
  const changed = await call('PATCH', `/secrets/key/${query}`, {
    body: { attributes: { enabled: false } },
  })
  assert.equal(changed.status, 200)
  assert.equal(changed.body['contentType'], 'a')
  assert.ok(!('value' in changed.body))
  const disabled = faultOf(await call('GET', `/secrets/key${query}`))
  assert.deepEqual(disabled, { status: 403, code: 'Forbidden', inner: 'SecretDisabled' })
})

test('a deleted secret is recovered or purged, and its name is taken meanwhile', async (t) => {
  const { call, clock } = await openKeyVault(t)
  const body = { value: 'one' }
  await call('PUT', `/secrets/key${query}`, { body })
  const deleted = await call('DELETE', `/secrets/key${query}`)
  assert.equal(deleted.body['recoveryId'], 'https://orders.vault.azure.net/deletedsecrets/key')
  assert.equal(deleted.body['scheduledPurgeDate'], clock.now() / 1000 + 7 * 86_400)
  assert.equal((await call('GET', `/secrets/key${query}`)).status, 404)
  assert.deepEqual(faultOf(await call('PUT', `/secrets/key${query}`, { body })), {
    status: 409,
    code: 'Conflict',
    inner: 'ObjectIsDeletedButRecoverable',
  })
  assert.equal((await call('GET', `/deletedsecrets${query}`)).status, 200)
  assert.equal((await call('POST', `/deletedsecrets/key/recover${query}`)).status, 200)
  assert.equal((await call('GET', `/secrets/key${query}`)).body['value'], 'one')
  await call('DELETE', `/secrets/key${query}`)
  assert.equal((await call('DELETE', `/deletedsecrets/key${query}`)).status, 204)
  assert.equal((await call('GET', `/deletedsecrets/key${query}`)).status, 404)
})

test('a deleted secret purges itself when its time has come', async (t) => {
  const { call, clock } = await openKeyVault(t)
  await call('PUT', `/secrets/key${query}`, { body: { value: 'one' } })
  await call('DELETE', `/secrets/key${query}`)
  await clock.advance(7 * 86_400_000 + 1)
  assert.equal((await call('GET', `/deletedsecrets/key${query}`)).status, 404)
  assert.equal((await call('PUT', `/secrets/key${query}`, { body: { value: 'two' } })).status, 200)
})

test('lists come in pages', async (t) => {
  const { call } = await openKeyVault(t)
  for (const name of ['a', 'b', 'c']) {
    await call('PUT', `/secrets/${name}${query}`, { body: { value: name } })
  }
  const first = await call('GET', `/secrets${query}&maxresults=2`)
  const next = new URL(stringMember(first.body, 'nextLink') ?? '')
  assert.equal(next.origin, 'https://orders.vault.azure.net')
  const second = await call('GET', `${next.pathname}${next.search}`)
  assert.match(second.text, /secrets\/c"/)
  assert.equal(second.body['nextLink'], null)
  const tooMany = await call('GET', `/secrets${query}&maxresults=26`)
  assert.deepEqual(faultOf(tooMany), { status: 400, code: 'BadParameter' })
})

test('a caller without the role is refused, in the words of roles or of access policies', async (t) => {
  const { call, put } = await openKeyVault(t)
  await call('PUT', `/secrets/key${query}`, { body: { value: 'one' } })
  assert.equal((await call('GET', `/secrets/key${query}`, { token: 'reader' })).status, 200)
  const list = await call('GET', `/secrets${query}`, { token: 'reader' })
  assert.deepEqual(faultOf(list), { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' })
  assert.match(list.text, /Action: 'Microsoft\.KeyVault\/vaults\/secrets\/readMetadata\/action'/)
  const policy = { tenantId, objectId: 'friend', permissions: { secrets: ['Get'] } }
  await put('vaults/orders', { accessPolicies: [policy] })
  assert.equal((await call('GET', `/secrets/key${query}`, { token: 'friend' })).status, 200)
  const refused = await call('PUT', `/secrets/key${query}`, { token: 'friend' })
  assert.deepEqual(faultOf(refused), { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' })
  const more = { ...policy, permissions: { secrets: ['list'] } }
  await put('vaults/orders/accessPolicies/add', { accessPolicies: [more] })
  assert.equal((await call('GET', `/secrets${query}`, { token: 'friend' })).status, 200)
  await put('vaults/orders/accessPolicies/remove', { accessPolicies: [policy] })
  assert.equal((await call('GET', `/secrets/key${query}`, { token: 'friend' })).status, 403)
})

test('keys, certificates and backups are refused by name', async (t) => {
  const { call, put } = await openKeyVault(t)
  const asked: (readonly [string, string])[] = [
    ['GET', '/keys'],
    ['POST', '/keys/k/create'],
    ['GET', '/certificates/c'],
    ['POST', '/secrets/key/backup'],
    ['POST', '/secrets/restore'],
  ]
  for (const [method, path] of asked) {
    const answer = await call(method, `${path}${query}`)
    assert.deepEqual(faultOf(answer), { status: 501, code: 'NotSupported' }, path)
  }
  await assert.rejects(put('vaults/orders/keys/k', {}), { code: 'NotSupported' })
})

test('bad requests end in an error that holds nothing of the secret', async (t) => {
  const { call, spans } = await openKeyVault(t)
  const value = 'hunter2'.repeat(4_000)
  const bad: readonly JsonObject[] = [
    { value },
    { value: [value] },
    { value: 'hunter2', tags: { a: 1 } },
    { value: 'hunter2', attributes: { exp: 'hunter2' } },
    { value: 'hunter2', attributes: { nbf: 5, exp: 4 } },
  ]
  for (const body of bad) {
    const answer = await call('PUT', `/secrets/key${query}`, { body })
    assert.deepEqual(faultOf(answer), { status: 400, code: 'BadParameter' })
    assert.ok(!answer.text.includes('hunter2'))
  }
  await call('PUT', `/secrets/key${query}`, { body: { value: 'hunter2' } })
  await call('GET', `/secrets/key${query}`)
  assert.ok(spans.length > bad.length)
  assert.ok(!JSON.stringify(spans).includes('hunter2'))
  for (const path of ['/secrets/key', '/secrets/key?api-version=1', `/secrets/a_b${query}`]) {
    assert.deepEqual(faultOf(await call('GET', path)), { status: 400, code: 'BadParameter' })
  }
  assert.equal((await call('GET', `/nothing${query}`)).status, 404)
  assert.equal((await call('POST', `/secrets/key${query}`)).status, 405)
})

test('writers of one secret at the same time lose no version', async (t) => {
  const { keyVault } = await openKeyVault(t)
  const vault = await keyVault.vault('orders')
  const values = Array.from({ length: 8 }, (_, at) => `value ${at}`)
  await Promise.all(values.map((value) => keyVault.secrets.set(vault, 'key', { value })))
  const { versions } = await keyVault.secrets.live(vault, 'key')
  assert.deepEqual(versions.map(({ value }) => value).toSorted(), values)
})

test('a template puts secrets and does not read their values back', async (t) => {
  const { put, call } = await openKeyVault(t)
  const body = await put('vaults/orders/secrets/key', { value: 'one', contentType: 'text/plain' })
  assert.ok(!JSON.stringify(body).includes('"one"'))
  assert.equal(body['secretUri'], 'https://orders.vault.azure.net/secrets/key')
  assert.equal((await call('GET', `/secrets/key${query}`)).body['value'], 'one')
})
