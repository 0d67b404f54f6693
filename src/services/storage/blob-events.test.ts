import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { BlobEvent } from './blob-event.ts'
import { appendToPath, createPath, deleteDirectory, flushPath, renamePath } from './paths.ts'
import { openStorage } from './storage-fixture.ts'

async function open(t: TestContext, deliver: (event: BlobEvent) => Promise<void>) {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock })
  const { storage, account } = fixture
  storage.onBlobEvent(deliver)
  await storage.containers.create(account, 'con')
  const put = (name: string, text = 'x') =>
    storage.putBlob({ account, container: 'con', name }, { content: [Buffer.from(text)] })
  return { ...fixture, clock, put }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !holds(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(holds())
}

test('a blob that is put or deleted is told with the words of Event Grid', async (t) => {
  const events: BlobEvent[] = []
  const { put, storage, account } = await open(t, async (event) => void events.push(event))
  const record = await put('in/one.json', '{"id":1}')
  await storage.deleteBlob({ account, container: 'con', name: 'in/one.json' })
  await until(() => events.length === 2)
  const [created, deleted] = events
  assert.equal(created?.eventType, 'Microsoft.Storage.BlobCreated')
  assert.equal(created?.subject, '/blobServices/default/containers/con/blobs/in/one.json')
  const { data } = created ?? { data: {} }
  assert.equal(data['api'], 'PutBlob')
  assert.equal(data['contentLength'], 8)
  assert.equal(data['blobType'], 'BlockBlob')
  assert.equal(data['eTag'], record.etag.replaceAll('"', ''))
  assert.equal(data['url'], 'https://devstoreaccount1.blob.core.windows.net/con/in/one.json')
  assert.equal(deleted?.eventType, 'Microsoft.Storage.BlobDeleted')
  const order = [data, deleted?.data].map((each) => JSON.stringify(each?.['sequencer']))
  assert.deepEqual(order.toSorted(), order)
  assert.equal(await storage.pendingEvents(), 0)
})

test('an event that is not taken comes again, and nothing of its blob overtakes it', async (t) => {
  const taken: string[] = []
  let faults = 2
  const { put, clock, storage } = await open(t, async ({ data }) => {
    if (faults > 0) {
      faults -= 1
      throw new Error('not now')
    }
    taken.push(JSON.stringify(data['contentLength']))
  })
  for (const text of ['1', '22', '333']) await put('same', text)
  await until(() => faults < 2)
  for (let turn = 0; turn < 5; turn += 1) await clock.advance(1_000)
  await until(() => taken.length === 3)
  assert.deepEqual(taken, ['1', '2', '3'])
  assert.equal(await storage.pendingEvents(), 0)
})

test('a lake tells of its directories and of files that are whole', async (t) => {
  const events: BlobEvent[] = []
  const { storage, account } = await open(t, async (event) => void events.push(event))
  const lake = { ...storage.accounts.get(account), name: 'stlake', isHierarchical: true }
  await storage.accounts.put(lake)
  await storage.containers.create('stlake', 'con')
  const { table } = storage
  const place = (name: string) => storage.place({ account: 'stlake', container: 'con', name })
  const origin = { requestId: '00000000-0000-4000-8000-000000000001' }
  const given = { headers: {}, metadata: {}, conditions: {}, isDirectory: false }
  await createPath(table, await place('a'), { given: { ...given, isDirectory: true }, origin })
  await createPath(table, await place('a/f'), { given, origin })
  const staged = await table.store.stageBlob([Buffer.from('xyz')])
  const file = await place('a/f')
  await appendToPath(table, file, { staged, position: 0, conditions: {}, origin })
  const flush = { position: 3, headers: {}, isClosed: true, isRetained: false }
  await flushPath(table, file, { ...flush, conditions: {}, origin })
  const conditions = { conditions: {}, sourceConditions: {} }
  await renamePath(table, { from: file, to: await place('a/g') }, { ...conditions, origin })
  const places = { from: await place('a'), to: await place('b') }
  await renamePath(table, places, { ...conditions, origin })
  await deleteDirectory(table, places.to, { isRecursive: true, conditions: {}, origin })
  await until(() => events.length === 6)
  assert.deepEqual(
    events
      .map(({ eventType, data }) => `${eventType.slice(18)} ${JSON.stringify(data['api'])}`)
      .toSorted(),
    [
      'BlobCreated "CreateFile"',
      'BlobCreated "FlushWithClose"',
      'BlobRenamed "RenameFile"',
      'DirectoryCreated "CreateDirectory"',
      'DirectoryDeleted "DeleteDirectory"',
      'DirectoryRenamed "RenameDirectory"',
    ],
  )
  const renamed = events.find(({ subject }) => subject.endsWith('/a/g'))?.data ?? {}
  assert.equal(renamed['sourceUrl'], 'https://stlake.dfs.core.windows.net/con/a/f')
  assert.equal(renamed['destinationUrl'], 'https://stlake.dfs.core.windows.net/con/a/g')
})

test('without a listener no event is kept', async (t) => {
  const { storage, account } = await openStorage(t)
  await storage.containers.create(account, 'con')
  const name = { account, container: 'con', name: 'a' }
  await storage.putBlob(name, { content: [Buffer.from('x')] })
  assert.equal(await storage.pendingEvents(), 0)
})
