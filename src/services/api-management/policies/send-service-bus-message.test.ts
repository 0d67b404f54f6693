import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../../../base/errors.ts'
import type { BusMessage, ServiceBusSink } from '../service-bus-sink.ts'
import { type OpenedService, type Owner, openService } from '../service-fixture.ts'

async function openApi(
  owner: Owner,
  inbound: string,
  send: ServiceBusSink['send'],
): Promise<OpenedService> {
  const service = await openService(owner, { parts: { serviceBus: { send } } })
  await service.put('apis/one', {
    path: 'one',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
  })
  await service.put('apis/one/operations/post', { method: 'POST', urlTemplate: '/' })
  await service.put('apis/one/policies/policy', {
    format: 'rawxml',
    value: `<policies><inbound>${inbound}</inbound><backend><base /></backend></policies>`,
  })
  return service
}

const toQueue = `<send-service-bus-message queue-name="orders" namespace="shop.servicebus.windows.net" client-id="app-1">
  <message-properties>
    <message-property name="Customer">Contoso</message-property>
    <message-property name="Path">@(context.Request.OriginalUrl.Path)</message-property>
  </message-properties>
  <payload>@(context.Request.Body.As<string>(preserveContent: true))</payload>
</send-service-bus-message>`

test('the message is kept before the request goes on to the backend', async (t) => {
  const sent: Partial<BusMessage>[] = []
  const service: OpenedService = await openApi(t, toQueue, async ({ trace, ...message }) => {
    await new Promise((resolve) => setImmediate(resolve))
    assert.match(trace.traceId, /^[\da-f]{32}$/)
    assert.equal(service.seen.length, 0)
    sent.push(message)
  })
  const answer = await service.call('/one/', { method: 'POST', body: '{"id":7}' })
  assert.equal(answer.status, 200)
  assert.deepEqual(sent, [
    {
      service: 'apim-1',
      clientId: 'app-1',
      namespace: 'shop.servicebus.windows.net',
      kind: 'queue',
      entity: 'orders',
      properties: { Customer: 'Contoso', Path: '/one/' },
      body: '{"id":7}',
    },
  ])
  assert.equal(service.seen[0]?.body, '{"id":7}')
  const span = service.spans.find(({ operation }) => operation === 'send-service-bus-message')
  assert.equal(span?.resource, 'shop.servicebus.windows.net/orders')
})

test('a topic may be named by an expression, and bytes go as bytes', async (t) => {
  const sent: BusMessage[] = []
  const policy = `<send-service-bus-message topic-name="@(context.Request.Method.ToLower())" namespace="shop.servicebus.windows.net">
    <payload>@(new byte[] { 0, 255 })</payload></send-service-bus-message>`
  const service = await openApi(t, policy, async (message) => void sent.push(message))
  assert.equal((await service.call('/one/', { method: 'POST' })).status, 200)
  const told = sent.map(({ kind, entity, body }) => [
    kind,
    entity,
    Buffer.from(body).toString('hex'),
  ])
  assert.deepEqual(told, [['topic', 'post', '00ff']])
})

test('a message that is not taken ends the call, and the caller reads nothing of why', async (t) => {
  const service = await openApi(t, toQueue, async () => {
    throw new ServiceError('UnauthorizedAccess', 401, 'No role lets it send.')
  })
  const answer = await service.call('/one/', { method: 'POST', body: 'x' })
  assert.equal(answer.status, 500)
  assert.match(await answer.text(), /"message": "Internal server error"/)
  assert.equal(service.seen.length, 0)
})
