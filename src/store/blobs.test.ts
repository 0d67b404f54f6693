import { strict as assert } from 'node:assert'
import { existsSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import type { StagedBlob } from './blobs.ts'
import { openSqliteStore } from './sqlite/open-store.ts'
import { newFolder, storeEngines } from './store-engines.ts'
import type { Store } from './store.ts'

const small = Buffer.from('a small blob')
const large = Buffer.alloc(300_000, 'large ')

async function read(store: Store, blob: StagedBlob, from = 0, length = blob.length - from) {
  const blobs = await store.openBlobs([blob.id])
  if (!blobs) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of blobs.read(blob.id, { from, length })) chunks.push(chunk)
  await blobs.close()
  return Buffer.concat(chunks)
}

async function put(store: Store, bytes: Uint8Array): Promise<StagedBlob> {
  const blob = await store.stageBlob([bytes])
  await store.write([{ kind: 'blob.put', blob }])
  return blob
}

for (const engine of storeEngines) {
  describe(`blobs, ${engine.name}`, () => {
    test('bytes are read as they were put, small and large, whole and in part', async (t) => {
      const { store } = await engine.open(t)
      for (const bytes of [small, large, Buffer.alloc(0)]) {
        const blob = await put(store, bytes)
        assert.equal(blob.length, bytes.length)
        assert.deepEqual(await read(store, blob), bytes)
        assert.deepEqual(await read(store, blob, 2, 5), bytes.subarray(2, 7))
      }
    })

    test('bytes stay until the last hold is released', async (t) => {
      const { store } = await engine.open(t)
      const blob = await put(store, large)
      await store.write([{ kind: 'blob.hold', id: blob.id }])
      await store.write([{ kind: 'blob.release', id: blob.id }])
      assert.deepEqual(await read(store, blob), large)
      await store.write([{ kind: 'blob.release', id: blob.id }])
      await gone(store, blob)
      const hold = store.write([{ kind: 'blob.hold', id: blob.id }])
      await assert.rejects(hold, { name: 'ExpectationFailed', expectation: 'present' })
    })

    test('bytes that are being read stay readable when they are released', async (t) => {
      const { store } = await engine.open(t)
      for (const bytes of [small, large]) {
        const blob = await put(store, bytes)
        const blobs = await store.openBlobs([blob.id])
        await store.write([{ kind: 'blob.release', id: blob.id }])
        await new Promise((resolve) => setTimeout(resolve, 20))
        const chunks: Uint8Array[] = []
        const range = { from: 0, length: blob.length }
        for await (const chunk of blobs?.read(blob.id, range) ?? []) chunks.push(chunk)
        assert.deepEqual(Buffer.concat(chunks), bytes)
        await blobs?.close()
        await gone(store, blob)
      }
    })

    test('a batch that fails puts and releases nothing', async (t) => {
      const { store } = await engine.open(t)
      const held = await put(store, large)
      const blob = await store.stageBlob([large])
      const key = { collection: 'c', partition: 'p', id: 'x' }
      const failed = store.write([
        { kind: 'blob.release', id: held.id },
        { kind: 'blob.put', blob },
        { kind: 'document.check', ...key, expect: 'present' },
      ])
      await assert.rejects(failed, { name: 'ExpectationFailed' })
      assert.equal(await store.openBlobs([blob.id]), undefined)
      await store.discardBlob(blob)
      assert.deepEqual(await read(store, held), large)
    })

    test('bytes that were put are not forgotten by who staged them', async (t) => {
      const { store } = await engine.open(t)
      const blob = await put(store, large)
      await store.discardBlob(blob)
      assert.deepEqual(await read(store, blob), large)
    })

    test('documents of a partition are listed in the order of their ids', async (t) => {
      const { store } = await engine.open(t)
      const place = { collection: 'c', partition: 'p' }
      for (const id of ['b', 'a/2', 'a', 'c', 'a/1']) {
        await store.write([{ kind: 'document.put', ...place, id, body: '{}', etag: id }])
      }
      const list = async (rest: object) =>
        (await store.listDocuments({ ...place, limit: 9, ...rest })).map(({ id }) => id)
      assert.deepEqual(await list({}), ['a', 'a/1', 'a/2', 'b', 'c'])
      assert.deepEqual(await list({ from: 'a/', limit: 2 }), ['a/1', 'a/2'])
      assert.deepEqual(await list({ from: 'a/', before: 'a0' }), ['a/1', 'a/2'])
    })
  })
}

test('bytes survive a restart; files that no batch put do not', async (t) => {
  const folder = newFolder(t)
  const path = join(folder, 'store.db')
  const first = await openSqliteStore({ path, clock: new ManualClock() })
  const kept = await put(first, large)
  const unread = await put(first, large)
  await first.stageBlob([large])
  mkdirSync(join(`${path}.blobs`, '0'), { recursive: true })
  writeFileSync(join(`${path}.blobs`, '0', 'f00'), 'cut off')
  const open = await first.openBlobs([unread.id])
  await first.write([{ kind: 'blob.release', id: unread.id }])
  assert.ok(open)
  await first.close()
  const second = await openSqliteStore({ path, clock: new ManualClock() })
  assert.deepEqual(await read(second, kept), large)
  assert.equal(await second.openBlobs([unread.id]), undefined)
  await second.close()
  assert.deepEqual(filesIn(`${path}.blobs`), [kept.id])
})

test('a source that breaks off leaves no file', async (t) => {
  const path = join(newFolder(t), 'store.db')
  const store = await openSqliteStore({ path, clock: new ManualClock() })
  const source = async function* () {
    yield large
    yield large
    throw new Error('the client went away')
  }
  await assert.rejects(store.stageBlob(source()), /went away/)
  assert.deepEqual(filesIn(`${path}.blobs`), [])
  await store.close()
})

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((shard) => readdirSync(join(folder, shard)))
}

async function gone(store: Store, blob: StagedBlob): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await store.openBlobs([blob.id])) === undefined) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.fail('the blob is still there')
}
