import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { EventDestination } from './destination.ts'
import { group, openEventGrid, openWebhook, orderEvent, pass } from './fixture.ts'
import { subscribe, untilTrue, webhookProperties } from './fixture.ts'

const topicId = `${group}/providers/Microsoft.EventGrid/topics/orders`
const minute = 60_000

test('an event that a topic took reaches the webhook that subscribed to it', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await subscribe(grid, webhook)
  assert.deepEqual(await grid.publish('orders', [orderEvent('1')]), { status: 200, error: {} })
  const [received] = await webhook.until(1)
  assert.deepEqual(received?.body, [{ ...orderEvent('1'), topic: topicId, metadataVersion: '1' }])
  assert.equal(received.headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(received.headers['aeg-event-type'], 'Notification')
  assert.equal(received.headers['aeg-subscription-name'], 'ALL')
  assert.equal(received.headers['aeg-delivery-count'], '0')
  assert.equal(received.headers['aeg-data-version'], '1.0')
  assert.equal(received.headers['aeg-metadata-version'], '1')
  await untilTrue(() => grid.spans.some(({ operation }) => operation === 'deliver'))
  assert.equal(new Set(grid.spans.map(({ context }) => context.traceId)).size, 1)
})

test('numbers reach the subscriber as the publisher wrote them, and are filtered as numbers', async (t) => {
  const texts: string[] = []
  const destination: EventDestination = {
    check: () => {},
    deliver: async ({ events }) => {
      texts.push(...events.map(({ json }) => json))
      return { status: 200 }
    },
  }
  const hub = await openEventGrid(t, { destinations: { EventHub: destination } })
  await hub.put('topics/orders', {})
  await hub.put('topics/orders/eventSubscriptions/hub', {
    destination: { endpointType: 'EventHub', properties: { resourceId: '/hub' } },
    filter: { advancedFilters: [{ operatorType: 'NumberIn', key: 'data.price', values: [10.5] }] },
  })
  const data = '{"price":10.50,"id":12345678901234567890}'
  const body = JSON.stringify(orderEvent('1', { data: 'D' })).replace('"D"', data)
  assert.equal((await hub.publish('orders', body)).status, 200)
  await untilTrue(() => texts.length === 1)
  assert.ok(texts[0]?.includes(`"data":${data}`), texts[0])
})

test('each subscription gets the events that its filter lets through', async (t) => {
  const grid = await openEventGrid(t)
  const [all, large] = [await openWebhook(t), await openWebhook(t)]
  await subscribe(grid, all)
  const filter = {
    advancedFilters: [{ operatorType: 'NumberGreaterThan', key: 'data.amount', value: 50 }],
  }
  const properties = webhookProperties(large.url, { filter })
  await grid.put('topics/orders/eventSubscriptions/large', properties)
  await grid.publish('orders', [orderEvent('1'), orderEvent('2', { data: { amount: 99 } })])
  await all.until(2)
  const [received] = await large.until(1)
  assert.ok(Array.isArray(received?.body) && isJsonObject(received.body[0] ?? null))
  assert.match(JSON.stringify(received.body), /"id":"2"/)
  assert.equal(large.received.length, 1)
})

test('a failed delivery is tried again after 10 seconds, 30 seconds and a minute', async (t) => {
  let failures = 3
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(failures-- > 0 ? 500 : 200).end('no'),
  })
  await subscribe(grid, webhook)
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await pass(grid, 9_900)
  assert.equal(webhook.received.length, 1)
  await grid.clock.advance(1_200)
  await webhook.until(2)
  await pass(grid, 29_000)
  assert.equal(webhook.received.length, 2)
  await grid.clock.advance(4_500)
  await webhook.until(3)
  await pass(grid, 67_000)
  const received = await webhook.until(4)
  assert.deepEqual(
    received.map(({ headers }) => headers['aeg-delivery-count']),
    ['0', '1', '2', '3'],
  )
  await untilTrue(async () => (await grid.eventGrid.pendingEvents({ withinMs: 60 * minute })) === 0)
})

test('a dead endpoint holds up nobody else', async (t) => {
  const grid = await openEventGrid(t)
  const [slow, quick] = [await openWebhook(t, { respond: () => {} }), await openWebhook(t)]
  await subscribe(grid, slow)
  await grid.put('topics/orders/eventSubscriptions/quick', webhookProperties(quick.url))
  for (let id = 1; id <= 20; id += 1) await grid.publish('orders', [orderEvent(String(id))])
  await quick.until(20)
  assert.ok(slow.received.length <= 20)
})

