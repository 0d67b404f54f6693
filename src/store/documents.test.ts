import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import type {
  DocumentFilter,
  DocumentScan,
  FeedQuery,
  PutDocument,
  StoredDocument,
} from './documents.ts'
import { storeEngines } from './store-engines.ts'
import type { Store } from './store.ts'

const collection = 'orders'

function put(id: string, rest: Partial<PutDocument> = {}): PutDocument {
  return {
    kind: 'document.put',
    collection,
    partition: 'p',
    id,
    body: '{}',
    etag: `"${id}"`,
    ...rest,
  }
}

async function scanAll(store: Store, scan: Partial<DocumentScan> = {}): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = []
  for await (const page of store.scan({ collection, ...scan })) documents.push(...page)
  return documents
}

async function scanIds(store: Store, scan: Partial<DocumentScan> = {}): Promise<string[]> {
  return (await scanAll(store, scan)).map(({ id }) => id)
}

/** Reads the feed until nothing has come for a while, as one who polls does. */
async function readFeed(store: Store, query: Partial<FeedQuery> = {}): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = []
  let after = query.after
  for (let empty = 0; empty < 30;) {
    const position = after === undefined ? {} : { after }
    const page = await store.feed({ collection, limit: 3, ...query, ...position })
    documents.push(...page.documents)
    after = page.cursor
    empty = page.documents.length === 0 ? empty + 1 : 0
  }
  return documents
}

function feedIds(documents: readonly StoredDocument[]): string[] {
  return documents.map(({ id }) => id).toSorted()
}

function key(id: string) {
  return { collection, partition: 'p', id }
}

