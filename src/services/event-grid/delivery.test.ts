import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEventGrid, openWebhook, orderEvent, untilTrue, webhookProperties } from './fixture.ts'

test('an event that a topic took reaches the webhook that subscribed to it', async (t) => {
  const { put, publish, spans } = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await put('topics/orders', {})
  const subscribed = await put(
    'topics/orders/eventSubscriptions/all',
    webhookProperties(webhook.url),
  )
  assert.equal(subscribed['provisioningState'], 'Succeeded')
  assert.deepEqual(await publish('orders', [orderEvent('1')]), { status: 200, error: {} })
  const [received] = await webhook.until(1)
  assert.deepEqual(received?.body, [
    {
      ...orderEvent('1'),
      topic: '/subscriptions/sub-1/resourceGroups/rg-1/providers/Microsoft.EventGrid/topics/orders',
      metadataVersion: '1',
    },
  ])
  assert.equal(received.headers['aeg-event-type'], 'Notification')
  assert.equal(received.headers['aeg-subscription-name'], 'ALL')
  assert.equal(received.headers['aeg-delivery-count'], '0')
  assert.equal(received.headers['aeg-data-version'], '1.0')
  assert.equal(received.headers['aeg-metadata-version'], '1')
  await untilTrue(() => spans.some(({ operation }) => operation === 'deliver'))
  assert.equal(new Set(spans.map(({ context }) => context.traceId)).size, 1)
})
