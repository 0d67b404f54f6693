import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { ServiceError, SourceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import type { ResourceProvider } from '../../engines/resources/resource-provider.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { DeployOptions } from './deployment.ts'
import { type AppliedResource, ResourceManager } from './service.ts'

const subscriptionId = '11111111-1111-1111-1111-111111111111'
const tenantId = '22222222-2222-2222-2222-222222222222'
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg-main`

async function openStore(): Promise<Store> {
  return openSqliteStore({ path: ':memory:', clock: new ManualClock() })
}

function open(store: Store, clock = new ManualClock()): ResourceManager {
  const logger = newLogger({ level: 'silent', name: 'test' })
  return new ResourceManager({ store, clock, logger, subscriptionId, tenantId, location: 'here' })
}

/** A small service: it keeps what is put, in the order in which it came. */
class Shelf {
  readonly puts: string[] = []
  readonly deletes: string[] = []
  readonly properties = new Map<string, JsonObject>()
  refused: string | undefined

  provider(type: string): ResourceProvider {
    return {
      type,
      put: async ({ names, properties }) => {
        const name = names.join('/')
        if (name === this.refused) throw new ServiceError('Conflict', 409, 'It is being used.')
        this.puts.push(name)
        this.properties.set(name, properties)
        return { properties: { ...properties, endpoint: `https://${name}/` } }
      },
      delete: async (names) => {
        this.deletes.push(names.join('/'))
      },
      actions: { listKeys: async (names) => ({ key: `key of ${names.join('/')}` }) },
    }
  }
}

function shelved(manager: ResourceManager, types = ['Test.Bus/namespaces']): Shelf {
  const shelf = new Shelf()
  for (const type of types) {
    manager.register(shelf.provider(type))
    manager.register(shelf.provider(`${type}/queues`))
  }
  return shelf
}

function files(text: string, others: Record<string, string> = {}): DeployOptions {
  const all: Record<string, string> = { 'main.bicep': text, ...others }
  return { file: 'main.bicep', readFile: (path) => all[path] }
}

const namespaceAndQueue = `
param lock string = 'PT1M'
resource queue 'Test.Bus/namespaces/queues@2022-10-01' = {
  parent: bus
  name: 'orders'
  properties: { lockDuration: lock }
}
resource bus 'Test.Bus/namespaces@2022-10-01' = {
  name: 'bus'
}
`

test('a resource is put after those it depends on', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  assert.deepEqual(shelf.puts, ['bus', 'bus/orders'])
  await store.close()
})

test('a template that says the same as the last time puts nothing', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  const { resources } = await manager.deployTemplate(files(namespaceAndQueue))
  assert.equal(shelf.puts.length, 2)
  assert.deepEqual(
    resources.map((each) => each.changed),
    [false, false],
  )
  await store.close()
})

test('only what changed in the template is put again', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  await manager.deployTemplate({ ...files(namespaceAndQueue), parameters: { lock: 'PT5M' } })
  assert.deepEqual(shelf.puts, ['bus', 'bus/orders', 'bus/orders'])
  assert.deepEqual(shelf.properties.get('bus/orders'), { lockDuration: 'PT5M' })
  await store.close()
})

test('after a restart every resource can be read, and none is put again', async () => {
  const store = await openStore()
  shelved(open(store))
  const first = open(store)
  shelved(first)
  await first.deployTemplate(files(namespaceAndQueue))
  const second = open(store)
  const shelf = shelved(second)
  await second.deployTemplate(files(namespaceAndQueue))
  assert.deepEqual(shelf.puts, [])
  const body = await second.get(`${group}/providers/Test.Bus/namespaces/bus/queues/orders`)
  assert.deepEqual(body?.['properties'], { lockDuration: 'PT1M', endpoint: 'https://bus/orders/' })
  await store.close()
})

test('ids are compared without case', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  const body = await manager.get(`${group}/providers/test.bus/NAMESPACES/Bus`.toUpperCase())
  assert.equal(body?.['name'], 'bus')
  await store.close()
})

test('a put that failed is tried again by the next deployment, and says where it was asked for', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  shelf.refused = 'bus/orders'
  await assert.rejects(manager.deployTemplate(files(namespaceAndQueue)), (error) => {
    assert.ok(error instanceof SourceError)
    assert.equal(error.code, 'Conflict')
    assert.deepEqual(error.position, { file: 'main.bicep', line: 3, column: 16 })
    return true
  })
  shelf.refused = undefined
  await manager.deployTemplate(files(namespaceAndQueue))
  assert.deepEqual(shelf.puts, ['bus', 'bus/orders'])
  await store.close()
})

test('what depends on a failed resource is not put, the rest is', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  shelf.refused = 'bus'
  const text = `${namespaceAndQueue}
resource other 'Test.Bus/namespaces@2022-10-01' = {
  name: 'other'
}`
  await assert.rejects(manager.deployTemplate(files(text)), { code: 'Conflict' })
  assert.deepEqual(shelf.puts, ['other'])
  await store.close()
})

