import { strict as assert } from 'node:assert'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { ManualClock } from '../base/clock.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import { StoreFileError } from '../store/sqlite/schema.ts'
import { deleteState } from './state-folder.ts'

function newFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'interline-state-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function newState(t: TestContext): Promise<string> {
  const dir = newFolder(t)
  const store = await openSqliteStore({ path: join(dir, 'store.db'), clock: new ManualClock() })
  await store.close()
  writeFileSync(join(dir, 'endpoints.json'), '{}')
  writeFileSync(join(dir, 'hosts.json'), '{}')
  writeFileSync(join(dir, 'spans.db'), '')
  return dir
}

test('deleting the state deletes its folder', async (t) => {
  const dir = await newState(t)
  assert.deepEqual(deleteState(dir), { kind: 'deleted', left: [] })
  assert.equal(existsSync(dir), false)
  assert.deepEqual(deleteState(dir), { kind: 'absent' })
})

test('what somebody else keeps beside the state stays', async (t) => {
  const dir = await newState(t)
  writeFileSync(join(dir, 'azure.yaml'), 'name: mine')
  assert.deepEqual(deleteState(dir), { kind: 'deleted', left: ['azure.yaml'] })
  assert.deepEqual(readdirSync(dir), ['azure.yaml'])
})

test('a folder whose store.db is of another program is left as it is', (t) => {
  const dir = newFolder(t)
  const database = new DatabaseSync(join(dir, 'store.db'))
  database.exec('CREATE TABLE precious (id INTEGER)')
  database.close()
  writeFileSync(join(dir, 'notes.txt'), 'mine')
  assert.deepEqual(deleteState(dir), { kind: 'foreign' })
  assert.deepEqual(readdirSync(dir).sort(), ['notes.txt', 'store.db'])
})

test('a folder without a store is left as it is', (t) => {
  const dir = newFolder(t)
  writeFileSync(join(dir, 'spans.db'), '')
  assert.deepEqual(deleteState(dir), { kind: 'foreign' })
  assert.deepEqual(readdirSync(dir), ['spans.db'])
})

test('a damaged store can be deleted', async (t) => {
  const dir = await newState(t)
  writeFileSync(join(dir, 'store.db'), `SQLite format 3\0${'?'.repeat(9_000)}`)
  assert.equal(deleteState(dir).kind, 'deleted')
})

test('the state of a running instance is not deleted', async (t) => {
  const dir = newFolder(t)
  const store = await openSqliteStore({ path: join(dir, 'store.db'), clock: new ManualClock() })
  t.after(() => store.close())
  assert.throws(
    () => deleteState(dir),
    (error) => error instanceof StoreFileError && error.code === 'StoreInUse',
  )
  assert.equal(existsSync(join(dir, 'store.db')), true)
})
