import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newLogger } from '../../base/logger.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { eventGridResources } from '../../services/event-grid/resources.ts'
import { ResourceManager } from '../../services/resource-manager/service.ts'
import { serviceBusResources } from '../../services/service-bus/resources.ts'
import { start } from './event-grid-fixture.ts'

const template = `
param location string = 'West Europe'
resource topic 'Microsoft.EventGrid/topics@2022-06-15' = {
  name: 'shop'
  location: location
  properties: { inputSchema: 'EventGridSchema' }
}
resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'files'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}
resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: 'contoso'
  location: location
  resource queue 'queues' = { name: 'all' }
}
resource system 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: 'files-events'
  location: location
  properties: { source: sa.id, topicType: 'Microsoft.Storage.StorageAccounts' }
  resource created 'eventSubscriptions' = {
    name: 'created'
    properties: {
      destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: bus::queue.id } }
      filter: { includedEventTypes: [ 'Microsoft.Storage.BlobCreated' ] }
    }
  }
}
resource direct 'Microsoft.EventGrid/eventSubscriptions@2022-06-15' = {
  name: 'direct'
  scope: sa
  properties: {
    destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: bus::queue.id } }
  }
}
resource onTopic 'Microsoft.EventGrid/eventSubscriptions@2022-06-15' = {
  name: 'on-topic'
  scope: topic
  properties: {
    destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: bus::queue.id } }
  }
}
output endpoint string = topic.properties.endpoint
#disable-next-line outputs-should-not-contain-secrets
output key string = topic.listKeys().key1
`

test('a template declares topics, and subscriptions in them and as extensions of resources', async (t) => {
  const { eventGrid, namespace, serviceBus, clock, store } = await start(t)
  const logger = newLogger({ name: 'test', level: 'silent' })
  const location = 'westeurope'
  const ids = { subscriptionId: 's', tenantId: 't' }
  const resources = new ResourceManager({ store, clock, logger, ...ids, location })
  const account: ResourceProvider = {
    type: 'Microsoft.Storage/storageAccounts',
    put: async () => ({ properties: {} }),
    delete: async () => {},
  }
  const providers = [account, ...serviceBusResources(serviceBus), ...eventGridResources(eventGrid)]
  for (const provider of providers) resources.register(provider)
  const { outputs } = await resources.deployTemplate({
    file: 'main.bicep',
    readFile: (path) => (path === 'main.bicep' ? template : undefined),
    resourceGroup: 'g',
  })
  const [topic] = eventGrid.endpoints()
  assert.equal(outputs['endpoint'], topic?.endpoint)
  assert.equal(outputs['key'], topic?.key)
  const source =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/files'
  const names = eventGrid.subscriptions.ofSource(source).map(({ name }) => name)
  assert.deepEqual(names.toSorted(), ['created', 'direct'])
  const data = { url: 'x' }
  const time = { eventTime: '2026-01-01T00:00:00Z', data }
  const created = { id: '1', subject: 's', eventType: 'Microsoft.Storage.BlobCreated', ...time }
  await eventGrid.publish({ source, events: [created] })
  await clock.advance(100)
  assert.equal((await namespace.counts('all')).activeMessageCount, 2)
  assert.ok(
    await resources.delete(`${source}/providers/Microsoft.EventGrid/eventSubscriptions/direct`),
  )
  assert.ok(await resources.delete(topic ? (eventGrid.topics.byHost(topic.host)?.id ?? '') : ''))
  assert.deepEqual(
    eventGrid.subscriptions.all().map(({ name }) => name),
    ['created'],
  )
})
