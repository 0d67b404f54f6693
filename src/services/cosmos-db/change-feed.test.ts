import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { ChangesPage, FeedStart } from './change-feed.ts'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'
import type { Container } from './container.ts'
import type { FeedRange } from './feed-range.ts'

async function arrange(
  t: TestContext,
  requestUnits = 400,
): Promise<CosmosFixture & { container: Container }> {
  const fixture = await startCosmos()
  t.after(() => fixture.stop())
  return { ...fixture, container: await newContainer(fixture.database, {}, requestUnits) }
}

function idsOf(page: ChangesPage): string[] {
  return page.items.map(({ text }) => stringMember(parseJson(text), 'id') ?? '')
}

async function readAll(container: Container, range: FeedRange, from: FeedStart): Promise<string[]> {
  const ids: string[] = []
  let page = await container.readChanges({ range, from, limit: 7 })
  let cursor = ''
  while (page.items.length > 0 || page.cursor !== cursor) {
    ids.push(...idsOf(page))
    cursor = page.cursor
    page = await container.readChanges({ range, from: { after: cursor }, limit: 7 })
  }
  return ids
}

test('the feed gives the latest version of each item, in the order of the last writes', async (t) => {
  const { container } = await arrange(t)
  const [range] = container.feedRanges()
  assert.ok(range)
  for (const id of ['a', 'b', 'c']) await container.createItem({ id, pk: id })
  await container.upsertItem({ id: 'a', pk: 'a', n: 2 })
  await container.deleteItem('b', 'b')
  const page = await container.readChanges({ range, from: 'beginning', limit: 10 })
  assert.deepEqual(idsOf(page), ['c', 'a'])
  const last = parseJson(page.items[1]?.text ?? '')
  assert.ok(isJsonObject(last))
  assert.equal(last['n'], 2)
  assert.equal(last['_etag'], page.items[1]?.etag)
})

test('a cursor goes on where its page ended, also after a page without changes', async (t) => {
  const { container } = await arrange(t)
  const [range] = container.feedRanges()
  assert.ok(range)
  const empty = await container.readChanges({ range, from: 'now', limit: 10 })
  assert.deepEqual(empty.items, [])
  await container.createItem({ id: 'a', pk: 'p' })
  await container.createItem({ id: 'b', pk: 'p' })
  const first = await container.readChanges({ range, from: { after: empty.cursor }, limit: 1 })
  const second = await container.readChanges({ range, from: { after: first.cursor }, limit: 1 })
  assert.deepEqual([...idsOf(first), ...idsOf(second)], ['a', 'b'])
  const third = await container.readChanges({ range, from: { after: second.cursor }, limit: 1 })
  assert.equal(third.cursor, second.cursor)
})

test('the ranges of a container give each change once', async (t) => {
  const { container } = await arrange(t, 50_000)
  const items = Array.from({ length: 300 }, (_, n) => ({
    item: { id: String(n), pk: String(n % 90) },
  }))
  await container.upsertItems(items)
  const ids: string[] = []
  for (const range of container.feedRanges()) {
    const part = await readAll(container, range, 'beginning')
    assert.ok(part.length > 0)
    ids.push(...part)
  }
  assert.equal(ids.length, 300)
  assert.equal(new Set(ids).size, 300)
})

test('an item that expired is not in the feed any more', async (t) => {
  const { database, clock } = await arrange(t)
  const container = await newContainer(database, { id: 'short', defaultTtl: 5 })
  const [range] = container.feedRanges()
  assert.ok(range)
  await container.createItem({ id: 'a', pk: 'p' })
  await clock.advance(6_000)
  await container.createItem({ id: 'b', pk: 'p' })
  assert.deepEqual(await readAll(container, range, 'beginning'), ['b'])
})

test('a malformed cursor or count is refused', async (t) => {
  const { container } = await arrange(t)
  const [range] = container.feedRanges()
  assert.ok(range)
  const from = { after: '"17"' }
  await assert.rejects(container.readChanges({ range, from, limit: 1 }), {
    code: 'BadRequest',
    status: 400,
  })
  await assert.rejects(container.readChanges({ range, from: 'now', limit: 0 }), { status: 400 })
})