test('a resource that left the template stays', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  await manager.deployTemplate(files(''))
  const ids = (await manager.list({ type: 'test.bus/namespaces' })).map((each) => each['id'])
  assert.deepEqual(ids, [`${group}/providers/Test.Bus/namespaces/bus`])
  await store.close()
})

test('a deleted resource goes with everything inside it, innermost first', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  await manager.deployTemplate(files(namespaceAndQueue))
  assert.equal(await manager.delete(group), true)
  assert.deepEqual(shelf.deletes, ['bus/orders', 'bus'])
  assert.deepEqual(await manager.list(), [])
  assert.equal(await manager.delete(group), false)
  await store.close()
})

test('a type that is not supported is refused before anything is put', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  const text = `${namespaceAndQueue}
resource odd 'Unknown.Cloud/things@2022-10-01' = {
  name: 'odd'
}`
  await assert.rejects(manager.deployTemplate(files(text)), {
    code: 'InvalidResourceType',
    position: { file: 'main.bicep', line: 12, column: 14 },
  })
  assert.deepEqual(shelf.puts, [])
  await store.close()
})

test('a check lists the modelled, inert and unsupported resources of all modules with their places', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  const inner = `
param deploy bool
resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan'
}
resource odd 'Unknown.Cloud/things@2022-10-01' = if (deploy) {
  name: 'odd'
}
resource existing 'Unknown.Cloud/others@2022-10-01' existing = {
  name: 'other'
}`
  const text = `
resource bus 'Test.Bus/namespaces@2022-10-01' = {
  name: 'bus'
}
module off 'inner.bicep' = {
  name: 'off'
  params: { deploy: false }
}
module depends 'inner.bicep' = {
  name: 'depends'
  params: { deploy: bus.properties.endpoint == 'x' }
}`
  const checked = await manager.check(files(text, { 'inner.bicep': inner }))
  assert.deepEqual(
    checked.map(({ name, class: kind, certain, at }) => [name, kind, certain, at.file, at.line]),
    [
      ['bus', 'modelled', true, 'main.bicep', 2],
      ['plan', 'inert', true, 'inner.bicep', 3],
      ['plan', 'inert', true, 'inner.bicep', 3],
      ['odd', 'unsupported', false, 'inner.bicep', 6],
    ],
  )
  assert.deepEqual(await manager.list(), [])
  await store.close()
})

test('a template for a resource group goes to the one of the environment', async () => {
  const store = await openStore()
  const manager = open(store)
  const text = 'output group string = resourceGroup().name'
  const named = { ...files(text), resourceGroup: 'mine' }
  const environment = { AZURE_ENV_NAME: 'dev' }
  const groups = [
    await manager.deployTemplate(files(text)),
    await manager.deployTemplate({ ...files(text), environment }),
    await manager.deployTemplate({ ...named, environment }),
  ]
  assert.deepEqual(
    groups.map(({ outputs }) => outputs['group']),
    ['rg-main', 'rg-dev', 'mine'],
  )
  await store.close()
})

test('listeners hear of what was put, not of what stayed', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  const heard: AppliedResource[] = []
  const end = manager.onApplied((applied) => heard.push(applied))
  await manager.deployTemplate(files(namespaceAndQueue))
  await manager.deployTemplate(files(namespaceAndQueue))
  end()
  await manager.deployTemplate({ ...files(namespaceAndQueue), parameters: { lock: 'PT5M' } })
  assert.deepEqual(
    heard.map((each) => each.type),
    ['Microsoft.Resources/resourceGroups', 'Test.Bus/namespaces', 'Test.Bus/namespaces/queues'],
  )
  await store.close()
})

test('utcNow and newGuid give the same at every deployment of one name', async () => {
  const store = await openStore()
  const text = `
param now string = utcNow()
param id string = newGuid()
param other string = newGuid()
output all array = [now, id, other]`
  const clock = new ManualClock()
  const first = await open(store, clock).deployTemplate(files(text))
  await clock.advance(60_000)
  const second = await open(store, clock).deployTemplate(files(text))
  const third = await open(store, clock).deployTemplate({ ...files(text), deploymentName: 'other' })
  assert.deepEqual(second.outputs, first.outputs)
  assert.notDeepEqual(third.outputs, first.outputs)
  const { all } = first.outputs
  assert.ok(Array.isArray(all) && all[1] !== all[2])
  await store.close()
})

test('a value that only a later resource knows is waited for', async () => {
  const store = await openStore()
  const manager = open(store)
  const shelf = shelved(manager)
  const text = `
resource reader 'Test.Bus/namespaces@2022-10-01' = {
  name: 'reader'
  properties: { key: listKeys(resourceId('Test.Bus/namespaces', 'bus'), '2022-10-01').key }
}
resource bus 'Test.Bus/namespaces@2022-10-01' = {
  name: 'bus'
}`
  await manager.deployTemplate(files(text))
  assert.deepEqual(shelf.puts, ['bus', 'reader'])
  assert.deepEqual(shelf.properties.get('reader'), { key: 'key of bus' })
  await store.close()
})

