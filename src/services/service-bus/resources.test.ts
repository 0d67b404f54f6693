import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { stringMember } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { newBus, startTestBus } from './bus-fixture.ts'
import { serviceBusResources } from './resources.ts'
import type { ServiceBus } from './service.ts'

async function deployer(t: TestContext) {
  const started = await startTestBus(t)
  return { ...started, ...verbs(started.bus) }
}

function verbs(bus: ServiceBus) {
  const providers = serviceBusResources(bus)
  const provider = (type: string): ResourceProvider => {
    const found = providers.find((candidate) => candidate.type === `Microsoft.ServiceBus/${type}`)
    assert.ok(found, type)
    return found
  }
  const put = async (type: string, names: readonly string[], properties: object = {}, sku = {}) => {
    const request = { id: '', names, apiVersion: '2024-01-01', tags: {}, identity: {}, sku }
    const body = { ...request, type: `Microsoft.ServiceBus/${type}`, properties: { ...properties } }
    return provider(type).put(body)
  }
  const listKeys = async (type: string, names: readonly string[]): Promise<JsonObject> => {
    const keys = await provider(type).actions?.['listKeys']?.(names, {})
    assert.ok(typeof keys === 'object' && keys !== null && !Array.isArray(keys))
    return keys
  }
  return { provider, put, listKeys }
}

test('a namespace is put with its sku, and put again unchanged', async (t) => {
  const { put, bus } = await deployer(t)
  const sku = { name: 'Premium', tier: 'Premium', capacity: 1 }
  const body = await put('namespaces', ['sb-orders'], { minimumTlsVersion: '1.2' }, sku)
  assert.equal(
    body.properties['serviceBusEndpoint'],
    'https://sb-orders.servicebus.windows.net:443/',
  )
  assert.equal(body.properties['provisioningState'], 'Succeeded')
  assert.equal(bus.namespace('SB-Orders')?.tier, 'Premium')
  await put('namespaces', ['sb-orders'], {}, { name: 'Standard' })
  assert.equal(bus.namespace('sb-orders')?.tier, 'Standard')
})

test('a namespace has a root key that stays the same', async (t) => {
  const { put, listKeys, store, clock } = await deployer(t)
  await put('namespaces', ['sb-orders'])
  const names = ['sb-orders', 'RootManageSharedAccessKey']
  const keys = await listKeys('namespaces/authorizationRules', names)
  assert.equal(
    keys['primaryConnectionString'],
    `Endpoint=sb://sb-orders.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${stringMember(keys, 'primaryKey')}`,
  )
  assert.notEqual(keys['primaryKey'], keys['secondaryKey'])
  await put('namespaces', ['sb-orders'])
  const next = newBus({ store, clock, owner: 'run-2' })
  await next.start()
  t.after(() => next.stop())
  assert.deepEqual(await verbs(next).listKeys('namespaces/authorizationRules', names), keys)
})

test('a queue reads back its properties and the defaults of the rest', async (t) => {
  const { put } = await deployer(t)
  const properties = {
    lockDuration: 'PT5M',
    maxDeliveryCount: 3,
    defaultMessageTimeToLive: 'P14D',
    deadLetteringOnMessageExpiration: true,
    enablePartitioning: true,
    status: 'active',
  }
  const body = await put('namespaces/queues', ['contoso', 'orders'], properties)
  const { createdAt, updatedAt, ...rest } = body.properties
  assert.equal(createdAt, updatedAt)
  assert.deepEqual(rest, {
    lockDuration: 'PT5M',
    maxSizeInMegabytes: 1024,
    requiresDuplicateDetection: false,
    duplicateDetectionHistoryTimeWindow: 'PT10M',
    requiresSession: false,
    defaultMessageTimeToLive: 'P14D',
    deadLetteringOnMessageExpiration: true,
    enableBatchedOperations: true,
    maxDeliveryCount: 3,
    status: 'Active',
    autoDeleteOnIdle: 'P10675199DT2H48M5.4775807S',
    enablePartitioning: true,
    enableExpress: false,
  })
})

