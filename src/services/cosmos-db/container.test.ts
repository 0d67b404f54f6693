import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { stringMember, type JsonObject } from '../../base/json.ts'
import { newTrace } from '../../base/trace-context.ts'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'
import type { Container } from './container.ts'

async function arrange(
  t: TestContext,
  resource: JsonObject = {},
): Promise<CosmosFixture & { container: Container }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return { ...fixture, container: await newContainer(fixture.database, resource) }
}

test('a created item is read back with its system properties', async (t) => {
  const { container, clock } = await arrange(t)
  const created = await container.createItem({ id: 'a', pk: 'p', n: 1, nested: { x: [1, null] } })
  assert.equal(created.statusCode, 201)
  const read = await container.readItem('a', 'p')
  const { _rid: _, _self, _etag, _attachments, _ts, ...rest } = read.item
  assert.deepEqual(rest, { id: 'a', pk: 'p', n: 1, nested: { x: [1, null] } })
  assert.equal(_ts, Math.floor(clock.now() / 1000))
  assert.equal(_etag, created.etag)
  assert.match(created.etag, /^"[\da-f]{8}-[\da-f]{4}-0300-0000-[\da-f]{12}"$/)
  assert.equal(_attachments, 'attachments/')
  assert.equal(
    _self,
    `dbs/${container.databaseRid}/colls/${container.rid}/docs/${stringMember(read.item, '_rid')}/`,
  )
  assert.deepEqual(JSON.parse(read.text), read.item)
})

test('the rid of an item begins with that of its container and stays through a replacement', async (t) => {
  const { container } = await arrange(t)
  const first = await container.createItem({ id: 'a', pk: 'p' })
  const second = await container.upsertItem({ id: 'a', pk: 'p', n: 2 })
  assert.equal(second.statusCode, 200)
  assert.equal(second.item['_rid'], first.item['_rid'])
  assert.notEqual(second.etag, first.etag)
  const bytes = Buffer.from((stringMember(first.item, '_rid') ?? '').replaceAll('-', '/'), 'base64')
  const own = Buffer.from(container.rid.replaceAll('-', '/'), 'base64')
  assert.deepEqual(bytes.subarray(0, 8), own)
  assert.equal(bytes.length, 16)
})

test('an id can be used once in each partition', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'a', pk: 'p' })
  await container.createItem({ id: 'a', pk: 'q' })
  await assert.rejects(container.createItem({ id: 'a', pk: 'p' }), {
    code: 'Conflict',
    status: 409,
  })
})

test('system properties that a caller sends are not kept', async (t) => {
  const { container } = await arrange(t)
  const item = { id: 'a', pk: 'p', _etag: 'mine', _ts: 1, _rid: 'x', _self: 'y', _attachments: 'z' }
  const created = await container.createItem(item)
  assert.equal((await container.readItem('a', 'p')).item['_etag'], created.etag)
  assert.deepEqual(Object.keys(created.item), [
    'id',
    'pk',
    '_rid',
    '_self',
    '_etag',
    '_attachments',
    '_ts',
  ])
})

test('a replacement needs the item to be there and to have the expected etag', async (t) => {
  const { container } = await arrange(t)
  await assert.rejects(container.replaceItem('a', { id: 'a', pk: 'p' }), { code: 'NotFound' })
  const { etag } = await container.createItem({ id: 'a', pk: 'p' })
  await container.replaceItem('a', { id: 'a', pk: 'p', n: 2 }, { ifMatch: etag })
  await assert.rejects(container.replaceItem('a', { id: 'a', pk: 'p' }, { ifMatch: etag }), {
    code: 'PreconditionFailed',
    status: 412,
  })
  await container.replaceItem('a', { id: 'a', pk: 'p' }, { ifMatch: '*' })
  await assert.rejects(container.replaceItem('b', { id: 'b', pk: 'p' }, { ifMatch: etag }), {
    code: 'NotFound',
  })
})

test('an upsert with an etag replaces only that version and creates what is absent', async (t) => {
  const { container } = await arrange(t)
  const first = await container.upsertItem({ id: 'a', pk: 'p' }, { ifMatch: '"x"' })
  assert.equal(first.created, true)
  await container.upsertItem({ id: 'a', pk: 'p', n: 1 }, { ifMatch: first.etag })
  await assert.rejects(container.upsertItem({ id: 'a', pk: 'p' }, { ifMatch: first.etag }), {
    status: 412,
  })
})

