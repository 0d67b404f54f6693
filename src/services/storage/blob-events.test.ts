import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { BlobEvent } from './blob-event.ts'
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

test('without a listener no event is kept', async (t) => {
  const { storage, account } = await openStorage(t)
  await storage.containers.create(account, 'con')
  const name = { account, container: 'con', name: 'a' }
  await storage.putBlob(name, { content: [Buffer.from('x')] })
  assert.equal(await storage.pendingEvents(), 0)
})
