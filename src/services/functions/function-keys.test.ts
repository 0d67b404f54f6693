import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { FunctionKeys, presentedKey } from './function-keys.ts'
import { keysPerScopeMax } from './limits.ts'

async function open(t: { after(callback: () => void | Promise<void>): void }) {
  const store = await openSqliteStore({ path: ':memory:', clock: new ManualClock() })
  const keys = new FunctionKeys({ store, app: 'orders' })
  t.after(async () => {
    keys.stop()
    await store.close()
  })
  return { store, keys }
}

const host = { kind: 'host' } as const
const fetch = { kind: 'function', functionName: 'FetchOrders' } as const

test('the master key and the host key default are made once', async (t) => {
  const { store, keys } = await open(t)
  const first = await keys.listHostKeys()
  assert.deepEqual(Object.keys(first.functionKeys), ['default'])
  assert.match(first.masterKey, /^[\w-]{54}$/)
  assert.deepEqual(first.systemKeys, {})
  assert.deepEqual(await new FunctionKeys({ store, app: 'orders' }).listHostKeys(), first)
})

test('two that ask at the same time get the same keys', async (t) => {
  const { keys } = await open(t)
  const [first, second] = await Promise.all([keys.listHostKeys(), keys.listHostKeys()])
  assert.deepEqual(first, second)
})

test('a function is opened by its own keys, the host keys and the master key', async (t) => {
  const { keys } = await open(t)
  const { masterKey, functionKeys } = await keys.listHostKeys()
  const own = await keys.listFunctionKeys('FetchOrders')
  const other = await keys.listFunctionKeys('Other')
  const { value: system } = await keys.set({ kind: 'system' }, 'eventgrid')
  const opens = (key: string | undefined) =>
    keys.allows({ level: 'function', functionName: 'fetchorders', key })
  assert.equal(await opens(own['default']), true)
  assert.equal(await opens(functionKeys['default']), true)
  assert.equal(await opens(masterKey), true)
  for (const key of [other['default'], system, 'wrong', '', undefined]) {
    assert.equal(await opens(key), false)
  }
})

test('the level admin takes only the master key, anonymous takes all', async (t) => {
  const { keys } = await open(t)
  const { masterKey, functionKeys } = await keys.listHostKeys()
  assert.equal(await keys.allows({ level: 'admin', key: masterKey }), true)
  assert.equal(await keys.allows({ level: 'admin', key: functionKeys['default'] }), false)
  assert.equal(await keys.allows({ level: 'anonymous', key: undefined }), true)
})

test('a key can be set, renewed and deleted, and counts at once', async (t) => {
  const { keys } = await open(t)
  const opens = (key: string) =>
    keys.allows({ level: 'function', functionName: 'FetchOrders', key })
  assert.deepEqual(await keys.set(fetch, 'Partner', 'secret'), { created: true, value: 'secret' })
  assert.equal(await opens('secret'), true)
  const { created, value } = await keys.set(fetch, 'partner')
  assert.equal(created, false)
  assert.deepEqual([await opens('secret'), await opens(value)], [false, true])
  assert.deepEqual(await keys.list(fetch), { partner: value })
  assert.equal(await keys.delete(fetch, 'PARTNER'), true)
  assert.equal(await keys.delete(fetch, 'partner'), false)
  assert.equal(await opens(value), false)
})

test('what another instance writes counts at once', async (t) => {
  const { store, keys } = await open(t)
  assert.equal(await keys.allows({ level: 'function', functionName: 'F', key: 'late' }), false)
  await new FunctionKeys({ store, app: 'orders' }).set(host, 'late', 'late')
  assert.equal(await keys.allows({ level: 'function', functionName: 'F', key: 'late' }), true)
})

test('the master key can be renewed and not deleted', async (t) => {
  const { keys } = await open(t)
  await keys.set({ kind: 'master' }, '_master', 'new')
  assert.equal((await keys.listHostKeys()).masterKey, 'new')
  await assert.rejects(keys.delete({ kind: 'master' }, '_master'), { code: 'BadRequest' })
  await assert.rejects(keys.set({ kind: 'master' }, 'other'), { code: 'BadRequest' })
})

test('names, values and the number of keys are bounded', async (t) => {
  const { keys } = await open(t)
  for (const name of ['', '_x', 'a/b', 'x'.repeat(128)]) {
    await assert.rejects(keys.set(host, name), { code: 'BadRequest', message: 'Invalid key name.' })
  }
  await assert.rejects(keys.set(host, 'x', ''), { message: 'Invalid key value' })
  for (let count = 0; count < keysPerScopeMax; count++) await keys.set(host, `k${count}`, 'v')
  await assert.rejects(keys.set(host, 'onemore'), { code: 'Conflict' })
  assert.equal((await keys.set(host, 'k0')).created, false)
})

test('the header goes before the query', () => {
  const url = '/api/x?a=1&code=from%2Fquery'
  assert.equal(presentedKey({ url, headers: {} }), 'from/query')
  assert.equal(presentedKey({ url, headers: { 'x-functions-key': 'header' } }), 'header')
  assert.equal(presentedKey({ url: '/api/x', headers: {} }), undefined)
  assert.equal(presentedKey({ url: '/api/x?code=', headers: {} }), undefined)
})
