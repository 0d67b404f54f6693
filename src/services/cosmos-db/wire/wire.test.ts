import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { newResourceToken, openResourceToken } from '../resource-token.ts'
import { parseAddress } from './address.ts'
import { checkDate, isSignedBy, parseAuthorization } from './authorization.ts'

const key = Buffer.from('a key of the account').toString('base64')
const account = { name: 'shop', keys: { primaryMasterKey: key } }

test('an address tells its shape, its names and what is signed of it', () => {
  const item = parseAddress('/dbs/a%20b/colls/items/docs/1?x=/y')
  assert.equal(item.shape, '/dbs/{}/colls/{}/docs/{}')
  assert.deepEqual(item.names, ['a b', 'items', '1'])
  assert.equal(item.resourceType, 'docs')
  assert.equal(item.resourceLink, 'dbs/a b/colls/items/docs/1')
  const feed = parseAddress('/dbs/a/colls/items/docs/')
  assert.deepEqual(
    [feed.shape, feed.resourceType, feed.resourceLink],
    ['/dbs/{}/colls/{}/docs', 'docs', 'dbs/a/colls/items'],
  )
  const root = parseAddress('//')
  assert.deepEqual([root.shape, root.resourceType, root.resourceLink], ['/', '', ''])
  assert.equal(parseAddress('/offers/AbC').resourceLink, 'abc')
  const erasing = parseAddress('/dbs/a/colls/b/operations/partitionkeydelete')
  assert.deepEqual(
    [erasing.shape, erasing.resourceType, erasing.resourceLink],
    ['/dbs/{}/colls/{}/operations/partitionkeydelete', 'colls', 'dbs/a/colls/b'],
  )
  assert.throws(() => parseAddress('/dbs/%'), { code: 'BadRequest' })
  assert.throws(() => parseAddress('/a'.repeat(20)), { code: 'BadRequest' })
})

test('a signature is good for its own verb, link and time', () => {
  const date = 'Sat, 21 Nov 2026 17:00:00 GMT'
  const address = parseAddress('/dbs/a/colls/items/docs')
  const payload = `post\ndocs\ndbs/a/colls/items\n${date.toLowerCase()}\n\n`
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(payload)
    .digest('base64')
  const request = { method: 'POST', address, date }
  assert.ok(isSignedBy([key], signature, request))
  assert.ok(!isSignedBy([key], signature, { ...request, method: 'PUT' }))
  assert.ok(!isSignedBy([key], signature, { ...request, date: 'Sat, 21 Nov 2026 17:00:01 GMT' }))
  assert.ok(
    !isSignedBy([key], signature, { ...request, address: parseAddress('/dbs/b/colls/items/docs') }),
  )
  assert.ok(!isSignedBy([Buffer.from('other').toString('base64')], signature, request))
  assert.ok(!isSignedBy([key], '', request))
})

test('an authorization comes encoded or plain, and in no other form', () => {
  const plain = 'type=master&ver=1.0&sig=a+b/c='
  assert.deepEqual(parseAuthorization(plain), { type: 'master', signature: 'a+b/c=' })
  assert.deepEqual(parseAuthorization(encodeURIComponent(plain)), parseAuthorization(plain))
  for (const header of [
    '',
    '%',
    'type=master',
    'type=master&ver=2.0&sig=x',
    'type=odd&ver=1.0&sig=x',
  ]) {
    assert.throws(() => parseAuthorization(header), { code: 'Unauthorized', status: 401 })
  }
})

test('a date must be there and near', () => {
  const nowMs = Date.parse('Sat, 21 Nov 2026 17:00:00 GMT')
  assert.equal(checkDate('Sat, 21 Nov 2026 17:14:00 GMT', nowMs), 'Sat, 21 Nov 2026 17:14:00 GMT')
  assert.throws(() => checkDate('Sat, 21 Nov 2026 17:16:00 GMT', nowMs), { status: 403 })
  assert.throws(() => checkDate('yesterday', nowMs), { status: 401 })
  assert.throws(() => checkDate(undefined, nowMs), { status: 401 })
})

test('a resource token opens its resource for its time, and cannot be changed', () => {
  const grant = { mode: 'Read', resource: 'dbs/a/colls/items/docs/1' } as const
  const token =
    newResourceToken(account, grant, { startMs: 0, endMs: 1_000 }).split('sig=')[1] ?? ''
  const item = {
    link: 'dbs/a/colls/items/docs/1',
    type: 'docs',
    isRead: true,
    partitionKey: undefined,
  }
  const open = openResourceToken(account, token, 500)
  assert.ok(open)
  assert.ok(open.allows(item))
  assert.ok(!open.allows({ ...item, isRead: false }))
  assert.ok(!open.allows({ ...item, link: 'dbs/a/colls/items/docs/10' }))
  assert.ok(open.allows({ ...item, link: 'dbs/a/colls/items', type: 'colls' }), 'its container')
  assert.ok(!open.allows({ ...item, link: 'dbs/a/colls/items' }), 'not all items of its container')
  assert.throws(() => openResourceToken(account, token, 1_000), { status: 403 })
  const [signature = '', payload = ''] = token.split(';')
  const other = Buffer.from(
    Buffer.from(payload, 'base64url').toString().replace('Read', 'All'),
  ).toString('base64url')
  assert.equal(openResourceToken(account, `${signature};${other};`, 500), undefined)
  const stranger = { name: 'other', keys: account.keys }
  assert.equal(openResourceToken(stranger, token, 500), undefined)
})
