import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { PutDeadLetter } from './destination.ts'
import {
  group,
  openEventGrid,
  openWebhook,
  orderEvent,
  pass,
  storageId,
  webhookProperties,
} from './fixture.ts'
import { subscribe, untilTrue } from './fixture.ts'

const topicId = `${group}/providers/Microsoft.EventGrid/topics/orders`
const minute = 60_000

/** Keeps dead letters in memory. */
function deadLetters(): { stored: Parameters<PutDeadLetter>[0][]; put: PutDeadLetter } {
  const stored: Parameters<PutDeadLetter>[0][] = []
  return { stored, put: async (letter) => void stored.push(letter) }
}

const deadLetterDestination = {
  endpointType: 'StorageBlob',
  properties: { resourceId: storageId, blobContainerName: 'dead' },
}

test('an event whose attempts are used up becomes a dead letter that tells why', async (t) => {
  const { stored, put } = deadLetters()
  const grid = await openEventGrid(t, { putDeadLetter: put })
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(404).end(),
  })
  await subscribe(grid, webhook, {
    deadLetterDestination,
    retryPolicy: { maxDeliveryAttempts: 2, eventTimeToLiveInMinutes: 60 },
  })
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await pass(grid, 12_000)
  await webhook.until(2)
  await untilTrue(() => stored.length === 1)
  const [letter] = stored
  assert.equal(letter?.accountId, storageId)
  assert.equal(letter.container, 'dead')
  assert.match(letter.blobName, /^ALL\/2026\/1\/1\/0\/[\da-f-]{36}\.json$/)
  const [event] = [parseJson(letter.body)].flat()
  assert.ok(isJsonObject(event))
  const { publishTime, lastDeliveryAttemptTime, ...facts } = event
  assert.equal(publishTime, '2026-01-01T00:00:00.000Z')
  assert.equal(lastDeliveryAttemptTime, '2026-01-01T00:00:12.000Z')
  assert.deepEqual(facts, {
    ...orderEvent('1'),
    topic: topicId,
    metadataVersion: '1',
    deadLetterReason: 'MaxDeliveryAttemptsExceeded',
    deliveryAttempts: 2,
    lastDeliveryOutcome: 'NotFound',
  })
})

test('an event that outlived its time becomes a dead letter at its next attempt', async (t) => {
  const { stored, put } = deadLetters()
  const grid = await openEventGrid(t, { putDeadLetter: put })
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(500).end(),
  })
  const retryPolicy = { eventTimeToLiveInMinutes: 1 }
  await subscribe(grid, webhook, { deadLetterDestination, retryPolicy })
  await grid.publish('orders', [orderEvent('1')])
  for (const [attempt, waitMs] of [12_000, 34_000, 67_000].entries()) {
    await webhook.until(attempt + 1)
    await pass(grid, waitMs)
  }
  await untilTrue(() => stored.length === 1)
  assert.match(
    stored[0]?.body ?? '',
    /"deadLetterReason":"TimeToLiveExceeded","deliveryAttempts":3/,
  )
  assert.equal(webhook.received.length, 3)
})

test('a dead letter that cannot be stored is tried for four hours, then dropped', async (t) => {
  let tries = 0
  const grid = await openEventGrid(t, {
    putDeadLetter: async () => {
      tries += 1
      throw new Error('The container was not found.')
    },
  })
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(400).end(),
  })
  await subscribe(grid, webhook, { deadLetterDestination })
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await untilTrue(() => tries === 1)
  for (let hour = 0; hour < 5; hour += 1) await pass(grid, 61 * minute)
  await untilTrue(() => grid.complaints.some((each) => /container was not found/.test(each)))
  assert.equal(webhook.received.length, 1)
})

test('an event whose dead-letter container is not there is dropped at once', async (t) => {
  const grid = await openEventGrid(t, {
    putDeadLetter: async () => {
      throw new ServiceError('ContainerNotFound', 404, 'The container does not exist.')
    },
  })
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(400).end(),
  })
  await subscribe(grid, webhook, { deadLetterDestination })
  await grid.publish('orders', [orderEvent('1')])
  await untilTrue(() => grid.eventGrid.givenUpEvents().size === 1)
  assert.deepEqual(grid.eventGrid.givenUpEvents().get('all'), {
    count: 1,
    reason: 'UndeliverableDueToHttpBadRequest after 1 attempts: BadRequest',
  })
})

test('dropped events of subscriptions with one name are counted together', async (t) => {
  const grid = await openEventGrid(t, {})
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(413).end(),
  })
  await subscribe(grid, webhook)
  await grid.put('topics/returns', {})
  await grid.put('topics/returns/eventSubscriptions/all', webhookProperties(webhook.url))
  await grid.publish('orders', [orderEvent('1')])
  await grid.publish('returns', [orderEvent('2')])
  await untilTrue(() => grid.eventGrid.givenUpEvents().get('all')?.count === 2)
})
