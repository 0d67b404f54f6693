import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { group, openEventGrid, openWebhook, orderEvent } from './fixture.ts'
import { storageId, untilTrue, webhookProperties } from './fixture.ts'
import type { EventGridFixture } from './fixture.ts'
import { eventGridResources } from './resources.ts'
import { EventGrid } from './service.ts'

const provider = `${group}/providers/Microsoft.EventGrid`

function act(grid: EventGridFixture, type: string, action: string) {
  const found = eventGridResources(grid.eventGrid).find((each) => each.type === type)
  const run = found?.actions?.[action]
  return async (names: readonly string[], body: JsonObject = {}): Promise<JsonObject> => {
    const answer = await run?.(names, body)
    return isJsonObject(answer) ? answer : {}
  }
}

test('a topic is read back with its endpoint, and keeps its keys through a second put', async (t) => {
  const grid = await openEventGrid(t)
  const body = await grid.put('topics/orders', {})
  assert.equal(body['endpoint'], 'https://orders.westeurope-1.eventgrid.azure.net/api/events')
  assert.equal(body['inputSchema'], 'EventGridSchema')
  assert.equal(body['provisioningState'], 'Succeeded')
  const listKeys = act(grid, 'Microsoft.EventGrid/topics', 'listKeys')
  const keys = await listKeys(['orders'])
  await grid.put('topics/orders', { publicNetworkAccess: 'Disabled' })
  assert.deepEqual(await listKeys(['Orders']), keys)
  const regenerate = act(grid, 'Microsoft.EventGrid/topics', 'regenerateKey')
  const renewed = await regenerate(['orders'], { keyName: 'key2' })
  assert.equal(renewed['key1'], keys['key1'])
  assert.notEqual(renewed['key2'], keys['key2'])
  await assert.rejects(regenerate(['orders'], { keyName: 'key3' }), { code: 'InvalidRequest' })
})

test('topics, keys and subscriptions are there again after a restart', async (t) => {
  const first = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await first.put('domains/shops', { inputSchema: 'CloudEventSchemaV1_0' })
  await first.put('domains/shops/topics/eu', {})
  await first.put('systemTopics/files', {
    source: storageId,
    topicType: 'Microsoft.Storage.StorageAccounts',
  })
  await first.put('systemTopics/files/eventSubscriptions/all', webhookProperties(webhook.url))
  const endpoints = first.eventGrid.endpoints()
  await first.eventGrid.stop()
  const second = await openEventGrid(t, { store: first.store })
  assert.deepEqual(second.eventGrid.endpoints(), endpoints)
  const [shops] = second.eventGrid.topics.all().filter(({ kind }) => kind === 'domain')
  assert.ok(shops)
  assert.deepEqual(second.eventGrid.topics.domainTopics(shops), ['eu'])
  await raise(second, 'again')
  await webhook.until(1)
})

test('the events of a storage account reach those who subscribed to its system topic or to itself', async (t) => {
  const grid = await openEventGrid(t)
  const [byTopic, byAccount] = [await openWebhook(t), await openWebhook(t)]
  const properties = { source: storageId, topicType: 'Microsoft.Storage.StorageAccounts' }
  await grid.put('systemTopics/files', properties)
  await grid.put('systemTopics/files/eventSubscriptions/created', {
    ...webhookProperties(byTopic.url),
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated'],
      subjectBeginsWith: '/blobServices/default/containers/inputfiles/',
    },
  })
  const extension = `${storageId}/providers/Microsoft.EventGrid/eventSubscriptions/direct`
  await grid.put(extension, webhookProperties(byAccount.url))
  await raise(grid, '1')
  const [received] = await byTopic.until(1)
  assert.match(JSON.stringify(received?.body), new RegExp(`"topic":"${storageId}"`))
  await byAccount.until(1)
  await raise(grid, '2', 'Microsoft.Storage.BlobDeleted')
  await byAccount.until(2)
  assert.equal(byTopic.received.length, 1)
  await grid.delete(extension)
  await raise(grid, '3')
  await byTopic.until(2)
  assert.equal(byAccount.received.length, 2)
})

test('an event that is raised before the service has started waits for it', async (t) => {
  const first = await openEventGrid(t)
  const webhook = await openWebhook(t)
  const extension = `${storageId}/providers/Microsoft.EventGrid/eventSubscriptions/direct`
  await first.put(extension, webhookProperties(webhook.url))
  await first.eventGrid.stop()
  const outgoing = new Egress({ hostMap: () => undefined })
  const logger = newLogger({ level: 'silent', name: 'test' })
  const { store, clock } = first
  const next = new EventGrid({ store, clock, logger, telemetry: silentTelemetry, outgoing })
  const raised = raise({ ...first, eventGrid: next }, 'early')
  await next.start()
  t.after(() => next.stop().then(() => outgoing.stop()))
  await raised
  await webhook.until(1)
})