test('what is read back of a queue can be put again', async (t) => {
  const { put, namespace, clock } = await deployer(t)
  const { properties } = await put('namespaces/queues', ['contoso', 'orders'], {
    maxDeliveryCount: 3,
  })
  await namespace.send('orders', [{ body: 'kept' }])
  await clock.advance(1000)
  const again = await put('namespaces/queues', ['contoso', 'Orders'], properties)
  assert.equal(again.properties['createdAt'], properties['createdAt'])
  assert.notEqual(again.properties['updatedAt'], properties['updatedAt'])
  assert.equal(namespace.queue('orders').path, 'orders')
  assert.equal((await namespace.counts('orders')).activeMessageCount, 1)
})

test('a topic, its subscription and its rules are put, in their own words', async (t) => {
  const { put, namespace } = await deployer(t)
  const topic = await put('namespaces/topics', ['contoso', 'events'], { supportOrdering: true })
  assert.equal(topic.properties['supportOrdering'], true)
  const subscription = await put('namespaces/topics/subscriptions', ['contoso', 'events', 'new'], {
    maxDeliveryCount: 5,
  })
  assert.equal(subscription.properties['deadLetteringOnFilterEvaluationExceptions'], true)
  const rule = {
    filterType: 'SqlFilter',
    sqlFilter: { sqlExpression: "kind = 'new'", compatibilityLevel: 20 },
    action: { sqlExpression: 'SET seen = TRUE' },
  }
  const rules = 'namespaces/topics/subscriptions/rules'
  assert.deepEqual((await put(rules, ['contoso', 'events', 'new', 'kind'], rule)).properties, rule)
  await put(rules, ['contoso', 'events', 'new', '$Default'], {
    filterType: 'CorrelationFilter',
    correlationFilter: { correlationId: 'c' },
  })
  assert.equal(namespace.subscription('events/subscriptions/new').rules.size, 2)
  await namespace.send('events', [{ body: 'a', applicationProperties: { kind: 'new' } }])
  assert.equal((await namespace.counts('events/subscriptions/new')).activeMessageCount, 1)
})

test('resources are deleted, and deleting what is not there is no fault', async (t) => {
  const { put, provider, namespace, bus } = await deployer(t)
  await put('namespaces/queues', ['contoso', 'orders'])
  await put('namespaces/topics', ['contoso', 'events'])
  await put('namespaces/topics/subscriptions', ['contoso', 'events', 'new'])
  await provider('namespaces/queues').delete(['contoso', 'orders'])
  await provider('namespaces/topics/subscriptions/rules').delete([
    'contoso',
    'events',
    'new',
    '$Default',
  ])
  assert.equal(namespace.subscription('events/subscriptions/new').rules.size, 0)
  await provider('namespaces/topics/subscriptions').delete(['contoso', 'events', 'new'])
  await provider('namespaces/queues').delete(['contoso', 'orders'])
  assert.deepEqual(
    namespace.list().map(({ path }) => path),
    ['events'],
  )
  await provider('namespaces').delete(['contoso'])
  await provider('namespaces').delete(['contoso'])
  assert.equal(bus.namespace('contoso'), undefined)
  await bus.createNamespace('contoso')
  assert.deepEqual(bus.namespace('contoso')?.list(), [])
})

test('authorization rules have the rights they were given, and keys of their own', async (t) => {
  const { put, listKeys, provider, namespace } = await deployer(t)
  await put('namespaces/queues', ['contoso', 'orders'])
  const type = 'namespaces/queues/authorizationRules'
  const names = ['contoso', 'orders', 'sender']
  const body = await put(type, names, { rights: ['send'] })
  assert.deepEqual(body.properties, { rights: ['Send'] })
  const keys = await listKeys(type, names)
  assert.match(
    stringMember(keys, 'secondaryConnectionString') ?? '',
    /SharedAccessKeyName=sender;.*;EntityPath=orders$/,
  )
  const changed = await provider(type).actions?.['regenerateKeys']?.(names, {
    keyType: 'PrimaryKey',
  })
  assert.notDeepEqual(changed, keys)
  assert.equal(namespace.authorizationRules.named('SENDER').length, 1)
  await assert.rejects(put(type, names, { rights: ['Manage'] }), /requires the rights/)
  await assert.rejects(put(type, names, { rights: [] }), { status: 400 })
  await provider(type).delete(names)
  await assert.rejects(listKeys(type, names), { status: 404 })
})

