import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Readable } from 'node:stream'
import { openBlobs, refusal } from './blob-client.ts'

test('a blob is uploaded, read whole and in part, and deleted', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('2026/bookings/a b+ö.json')
  const put = await blob.upload('{"id":1}', 8, {
    blobHTTPHeaders: { blobContentType: 'application/json', blobCacheControl: 'no-cache' },
    metadata: { Source: 'web' },
    tags: { status: 'new' },
  })
  assert.ok(put.etag)
  assert.ok(put.contentMD5)
  const read = await blob.downloadToBuffer()
  assert.equal(read.toString(), '{"id":1}')
  const part = await blob.download(2, 4)
  assert.equal(part._response.status, 206)
  assert.equal(part.contentRange, 'bytes 2-5/8')
  const properties = await blob.getProperties()
  assert.equal(properties.contentType, 'application/json')
  assert.equal(properties.cacheControl, 'no-cache')
  assert.deepEqual(properties.metadata, { source: 'web' })
  assert.equal(properties.contentLength, 8)
  assert.equal(properties.blobType, 'BlockBlob')
  assert.equal(properties.accessTier, 'Hot')
  assert.equal(properties.tagCount, 1)
  assert.equal(properties.etag, put.etag)
  await blob.delete()
  assert.equal(await blob.exists(), false)
  assert.equal(await refusal(blob.delete()), '404 BlobNotFound')
})

test('a large upload in blocks gives the same bytes', async (t) => {
  const { container } = await openBlobs(t)
  const bytes = Buffer.alloc(5_000_000, 'interline ')
  const blob = container.getBlockBlobClient('large.bin')
  await blob.uploadStream(
    Readable.from([bytes.subarray(0, 1_234_567), bytes.subarray(1_234_567)]),
    1_000_000,
    3,
  )
  assert.deepEqual(await blob.downloadToBuffer(), bytes)
  const list = await blob.getBlockList('all')
  assert.equal(list.committedBlocks?.length, 5)
  assert.equal(list.uncommittedBlocks?.length, 0)
  await blob.uploadData(bytes, { blockSize: 500_000, maxSingleShotSize: 1 })
  assert.deepEqual(await blob.downloadToBuffer(3_999_990, 20), bytes.subarray(3_999_990, 4_000_010))
})

test('blocks are committed from the list, from what is there, or the latest', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('blocks.txt')
  const id = (name: string) => Buffer.from(name).toString('base64')
  await blob.stageBlock(id('a'), 'one', 3)
  await blob.stageBlock(id('b'), 'two', 3)
  assert.equal(await blob.exists(), false)
  const uncommitted = await blob.getBlockList('uncommitted')
  assert.deepEqual(
    uncommitted.uncommittedBlocks?.map(({ size }) => size),
    [3, 3],
  )
  await blob.commitBlockList([id('b'), id('a')])
  assert.equal((await blob.downloadToBuffer()).toString(), 'twoone')
  await blob.stageBlock(id('a'), 'ONE', 3)
  await blob.commitBlockList([id('a'), id('b'), id('a')])
  assert.equal((await blob.downloadToBuffer()).toString(), 'ONEtwoONE')
  assert.equal(await refusal(blob.commitBlockList([id('z')])), '400 InvalidBlockList')
  assert.equal(await refusal(blob.stageBlock('no base64!', 'x', 1)), '400 InvalidBlobOrBlock')
})

test('conditions decide whether a blob is written or read', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('conditions')
  const { etag = '' } = await blob.upload('1', 1, { conditions: { ifNoneMatch: '*' } })
  const again = blob.upload('2', 1, { conditions: { ifNoneMatch: '*' } })
  assert.equal(await refusal(again), '409 BlobAlreadyExists')
  const large = Buffer.alloc(8_000_000)
  const refused = blob.upload(large, large.length, { conditions: { ifNoneMatch: '*' } })
  assert.equal(await refusal(refused), '409 BlobAlreadyExists')
  const stale = blob.upload('2', 1, { conditions: { ifMatch: '"0x1"' } })
  assert.equal(await refusal(stale), '412 ConditionNotMet')
  await blob.upload('2', 1, { conditions: { ifMatch: etag } })
  const { etag: newer = '' } = await blob.getProperties()
  assert.notEqual(newer, etag)
  const known = blob.download(0, undefined, { conditions: { ifNoneMatch: newer } })
  assert.match(await refusal(known), /^304/)
  const future = new Date(Date.now() + 60_000)
  const unchanged = blob.getProperties({ conditions: { ifModifiedSince: future } })
  assert.match(await refusal(unchanged), /^304/)
  const old = new Date(Date.now() - 60_000)
  const changed = blob.setMetadata({ a: '1' }, { conditions: { ifUnmodifiedSince: old } })
  assert.equal(await refusal(changed), '412 ConditionNotMet')
  const tagged = { conditions: { tagConditions: `"status"='new'` } }
  assert.equal(await refusal(blob.setMetadata({ a: '1' }, tagged)), '412 ConditionNotMet')
  await blob.setTags({ status: 'new' })
  await blob.setMetadata({ a: '1' }, tagged)
})