test('a domain routes by the topic that an event names', async (t) => {
  const grid = await openEventGrid(t)
  const [whole, eu] = [await openWebhook(t), await openWebhook(t)]
  await grid.put('domains/shops', {})
  await grid.put('domains/shops/eventSubscriptions/whole', webhookProperties(whole.url))
  await grid.put('domains/shops/topics/eu/eventSubscriptions/one', webhookProperties(eu.url))
  const domain = grid.eventGrid.topics.named('domain', 'shops')
  assert.deepEqual(grid.eventGrid.topics.domainTopics(domain), ['eu'])
  const events = [orderEvent('1', { topic: 'eu' }), orderEvent('2', { topic: 'us' })]
  assert.equal((await grid.publish('shops', events)).status, 200)
  await whole.until(2)
  const [received] = await eu.until(1)
  assert.match(
    JSON.stringify(received?.body),
    new RegExp(`"topic":"${provider}/domains/shops/topics/eu"`),
  )
  const { status } = await grid.publish('shops', [orderEvent('3')])
  assert.equal(status, 401)
  await grid.delete('domains/shops/topics/eu/eventSubscriptions/one')
  assert.deepEqual(grid.eventGrid.topics.domainTopics(domain), [])
  assert.equal(eu.received.length, 1)
})

test('a domain that does not make topics by itself refuses a subscription to one', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await grid.put('domains/shops', { autoCreateTopicWithFirstSubscription: false })
  const path = 'domains/shops/topics/eu/eventSubscriptions/one'
  const properties = webhookProperties(webhook.url)
  await assert.rejects(grid.put(path, properties), { code: 'ResourceNotFound' })
  await grid.put('domains/shops/topics/eu', {})
  assert.equal((await grid.put(path, properties))['provisioningState'], 'Succeeded')
})

test('custom events are delivered in their own schema or in that of Event Grid', async (t) => {
  const grid = await openEventGrid(t)
  const [own, mapped] = [await openWebhook(t), await openWebhook(t)]
  await grid.put('topics/custom', {
    inputSchema: 'CustomEventSchema',
    inputSchemaMapping: {
      inputSchemaMappingType: 'Json',
      properties: {
        eventType: { sourceField: 'kind' },
        subject: { defaultValue: 'none' },
        dataVersion: { defaultValue: '1.0' },
      },
    },
  })
  const eventDeliverySchema = 'CustomInputSchema'
  const path = 'topics/custom/eventSubscriptions'
  await grid.put(`${path}/own`, webhookProperties(own.url, { eventDeliverySchema }))
  await grid.put(`${path}/mapped`, webhookProperties(mapped.url))
  await grid.publish('custom', [{ kind: 'Created', resource: 'x' }])
  const [inOwn] = await own.until(1)
  assert.deepEqual(inOwn?.body, [{ kind: 'Created', resource: 'x' }])
  const [inGrid] = await mapped.until(1)
  const [event] = Array.isArray(inGrid?.body) ? inGrid.body : []
  assert.ok(isJsonObject(event))
  assert.equal(event['topic'], `${provider}/topics/custom`)
  assert.equal(event['eventType'], 'Created')
  assert.equal(event['subject'], 'none')
  assert.deepEqual(event['data'], { kind: 'Created', resource: 'x' })
})

test('the full URL and the attributes of a subscription are told by actions, secrets never', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await grid.put('topics/orders', {})
  const deliveryAttributeMappings = [
    { name: 'x-key', type: 'Static', properties: { value: 'hidden', isSecret: true } },
    { name: 'x-id', type: 'Dynamic', properties: { sourceField: 'id' } },
  ]
  const properties = { endpointUrl: webhook.url, deliveryAttributeMappings }
  const destination = { endpointType: 'WebHook', properties }
  const body = await grid.put('topics/orders/eventSubscriptions/all', { destination })
  assert.doesNotMatch(JSON.stringify(body), /hidden|code=secret/)
  const type = 'Microsoft.EventGrid/topics/eventSubscriptions'
  const names = ['orders', 'all']
  assert.deepEqual(await act(grid, type, 'getFullUrl')(names), { endpointUrl: webhook.url })
  assert.deepEqual(await act(grid, type, 'getDeliveryAttributes')(names), {
    value: [
      { name: 'x-key', type: 'Static', properties: { value: null, isSecret: true } },
      { name: 'x-id', type: 'Dynamic', properties: { sourceField: 'id' } },
    ],
  })
})

test('a topic that is deleted takes its subscriptions along', async (t) => {
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await grid.put('topics/orders', {})
  await grid.put('topics/orders/eventSubscriptions/all', webhookProperties(webhook.url))
  await grid.delete('topics/orders')
  assert.deepEqual(grid.eventGrid.subscriptions.all(), [])
  assert.deepEqual(grid.eventGrid.topics.all(), [])
  await grid.delete('topics/orders')
})

const url = 'https://127.0.0.1:1/hook'
const webhook = (more: JsonObject = {}): JsonObject => webhookProperties(url, more)
const subscription = 'topics/orders/eventSubscriptions/all'
const destination = (endpointType: string, properties: JsonObject = {}): JsonObject => ({
  destination: { endpointType, properties },
})

