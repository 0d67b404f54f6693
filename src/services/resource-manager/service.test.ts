import assert from 'node:assert/strict'
import { test } from 'node:test'
import { files, group, namespaceAndQueue, open, openStore, shelved } from './deployment-fixture.ts'
import type { ChangedResource } from './service.ts'

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

test('listeners hear of what was put or deleted, not of what stayed', async () => {
  const store = await openStore()
  const manager = open(store)
  shelved(manager)
  const heard: ChangedResource[] = []
  const end = manager.onChanged((changed) => heard.push(changed))
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

test('an action of something inside a resource that was never put itself is answered', async () => {
  const store = await openStore()
  const manager = open(store)
  manager.register({
    type: 'Test.Web/sites',
    put: async () => ({ properties: {} }),
    delete: async () => {},
    actions: { 'host/default/listKeys': async ([name]) => ({ masterKey: `key of ${name}` }) },
  })
  manager.register({
    type: 'Test.Web/sites/rules',
    put: async () => ({ properties: {} }),
    delete: async () => {},
    actions: { listKeys: async (names) => ({ key: names.join('/') }) },
  })
  const text = `
resource app 'Test.Web/sites@2022-10-01' = {
  name: 'app'
}
resource root 'Test.Web/sites/rules@2022-10-01' existing = {
  parent: app
  name: 'RootRule'
}
output host string = listKeys('\${app.id}/host/default', '2022-10-01').masterKey
output rule string = root.listKeys().key`
  const { outputs } = await manager.deployTemplate(files(text))
  assert.deepEqual(outputs, { host: 'key of app', rule: 'app/RootRule' })
  const missing = `${group}/providers/Test.Web/sites/other/host/default`
  await assert.rejects(manager.act(missing, 'listKeys'), { code: 'ResourceNotFound' })
  await store.close()
})
