import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBlobs, refusal } from './blob-client.ts'

test('an append blob grows at its end', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getAppendBlobClient('log.txt')
  await blob.create({ blobHTTPHeaders: { blobContentType: 'text/plain' } })
  const first = await blob.appendBlock('one\n', 4)
  assert.equal(first.blobAppendOffset, '0')
  const second = await blob.appendBlock('two\n', 4, { conditions: { appendPosition: 4 } })
  assert.equal(second.blobCommittedBlockCount, 2)
  const wrong = blob.appendBlock('x', 1, { conditions: { appendPosition: 4 } })
  assert.equal(await refusal(wrong), '412 AppendPositionConditionNotMet')
  const tooLarge = blob.appendBlock('x', 1, { conditions: { maxSize: 8 } })
  assert.equal(await refusal(tooLarge), '412 MaxBlobSizeConditionNotMet')
  const many = Buffer.alloc(100_000, 'z')
  await blob.appendBlock(many, many.length)
  await Promise.all(['a', 'b', 'c', 'd'].map((letter) => blob.appendBlock(letter, 1)))
  const text = (await blob.downloadToBuffer()).toString()
  assert.equal(text.slice(0, 8), 'one\ntwo\n')
  assert.deepEqual(text.slice(100_008).split('').toSorted(), ['a', 'b', 'c', 'd'])
  assert.equal(
    await refusal(container.getBlockBlobClient('log.txt').stageBlock('YQ==', 'x', 1)),
    '409 InvalidBlobType',
  )
  await blob.seal()
  assert.equal(await refusal(blob.appendBlock('x', 1)), '409 BlobIsSealed')
})

test('a page blob is written and cleared in pages', async (t) => {
  const { container } = await openBlobs(t)
  const blob = container.getPageBlobClient('disk.vhd')
  await blob.create(4096)
  const page = (letter: string, count = 1) => Buffer.alloc(512 * count, letter)
  await blob.uploadPages(page('a', 4), 512, 2048)
  const { snapshot = '' } = await blob.createSnapshot()
  await blob.uploadPages(page('b'), 1024, 512)
  await blob.clearPages(1536, 512)
  const bytes = await blob.downloadToBuffer()
  const letters = Array.from({ length: 8 }, (_, at) => String.fromCharCode(bytes[at * 512] ?? 0))
  assert.deepEqual(letters, ['\0', 'a', 'b', '\0', 'a', '\0', '\0', '\0'])
  // The client counts to the last byte, not beyond it.
  const { pageRange = [] } = await blob.getPageRanges()
  assert.deepEqual(pageRange, [
    { offset: 512, count: 1023 },
    { offset: 2048, count: 511 },
  ])
  const diff = await blob.getPageRangesDiff(0, 4096, snapshot)
  assert.deepEqual(diff.pageRange, [{ offset: 1024, count: 511 }])
  assert.deepEqual(diff.clearRange, [{ offset: 1536, count: 511 }])
  const odd = blob.uploadPages(Buffer.alloc(100), 0, 100)
  assert.equal(await refusal(odd), '416 InvalidPageRange')
  await blob.resize(1024)
  assert.equal((await blob.getProperties()).contentLength, 1024)
  await blob.updateSequenceNumber('update', 7)
  const guarded = blob.uploadPages(page('c'), 0, 512, {
    conditions: { ifSequenceNumberLessThan: 7 },
  })
  assert.equal(await refusal(guarded), '412 SequenceNumberConditionNotMet')
  await blob.uploadPages(page('c'), 0, 512, { conditions: { ifSequenceNumberEqualTo: 7 } })
  const old = (await blob.withSnapshot(snapshot).downloadToBuffer()).subarray(1024, 1030)
  assert.equal(old.toString(), 'aaaaaa')
})