for (const engine of storeEngines) {
  describe(`documents, ${engine.name}`, () => {
    test('a document is read as it was written', async (t) => {
      const { store, clock } = await engine.open(t)
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const [result] = await store.write([
        put('1', { body: '{"a":"ä"}', timeToLiveMs: 5_000, trace }),
      ])
      assert.equal(result.created, true)
      assert.equal(result.timestampMs, clock.now())
      assert.deepEqual(await store.getDocument(key('1')), {
        ...key('1'),
        body: '{"a":"ä"}',
        etag: '"1"',
        number: result.number,
        sequence: result.sequence,
        timestampMs: clock.now(),
        expiresAtMs: clock.now() + 5_000,
        trace,
      })
    })

    test('a replaced document keeps its number and gets a higher sequence', async (t) => {
      const { store } = await engine.open(t)
      const [first] = await store.write([put('1')])
      await store.write([put('2')])
      const [second] = await store.write([put('1', { etag: '"b"' })])
      assert.equal(second.created, false)
      assert.equal(second.number, first.number)
      assert.ok(second.sequence > first.sequence)
      assert.equal(await store.countDocuments(collection), 2)
    })

    test('a document of another collection or partition with the same id is another', async (t) => {
      const { store } = await engine.open(t)
      await store.write([
        put('1', { body: '{"n":1}' }),
        put('1', { body: '{"n":2}', partition: 'q' }),
        put('1', { body: '{"n":3}', collection: 'other' }),
      ])
      assert.equal((await store.getDocument(key('1')))?.body, '{"n":1}')
      assert.equal((await store.getDocument({ ...key('1'), partition: 'q' }))?.body, '{"n":2}')
      assert.equal((await store.getDocument({ ...key('1'), collection: 'other' }))?.body, '{"n":3}')
    })

    test('each expectation of a document that does not hold rejects by its name', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1')])
      const unmet = [
        [put('1', { expect: 'absent' }), 'absent'],
        [put('2', { expect: 'present' }), 'present'],
        [put('1', { expect: { etag: '"x"' } }), 'etag'],
        [put('2', { expect: { etag: '"x"' } }), 'present'],
        [{ kind: 'document.delete', ...key('2'), expect: 'present' }, 'present'],
        [{ kind: 'document.delete', ...key('1'), expect: { etag: '"x"' } }, 'etag'],
        [{ kind: 'document.check', ...key('1'), expect: 'absent' }, 'absent'],
        [{ kind: 'document.check', ...key('2'), expect: 'present' }, 'present'],
      ] as const
      for (const [operation, expectation] of unmet) {
        const rejection = { name: 'ExpectationFailed', expectation, index: 0 }
        await assert.rejects(store.write([operation]), rejection)
      }
      await store.write([{ kind: 'document.check', ...key('1'), expect: { etag: '"1"' } }])
    })

    test('a batch with a failed expectation changes nothing and names the operation', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1')])
      const append = { kind: 'message.append', queue: 'new', body: 'x', properties: '{}' } as const
      const batch = [put('2'), append, put('1', { expect: 'absent' })] as const
      await assert.rejects(store.write(batch), { expectation: 'absent', index: 2 })
      assert.equal(await store.getDocument(key('2')), undefined)
      assert.equal((await store.countMessages('new')).ready, 0)
      const [appended] = await store.write([append])
      assert.equal(appended.sequence, 1)
    })

    test('a failed batch does not harm others that commit with it', async (t) => {
      const { store } = await engine.open(t)
      const batches = Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? [put(`${index}`)]
          : [put(`${index}`), put('never', { expect: 'present' })],
      )
      const outcomes = await Promise.allSettled(batches.map((batch) => store.write(batch)))
      const fulfilled = outcomes.filter(({ status }) => status === 'fulfilled')
      assert.equal(fulfilled.length, 20)
      assert.equal(await store.countDocuments(collection), 20)
    })

    test('of many who create one document exactly one succeeds', async (t) => {
      const { store } = await engine.open(t)
      const writes = Array.from({ length: 30 }, (_, index) =>
        store.write([put('1', { expect: 'absent', etag: `"${index}"` })]),
      )
      const outcomes = await Promise.allSettled(writes)
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    })

    test('a unique key is held by one document of a partition until it lets go', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1', { unique: ['a', 'b'] })])
      const taken = { expectation: 'unique', index: 0 }
      await assert.rejects(store.write([put('2', { unique: ['b'] })]), taken)
      await store.write([put('3', { unique: ['b'], partition: 'q' })])
      await store.write([put('1', { unique: ['a'] })])
      await store.write([put('2', { unique: ['b'] })])
      await store.write([{ kind: 'document.delete', ...key('1') }])
      await store.write([put('4', { unique: ['a'] })])
    })

    test('a document that expired is gone for every reader and lets go of its keys', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([put('1', { timeToLiveMs: 500, unique: ['a'] }), put('2')])
      await clock.advance(500)
      assert.equal(await store.getDocument(key('1')), undefined)
      assert.equal(await store.countDocuments(collection), 1)
      assert.deepEqual(await scanIds(store), ['2'])
      assert.deepEqual(feedIds(await readFeed(store)), ['2'])
      await store.write([put('3', { unique: ['a'] })])
      const [again] = await store.write([put('1', { expect: 'absent' })])
      assert.equal(again.created, true)
    })

    test('a deleted document leaves the feed', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1'), put('2')])
      const [deleted, missing] = await store.write([
        { kind: 'document.delete', ...key('1') },
        { kind: 'document.delete', ...key('9') },
      ])
      assert.deepEqual([deleted, missing], [{ deleted: true }, { deleted: false }])
      assert.deepEqual(feedIds(await readFeed(store)), ['2'])
    })

    test('a dropped collection is empty at once and can be filled again', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([put('1', { unique: ['a'] }), put('2')])
      await store.write([{ kind: 'collection.drop', collection }])
      assert.equal(await store.countDocuments(collection), 0)
      assert.deepEqual(await scanIds(store), [])
      await store.write([put('3', { unique: ['a'] })])
      await clock.advance(5_000)
      assert.deepEqual(await scanIds(store), ['3'])
      assert.deepEqual(feedIds(await readFeed(store)), ['3'])
    })

    test('a scan follows the order of the writes, either way, up to a limit', async (t) => {
      const { store } = await engine.open(t)
      for (const id of ['1', '2', '3', '1']) await store.write([put(id)])
      assert.deepEqual(await scanIds(store), ['2', '3', '1'])
      assert.deepEqual(await scanIds(store, { order: 'descending' }), ['1', '3', '2'])
      assert.deepEqual(await scanIds(store, { order: 'descending', limit: 2 }), ['1', '3'])
    })

    test('a scan of one partition gives only its documents', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1'), put('2', { partition: 'q' }), put('3')])
      assert.deepEqual(await scanIds(store, { partition: 'p' }), ['1', '3'])
      assert.deepEqual(await scanIds(store, { partition: 'p', order: 'descending' }), ['3', '1'])
      assert.deepEqual(await scanIds(store, { partition: 'none' }), [])
    })

    test('a filter never leaves out a document that meets it', async (t) => {
      const { store } = await engine.open(t)
      const values = [
        'a',
        'b',
        '',
        'ä😀',
        'a\0b',
        0,
        1,
        -1.5,
        0.1,
        2 ** 53,
        1e300,
        true,
        false,
        null,
      ]
      const bodies = [...values.map((v) => JSON.stringify({ v: [{ 'x y': v }] })), '{}', '{"v":7}']
      await store.write(bodies.map((body, index) => put(`${index}`, { body })))
      const path = ['v', 0, 'x y'] as const
      for (const value of values) {
        for (const operator of ['=', '<', '<=', '>', '>=', 'in'] as const) {
          const filter: DocumentFilter = { path, operator, values: [value] }
          const found = new Set(await scanIds(store, { filters: [filter] }))
          const expected = values.flatMap((v, index) =>
            meets(v, operator, value) ? [`${index}`] : [],
          )
          const missing = expected.filter((id) => !found.has(id))
          assert.deepEqual(missing, [], `${operator} ${JSON.stringify(value)}`)
        }
      }
      const equal: DocumentFilter = { path, operator: '=', values: ['a'] }
      assert.deepEqual(await scanIds(store, { filters: [equal] }), ['0'])
    })

    test('the feed gives each document once, in its latest version, and goes on from a cursor', async (t) => {
      const { store } = await engine.open(t)
      const ids = Array.from({ length: 10 }, (_, index) => `${index}`)
      await store.write(ids.map((id) => put(id, { partition: `p${id}` })))
      await store.write([put('4', { partition: 'p4', etag: '"new"' })])
      const read = await readFeed(store)
      assert.deepEqual(feedIds(read), ids)
      assert.equal(read.find(({ id }) => id === '4')?.etag, '"new"')
      const end = await store.feedEnd(collection)
      assert.equal(await store.feedLag({ collection, after: end, limit: 100 }), 0)
      await store.write([put('2', { partition: 'p2' }), put('x')])
      assert.equal(await store.feedLag({ collection, after: end, limit: 100 }), 2)
      assert.equal(await store.feedLag({ collection, after: end, limit: 1 }), 1)
      assert.deepEqual(feedIds(await readFeed(store, { after: end })), ['2', 'x'])
    })

    test('the feed keeps the order of the writes within each partition', async (t) => {
      const { store } = await engine.open(t)
      for (let number = 0; number < 60; number += 1) {
        await store.write([put(`${number}`, { partition: `p${number % 5}` })])
      }
      const last = new Map<string, number>()
      const read = await readFeed(store)
      for (const { partition, sequence } of read) {
        assert.ok(sequence > (last.get(partition) ?? 0))
        last.set(partition, sequence)
      }
      assert.equal(read.length, 60)
    })

    test('readers that share the slots get every document together, and none twice', async (t) => {
      const { store } = await engine.open(t)
      const ids = Array.from({ length: 100 }, (_, index) => `${index}`)
      await store.write(ids.map((id) => put(id, { partition: `p${id}` })))
      const low = await readFeed(store, { slots: { from: 0, to: 20_000 } })
      const high = await readFeed(store, { slots: { from: 20_000, to: 65_536 } })
      assert.ok(low.length > 10 && high.length > 10)
      assert.deepEqual(feedIds([...low, ...high]), ids.toSorted())
    })

    test('the feed since a time leaves out what was committed before it', async (t) => {
      const { store, clock } = await engine.open(t)
      for (let number = 0; number < 20; number += 1) {
        await store.write([put(`${number}`)])
        await clock.advance(10)
      }
      const since = await readFeed(store, { sinceMs: clock.now() - 30 })
      assert.deepEqual(feedIds(since), ['17', '18', '19'])
      assert.deepEqual(await readFeed(store, { sinceMs: clock.now() + 1 }), [])
      assert.equal((await readFeed(store, { sinceMs: 0 })).length, 20)
    })

    test('a collection that does not exist reads as an empty one', async (t) => {
      const { store } = await engine.open(t)
      assert.equal(await store.getDocument(key('1')), undefined)
      assert.equal(await store.countDocuments(collection), 0)
      assert.deepEqual(await scanIds(store), [])
      const end = await store.feedEnd(collection)
      await store.write([put('1')])
      assert.deepEqual(feedIds(await readFeed(store, { after: end })), ['1'])
    })

    test('a text that is no cursor is refused', async (t) => {
      const { store } = await engine.open(t)
      await store.write([put('1')])
      const query = { collection, after: 'x/x/x/x', limit: 10 }
      await assert.rejects(store.feedLag(query), RangeError)
    })

    test('times never fall as sequence numbers rise', async (t) => {
      const { store, clock } = await engine.open(t)
      const writes: Promise<unknown>[] = []
      for (let number = 0; number < 50; number += 1) {
        writes.push(store.write([put(`${number}`)]))
        await clock.advance(1)
      }
      await Promise.all(writes)
      const times = (await scanAll(store)).map(({ timestampMs }) => timestampMs)
      assert.deepEqual(
        times,
        times.toSorted((one, other) => one - other),
      )
    })
  })
}

type Value = string | number | boolean | null

function meets(value: Value, operator: DocumentFilter['operator'], other: Value): boolean {
  if (operator === '=' || operator === 'in') return value === other
  if (typeof value !== typeof other || value === null || other === null) return false
  if (operator === '<') return value < other
  if (operator === '<=') return value <= other
  return operator === '>' ? value > other : value >= other
}
