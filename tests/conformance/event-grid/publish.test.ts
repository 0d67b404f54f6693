import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createDefaultHttpClient } from '@azure/core-rest-pipeline'
import type { PipelineRequest } from '@azure/core-rest-pipeline'
import {
  AzureKeyCredential,
  AzureSASCredential,
  EventGridDeserializer,
  EventGridPublisherClient,
  generateSharedAccessSignature,
} from '@azure/eventgrid'
import { ServiceError } from '../../../src/base/errors.ts'
import type { JsonObject, JsonValue } from '../../../src/base/json.ts'
import {
  openEventGrid,
  openWebhook,
  webhookProperties,
} from '../../../src/services/event-grid/fixture.ts'
import type { EventGridFixture, WebhookServer } from '../../../src/services/event-grid/fixture.ts'
import type { EventGridOptions } from '../../../src/services/event-grid/service.ts'

interface Opened {
  readonly grid: EventGridFixture
  readonly webhook: WebhookServer
  readonly endpoint: string
  readonly key: string
  /** Sends what the client sends to `orders.westeurope-1.eventgrid.azure.net` to the service of the test. */
  readonly client: {
    readonly httpClient: { sendRequest(request: PipelineRequest): ReturnType<Send> }
    readonly retryOptions: { readonly maxRetries: number }
  }
}

type Send = ReturnType<typeof createDefaultHttpClient>['sendRequest']

/** The topic `orders` with one webhook. */
async function open(
  t: TestContext,
  topic: JsonObject = {},
  options: { readonly subscription?: JsonObject; readonly grid?: Partial<EventGridOptions> } = {},
): Promise<Opened> {
  const grid = await openEventGrid(t, options.grid)
  const webhook = await openWebhook(t)
  await grid.put('topics/orders', topic)
  const properties = webhookProperties(webhook.url, options.subscription)
  await grid.put('topics/orders/eventSubscriptions/all', properties)
  const [{ endpoint, key } = { endpoint: '', key: '' }] = grid.eventGrid.endpoints()
  const wire = createDefaultHttpClient()
  return {
    grid,
    webhook,
    endpoint,
    key,
    client: {
      httpClient: {
        sendRequest: async (request) => {
          const { host, pathname, search } = new URL(request.url)
          request.headers.set('host', host)
          const url = `${grid.origin}${pathname}${search}`
          const copy = { ...request, url, allowInsecureConnection: true }
          // The client knows its operation by the request that it made.
          return { ...(await wire.sendRequest(copy)), request }
        },
      },
      retryOptions: { maxRetries: 0 },
    },
  }
}

async function received(webhook: WebhookServer, count: number): Promise<JsonValue[]> {
  const requests = await webhook.until(count)
  return requests.flatMap(({ body }) => body)
}

test('the client sends events in the Event Grid schema with a key', async (t) => {
  const { webhook, endpoint, key, client } = await open(t)
  const publisher = new EventGridPublisherClient(
    endpoint,
    'EventGrid',
    new AzureKeyCredential(key),
    client,
  )
  await publisher.send([
    { subject: 'orders/1', eventType: 'Placed', dataVersion: '1.0', data: { amount: 1 } },
    {
      subject: 'orders/2',
      eventType: 'Placed',
      dataVersion: '1.0',
      data: { amount: 2 },
      id: 'mine',
    },
  ])
  const body = JSON.stringify(await received(webhook, 2))
  const events = await new EventGridDeserializer().deserializeEventGridEvents(body)
  const second = events.find(({ id }) => id === 'mine')
  assert.deepEqual(second?.data, { amount: 2 })
  assert.match(second?.topic ?? '', /\/topics\/orders$/)
})