test('properties, metadata and tags are set and read', async (t) => {
  const { container, service } = await openBlobs(t)
  const blob = container.getBlockBlobClient('properties')
  await blob.upload('x', 1)
  await blob.setHTTPHeaders({ blobContentType: 'text/plain', blobContentLanguage: 'da' })
  await blob.setMetadata({ one: '1', two: 'zwei' })
  await blob.setTags({ status: 'new', priority: '2' })
  const properties = await blob.getProperties()
  assert.equal(properties.contentType, 'text/plain')
  assert.equal(properties.contentLanguage, 'da')
  assert.deepEqual(properties.metadata, { one: '1', two: 'zwei' })
  assert.deepEqual((await blob.getTags()).tags, { status: 'new', priority: '2' })
  const found: string[] = []
  for await (const item of service.findBlobsByTags(`status='new' AND priority>='2'`)) {
    found.push(`${item.containerName}/${item.name} ${item.tags?.['priority']}`)
  }
  assert.deepEqual(found, ['orders/properties 2'])
  await blob.setAccessTier('Cool')
  assert.equal((await blob.getProperties()).accessTier, 'Cool')
})

test('a lease keeps others from writing', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('leased')
  await blob.upload('x', 1)
  const lease = blob.getBlobLeaseClient()
  await lease.acquireLease(15)
  assert.equal((await blob.getProperties()).leaseState, 'leased')
  assert.equal(await refusal(blob.upload('y', 1)), '412 LeaseIdMissing')
  const other = { conditions: { leaseId: 'f47ac10b-58cc-4372-a567-0e02b2c3d479' } }
  assert.equal(await refusal(blob.upload('y', 1, other)), '412 LeaseIdMismatchWithBlobOperation')
  await blob.upload('y', 1, { conditions: { leaseId: lease.leaseId } })
  await lease.renewLease()
  await lease.changeLease('f47ac10b-58cc-4372-a567-0e02b2c3d479')
  assert.equal(await refusal(blob.getBlobLeaseClient().acquireLease(15)), '409 LeaseAlreadyPresent')
  const broken = await lease.breakLease(0)
  assert.equal(broken.leaseTime, 0)
  assert.equal((await blob.getProperties()).leaseState, 'broken')
  await lease.releaseLease()
  assert.equal((await blob.getProperties()).leaseState, 'available')
})

test('snapshots keep what was', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('pictured')
  await blob.upload('before', 6)
  const { snapshot = '' } = await blob.createSnapshot()
  await blob.upload('after', 5)
  const then = blob.withSnapshot(snapshot)
  assert.equal((await then.downloadToBuffer()).toString(), 'before')
  assert.equal((await blob.downloadToBuffer()).toString(), 'after')
  const listed: string[] = []
  for await (const item of container.listBlobsFlat({ includeSnapshots: true })) {
    listed.push(`${item.name} ${item.snapshot === snapshot}`)
  }
  assert.deepEqual(listed, ['pictured true', 'pictured false'])
  assert.equal(await refusal(blob.delete()), '409 SnapshotsPresent')
  await blob.delete({ deleteSnapshots: 'include' })
  assert.equal(await then.exists(), false)
})

test('blobs are copied within the account', async (t) => {
  const { container } = await openBlobs(t)
  const source = container.getBlockBlobClient('source')
  await source.upload('copied', 6, { metadata: { kept: 'yes' } })
  const copy = container.getBlockBlobClient('copy')
  const poller = await copy.beginCopyFromURL(source.url, { intervalInMs: 1 })
  assert.equal((await poller.pollUntilDone()).copyStatus, 'success')
  assert.equal((await copy.downloadToBuffer()).toString(), 'copied')
  assert.deepEqual((await copy.getProperties()).metadata, { kept: 'yes' })
  await copy.syncCopyFromURL(source.url)
  const third = container.getBlockBlobClient('third')
  await third.syncUploadFromURL(source.url)
  await source.delete()
  assert.equal((await third.downloadToBuffer()).toString(), 'copied')
  const from = third.url
  const blocks = container.getBlockBlobClient('from-url')
  await blocks.stageBlockFromURL(Buffer.from('1').toString('base64'), from, 1, 3)
  await blocks.commitBlockList([Buffer.from('1').toString('base64')])
  assert.equal((await blocks.downloadToBuffer()).toString(), 'opi')
  const missing = container.getBlockBlobClient('none')
  assert.equal(await refusal(copy.syncCopyFromURL(missing.url)), '404 BlobNotFound')
  const foreign = copy.syncCopyFromURL('https://example.com/a')
  assert.equal(await refusal(foreign), '404 CannotVerifyCopySource')
})