/** What a template must not ask for, and what names it. */
const refusals: readonly (readonly [string, JsonObject, RegExp])[] = [
  ['topics/a', {}, /The name 'a' of the topic/],
  ['topics/more', { colour: 'red' }, /'properties\.colour' is not supported/],
  ['topics/more', { inboundIpRules: [{ ipMask: '10.0.0.0/8' }] }, /'properties\.inboundIpRules'/],
  ['topics/more', { inputSchema: 'Other' }, /one of EventGridSchema, CloudEventSchemaV1_0/],
  ['topics/more', { inputSchemaMapping: {} }, /needs the inputSchema 'CustomEventSchema'/],
  ['topics/orders', { inputSchema: 'CloudEventSchemaV1_0' }, /cannot be changed/],
  [
    'systemTopics/files',
    { source: storageId, topicType: 'Microsoft.Maps.Accounts' },
    /Microsoft\.Maps/,
  ],
  [
    'systemTopics/files',
    {
      source: `${group}/providers/Microsoft.Sql/servers/s`,
      topicType: 'Microsoft.Storage.StorageAccounts',
    },
    /is not a resource of the type/,
  ],
  ['systemTopics/files', { source: storageId }, /'properties\.topicType' is required/],
  ['namespaces/ns', {}, /Microsoft\.EventGrid\/namespaces/],
  ['partnerTopics/partner', {}, /Microsoft\.EventGrid\/partnerTopics/],
  [subscription, {}, /'properties\.destination' is required/],
  [subscription, destination('HybridConnection'), /'HybridConnection' is not supported/],
  [
    subscription,
    destination('StorageQueue', { resourceId: 'x', queueName: 'q' }),
    /'StorageQueue'/,
  ],
  [subscription, destination('EventHub', { resourceId: 'x' }), /'EventHub' is not supported/],
  [subscription, destination('AzureFunction', { resourceId: 'x' }), /'AzureFunction'/],
  [
    subscription,
    destination('WebHook', { endpointUrl: url, speed: 1 }),
    /destination\.properties\.speed/,
  ],
  [
    subscription,
    destination('WebHook', { endpointUrl: url, maxEventsPerBatch: 5001 }),
    /between 1 and 5000/,
  ],
  [subscription, webhook({ retryPolicy: { maxDeliveryAttempts: 31 } }), /between 1 and 30/],
  [subscription, webhook({ retryPolicy: { eventTimeToLiveInMinutes: 0 } }), /between 1 and 1440/],
  [subscription, webhook({ eventDeliverySchema: 'CustomInputSchema' }), /not possible for a topic/],
  [subscription, webhook({ expirationTimeUtc: 'soon' }), /is not a time/],
  [
    subscription,
    webhook({
      deadLetterDestination: {
        endpointType: 'StorageBlob',
        properties: { resourceId: storageId, blobContainerName: 'dead' },
      },
    }),
    /'properties\.deadLetterDestination' is not supported/,
  ],
  [
    subscription,
    destination('WebHook', {
      endpointUrl: url,
      deliveryAttributeMappings: [{ name: 'host', type: 'Static', properties: { value: 'x' } }],
    }),
    /'host' of .*deliveryAttributeMappings\[0\]\.name/,
  ],
  [
    subscription,
    destination('WebHook', {
      endpointUrl: url,
      deliveryAttributeMappings: [{ name: 'x-y', type: 'Static', properties: { value: 'a\nb' } }],
    }),
    /cannot be the value of a header/,
  ],
  ['topics/none/eventSubscriptions/all', webhook(), /'none' was not found/],
  [
    `${group}/providers/Microsoft.EventGrid/eventSubscriptions/all`,
    webhook(),
    /nothing here raises/,
  ],
]

for (const [path, properties, message] of refusals) {
  test(`${path} is refused: ${message.source}`, async (t) => {
    const grid = await openEventGrid(t)
    await grid.put('topics/orders', {})
    await assert.rejects(grid.put(path, properties), { name: 'ServiceError', message })
    await untilTrue(() => grid.eventGrid.subscriptions.all().length === 0)
  })
}

test('a CloudEvents topic cannot deliver in the Event Grid schema', async (t) => {
  const grid = await openEventGrid(t)
  await grid.put('topics/cloud', { inputSchema: 'CloudEventSchemaV1_0' })
  const properties = webhook({ eventDeliverySchema: 'EventGridSchema' })
  const path = 'topics/cloud/eventSubscriptions/all'
  await assert.rejects(grid.put(path, properties), { message: /not possible for a topic/ })
})

function raise(
  grid: EventGridFixture,
  id: string,
  eventType = 'Microsoft.Storage.BlobCreated',
): Promise<void> {
  const subject = '/blobServices/default/containers/inputfiles/blobs/a.json'
  const event = { id, subject, eventType, eventTime: '2026-01-01T00:00:00Z', data: { url: 'x' } }
  return grid.eventGrid.publish({ source: storageId, events: [event] })
}