test('a loop with a batch size deploys that many at a time', async () => {
  const store = await openStore()
  const manager = open(store)
  const seen = { now: 0, most: 0 }
  manager.register({
    type: 'Test.Bus/namespaces',
    put: async () => {
      seen.most = Math.max(seen.most, ++seen.now)
      await new Promise((resolve) => setImmediate(resolve))
      seen.now--
      return { properties: {} }
    },
    delete: async () => {},
  })
  const text = `
@batchSize(2)
resource all 'Test.Bus/namespaces@2022-10-01' = [for i in range(0, 6): {
  name: 'bus\${i}'
}]`
  await manager.deployTemplate(files(text))
  assert.equal(seen.most, 2)
  await store.close()
})

test('the management interface puts, reads, calls and deletes by id', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  const id = `${group}/providers/Test.Bus/namespaces/bus`
  const options = { apiVersion: '2022-10-01' }
  await assert.rejects(manager.put(id, {}, options), { code: 'ResourceGroupNotFound', status: 404 })
  await manager.put(group, { location: 'here' }, { apiVersion: '2024-03-01' })
  const { body } = await manager.put(id, { tags: { a: 'b' }, properties: { x: 1 } }, options)
  assert.deepEqual(body, {
    tags: { a: 'b' },
    properties: { x: 1, endpoint: 'https://bus/' },
    id,
    name: 'bus',
    type: 'Test.Bus/namespaces',
    apiVersion: '2022-10-01',
  })
  assert.deepEqual(await manager.act(id, 'LISTKEYS'), { key: 'key of bus' })
  await assert.rejects(manager.act(id, 'regenerateKey'), { code: 'InvalidResourceOperation' })
  await assert.rejects(manager.act(`${id}x`, 'listKeys'), { code: 'ResourceNotFound' })
  await assert.rejects(manager.put('nonsense', {}, options), { code: 'InvalidResourceId' })
  assert.equal(await manager.delete(id), true)
  assert.equal(await manager.get(id), undefined)
  await store.close()
})

test('the orders solution deploys, with the settings of its apps in place', async () => {
  const store = await openStore()
  const manager = open(store)
  for (const type of ordersTypes) manager.register(azureLike(type))
  const { outputs, resources } = await manager.deployTemplate({
    file: 'solutions/orders/infra/main.bicep',
    readFile: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
    environment: { AZURE_ENV_NAME: 'test' },
  })
  assert.equal(resources.length, 18)
  const sites = await manager.list({ type: 'Microsoft.Web/sites', resourceGroup: 'rg-test' })
  assert.equal(sites.length, 2)
  const settings = resources.find(({ id }) => /func-processing.*appsettings$/.test(id))
  assert.deepEqual(
    { ...settings?.request.properties, APPLICATIONINSIGHTS_CONNECTION_STRING: '' },
    {
      COSMOS_DB__accountEndpoint: outputs['COSMOS_DB_ENDPOINT'],
      COSMOS_DB_DATABASE_NAME: 'orders',
      COSMOS_DB_TO_PROCESS_CONTAINER_NAME: 'toprocess',
      COSMOS_DB_PROCESSED_CONTAINER_NAME: 'processed',
      COSMOS_DB_LEASES_CONTAINER_NAME: 'leases',
      SB_ORDERS__fullyQualifiedNamespace: outputs['SERVICEBUS_FULLY_QUALIFIED_NAMESPACE'],
      SERVICEBUS_QUEUE: 'orders',
      APPLICATIONINSIGHTS_CONNECTION_STRING: '',
      AzureWebJobsFeatureFlags: 'EnableWorkerIndexing',
      AzureWebJobsSecretStorageType: 'files',
      FUNCTIONS_EXTENSION_VERSION: '~4',
      FUNCTIONS_WORKER_RUNTIME: 'node',
      SCM_DO_BUILD_DURING_DEPLOYMENT: 'true',
    },
  )
  const queue = resources.find(({ type }) => type === 'Microsoft.ServiceBus/namespaces/queues')
  assert.equal(queue?.request.properties['lockDuration'], 'PT5M')
  assert.equal(queue?.request.properties['maxDeliveryCount'], 10)
  await store.close()
})

const ordersTypes = [
  'Microsoft.DocumentDB/databaseAccounts',
  'Microsoft.DocumentDB/databaseAccounts/sqlDatabases',
  'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers',
  'Microsoft.ServiceBus/namespaces',
  'Microsoft.ServiceBus/namespaces/queues',
  'Microsoft.Web/sites',
  'Microsoft.Web/sites/config',
]

function azureLike(type: string): ResourceProvider {
  return {
    type,
    put: async ({ names: [name = ''], properties }) => ({
      properties: {
        ...properties,
        documentEndpoint: `https://${name}.documents.azure.com:443/`,
        defaultHostName: `${name}.azurewebsites.net`,
      },
    }),
    delete: async () => {},
  }
}