test('a deleted item is gone', async (t) => {
  const { container } = await arrange(t)
  const { etag } = await container.createItem({ id: 'a', pk: 'p' })
  await assert.rejects(container.deleteItem('a', 'p', { ifMatch: '"other"' }), { status: 412 })
  await container.deleteItem('a', 'p', { ifMatch: etag })
  await assert.rejects(container.readItem('a', 'p'), { code: 'NotFound', status: 404 })
  await assert.rejects(container.deleteItem('a', 'p'), { code: 'NotFound' })
})

for (const [reason, item] of Object.entries({
  'has no id': { pk: 'p' },
  'has an empty id': { id: '', pk: 'p' },
  'has a number as id': { id: 1, pk: 'p' },
  'has a slash in its id': { id: 'a/b', pk: 'p' },
  'has a backslash in its id': { id: 'a\\b', pk: 'p' },
  'has a question mark in its id': { id: 'a?', pk: 'p' },
  'has a hash in its id': { id: '#a', pk: 'p' },
  'has an id that ends with a space': { id: 'a ', pk: 'p' },
  'has an id of more than 1023 bytes': { id: 'é'.repeat(512), pk: 'p' },
  'has an object as partition key': { id: 'a', pk: {} },
  'has a partition key of more than 2048 bytes': { id: 'a', pk: 'x'.repeat(2049) },
  'has a ttl of zero': { id: 'a', pk: 'p', ttl: 0 },
  'has null as ttl': { id: 'a', pk: 'p', ttl: null },
  'has a fraction as ttl': { id: 'a', pk: 'p', ttl: 1.5 },
  'is nested too deeply': { id: 'a', pk: 'p', deep: nested(128) },
})) {
  test(`an item that ${reason} is refused`, async (t) => {
    const { container } = await arrange(t)
    await assert.rejects(container.createItem(item), { code: 'BadRequest', status: 400 })
    assert.equal(await container.countItems(), 0)
  })
}

function nested(levels: number): JsonObject {
  return levels === 0 ? {} : { d: nested(levels - 1) }
}

test('an item of more than 2 MB is refused', async (t) => {
  const { container } = await arrange(t)
  await container.createItem({ id: 'a', pk: 'p', text: 'x'.repeat(2 * 1024 * 1024 - 100) })
  await assert.rejects(
    container.createItem({ id: 'b', pk: 'p', text: 'x'.repeat(2 * 1024 * 1024) }),
    { code: 'RequestEntityTooLarge', status: 413 },
  )
})

test('a partition key is text, number, boolean, null or nothing, and each is another one', async (t) => {
  const { container } = await arrange(t)
  for (const pk of ['1', 1, true, null]) await container.createItem({ id: 'a', pk })
  await container.createItem({ id: 'a' })
  for (const pk of ['1', 1, true, null]) {
    assert.deepEqual((await container.readItem('a', pk)).item['pk'], pk)
  }
  assert.equal('pk' in (await container.readItem('a', undefined)).item, false)
})

test('the partition key of the request must be that of the item', async (t) => {
  const { container } = await arrange(t)
  await assert.rejects(container.createItem({ id: 'a', pk: 'p' }, { partitionKey: 'q' }), {
    code: 'BadRequest',
    details: { substatus: 1001 },
  })
  await container.createItem({ id: 'a', pk: 'p' }, { partitionKey: ['p'] })
})

test('a hierarchical partition key needs all its components to name an item', async (t) => {
  const partitionKey = { paths: ['/tenant', '/"user name"/id'], kind: 'MultiHash', version: 2 }
  const { container } = await arrange(t, { partitionKey })
  await container.createItem({ id: 'a', tenant: 't', 'user name': { id: 7 } })
  assert.equal((await container.readItem('a', ['t', 7])).item['id'], 'a')
  await assert.rejects(container.readItem('a', ['t']), { code: 'BadRequest' })
  await assert.rejects(container.readItem('a', ['t', 8]), { code: 'NotFound' })
})

