import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from 'undici'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import { valueText } from '../../services/functions/typed-value.ts'
import { functionId, group, start, storageId } from './event-grid-fixture.ts'
import { functionsToEventGrid } from './functions-to-event-grid.ts'

function toFunction(more: JsonObject = {}): JsonObject {
  const properties = { resourceId: functionId, ...more }
  return { destination: { endpointType: 'AzureFunction', properties } }
}

test('an event of a storage account calls the function that subscribed to it, in its trace', async (t) => {
  const { eventGrid, triggers, context, calls, raise, clock } = await start(t)
  const listener = await triggers.source.listen({ ...context, binding: {} })
  await eventGrid.putEventSubscription({
    name: 'on-blob',
    sourceId: storageId,
    properties: toFunction(),
  })
  const trace = newTrace()
  await raise('1', trace)
  await clock.advance(100)
  const [call] = calls
  assert.ok(call)
  const event = parseJson(valueText(call.input))
  assert.ok(isJsonObject(event))
  assert.equal(event['topic'], storageId)
  assert.deepEqual(call.metadata, { data: event['data'] })
  assert.equal(call.trace?.traceId, trace.traceId)
  assert.notEqual(call.trace.spanId, trace.spanId)
  assert.equal(await listener.pending(), 0)
  assert.equal(await eventGrid.pendingEvents(), 0)
})

test('an event waits for a function whose app is still being loaded', async (t) => {
  const { eventGrid, triggers, context, calls, raise, clock } = await start(t)
  const properties = toFunction()
  await eventGrid.putEventSubscription({ name: 'on-blob', sourceId: storageId, properties })
  await raise('1')
  await clock.advance(10_000)
  assert.equal(calls.length, 0)
  assert.equal(await eventGrid.pendingEvents(), 1)
  await triggers.source.listen({ ...context, binding: {} })
  await clock.advance(100)
  assert.equal(calls.length, 1)
})

test('a function that fails gets the event again ten seconds later', async (t) => {
  let isFailing = true
  const { eventGrid, triggers, context, calls, raise, clock } = await start(t, {
    fails: () => isFailing,
  })
  await triggers.source.listen({ ...context, binding: {} })
  const properties = toFunction()
  await eventGrid.putEventSubscription({ name: 'on-blob', sourceId: storageId, properties })
  await raise('1')
  await clock.advance(100)
  isFailing = false
  await clock.advance(9_000)
  assert.equal(calls.length, 1)
  assert.equal(await eventGrid.pendingEvents(), 0)
  assert.equal(await eventGrid.pendingEvents({ withinMs: 60_000 }), 1)
  await clock.advance(5_000)
  assert.equal(calls.length, 2)
})

test('a function with cardinality many gets the events of a batch in one call', async (t) => {
  const { eventGrid, triggers, context, calls, raise, clock } = await start(t)
  const properties = toFunction({ maxEventsPerBatch: 10 })
  await eventGrid.putEventSubscription({ name: 'on-blob', sourceId: storageId, properties })
  await raise('1')
  await clock.advance(100)
  await Promise.all([raise('2'), raise('3'), raise('4')])
  await triggers.source.listen({ ...context, binding: { cardinality: 'many' } })
  await clock.advance(100)
  const sizes = calls.map(({ items = [] }) => items.length)
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    4,
  )
  assert.ok(
    sizes.some((size) => size > 1),
    `${sizes.join(', ')}`,
  )
})

test('the id of something else than a function is refused', async (t) => {
  const { eventGrid } = await start(t)
  const properties = {
    destination: { endpointType: 'AzureFunction', properties: { resourceId: storageId } },
  }
  await assert.rejects(
    eventGrid.putEventSubscription({ name: 'on-blob', sourceId: storageId, properties }),
    { code: 'InvalidRequest' },
  )
})

test('events become messages of a Service Bus queue, with their headers and properties', async (t) => {
  const { eventGrid, namespace, raise, clock } = await start(t)
  await namespace.createQueue('blobs')
  const destination = {
    endpointType: 'ServiceBusQueue',
    properties: {
      resourceId: `${group}/Microsoft.ServiceBus/namespaces/contoso/queues/blobs`,
      deliveryAttributeMappings: [
        { name: 'tenant', type: 'Static', properties: { value: 't1' } },
        { name: 'CorrelationId', type: 'Dynamic', properties: { sourceField: 'id' } },
      ],
    },
  }
  await eventGrid.putEventSubscription({
    name: 'to-bus',
    sourceId: storageId,
    properties: { destination },
  })
  await raise('77')
  await clock.advance(100)
  const [message] = await namespace.peek('blobs', { maxCount: 5 })
  assert.ok(message)
  const event = parseJson(String(message.body))
  assert.ok(isJsonObject(event))
  assert.equal(event['id'], '77')
  assert.equal(message.correlationId, '77')
  assert.equal(message.applicationProperties?.['tenant'], 't1')
  assert.equal(message.applicationProperties['aeg-subscription-name'], 'TO-BUS')
  assert.equal(message.applicationProperties['aeg-event-type'], 'Notification')
  assert.equal(message.messageId, message.applicationProperties['aeg-output-event-id'])
})

