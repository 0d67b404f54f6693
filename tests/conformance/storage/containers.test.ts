import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlobServiceClient, ContainerClient } from '@azure/storage-blob'
import { openBlobs, refusal } from './blob-client.ts'

test('containers are made, listed by prefix and page, and deleted', async (t) => {
  const { service, container } = await openBlobs(t)
  for (const name of ['logs-1', 'logs-2', 'logs-3']) {
    await service.createContainer(name, { metadata: { of: name } })
  }
  assert.equal(await refusal(container.create()), '409 ContainerAlreadyExists')
  assert.equal(await refusal(service.createContainer('Not--Valid')), '400 InvalidResourceName')
  const names: string[] = []
  const pages = service.listContainers({ prefix: 'logs-', includeMetadata: true })
  for await (const page of pages.byPage({ maxPageSize: 2 })) {
    names.push(page.containerItems.map((item) => item.metadata?.['of'] ?? '').join('+'))
  }
  assert.deepEqual(names, ['logs-1+logs-2', 'logs-3'])
  await service.deleteContainer('logs-2')
  assert.equal(await service.getContainerClient('logs-2').exists(), false)
  assert.equal(await refusal(service.deleteContainer('logs-2')), '404 ContainerNotFound')
})

test('a container has metadata, a lease and stored policies', async (t) => {
  const { container } = await openBlobs(t)
  await container.setMetadata({ team: 'orders' })
  const lease = container.getBlobLeaseClient()
  await lease.acquireLease(-1)
  const properties = await container.getProperties()
  assert.deepEqual(properties.metadata, { team: 'orders' })
  assert.equal(properties.leaseDuration, 'infinite')
  assert.equal(await refusal(container.delete()), '412 LeaseIdMissing')
  await lease.releaseLease()
  const expiresOn = new Date('2035-01-01T00:00:00Z')
  await container.setAccessPolicy('blob', [
    { id: 'readers', accessPolicy: { permissions: 'rl', expiresOn } },
  ])
  const policy = await container.getAccessPolicy()
  assert.equal(policy.blobPublicAccess, 'blob')
  assert.equal(policy.signedIdentifiers[0]?.accessPolicy?.permissions, 'rl')
})

test('blobs are listed by prefix and delimiter, page by page', async (t) => {
  const { container } = await openBlobs(t)
  for (const name of ['a/1', 'a/2', 'a/b/3', 'a!', 'b', 'c/4']) {
    await container.getBlockBlobClient(name).upload(name, name.length)
  }
  const found: string[] = []
  for await (const page of container.listBlobsByHierarchy('/').byPage({ maxPageSize: 2 })) {
    const { blobItems, blobPrefixes = [] } = page.segment
    found.push(
      [...blobItems, ...blobPrefixes]
        .map(({ name }) => name)
        .toSorted()
        .join(' '),
    )
  }
  assert.deepEqual(found, ['a! a/', 'b c/'])
  const flat: string[] = []
  for await (const { name } of container.listBlobsFlat({ prefix: 'a/' })) flat.push(name)
  assert.deepEqual(flat, ['a/1', 'a/2', 'a/b/3'])
  const sizes: (number | undefined)[] = []
  for await (const item of container.listBlobsByHierarchy('/', { prefix: 'a/' })) {
    sizes.push(item.kind === 'blob' ? item.properties.contentLength : undefined)
  }
  assert.deepEqual(sizes, [undefined, 3, 3])
})

test('anybody reads a public container, and nobody a private one', async (t) => {
  const { service, container, url } = await openBlobs(t)
  await container.getBlockBlobClient('a').upload('public', 6)
  const stranger = new ContainerClient(`${url}/orders`)
  const read = () => stranger.getBlockBlobClient('a').downloadToBuffer()
  assert.match(await refusal(read()), /^401/)
  await container.setAccessPolicy('blob')
  assert.equal((await read()).toString(), 'public')
  const list = async () => {
    for await (const _ of stranger.listBlobsFlat()) return
  }
  assert.equal(await refusal(list()), '401 NoAuthenticationInformation')
  await container.setAccessPolicy('container')
  await list()
  const write = stranger.getBlockBlobClient('a').upload('x', 1)
  assert.equal(await refusal(write), '401 NoAuthenticationInformation')
  assert.ok(service instanceof BlobServiceClient)
})

