import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'
import type { Container } from './container.ts'
import type { QueryOptions } from './query.ts'
import { CosmosDb } from './service.ts'

async function arrange(
  t: TestContext,
  resource: JsonObject = {},
): Promise<CosmosFixture & { container: Container }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return { ...fixture, container: await newContainer(fixture.database, resource) }
}

async function fill(container: Container, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, n) => ({
    item: { id: String(n), pk: `p${n % 10}`, n },
  }))
  await container.upsertItems(items)
}

async function rows(
  container: Container,
  text: string,
  options: QueryOptions = {},
): Promise<JsonValue[]> {
  const all: JsonValue[] = []
  for await (const page of container.queryAll(text, options)) all.push(...page)
  return all
}

/** Every page of a query, one after the other. */
async function pages(
  container: Container,
  text: string,
  options: QueryOptions = {},
): Promise<(readonly JsonValue[])[]> {
  const all: (readonly JsonValue[])[] = []
  let continuation: string | undefined
  do {
    const page = await container.query(text, {
      ...options,
      ...(continuation === undefined ? {} : { continuation }),
    })
    all.push(page.items)
    continuation = page.continuation
  } while (continuation !== undefined)
  return all
}

test('the latest items are those written last', async (t) => {
  const { container, clock } = await arrange(t)
  for (let n = 0; n < 60; n++) {
    await container.createItem({ id: String(n), pk: 'p' })
    await clock.advance(500)
  }
  const text = 'SELECT * FROM c ORDER BY c._ts DESC OFFSET 0 LIMIT 50'
  const found = await rows(container, text)
  assert.equal(found.length, 50)
  const ids = (await rows(container, 'SELECT VALUE c.id FROM c ORDER BY c._ts DESC')).slice(0, 50)
  assert.deepEqual(new Set(ids), new Set(Array.from({ length: 50 }, (_, n) => String(n + 10))))
})

test('a query sees system properties', async (t) => {
  const { container } = await arrange(t)
  const { item } = await container.createItem({ id: 'a', pk: 'p' })
  const found = await rows(container, 'SELECT * FROM c WHERE c._ts = @ts AND c._etag = @etag', {
    parameters: [
      { name: '@ts', value: item['_ts'] ?? null },
      { name: '@etag', value: item['_etag'] ?? null },
    ],
  })
  assert.deepEqual(found, [item])
})

test('a query of one partition gives only its items', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 100)
  const named = await rows(container, 'SELECT VALUE c.n FROM c', { partitionKey: 'p3' })
  const pinned = await rows(container, "SELECT VALUE c.n FROM c WHERE c.pk = 'p3'")
  assert.deepEqual(named, [3, 13, 23, 33, 43, 53, 63, 73, 83, 93])
  assert.deepEqual(pinned, named)
})

test('a query by id and partition key reads one item', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 20)
  const text = "SELECT VALUE c.n FROM c WHERE c.pk = 'p3' AND c.id = @id"
  assert.deepEqual(
    await rows(container, text, { parameters: [{ name: '@id', value: '13' }] }),
    [13],
  )
  assert.deepEqual(await rows(container, text, { parameters: [{ name: '@id', value: '14' }] }), [])
})

test('the first components of a hierarchical key are enough for a query', async (t) => {
  const partitionKey = { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 }
  const { container } = await arrange(t, { partitionKey })
  for (const item of [
    { id: '1', tenant: 'a', user: 'x' },
    { id: '2', tenant: 'a', user: 'y' },
    { id: '3', tenant: 'b', user: 'x' },
  ]) {
    await container.createItem(item)
  }
  const text = 'SELECT VALUE c.id FROM c'
  assert.deepEqual(await rows(container, text, { partitionKey: ['a'] }), ['1', '2'])
  assert.deepEqual(await rows(container, text, { partitionKey: ['a', 'y'] }), ['2'])
  await assert.rejects(rows(container, text, { partitionKey: ['a', 'y', 'z'] }), { status: 400 })
})

test('pages follow each other without a gap or a repeat', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 95)
  const found = await pages(container, 'SELECT VALUE c.n FROM c', { maxItemCount: 10 })
  assert.deepEqual(
    found.map((page) => page.length),
    [10, 10, 10, 10, 10, 10, 10, 10, 10, 5],
  )
  assert.deepEqual(
    found.flat(),
    Array.from({ length: 95 }, (_, n) => n),
  )
})

test('a page that ends with the last row has no continuation', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 20)
  const found = await pages(container, 'SELECT VALUE c.n FROM c', { maxItemCount: 10 })
  assert.deepEqual(
    found.map((page) => page.length),
    [10, 10],
  )
})

test('a continuation outlives the process and can be used twice', async (t) => {
  const { container, store, clock, logger } = await arrange(t)
  await fill(container, 30)
  const text = 'SELECT VALUE c.n FROM c ORDER BY c.n DESC'
  const { continuation = '' } = await container.query(text, { maxItemCount: 10 })
  const second = await container.query(text, { maxItemCount: 10, continuation })
  assert.deepEqual(second.items, [19, 18, 17, 16, 15, 14, 13, 12, 11, 10])
  assert.deepEqual(
    (await container.query(text, { maxItemCount: 10, continuation })).items,
    second.items,
  )

  const again = new CosmosDb({ store, clock, logger, telemetry: { span() {}, log() {} } })
  await again.start()
  const restarted = again.account('shop')?.database('orders').container('items')
  assert.ok(restarted)
  const third = await restarted.query(text, {
    maxItemCount: 10,
    continuation: second.continuation ?? '',
  })
  assert.deepEqual(third.items, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  assert.equal(third.continuation, undefined)
})

test('a continuation of another query is refused', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 30)
  const { continuation = '' } = await container.query('SELECT * FROM c', { maxItemCount: 1 })
  await assert.rejects(container.query('SELECT c.id FROM c', { continuation }), {
    code: 'BadRequest',
    message: /Invalid Continuation Token/,
  })
  await assert.rejects(container.query('SELECT * FROM c', { continuation: 'nonsense' }), {
    status: 400,
  })
  await assert.rejects(container.query('SELECT * FROM c', { maxItemCount: 0 }), { status: 400 })
})

test('a malformed query is refused with the place of the mistake', async (t) => {
  const { container } = await arrange(t)
  await assert.rejects(container.query('SELECT * FROM c WHERE'), (error: unknown) => {
    assert.ok(error instanceof Error && 'status' in error && 'details' in error)
    assert.equal(error.status, 400)
    assert.match(
      error.message,
      /^\{"errors":\[\{"severity":"Error","location":\{"start":\d+,"end":\d+\},"code":"SC\d+","message":/,
    )
    return true
  })
})

test('a query of many items lets other work run', async (t) => {
  const { container } = await arrange(t)
  await fill(container, 5_000)
  let turns = 0
  let running = true
  const counting = (async () => {
    while (running) {
      await new Promise((resolve) => setImmediate(resolve))
      turns++
    }
  })()
  const [sum] = await rows(container, 'SELECT VALUE SUM(c.n) FROM c')
  running = false
  await counting
  assert.equal(sum, (4_999 * 5_000) / 2)
  assert.ok(turns >= 10, `${turns} turns`)
})
