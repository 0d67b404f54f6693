import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buffer } from 'node:stream/consumers'
import { RealClock } from '../../base/clock.ts'
import { parseJson, stringMember, type JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { newServices } from '../services.ts'
import { eventGridDeadLetters } from './event-grid-dead-letters.ts'

const group = '/subscriptions/5f2c0f0a-1d0e-4b9e-9c5e-0a1b2c3d4e5f/resourceGroups/rg-1'
const accountId = `${group}/providers/Microsoft.Storage/storageAccounts/files`
const queueId = `${group}/providers/Microsoft.ServiceBus/namespaces/bus/queues/orders`

test('an event that cannot be delivered is a blob in the container of its subscription', async (t) => {
  const clock = new RealClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const host = '127.0.0.1'
  const services = newServices({ store, clock, logger, host, spansPath: ':memory:' })
  const { storage, eventGrid, serviceBus, resources, lifecycle } = services
  await lifecycle.start()
  t.after(async () => {
    await lifecycle.stop()
    await store.close()
  })
  const put = (id: string, body: JsonObject) =>
    resources.put(id, { location: 'westeurope', ...body }, { apiVersion: '2023-07-01' })
  await put(group, {})
  await put(accountId, { sku: { name: 'Standard_LRS' }, kind: 'StorageV2', properties: {} })
  await storage.containers.create('files', 'inbox')
  await storage.containers.create('files', 'dead')
  const namespace = await serviceBus.createNamespace('bus')
  await namespace.createQueue('orders')
  await eventGrid.putEventSubscription({
    name: 'lost',
    sourceId: accountId,
    properties: {
      destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: queueId } },
      filter: { subjectBeginsWith: '/blobServices/default/containers/inbox/' },
      retryPolicy: { maxDeliveryAttempts: 1 },
      deadLetterDestination: {
        endpointType: 'StorageBlob',
        properties: { resourceId: accountId, blobContainerName: 'dead' },
      },
    },
  })
  eventGrid.beginDeliveries()
  await namespace.delete('orders')
  const inbox = { account: 'files', container: 'inbox', name: 'a.json' }
  await storage.putBlob(inbox, { content: [Buffer.from('{}')] })
  const dead = { account: 'files', container: 'dead' }
  const found = async () => (await storage.listBlobs(dead, { limit: 10 })).blobs
  for (let look = 0; look < 500 && (await found()).length === 0; look += 1) await clock.sleep(20)
  const [letter] = await found()
  assert.match(letter?.name ?? '', /^LOST\/\d{4}\/\d+\/\d+\/\d+\/[\da-f-]{36}\.json$/)
  const { content } = await storage.readBlob({ ...dead, name: letter?.name ?? '' })
  const events = parseJson((await buffer(content)).toString('utf8'))
  const [event] = Array.isArray(events) ? events : []
  assert.equal(
    stringMember(event, 'subject'),
    '/blobServices/default/containers/inbox/blobs/a.json',
  )
  assert.equal(stringMember(event, 'deadLetterReason'), 'MaxDeliveryAttemptsExceeded')
})

test('a dead letter whose container or account is not there is refused, so that it is tried again', async (t) => {
  const clock = new RealClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const services = newServices({ store, clock, logger, host: '', spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  const putDeadLetter = eventGridDeadLetters(services.storage)
  const letter = { accountId, container: 'dead', blobName: 'x', body: '[]' }
  await assert.rejects(putDeadLetter(letter), { code: 'ResourceNotFound' })
})
