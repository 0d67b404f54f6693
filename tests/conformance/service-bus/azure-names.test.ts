import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientSecretCredential } from '@azure/identity'
import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus'
import type { Platform } from '../../../src/platform/platform.ts'
import { startWithAzureNames } from '../azure-names.ts'

const host = 'sb-contoso.servicebus.windows.net'

function credentialOf(platform: Platform, name: string): ClientSecretCredential {
  const registration = platform.endpoints.appRegistrations?.[name]
  assert.ok(registration)
  const { tenantId, clientId, clientSecret } = registration
  return new ClientSecretCredential(tenantId, clientId, clientSecret)
}

test('by its Azure name a namespace is reached in TLS, with tokens and what their roles allow', async (t) => {
  const platform = await startWithAzureNames(t, 'tests/conformance/service-bus/projects/bus')
  const retryOptions = { maxRetries: 0 }
  const owner = new ServiceBusClient(host, credentialOf(platform, 'owner'), { retryOptions })
  const sender = new ServiceBusClient(host, credentialOf(platform, 'sender'), { retryOptions })
  t.after(async () => {
    await owner.close()
    await sender.close()
  })
  await sender.createSender('orders').sendMessages({ body: 'by role' })
  await assert.rejects(
    sender.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 100 }),
    {
      code: 'UnauthorizedAccess',
    },
  )
  const receiver = owner.createReceiver('orders')
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 })
  assert.equal(message?.body, 'by role')
  const administration = new ServiceBusAdministrationClient(host, credentialOf(platform, 'owner'))
  await administration.createQueue('more')
  assert.equal(await administration.queueExists('more'), true)
  const refused = new ServiceBusAdministrationClient(host, credentialOf(platform, 'sender'))
  await assert.rejects(refused.createQueue('other'), { statusCode: 401 })
  const local = new ServiceBusClient(platform.endpoints.serviceBus?.connectionString ?? '')
  t.after(() => local.close())
  await local.createSender('more').sendMessages({ body: 1 })
})
