import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlobSASPermissions, BlockBlobClient, ContainerClient } from '@azure/storage-blob'
import { openBlobs, refusal } from './blob-client.ts'

test('blocks and pages are taken from another blob', async (t) => {
  const { container } = await openBlobs(t)
  const source = container.getBlockBlobClient('source')
  await source.upload(Buffer.alloc(1024, 'ab'), 1024)
  const log = container.getAppendBlobClient('log')
  await log.create()
  await log.appendBlockFromURL(source.url, 2, 4)
  assert.equal((await log.downloadToBuffer()).toString(), 'abab')
  const disk = container.getPageBlobClient('disk')
  await disk.create(1024)
  await disk.uploadPagesFromURL(source.url, 512, 0, 512)
  assert.equal((await disk.downloadToBuffer(0, 4)).toString(), 'abab')
  assert.equal((await disk.downloadToBuffer(512, 1))[0], 0)
})

test('another account has to say that its blob may be copied', async (t) => {
  const { storage, container, url, account } = await openBlobs(t)
  await storage.accounts.put({ ...storage.accounts.get(account), name: 'other' })
  await storage.containers.create('other', 'private')
  const name = { account: 'other', container: 'private', name: 'a' }
  await storage.putBlob(name, { content: [Buffer.from('theirs')] })
  const there = url.replace(account, 'other')
  const copy = container.getBlockBlobClient('copy')
  const refused = copy.syncCopyFromURL(`${there}/private/a`)
  assert.match(await refusal(refused), /^40[14] CannotVerifyCopySource$/)
  const { StorageSharedKeyCredential } = await import('@azure/storage-blob')
  const key = storage.accounts.get('other').keys[0]
  const theirs = new ContainerClient(
    `${there}/private`,
    new StorageSharedKeyCredential('other', key),
  )
  const expiresOn = new Date(Date.now() + 60_000)
  const permissions = BlobSASPermissions.parse('r')
  const signed = await theirs.getBlockBlobClient('a').generateSasUrl({ permissions, expiresOn })
  await copy.syncCopyFromURL(signed)
  assert.equal((await copy.downloadToBuffer()).toString(), 'theirs')
  const { copySource } = await copy.getProperties()
  assert.ok(!copySource?.includes('sig='))
})

test('a copy is done when it is answered: there is none to abort', async (t) => {
  const { container } = await openBlobs(t)
  const source = container.getBlockBlobClient('source')
  await source.upload('x', 1)
  const poller = await container.getBlockBlobClient('copy').beginCopyFromURL(source.url)
  const { copyId = '' } = await poller.pollUntilDone()
  const abort = container.getBlockBlobClient('copy').abortCopyFromURL(copyId)
  assert.equal(await refusal(abort), '409 NoPendingCopyOperation')
})

test('what is not supported is refused by name', async (t) => {
  const { service, container } = await openBlobs(t)
  const blob = container.getBlockBlobClient('a')
  await blob.upload('x', 1)
  const until = new Date(Date.now() + 60_000)
  const policy = blob.setImmutabilityPolicy({ expiriesOn: until, policyMode: 'Unlocked' })
  assert.equal(await refusal(policy), '400 InvalidQueryParameterValue')
  const scoped = blob.upload('x', 1, { encryptionScope: 'mine' })
  assert.equal(await refusal(scoped), '501 FeatureNotSupported')
  assert.equal(await refusal(service.getStatistics()), '501 FeatureNotSupported')
  const website = service.setProperties({ staticWebsite: { enabled: true } })
  assert.equal(await refusal(website), '501 FeatureNotSupported')
  const pages = container.getPageBlobClient('b').startCopyIncremental(blob.url)
  assert.equal(await refusal(pages), '501 FeatureNotSupported')
})

test('blobs whose blocks nobody committed are listed when they are asked for', async (t) => {
  const { container } = await openBlobs(t)
  await container.getBlockBlobClient('b').upload('x', 1)
  await container.getBlockBlobClient('a').stageBlock('YQ==', 'x', 1)
  const names = async (options = {}) => {
    const found: string[] = []
    for await (const { name } of container.listBlobsFlat(options)) found.push(name)
    return found
  }
  assert.deepEqual(await names(), ['b'])
  assert.deepEqual(await names({ includeUncommitedBlobs: true }), ['a', 'b'])
  assert.equal(
    await new BlockBlobClient(container.getBlockBlobClient('a').url).exists().catch(() => false),
    false,
  )
})

test('tags find blobs within a container', async (t) => {
  const { container, service } = await openBlobs(t)
  const other = (await service.createContainer('others')).containerClient
  for (const [client, name] of [
    [container, 'a'],
    [container, 'b'],
    [other, 'c'],
  ] as const) {
    await client.getBlockBlobClient(name).upload('x', 1, { tags: { kind: name < 'b' ? 'x' : 'y' } })
  }
  const found: string[] = []
  for await (const { name } of container.findBlobsByTags("kind='y'")) found.push(name)
  assert.deepEqual(found, ['b'])
  const all: string[] = []
  for await (const { name } of service.findBlobsByTags("kind='y' AND @container='others'"))
    all.push(name)
  assert.deepEqual(all, ['c'])
})
