import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  AnonymousCredential,
  QueueClient,
  QueueSASPermissions,
  QueueServiceClient,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
  generateQueueSASQueryParameters,
  newPipeline,
} from '@azure/storage-queue'
import { refusal } from '../blob-client.ts'
import { openQueues } from './queue-client.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000)
const once = { retryOptions: { maxTries: 1 } }

test('a signature by another key is refused', async (t) => {
  const { url, account } = await openQueues(t)
  const wrong = new StorageSharedKeyCredential(account, Buffer.from('wrong').toString('base64'))
  const client = new QueueServiceClient(url, wrong, once).getQueueClient('orders')
  assert.equal(await refusal(client.sendMessage('a')), '403 AuthenticationFailed')
})

test('without a sign of who calls nothing opens', async (t) => {
  const { url } = await openQueues(t)
  const client = new QueueClient(`${url}/orders`, new AnonymousCredential(), once)
  assert.equal(await refusal(client.sendMessage('a')), '401 NoAuthenticationInformation')
})

test('a signature of a queue opens that queue as far as it says', async (t) => {
  const { queue, service, url } = await openQueues(t)
  await service.createQueue('other')
  const signedFor = (permissions: string, expiresOn = inAnHour()) =>
    queue.generateSasUrl({ permissions: QueueSASPermissions.parse(permissions), expiresOn })
  const sender = new QueueClient(signedFor('a'), undefined, once)
  await sender.sendMessage('a')
  assert.equal(await refusal(sender.receiveMessages()), '403 AuthorizationPermissionMismatch')
  const worker = new QueueClient(signedFor('pu'), undefined, once)
  const [message] = (await worker.receiveMessages()).receivedMessageItems
  const id = message?.messageId ?? ''
  const updated = await worker.updateMessage(id, message?.popReceipt ?? '', 'b')
  await worker.deleteMessage(id, updated.popReceipt ?? '')
  assert.equal(await refusal(worker.peekMessages()), '403 AuthorizationPermissionMismatch')
  assert.equal(await refusal(worker.clearMessages()), '403 AuthorizationPermissionMismatch')
  const query = signedFor('r').split('?')[1]
  const elsewhere = new QueueClient(`${url}/other?${query}`, undefined, once)
  assert.equal(await refusal(elsewhere.peekMessages()), '403 AuthenticationFailed')
  const old = new QueueClient(signedFor('r', new Date(Date.now() - 1_000)), undefined, once)
  assert.equal(await refusal(old.peekMessages()), '403 AuthenticationFailed')
})

test('a stored policy gives a signature its rights', async (t) => {
  const { queue } = await openQueues(t)
  const accessPolicy = { permissions: 'r', expiresOn: inAnHour() }
  await queue.setAccessPolicy([{ id: 'readers', accessPolicy }])
  const signed = new QueueClient(queue.generateSasUrl({ identifier: 'readers' }), undefined, once)
  await signed.peekMessages()
  await queue.setAccessPolicy([])
  assert.equal(await refusal(signed.peekMessages()), '403 AuthenticationFailed')
})

test('a signature of the account opens what it names', async (t) => {
  const { url, credential } = await openQueues(t)
  const clientOf = (resourceTypes: string, permissions: string, services = 'q') => {
    const query = generateAccountSASQueryParameters(
      {
        expiresOn: inAnHour(),
        permissions: AccountSASPermissions.parse(permissions),
        resourceTypes: AccountSASResourceTypes.parse(resourceTypes).toString(),
        services: AccountSASServices.parse(services).toString(),
      },
      credential,
    ).toString()
    return new QueueServiceClient(`${url}?${query}`, undefined, once).getQueueClient('orders')
  }
  await clientOf('o', 'a').sendMessage('a')
  await clientOf('o', 'd').clearMessages()
  await clientOf('c', 'r').getProperties()
  assert.equal(
    await refusal(clientOf('c', 'a').sendMessage('a')),
    '403 AuthorizationResourceTypeMismatch',
  )
  assert.equal(
    await refusal(clientOf('o', 'a', 'b').sendMessage('a')),
    '403 AuthorizationServiceMismatch',
  )
})

/** The client insists on https for tokens: the header is set below it. */
function withToken(url: string, token: string): QueueServiceClient {
  const pipeline = newPipeline(new AnonymousCredential(), once)
  pipeline.factories.unshift({
    create: (next) => ({
      sendRequest: (request) => {
        request.headers.set('authorization', `Bearer ${token}`)
        return next.sendRequest(request)
      },
    }),
  })
  return new QueueServiceClient(url, pipeline)
}

test('a token opens what its roles allow', async (t) => {
  const { url } = await openQueues(t)
  await withToken(url, 'officer').getQueueClient('orders').sendMessage('a')
  const reader = withToken(url, 'reader').getQueueClient('orders')
  assert.equal((await reader.peekMessages()).peekedMessageItems.length, 1)
  assert.equal(await refusal(reader.receiveMessages()), '403 AuthorizationPermissionMismatch')
  const old = withToken(url, 'expired').getQueueClient('orders')
  assert.equal(await refusal(old.peekMessages()), '401 InvalidAuthenticationInfo')
})

test('a user delegation key signs for who got it', async (t) => {
  const { url, account } = await openQueues(t)
  const startsOn = new Date(Date.now() - 1_000)
  const delegated = await withToken(url, 'officer').getUserDelegationKey(startsOn, inAnHour())
  const query = generateQueueSASQueryParameters(
    {
      queueName: 'orders',
      permissions: QueueSASPermissions.parse('a'),
      startsOn,
      expiresOn: inAnHour(),
    },
    delegated,
    account,
  ).toString()
  const client = new QueueClient(`${url}/orders?${query}`, undefined, once)
  await client.sendMessage('a')
  assert.equal(await refusal(client.receiveMessages()), '403 AuthorizationPermissionMismatch')
})