test('the client sends CloudEvents with a shared access signature', async (t) => {
  const { webhook, endpoint, key, client } = await open(t, { inputSchema: 'CloudEventSchemaV1_0' })
  const expiresOn = new Date(Date.UTC(2026, 0, 1, 1))
  const signature = await generateSharedAccessSignature(
    endpoint,
    new AzureKeyCredential(key),
    expiresOn,
  )
  const publisher = new EventGridPublisherClient(
    endpoint,
    'CloudEvent',
    new AzureSASCredential(signature),
    client,
  )
  await publisher.send([
    { type: 'Placed', source: '/shop', data: { amount: 1 }, extensionAttributes: { tenant: 't1' } },
    {
      type: 'Image',
      source: '/shop',
      data: Uint8Array.of(1, 2, 3),
      datacontenttype: 'image/png',
    },
  ])
  const events = await new EventGridDeserializer().deserializeCloudEvents(
    JSON.stringify(await received(webhook, 2)),
  )
  const placed = events.find(({ type }) => type === 'Placed')
  assert.deepEqual(placed?.data, { amount: 1 })
  assert.deepEqual(placed?.extensionAttributes, { tenant: 't1' })
  const image = events.find(({ type }) => type === 'Image')
  assert.deepEqual([...(image?.data instanceof Uint8Array ? image.data : [])], [1, 2, 3])
})

test('the client sends events in a schema of its own, and they are mapped', async (t) => {
  const { webhook, endpoint, key, client } = await open(t, {
    inputSchema: 'CustomEventSchema',
    inputSchemaMapping: {
      inputSchemaMappingType: 'Json',
      properties: {
        eventType: { sourceField: 'typ' },
        subject: { sourceField: 'sub' },
        dataVersion: { sourceField: 'ver', defaultValue: '1.0' },
      },
    },
  })
  const publisher = new EventGridPublisherClient(
    endpoint,
    'Custom',
    new AzureKeyCredential(key),
    client,
  )
  await publisher.send([{ typ: 'Placed', sub: 'orders/1', ver: '2.0', payload: { a: 1 } }])
  const body = JSON.stringify(await received(webhook, 1))
  const [event] = await new EventGridDeserializer().deserializeEventGridEvents(body)
  assert.equal(event?.eventType, 'Placed')
  assert.equal(event.dataVersion, '2.0')
  assert.deepEqual(event.data, { typ: 'Placed', sub: 'orders/1', ver: '2.0', payload: { a: 1 } })
})

test('the client sends with a token of Entra ID', async (t) => {
  const scopes: string[] = []
  const { webhook, endpoint, client } = await open(
    t,
    {},
    {
      grid: {
        verifyToken: ({ token }) => {
          if (token !== 'sender') throw new ServiceError('Forbidden', 403, 'no role')
        },
      },
    },
  )
  const credential = {
    getToken: async (scope: string | string[]) => {
      scopes.push(String(scope))
      return { token: 'sender', expiresOnTimestamp: Date.UTC(2100, 0, 1) }
    },
  }
  const publisher = new EventGridPublisherClient(endpoint, 'EventGrid', credential, client)
  await publisher.send([{ subject: 's', eventType: 't', dataVersion: '', data: {} }])
  await webhook.until(1)
  assert.deepEqual(scopes, ['https://eventgrid.azure.net/.default'])
})

test('the client is told by code and status what is wrong', async (t) => {
  const { endpoint, key, client } = await open(t)
  const event = { subject: 's', eventType: 't', dataVersion: '1', data: {} }
  const wrongKey = new AzureKeyCredential('bm90IHRoZSBrZXk=')
  await assert.rejects(
    new EventGridPublisherClient(endpoint, 'EventGrid', wrongKey, client).send([event]),
    { name: 'RestError', statusCode: 401, code: 'Unauthorized' },
  )
  const publisher = new EventGridPublisherClient(
    endpoint,
    'EventGrid',
    new AzureKeyCredential(key),
    client,
  )
  await assert.rejects(publisher.send([{ ...event, topic: '/other' }]), { statusCode: 401 })
  await assert.rejects(publisher.send([{ ...event, data: { text: 'x'.repeat(1_600_000) } }]), {
    statusCode: 413,
  })
  const none = endpoint.replace('orders', 'none')
  await assert.rejects(
    new EventGridPublisherClient(none, 'EventGrid', new AzureKeyCredential(key), client).send([
      event,
    ]),
    { statusCode: 404, code: 'NotFound' },
  )
})