test('a unique key holds within a partition, and a missing value counts', async (t) => {
  const uniqueKeyPolicy = { uniqueKeys: [{ paths: ['/mail'] }, { paths: ['/a/b', '/c'] }] }
  const { container } = await arrange(t, { uniqueKeyPolicy })
  await container.createItem({ id: '1', pk: 'p', mail: 'x', a: { b: 1 } })
  await assert.rejects(container.createItem({ id: '2', pk: 'p', mail: 'x', a: { b: 2 } }), {
    code: 'Conflict',
    message: /Unique index constraint/,
  })
  await assert.rejects(container.createItem({ id: '2', pk: 'p', mail: 'y', a: { b: 1 } }), {
    code: 'Conflict',
  })
  await container.createItem({ id: '2', pk: 'q', mail: 'x', a: { b: 1 } })
  await container.upsertItem({ id: '1', pk: 'p', mail: 'x', a: { b: 1 }, changed: true })
  const outcomes = await container.upsertItems([
    { item: { id: '3', pk: 'p', mail: 'x', a: { b: 3 } } },
    { item: { id: '4', pk: 'p', mail: 'z', a: { b: 4 } } },
  ])
  assert.deepEqual(
    outcomes.map((outcome) => 'error' in outcome),
    [true, false],
  )
})

test('many items are written at once and a malformed one fails alone', async (t) => {
  const { container, spans } = await arrange(t)
  const trace = newTrace()
  const writes = Array.from({ length: 1200 }, (_, n) => ({ item: { id: `${n}`, pk: 'p' }, trace }))
  const outcomes = await container.upsertItems([...writes, { item: { pk: 'p' }, trace }])
  assert.equal(outcomes.filter((outcome) => 'result' in outcome).length, 1200)
  const last = outcomes.at(-1)
  assert.ok(last && 'error' in last)
  assert.equal(await container.countItems(), 1200)
  assert.equal(spans.length, 1201)
  assert.ok(spans.every((span) => span.context.traceId === trace.traceId))
  assert.deepEqual(await container.upsertItems([]), [])
})

test('a write is one span, which the item carries into the feed', async (t) => {
  const { container, spans } = await arrange(t)
  const trace = newTrace()
  const { text } = await container.createItem({ id: 'a', pk: 'p' }, { trace })
  await assert.rejects(container.createItem({ id: 'a', pk: 'p' }, { trace }))
  const [first, second] = spans
  assert.equal(first?.operation, 'create item')
  assert.equal(first.resource, 'orders/items')
  assert.equal(first.parentSpanId, trace.spanId)
  assert.equal(first.payload, text)
  assert.equal(second?.status, 'error')
  assert.match(second.reason ?? '', /already exists/)
  const [range] = container.feedRanges()
  assert.ok(range)
  const page = await container.readChanges({ range, from: 'beginning', limit: 10 })
  assert.equal(page.items[0]?.trace, `00-${trace.traceId}-${first.context.spanId}-01`)
})

test('an item expires by its own ttl, else by the default of the container', async (t) => {
  const { container, clock } = await arrange(t, { defaultTtl: 10 })
  await container.createItem({ id: 'default', pk: 'p' })
  await container.createItem({ id: 'short', pk: 'p', ttl: 5 })
  await container.createItem({ id: 'never', pk: 'p', ttl: -1 })
  await clock.advance(5_000)
  await assert.rejects(container.readItem('short', 'p'), { code: 'NotFound' })
  await container.createItem({ id: 'short', pk: 'p', ttl: 5 })
  await clock.advance(5_000)
  await assert.rejects(container.readItem('default', 'p'), { code: 'NotFound' })
  assert.equal((await container.readItem('never', 'p')).item['ttl'], -1)
  assert.equal(await container.countItems(), 1)
})

test('a ttl has no effect where the container has no default', async (t) => {
  const { container, clock } = await arrange(t)
  await container.createItem({ id: 'a', pk: 'p', ttl: 1 })
  await clock.advance(10_000)
  assert.equal((await container.readItem('a', 'p')).item['id'], 'a')
})

test('a write begins the ttl again', async (t) => {
  const { container, clock } = await arrange(t, { defaultTtl: -1 })
  await container.createItem({ id: 'a', pk: 'p', ttl: 10 })
  await clock.advance(9_000)
  await container.upsertItem({ id: 'a', pk: 'p', ttl: 10 })
  await clock.advance(9_000)
  assert.equal((await container.readItem('a', 'p')).item['id'], 'a')
})
