import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AccountSASPermissions,
  AnonymousCredential,
  newPipeline,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobClient,
  BlobSASPermissions,
  BlobServiceClient,
  BlockBlobClient,
  ContainerClient,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob'
import { openBlobs, refusal } from './blob-client.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000)

test('a signature by another key is refused, and tells what was signed but not the key', async (t) => {
  const { url, account, key } = await openBlobs(t)
  const wrong = new StorageSharedKeyCredential(account, Buffer.from('wrong').toString('base64'))
  const client = new BlobServiceClient(url, wrong, { retryOptions: { maxTries: 1 } })
  await assert.rejects(client.getProperties(), (error: Error & { details?: unknown }) => {
    const text = JSON.stringify(error.details)
    assert.match(text, /AuthenticationFailed/)
    assert.match(text, /The MAC signature found/)
    assert.ok(!text.includes(key))
    return true
  })
})

test('a signature of a blob opens that blob, as far as it says and for as long', async (t) => {
  const { container, credential } = await openBlobs(t)
  const blob = container.getBlockBlobClient('a b/c.txt')
  await blob.upload('signed', 6)
  const url = await blob.generateSasUrl({
    permissions: BlobSASPermissions.parse('r'),
    expiresOn: inAnHour(),
    contentDisposition: 'attachment',
  })
  const signed = new BlockBlobClient(url)
  const read = await signed.download()
  assert.equal(read.contentDisposition, 'attachment')
  read.readableStreamBody?.resume()
  assert.equal(await refusal(signed.upload('x', 1)), '403 AuthorizationPermissionMismatch')
  const other = new BlobClient(url.replace('c.txt', 'd.txt'))
  assert.equal(await refusal(other.download()), '403 AuthenticationFailed')
  const old = await blob.generateSasUrl({
    permissions: BlobSASPermissions.parse('r'),
    expiresOn: new Date(Date.now() - 1000),
  })
  assert.equal(await refusal(new BlobClient(old).download()), '403 AuthenticationFailed')
  const elsewhere = generateBlobSASQueryParameters(
    {
      containerName: 'orders',
      blobName: 'a b/c.txt',
      permissions: BlobSASPermissions.parse('r'),
      expiresOn: inAnHour(),
      ipRange: { start: '10.0.0.1' },
    },
    credential,
  )
  const far = new BlobClient(`${blob.url}?${elsewhere.toString()}`)
  assert.equal(await refusal(far.download()), '403 AuthorizationSourceIPMismatch')
})

test('who may create does not replace', async (t) => {
  const { container } = await openBlobs(t)
  const url = await container.generateSasUrl({
    permissions: ContainerSASPermissions.parse('c'),
    expiresOn: inAnHour(),
  })
  const signed = new ContainerClient(url)
  await signed.getBlockBlobClient('new').upload('1', 1)
  assert.equal(
    await refusal(signed.getBlockBlobClient('new').upload('2', 1)),
    '409 BlobAlreadyExists',
  )
})

test('a stored policy gives a signature its rights, and takes them back', async (t) => {
  const { container } = await openBlobs(t)
  await container.getBlockBlobClient('a').upload('x', 1)
  const accessPolicy = { permissions: 'rl', expiresOn: inAnHour() }
  await container.setAccessPolicy(undefined, [{ id: 'readers', accessPolicy }])
  const signed = new ContainerClient(await container.generateSasUrl({ identifier: 'readers' }))
  assert.equal((await signed.getBlobClient('a').downloadToBuffer()).toString(), 'x')
  await container.setAccessPolicy()
  assert.match(await refusal(signed.getBlobClient('a').downloadToBuffer()), /^403/)
})

test('a signature of the account opens what it names', async (t) => {
  const { url, credential, container } = await openBlobs(t)
  await container.getBlockBlobClient('a').upload('x', 1)
  const sas = (resourceTypes: string, permissions: string, services = 'b') =>
    generateAccountSASQueryParameters(
      {
        expiresOn: inAnHour(),
        permissions: AccountSASPermissions.parse(permissions),
        resourceTypes: AccountSASResourceTypes.parse(resourceTypes).toString(),
        services: AccountSASServices.parse(services).toString(),
      },
      credential,
    ).toString()
  const at = (query: string) => new BlobServiceClient(`${url}?${query}`)
  const all = at(sas('sco', 'rwdl'))
  assert.equal(
    (await all.getContainerClient('orders').getBlobClient('a').downloadToBuffer()).toString(),
    'x',
  )
  await all.createContainer('more')
  const blobOf = (query: string) => at(query).getContainerClient('orders').getBlobClient('a')
  const containerOnly = blobOf(sas('c', 'rwdl')).download()
  assert.equal(await refusal(containerOnly), '403 AuthorizationResourceTypeMismatch')
  const queuesOnly = blobOf(sas('o', 'r', 'q')).download()
  assert.equal(await refusal(queuesOnly), '403 AuthorizationServiceMismatch')
})

/** The client insists on https for tokens: the header is set below it. */
function withToken(url: string, token: string): BlobServiceClient {
  const pipeline = newPipeline(new AnonymousCredential(), { retryOptions: { maxTries: 1 } })
  pipeline.factories.unshift({
    create: (next) => ({
      sendRequest: (request) => {
        request.headers.set('authorization', `Bearer ${token}`)
        return next.sendRequest(request)
      },
    }),
  })
  return new BlobServiceClient(url, pipeline)
}

test('a token opens what its roles allow', async (t) => {
  const { url, container } = await openBlobs(t)
  await container.getBlockBlobClient('a').upload('x', 1)
  const reader = withToken(url, 'reader').getContainerClient('orders')
  assert.equal((await reader.getBlobClient('a').downloadToBuffer()).toString(), 'x')
  const write = reader.getBlockBlobClient('a').upload('y', 1)
  assert.equal(await refusal(write), '403 AuthorizationPermissionMismatch')
  const old = withToken(url, 'expired').getContainerClient('orders').getBlobClient('a').download()
  assert.equal(await refusal(old), '401 InvalidAuthenticationInfo')
})

test('a user delegation key signs for who got it', async (t) => {
  const { url, container, account } = await openBlobs(t)
  await container.getBlockBlobClient('a').upload('x', 1)
  const startsOn = new Date(Date.now() - 1000)
  for (const [who, expected] of [
    ['officer', 'none'],
    ['reader', '403 AuthorizationPermissionMismatch'],
  ] as const) {
    const officer = withToken(url, 'officer')
    const delegated = await officer.getUserDelegationKey(startsOn, inAnHour())
    const query = generateBlobSASQueryParameters(
      {
        containerName: 'orders',
        blobName: 'a',
        permissions: BlobSASPermissions.parse(who === 'officer' ? 'rw' : 'r'),
        startsOn,
        expiresOn: inAnHour(),
      },
      delegated,
      account,
    )
    const client = new BlockBlobClient(`${url}/orders/a?${query.toString()}`)
    assert.equal((await client.downloadToBuffer()).toString(), 'x')
    assert.equal(await refusal(client.upload('x', 1)), expected)
  }
})
