import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { ManualClock, RealClock } from '../../base/clock.ts'
import { newFolder } from '../store-engines.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './open-store.ts'
import { assertNotInUse } from './store-lock.ts'

const clock = new ManualClock()
const put = {
  kind: 'document.put',
  collection: 'c',
  partition: 'p',
  body: '{}',
  etag: '1',
} as const
const append = { kind: 'message.append', queue: 'q', body: 'a', properties: '{}' } as const

function open(path: string): Promise<Store> {
  return openSqliteStore({ path, clock })
}

function startChild(path: string, from = 0) {
  const script = fileURLToPath(new URL(`./store-child${extname(import.meta.url)}`, import.meta.url))
  const child = spawn(process.execPath, [script, path, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { child, lines: createInterface({ input: child.stdout }) }
}

describe('a store in a file', () => {
  test('what was written is there after it was closed and opened again', async (t) => {
    const path = join(newFolder(t), 'store.db')
    const first = await open(path)
    const dedupe = { key: 'k', untilMs: clock.now() + 60_000 }
    const [before] = await first.write([
      { ...put, id: '1', unique: ['u'] },
      { ...append, dedupe },
      { ...append, group: 'g' },
    ])
    const claim = { kind: 'message.claim', queue: 'q', count: 1, rules: {}, owner: 'me' } as const
    const untilMs = clock.now() + 1_000
    const [{ messages }] = await first.write([{ ...claim, untilMs }])
    const [leased] = messages
    assert.ok(leased)
    const cursor = await first.feedEnd('c')
    await first.write([{ kind: 'document.delete', collection: 'c', partition: 'p', id: '1' }])
    await first.close()

    const second = await open(path)
    t.after(() => second.close())
    const [after, duplicate, next] = await second.write([
      { ...put, id: '2', unique: ['u'] },
      { ...append, dedupe },
      append,
    ])
    assert.ok(after.sequence > before.sequence)
    assert.equal(duplicate.duplicate, true)
    assert.equal(next.sequence, 3)
    const page = await second.feed({ collection: 'c', after: cursor, limit: 10 })
    assert.deepEqual(
      page.documents.map(({ id }) => id),
      ['2'],
    )
    const { sequence, token } = leased
    const outcome = { kind: 'remove' } as const
    const settle = { kind: 'message.settle', queue: 'q', sequence, token, outcome } as const
    await second.write([{ ...settle, rules: {} }])
    const counts = await second.countMessages('q')
    assert.deepEqual([counts.ready, counts.leased], [2, 0])
  })

  test('writes that were not awaited are on disk when close resolves', async (t) => {
    const path = join(newFolder(t), 'store.db')
    const first = await open(path)
    const writes = Array.from({ length: 50 }, () => first.write([append]))
    await first.close()
    await Promise.all(writes)
    const second = await open(path)
    t.after(() => second.close())
    assert.equal((await second.countMessages('q')).ready, 50)
  })

  test('a second process is refused, and let in once the first was killed', async (t) => {
    const path = join(newFolder(t), 'store.db')
    const { child, lines } = startChild(path)
    await once(lines, 'line')
    await assert.rejects(open(path), { name: 'StoreFileError', code: 'StoreInUse' })
    assert.throws(() => assertNotInUse(path), { code: 'StoreInUse' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    assertNotInUse(path)
    const store = await open(path)
    await assert.rejects(open(path), { code: 'StoreInUse' })
    await store.close()
  })

  test('a file of a newer version is refused and left as it is', async (t) => {
    const path = join(newFolder(t), 'store.db')
    await (await open(path)).close()
    const database = new DatabaseSync(path)
    database.exec('PRAGMA user_version = 999')
    database.close()
    await assertRefused(path, 'StoreNewer', /store\.db was written by a newer version/)
  })

  test('a file of another program is refused and left as it is', async (t) => {
    const folder = newFolder(t)
    const text = join(folder, 'notes.db')
    writeFileSync(text, 'Call Ada about the launch.')
    await assertRefused(text, 'StoreForeign', /notes\.db is not a store/)
    const other = join(folder, 'other.db')
    const database = new DatabaseSync(other)
    database.exec('CREATE TABLE people (name)')
    database.close()
    await assertRefused(other, 'StoreForeign', /other\.db is a SQLite database of another program/)
  })

  test('a damaged file is refused and left as it is', async (t) => {
    const path = join(newFolder(t), 'store.db')
    const store = await open(path)
    await store.write(Array.from({ length: 50 }, () => ({ ...append, body: 'x'.repeat(1_000) })))
    await store.close()
    const bytes = readFileSync(path)
    const cut = join(newFolder(t), 'cut.db')
    writeFileSync(cut, bytes.subarray(0, bytes.length - 8_192))
    await assertRefused(cut, 'StoreCorrupt', /cut\.db is damaged/)
    writeFileSync(path, bytes.fill(0xaa, 16_384, 65_536))
    await assertRefused(path, 'StoreCorrupt', /store\.db is damaged/)
  })

  test('a folder that does not exist is made', async (t) => {
    const path = join(newFolder(t), 'a', 'b', 'store.db')
    await (await open(path)).close()
    assert.ok(statSync(path).size > 0)
  })

  test('a path that cannot be written is refused by name', async (t) => {
    const file = join(newFolder(t), 'a.txt')
    writeFileSync(file, '')
    const path = join(file, 'store.db')
    await assert.rejects(open(path), {
      code: 'StoreUnavailable',
      message: /store\.db cannot be opened/,
    })
  })

  test('nothing that was acknowledged is lost when the process is killed', async (t) => {
    const path = join(newFolder(t), 'store.db')
    const acknowledged = new Set<string>()
    for (let round = 1; round <= 4; round += 1) {
      const { child, lines } = startChild(path, round * 1_000_000)
      const until = acknowledged.size + 100 * round
      for await (const line of lines) {
        if (line !== 'open') acknowledged.add(line)
        if (acknowledged.size >= until) child.kill('SIGKILL')
      }
    }
    const store = await openSqliteStore({ path, clock: new RealClock() })
    t.after(() => store.close())
    const documents = new Set<string>()
    for await (const page of store.scan({ collection: 'c' })) {
      for (const { id } of page) documents.add(id)
    }
    const messages = new Set<string>()
    const { ready } = await store.countMessages('q')
    for (const { body } of await store.browse({ queue: 'q', from: 0, limit: 1_000_000 })) {
      messages.add(String(body))
    }
    assert.ok(acknowledged.size >= 1_000)
    assert.equal(messages.size, ready, 'no message is there twice')
    assert.deepEqual(documents, messages, 'a batch is there whole or not at all')
    const lost = [...acknowledged].filter((id) => !messages.has(id))
    assert.deepEqual(lost, [], 'nothing acknowledged is lost')
  })
})

async function assertRefused(path: string, code: string, message: RegExp): Promise<void> {
  const before = readFileSync(path)
  await assert.rejects(open(path), { name: 'StoreFileError', code, message })
  assert.ok(before.equals(readFileSync(path)), 'the file is as it was')
  // The refusal does not keep the file locked.
  await assert.rejects(open(path), { code })
}