test('an endpoint that does not answer within 30 seconds has failed', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, { respond: () => {} })
  await subscribe(grid, webhook)
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await grid.clock.advance(30_000)
  await untilTrue(() => grid.spans.some(({ operation }) => operation === 'deliver'))
  assert.match(grid.spans.at(-1)?.reason ?? '', /^TimedOut: No answer within 30 seconds/)
  await pass(grid, 0)
  assert.equal(await grid.eventGrid.pendingEvents({ withinMs: minute }), 1)
})

test('a redirect is a failure and is not followed', async (t) => {
  const grid = await openEventGrid(t)
  const other = await openWebhook(t)
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(302, { location: other.url }).end(),
  })
  await subscribe(grid, webhook)
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await pass(grid, 12_000)
  await webhook.until(2)
  assert.equal(other.received.length, 0)
})

for (const status of [400, 401, 403, 413]) {
  test(`an event that a webhook answered with ${status} is dropped, and told`, async (t) => {
    const grid = await openEventGrid(t)
    const webhook = await openWebhook(t, {
      respond: (_request, response) => void response.writeHead(status).end(),
    })
    await subscribe(grid, webhook)
    await grid.publish('orders', [orderEvent('1')])
    await webhook.until(1)
    await untilTrue(() => grid.spans.some(({ operation }) => operation === 'drop'))
    assert.equal(
      grid.complaints.filter((each) => each.startsWith('an event was dropped')).length,
      1,
    )
    await pass(grid, 10 * minute)
    assert.equal(webhook.received.length, 1)
  })
}

test('a batch carries at most what the subscription asks for, and is taken or refused whole', async (t) => {
  const sizes: number[] = []
  let isFailing = true
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    respond: (request, response) => {
      sizes.push(Array.isArray(request.body) ? request.body.length : 0)
      response.writeHead(isFailing ? 500 : 200).end()
    },
  })
  await grid.put('topics/orders', {})
  const properties = { endpointUrl: webhook.url, maxEventsPerBatch: 3 }
  const destination = { endpointType: 'WebHook', properties }
  await grid.put('topics/orders/eventSubscriptions/all', { destination })
  const events = Array.from({ length: 7 }, (_, id) => orderEvent(String(id)))
  await grid.publish('orders', events)
  await webhook.until(3)
  assert.deepEqual(
    sizes.toSorted((one, other) => one - other),
    [1, 3, 3],
  )
  isFailing = false
  await pass(grid, 12_000)
  await untilTrue(() => sizes.slice(3).reduce((sum, size) => sum + size, 0) === 7)
})

test('a batch is smaller than asked for where its events would be larger than preferred', async (t) => {
  const sizes: number[] = []
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    respond: (request, response) => {
      sizes.push(Array.isArray(request.body) ? request.body.length : 0)
      response.writeHead(200).end()
    },
  })
  await grid.put('topics/orders', {})
  const batch = { maxEventsPerBatch: 100, preferredBatchSizeInKilobytes: 4 }
  const destination = {
    endpointType: 'WebHook',
    properties: { endpointUrl: webhook.url, ...batch },
  }
  await grid.put('topics/orders/eventSubscriptions/all', { destination })
  const events = [10, 1500, 1500, 1500, 9000].map((length, id) =>
    orderEvent(String(id), { data: 'x'.repeat(length) }),
  )
  await grid.publish('orders', events)
  await untilTrue(() => sizes.reduce((sum, size) => sum + size, 0) === 5)
  assert.ok(sizes.length >= 3, sizes.join(', '))
})

