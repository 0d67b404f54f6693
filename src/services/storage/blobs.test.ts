import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { leaseBlob } from './blob-changes.ts'
import { putBlock } from './block-blob.ts'
import { uncommittedLifeMs } from './limits.ts'
import { readWhole } from './reading.ts'
import { openStorage } from './storage-fixture.ts'

const origin = { requestId: 'test' }
const large = Buffer.alloc(200_000, 'z')

async function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'interline-storage-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'store.db')
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock, path })
  const { storage, account } = fixture
  await storage.containers.create(account, 'con')
  const name = (blob: string) => ({ account, container: 'con', name: blob })
  const files = () => filesIn(`${path}.blobs`)
  return { ...fixture, clock, name, files }
}

test('what is replaced or deleted gives its bytes back', async (t) => {
  const { storage, name, files } = await open(t)
  await storage.putBlob(name('a'), { content: [large] })
  await storage.putBlob(name('a'), { content: [large] })
  await settled(() => files().length === 1)
  await storage.deleteBlob(name('a'))
  await settled(() => files().length === 0)
})

test('a slow reader reads to the end of a blob that was deleted meanwhile', async (t) => {
  const { storage, name, files } = await open(t)
  await storage.putBlob(name('a'), { content: [large, large] })
  const { content } = await storage.readBlob(name('a'))
  await storage.deleteBlob(name('a'))
  assert.equal((await readWhole(content)).length, 400_000)
  await settled(() => files().length === 0)
})

test('a write that fails leaves no file', async (t) => {
  const { storage, name, files } = await open(t)
  await storage.putBlob(name('a'), { content: [large] })
  const again = storage.putBlob(name('a'), { content: [large], isNew: true })
  await assert.rejects(again, { code: 'BlobAlreadyExists' })
  assert.equal(files().length, 1)
})

test('writers of one blob at the same time each win once, and one is last', async (t) => {
  const { storage, name, files } = await open(t)
  const texts = Array.from({ length: 20 }, (_, at) => Buffer.alloc(70_000, String(at % 10)))
  await Promise.all(texts.map((content) => storage.putBlob(name('a'), { content: [content] })))
  await settled(() => files().length === 1)
  const { record } = await storage.readBlob(name('a'))
  assert.equal(record.length, 70_000)
})

test('a lease runs out by the clock, and can be renewed until the blob changes', async (t) => {
  const { storage, name, clock } = await open(t)
  await storage.putBlob(name('a'), { content: [Buffer.from('x')] })
  const place = await storage.place(name('a'))
  const lease = (action: Parameters<typeof leaseBlob>[2]['action']) =>
    leaseBlob(storage.table, place, { action, conditions: {}, origin })
  const { lease: held } = await lease({ kind: 'acquire', durationMs: 15_000 })
  const write = () => storage.putBlob(name('a'), { content: [Buffer.from('y')] })
  await assert.rejects(write(), { code: 'LeaseIdMissing' })
  await clock.advance(15_000)
  const id = held?.id ?? ''
  await lease({ kind: 'renew', id })
  await clock.advance(15_000)
  await write()
  await assert.rejects(lease({ kind: 'renew', id }), { code: 'LeaseNotPresentWithLeaseOperation' })
  const second = await lease({ kind: 'acquire' })
  const broken = await lease({ kind: 'break', periodMs: 10_000 })
  assert.equal(broken.remainingMs, 10_000)
  const other = lease({ kind: 'acquire', durationMs: 15_000 })
  await assert.rejects(other, { code: 'LeaseAlreadyPresent' })
  const same = lease({ kind: 'acquire', proposedId: second.lease?.id ?? '' })
  await assert.rejects(same, { code: 'LeaseIsBreakingAndCannotBeAcquired' })
  await clock.advance(10_000)
  await lease({ kind: 'acquire', durationMs: 15_000 })
})

test('blocks that nobody commits are gone after a week, with their bytes', async (t) => {
  const { storage, name, clock, files } = await open(t)
  const place = await storage.place(name('never'))
  const staged = await storage.table.store.stageBlob([large])
  await putBlock(storage.table, place, { id: 'YQ==', staged, leaseId: undefined })
  assert.equal(files().length, 1)
  await clock.advance(uncommittedLifeMs + 120_000)
  await settled(() => files().length === 0)
})

test('a deleted container is empty when it is made again, and its bytes go', async (t) => {
  const { storage, name, clock, account, files } = await open(t)
  await storage.putBlob(name('a'), { content: [large] })
  await storage.containers.delete(storage.accounts.get(account), 'con')
  await storage.containers.create(account, 'con')
  assert.equal(await storage.findBlob(name('a')), undefined)
  await clock.advance(120_000)
  await settled(() => files().length === 0)
})

test('the local account leads to the one that the data lives in', async (t) => {
  const { storage, account } = await open(t)
  const other = {
    ...storage.accounts.get(account),
    name: 'stdata',
    keys: ['YQ==', 'Yg=='] as const,
  }
  await storage.accounts.put(other)
  await storage.accounts.useForDevelopment('stdata')
  const named = storage.accounts.resolve(account)
  assert.equal(named?.account.name, 'stdata')
  assert.equal(named?.name, account)
})

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((shard) => readdirSync(join(folder, shard)))
}

async function settled(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !holds(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.ok(holds())
}
