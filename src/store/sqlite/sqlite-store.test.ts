import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { ManualClock } from '../../base/clock.ts'
import type { DocumentScan } from '../documents.ts'
import { newFolder } from '../store-engines.ts'
import type { Commit, Store } from '../store.ts'
import { openSqliteStore } from './open-store.ts'

const collection = 'c'
const many = 5_000

async function open(t: TestContext) {
  const path = join(newFolder(t), 'store.db')
  const clock = new ManualClock()
  const store = await openSqliteStore({ path, clock })
  t.after(() => store.close())
  return { store, clock, path }
}

function put(number: number, body: object = {}) {
  const key = { collection, partition: `p${number}`, id: `${number}` }
  return { kind: 'document.put', ...key, body: JSON.stringify(body), etag: '1' } as const
}

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < many; from += 500) {
    const batch = Array.from({ length: 500 }, (_, index) => {
      const number = from + index
      return put(number, { kind: `kind ${number % 50}`, number, text: 'x'.repeat(200) })
    })
    await store.write(batch)
  }
}

async function scanIds(store: Store, scan: Omit<DocumentScan, 'collection'>): Promise<string[]> {
  const ids: string[] = []
  for await (const page of store.scan({ collection, ...scan }))
    ids.push(...page.map(({ id }) => id))
  return ids
}

/** Counts what a query finds in the file, on a connection of its own. */
function countRows(path: string, sql: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const { found }: { readonly found: number } = database
    .prepare(`SELECT count(*) AS found FROM ${sql}`)
    .get()
  database.close()
  return found
}

describe('the SQLite store', () => {
  test('a path that scans filter by gets an index, which changes no result', async (t) => {
    const { store, path } = await open(t)
    await fill(store)
    const indexes = "sqlite_schema WHERE name LIKE 'body\\_%' ESCAPE '\\'"
    const equal = { path: ['kind'], operator: '=', values: ['kind 7'] } as const
    const low = { path: ['number'], operator: '<=', values: [29] } as const
    const scans: Omit<DocumentScan, 'collection'>[] = [
      { filters: [equal] },
      { filters: [equal], order: 'descending' },
      { filters: [equal, low] },
      { filters: [low] },
      { filters: [equal], partition: 'p57' },
      { filters: [{ ...equal, operator: 'in', values: ['kind 7', 'kind 8'] }], limit: 30 },
    ]
    const before: string[][] = []
    for (const scan of scans) before.push(await scanIds(store, scan))
    assert.deepEqual(
      before.map(({ length }) => length),
      [100, 100, 1, 30, 1, 30],
    )
    await store.write([])
    assert.equal(countRows(path, indexes), 2)
    for (const [index, scan] of scans.entries()) {
      assert.deepEqual(await scanIds(store, scan), before[index])
    }
    await store.write([put(57, { kind: 'kind 8' }), put(9_999, { kind: 'kind 7' })])
    const after = await scanIds(store, { filters: [equal], order: 'descending' })
    assert.equal(after[0], '9999')
    assert.ok(!after.includes('57'))
  })

  test('a long scan and a feed that passes over much let the event loop run', async (t) => {
    const { store } = await open(t)
    await fill(store)
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const none = { path: ['none'], operator: '=', values: [1] } as const
    assert.deepEqual(await scanIds(store, { filters: [none] }), [])
    isDone = true
    assert.ok(turns >= 4)
    let cursor = ''
    let steps = 0
    for (let isAtEnd = false; !isAtEnd; steps += 1) {
      const after = cursor === '' ? {} : { after: cursor }
      const page = await store.feed({ collection, limit: 10, slots: { from: 5, to: 6 }, ...after })
      isAtEnd = page.cursor === cursor
      cursor = page.cursor
    }
    assert.ok(steps >= 4)
  })

  test('rows that nobody sees any more are removed in the background', async (t) => {
    const { store, clock, path } = await open(t)
    await fill(store)
    await store.write([{ ...put(1), collection: 'brief', timeToLiveMs: 50, unique: ['u'] }])
    const dedupe = { key: 'k', untilMs: clock.now() + 50 }
    const append = { kind: 'message.append', queue: 'q', body: 'a', properties: '{}' } as const
    await store.write([
      { ...append, dedupe },
      { ...append, queue: 'other' },
    ])
    await store.write([
      { kind: 'collection.drop', collection },
      { kind: 'queue.drop', queue: 'other' },
    ])
    for (let turn = 0; turn < 10; turn += 1) {
      await clock.advance(2_000)
      await store.write([])
    }
    const tables = ['documents', 'unique_keys', 'dedupe_keys', 'collections WHERE dropped = 1']
    assert.deepEqual(
      tables.map((table) => countRows(path, table)),
      [0, 0, 0, 0],
    )
    assert.equal(countRows(path, 'messages'), 1)
    assert.equal(countRows(path, 'queues'), 1)
  })

  test('a fault of one batch rejects it and not those that commit with it', async (t) => {
    const { store } = await open(t)
    await fill(store)
    const filter = { path: ['kind'], operator: '=', values: ['kind 1'] } as const
    await scanIds(store, { filters: [filter] })
    await store.write([])
    const broken = { ...put(1), body: 'no JSON' }
    const outcomes = await Promise.allSettled([
      store.write([put(10_001)]),
      store.write([put(10_002), broken]),
      store.write([put(10_003)]),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(await store.countDocuments(collection), many + 2)
  })

  test('commits wake those who listen for what they touched', async (t) => {
    const { store, clock } = await open(t)
    const commits: Commit[] = []
    const end = store.onCommit((commit) => commits.push(commit))
    const append = { kind: 'message.append', queue: 'q', body: 'a', properties: '{}' } as const
    await store.write([put(1), append])
    const untilMs = clock.now() + 1_000
    const claim = { kind: 'message.claim', queue: 'q', count: 1, untilMs, rules: {} } as const
    const [{ messages }] = await store.write([claim])
    const [message] = messages
    assert.ok(message)
    const { sequence, token } = message
    const outcome = { kind: 'move', move: { to: 'dead' } } as const
    await store.write([{ kind: 'message.settle', queue: 'q', sequence, token, outcome, rules: {} }])
    end()
    await store.write([put(2)])
    assert.deepEqual(
      commits.map(({ collections, queues }) => [[...collections], [...queues]]),
      [
        [['c'], ['q']],
        [[], ['dead']],
      ],
    )
  })
})