test('CloudEvents go out alone, or in a batch where the subscription asks for batches', async (t) => {
  const grid = await openEventGrid(t)
  const [single, batched] = [await openWebhook(t), await openWebhook(t)]
  await grid.put('topics/orders', {})
  const eventDeliverySchema = 'CloudEventSchemaV1_0'
  const properties = webhookProperties(single.url, { eventDeliverySchema })
  await grid.put('topics/orders/eventSubscriptions/single', properties)
  const destination = {
    endpointType: 'WebHook',
    properties: { endpointUrl: batched.url, maxEventsPerBatch: 10 },
  }
  const batch = { destination, eventDeliverySchema }
  await grid.put('topics/orders/eventSubscriptions/batched', batch)
  await grid.publish('orders', [orderEvent('1')])
  const [one] = await single.until(1)
  const expected = {
    id: '1',
    source: topicId,
    specversion: '1.0',
    type: 'Orders.Placed',
    subject: 'orders/1',
    time: '2026-01-01T00:00:00Z',
    data: { amount: 10 },
  }
  assert.deepEqual(one?.body, expected)
  assert.equal(one.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
  const [many] = await batched.until(1)
  assert.deepEqual(many?.body, [expected])
  assert.equal(many.headers['content-type'], 'application/cloudevents-batch+json; charset=utf-8')
})

test('custom delivery properties go out as headers; one without a value is left out', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await grid.put('topics/orders', {})
  const attribute = (name: string, sourceField: string): JsonObject => ({
    name,
    type: 'Dynamic',
    properties: { sourceField },
  })
  const deliveryAttributeMappings = [
    { name: 'x-tenant', type: 'Static', properties: { value: 't1' } },
    { name: 'authorization', type: 'Static', properties: { value: 'Bearer x', isSecret: true } },
    attribute('x-amount', 'data.amount'),
    attribute('x-missing', 'data.missing'),
    attribute('x-bad', 'data.bad'),
  ]
  const properties = { endpointUrl: webhook.url, deliveryAttributeMappings }
  const put = await grid.put('topics/orders/eventSubscriptions/all', {
    destination: { endpointType: 'WebHook', properties },
  })
  assert.doesNotMatch(JSON.stringify(put), /Bearer x|code=secret/)
  await grid.publish('orders', [orderEvent('1', { data: { amount: 10, bad: 'a\r\nb: c' } })])
  const [received] = await webhook.until(1)
  assert.equal(received?.headers['x-tenant'], 't1')
  assert.equal(received.headers['authorization'], 'Bearer x')
  assert.equal(received.headers['x-amount'], '10')
  assert.equal(received.headers['x-missing'], undefined)
  assert.equal(received.headers['x-bad'], undefined)
})

test('an endpoint that failed ten times in a row gets nothing for a while', async (t) => {
  let attempts = 0
  const destination: EventDestination = {
    check: () => {},
    deliver: async () => {
      attempts += 1
      return { status: attempts > 10 ? 200 : 404 }
    },
  }
  const grid = await openEventGrid(t, { destinations: { EventHub: destination } })
  await grid.put('topics/orders', {})
  const hub = { endpointType: 'EventHub', properties: { resourceId: '/hub' } }
  await grid.put('topics/orders/eventSubscriptions/hub', { destination: hub })
  for (let id = 0; id < 10; id += 1) await grid.publish('orders', [orderEvent(String(id))])
  await untilTrue(() => attempts === 10)
  await grid.publish('orders', [orderEvent('new')])
  await grid.clock.advance(4 * minute)
  assert.equal(attempts, 10)
  assert.equal(await grid.eventGrid.pendingEvents(), 0)
  await grid.clock.advance(2 * minute)
  await untilTrue(() => attempts === 21)
})

test('what was accepted survives the end of the process, and what was being delivered comes again', async (t) => {
  const first = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    respond: (request, response) => {
      if (request.headers['aeg-delivery-count'] === '0' && webhook.received.length <= 2) return
      response.writeHead(200).end()
    },
  })
  await subscribe(first, webhook)
  await first.publish('orders', [orderEvent('1'), orderEvent('2')])
  await webhook.until(2)
  await first.eventGrid.stop()
  const second = await openEventGrid(t, { store: first.store })
  await webhook.until(4)
  const sent = webhook.received.slice(2).map(({ body }) => JSON.stringify(body))
  assert.match(sent.toSorted().join(), /"id":"1".*"id":"2"/)
  await untilTrue(async () => (await second.eventGrid.pendingEvents()) === 0)
})

test('a subscription that is deleted takes what waits for it along', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    respond: (_request, response) => void response.writeHead(500).end(),
  })
  await subscribe(grid, webhook)
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await untilTrue(async () => (await grid.eventGrid.pendingEvents()) === 0)
  await grid.delete('topics/orders/eventSubscriptions/all')
  await grid.clock.advance(60 * minute)
  assert.equal(webhook.received.length, 1)
  assert.equal(await grid.eventGrid.pendingEvents({ withinMs: 60 * minute }), 0)
})

test('a subscription whose time is over gets nothing any more', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await subscribe(grid, webhook, { expirationTimeUtc: '2026-01-01T01:00:00Z' })
  await grid.publish('orders', [orderEvent('1')])
  await webhook.until(1)
  await pass(grid, 61 * minute)
  await grid.publish('orders', [orderEvent('2')])
  assert.equal(await grid.eventGrid.pendingEvents(), 0)
})

test('deliveries that are held back begin when they may', async (t) => {
  const grid = await openEventGrid(t, { holdsDeliveries: true })
  const webhook = await openWebhook(t)
  await subscribe(grid, webhook)
  await grid.publish('orders', [orderEvent('1')])
  await grid.clock.advance(minute)
  assert.equal(webhook.received.length, 0)
  assert.equal(await grid.eventGrid.pendingEvents(), 1)
  grid.eventGrid.beginDeliveries()
  await webhook.until(1)
})