test('what Azure refuses is refused with the name of the property', async (t) => {
  const { put, bus } = await deployer(t)
  await bus.createNamespace('basic-1', { tier: 'Basic' })
  const queue = (properties: object) => put('namespaces/queues', ['contoso', 'q'], properties)
  const cases: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => queue({ lockDuration: 'PT6M' }), /'lockDuration' of a queue.*at most 300 seconds/],
    [() => queue({ lockDuration: '5 minutes' }), /'lockDuration'.*ISO 8601/],
    [() => queue({ maxDeliveryCount: 0 }), /'maxDeliveryCount'/],
    [() => queue({ maxDeliveryCount: '10' }), /'maxDeliveryCount'.*an integer/],
    [() => queue({ requiresSession: 'yes' }), /'requiresSession'.*true or false/],
    [() => queue({ maxSizeInMegabytes: 1000 }), /'maxSizeInMegabytes'.*1024, 2048/],
    [() => queue({ autoDeleteOnIdle: 'PT10M' }), /'autoDeleteOnIdle' is not supported/],
    [
      () => queue({ maxMessageSizeInKilobytes: 2048 }),
      /'maxMessageSizeInKilobytes'.*'Standard' tier/,
    ],
    [
      () => queue({ status: 'Paused' }),
      /'status'.*Active, Disabled, SendDisabled, ReceiveDisabled/,
    ],
    [() => queue({ lockduration: 'PT1M' }), /'lockduration' of a queue is not supported/],
    [() => queue({ forwardTo: 'q' }), /cannot forward messages to itself/],
    [() => queue({ forwardTo: 'nowhere' }), /there is no such queue or topic/],
    [() => put('namespaces/queues', ['contoso', 'a~subscriptions~b']), /is not valid/],
    [() => put('namespaces/queues', ['contoso', '-q']), /entity name '-q' is not valid/],
    [() => put('namespaces/queues', ['missing', 'q']), /namespaces\/missing' was not found/],
    [() => put('namespaces/topics', ['basic-1', 'events']), /Topics.*'Basic' tier/],
    [
      () => put('namespaces/queues', ['basic-1', 'q'], { requiresSession: true }),
      /'requiresSession'.*'Basic'/,
    ],
    [() => put('namespaces', ['sb']), /namespace name 'sb' is not valid/],
    [() => put('namespaces', ['sb-orders'], {}, { name: 'Gold' }), /'name' of a namespace's sku/],
    [
      () => put('namespaces', ['sb-orders'], { geo: true }),
      /'geo' of a namespace is not supported/,
    ],
    [
      () => put('namespaces/topics/subscriptions', ['contoso', 'events', 's']),
      /'events' could not be found/,
    ],
  ]
  for (const [refused, message] of cases) await assert.rejects(refused, message)
})

test('what a queue requires cannot be changed once it exists', async (t) => {
  const { put } = await deployer(t)
  await put('namespaces/queues', ['contoso', 'q'], { requiresSession: true })
  await assert.rejects(
    put('namespaces/queues', ['contoso', 'q'], {}),
    /'requiresSession' property of an existing queue/,
  )
  await assert.rejects(put('namespaces/topics', ['contoso', 'q'], {}), {
    code: 'MessagingEntityAlreadyExists',
  })
})

test('network rules are accepted, and read back', async (t) => {
  const { put } = await deployer(t)
  const properties = { defaultAction: 'Deny', ipRules: [] }
  const body = await put('namespaces/networkRuleSets', ['contoso', 'default'], properties)
  assert.deepEqual(body.properties, properties)
})

test('a tilde in the name of a resource is a slash in the name of the entity', async (t) => {
  const { put, provider, namespace } = await deployer(t)
  await put('namespaces/queues', ['contoso', 'eu~orders'])
  assert.equal(namespace.queue('eu/orders').path, 'eu/orders')
  await provider('namespaces/queues').delete(['contoso', 'eu~orders'])
  assert.deepEqual(namespace.list(), [])
})

test('a deleted queue takes its keys along', async (t) => {
  const { put, provider, namespace } = await deployer(t)
  await put('namespaces/queues', ['contoso', 'orders'])
  await put('namespaces/queues/authorizationRules', ['contoso', 'orders', 'sender'], {
    rights: ['Send'],
  })
  await provider('namespaces/queues').delete(['contoso', 'orders'])
  assert.deepEqual(namespace.authorizationRules.named('sender'), [])
})