test('a queue that is not there is refused, one that was deleted is tried again', async (t) => {
  const { eventGrid, namespace, raise, clock } = await start(t)
  const resourceId = `${group}/Microsoft.ServiceBus/namespaces/contoso/queues/blobs`
  const properties = {
    destination: { endpointType: 'ServiceBusQueue', properties: { resourceId } },
  }
  const given = { name: 'to-bus', sourceId: storageId, properties }
  await assert.rejects(eventGrid.putEventSubscription(given), { code: 'MessagingEntityNotFound' })
  await namespace.createQueue('blobs')
  await eventGrid.putEventSubscription(given)
  await namespace.delete('blobs')
  await raise('1')
  await clock.advance(1_000)
  await namespace.createQueue('blobs')
  await clock.advance(6 * 60_000)
  assert.equal((await namespace.peek('blobs', { maxCount: 5 })).length, 1)
})

test('the output binding of a function publishes to the topic that its settings name', async (t) => {
  const { eventGrid, context, namespace, clock } = await start(t)
  await namespace.createQueue('all')
  const topic = await eventGrid.topics.put({
    kind: 'topic',
    id: `${group}/Microsoft.EventGrid/topics/shop`,
    name: 'shop',
    location: 'westeurope',
    properties: {},
  })
  const resourceId = `${group}/Microsoft.ServiceBus/namespaces/contoso/queues/all`
  await eventGrid.putEventSubscription({
    name: 'all',
    sourceId: topic.id,
    properties: { destination: { endpointType: 'ServiceBusQueue', properties: { resourceId } } },
  })
  const settings = new AppSettings({
    ShopUri: 'https://shop.westeurope-1.eventgrid.azure.net/api/events',
    ShopKey: topic.key2,
    WrongKey: 'bm90IHRoZSBrZXk=',
    Other__topicEndpointUri: 'https://other.westeurope-1.eventgrid.azure.net/api/events',
  })
  const sink = functionsToEventGrid(eventGrid)
  const open = (binding: JsonObject) => sink.open({ ...context, settings, binding })
  const write = await open({ topicEndpointUri: 'ShopUri', topicKeySetting: 'ShopKey' })
  const event = {
    id: '1',
    subject: 's',
    eventType: 't',
    eventTime: '2026-01-01T00:00:00Z',
    dataVersion: '1',
    data: null,
  }
  const trace = newTrace()
  await write({
    values: [{ kind: 'json', text: JSON.stringify(event) }],
    traceOf: () => trace,
    bindingData: {},
  })
  await clock.advance(100)
  const [message] = await namespace.peek('all', { maxCount: 5 })
  assert.equal(message?.trace?.traceId, trace.traceId)
  const wrongKey = { topicEndpointUri: 'ShopUri', topicKeySetting: 'WrongKey' }
  await assert.rejects(open(wrongKey), /a key of the topic 'shop'/)
  await assert.rejects(open({ connection: 'Other' }), /no template declares/)
  const text = {
    values: [{ kind: 'text', text: 'hello' }],
    traceOf: () => trace,
    bindingData: {},
  } as const
  await assert.rejects(write(text), /expected events as objects/)
})

test("an app's webhook answers the handshake, takes events and refuses what it does not know", async (t) => {
  const { triggers, context, calls } = await start(t)
  await triggers.source.listen({ ...context, binding: {} })
  const server = new HttpServer({
    port: 0,
    name: 'app',
    logger: newLogger({ name: 'test', level: 'silent' }),
    handler: (incoming, response) => triggers.handleWebhook('orders', incoming, response),
  })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const call = async (kind: string, body: unknown, name = 'onblob') => {
    const url = `http://127.0.0.1:${port}/runtime/webhooks/eventgrid?functionName=${name}`
    const response = await request(url, {
      method: kind === '' ? 'OPTIONS' : 'POST',
      headers: { 'aeg-event-type': kind, 'webhook-request-origin': 'eventgrid.azure.net' },
      body: JSON.stringify(body),
    })
    return {
      status: response.statusCode,
      text: await response.body.text(),
      origin: response.headers['webhook-allowed-origin'],
    }
  }
  const validation = [{ data: { validationCode: 'c1' } }]
  const shaken = await call('SubscriptionValidation', validation)
  assert.deepEqual([shaken.status, shaken.text], [200, '{"validationResponse":"c1"}'])
  assert.equal((await call('', null)).origin, 'eventgrid.azure.net')
  assert.equal((await call('Notification', [{ id: '1' }, { id: '2' }])).status, 202)
  assert.equal(calls.length, 2)
  assert.equal((await call('Something', [])).status, 400)
  assert.equal((await call('Notification', [], 'none')).status, 404)
})
