import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { SourceError } from '../../base/errors.ts'
import { files, group, namespaceAndQueue, open, openStore, shelved } from './deployment-fixture.ts'

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

test('a check names resources of JSON templates by the names that they get', async () => {
  const store = await openStore()
  const manager = open(store)
  const text = JSON.stringify({
    variables: { prefix: 'sb' },
    resources: [
      {
        type: 'Test.Bus/namespaces',
        apiVersion: '1',
        name: "[concat(variables('prefix'), '-one')]",
      },
    ],
  })
  const checked = await manager.check({ file: 'main.json', readFile: () => text })
  assert.deepEqual(
    checked.map(({ type, name }) => [type, name]),
    [['Test.Bus/namespaces', 'sb-one']],
  )
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