test('deleted blobs and containers come back while they are kept', async (t) => {
  const { storage, service, container, account } = await openBlobs(t)
  const known = storage.accounts.get(account)
  const blobService = { ...known.blobService, blobRetentionDays: 7, containerRetentionDays: 7 }
  await storage.accounts.put({ ...known, blobService })
  const blob = container.getBlockBlobClient('kept')
  await blob.upload('1', 1)
  await blob.upload('22', 2)
  await blob.delete()
  assert.equal(await blob.exists(), false)
  const deleted: string[] = []
  for await (const item of container.listBlobsFlat({ includeDeleted: true })) {
    deleted.push(`${item.name} ${item.deleted} ${item.properties.remainingRetentionDays}`)
  }
  assert.deepEqual(deleted, ['kept true 6'])
  await blob.undelete()
  assert.equal((await blob.downloadToBuffer()).toString(), '22')
  await container.delete()
  assert.equal(await blob.exists(), false)
  for await (const item of service.listContainers({ includeDeleted: true })) {
    if (item.deleted) await service.undeleteContainer(item.name, item.version ?? '')
  }
  assert.equal((await blob.downloadToBuffer()).toString(), '22')
})

test('deleted snapshots come back with their blob', async (t) => {
  const { storage, container, account } = await openBlobs(t)
  const known = storage.accounts.get(account)
  const blobService = { ...known.blobService, blobRetentionDays: 7 }
  await storage.accounts.put({ ...known, blobService })
  const blob = container.getBlockBlobClient('kept')
  await blob.upload('1', 1)
  const { snapshot = '' } = await blob.createSnapshot()
  const picture = blob.withSnapshot(snapshot)
  await picture.setAccessTier('Cool')
  assert.equal((await picture.getProperties()).accessTier, 'Cool')
  await blob.delete({ deleteSnapshots: 'include' })
  assert.equal(await picture.exists(), false)
  await blob.undelete()
  assert.equal((await picture.downloadToBuffer()).toString(), '1')
  await picture.delete()
  assert.equal(await picture.exists(), false)
  await blob.undelete()
  assert.equal(await picture.exists(), true)
})

test('versions keep what was replaced', async (t) => {
  const { storage, container, account } = await openBlobs(t)
  const known = storage.accounts.get(account)
  const blobService = { ...known.blobService, isVersioned: true }
  await storage.accounts.put({ ...known, blobService })
  const blob = container.getBlockBlobClient('versioned')
  const first = await blob.upload('one', 3)
  const second = await blob.upload('two', 3)
  assert.notEqual(first.versionId, second.versionId)
  const before = blob.withVersion(first.versionId ?? '')
  assert.equal((await before.downloadToBuffer()).toString(), 'one')
  await blob.delete()
  assert.equal(await blob.exists(), false)
  const versions: string[] = []
  for await (const item of container.listBlobsFlat({ includeVersions: true })) {
    versions.push(item.versionId ?? '')
  }
  assert.deepEqual(versions, [first.versionId, second.versionId])
  await blob.syncCopyFromURL(blob.withVersion(second.versionId ?? '').url)
  assert.equal((await blob.downloadToBuffer()).toString(), 'two')
  await before.delete()
  assert.match(await refusal(before.downloadToBuffer()), /^404/)
})

test('many blobs are deleted and moved between tiers in one batch', async (t) => {
  const { service, container } = await openBlobs(t)
  const blobs = ['1', '2', '3'].map((name) => container.getBlockBlobClient(name))
  for (const blob of blobs) await blob.upload('x', 1)
  const client = service.getBlobBatchClient()
  const tiers = await client.setBlobsAccessTier(blobs.slice(0, 2), 'Cool')
  assert.equal(tiers.subResponsesSucceededCount, 2)
  assert.equal((await blobs[0]?.getProperties())?.accessTier, 'Cool')
  const missing = container.getBlockBlobClient('missing')
  const deleted = await client.deleteBlobs([...blobs, missing])
  assert.equal(deleted.subResponsesSucceededCount, 3)
  assert.equal(deleted.subResponses.at(-1)?.errorCode, 'BlobNotFound')
  assert.equal(await blobs[0]?.exists(), false)
})

test('the properties of the service hold the rules for browsers', async (t) => {
  const { service, url } = await openBlobs(t)
  await service.setProperties({
    cors: [
      {
        allowedOrigins: 'https://portal.example',
        allowedMethods: 'GET,PUT',
        allowedHeaders: 'x-ms-*',
        exposedHeaders: 'x-ms-meta-*',
        maxAgeInSeconds: 60,
      },
    ],
  })
  const properties = await service.getProperties()
  assert.equal(properties.cors?.[0]?.allowedMethods, 'GET,PUT')
  const ask = (origin: string, headers: string) =>
    fetch(`${url}/orders/a`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': headers,
      },
    })
  const allowed = await ask('https://portal.example', 'x-ms-version')
  assert.equal(allowed.status, 200)
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://portal.example')
  assert.equal((await ask('https://other.example', 'x-ms-version')).status, 403)
  assert.equal((await ask('https://portal.example', 'authorization')).status, 403)
  const info = await service.getAccountInfo()
  assert.equal(info.accountKind, 'StorageV2')
})
