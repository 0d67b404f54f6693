import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { storageResources } from './resources.ts'
import { openStorage } from './storage-fixture.ts'

async function open(t: TestContext) {
  const { storage } = await openStorage(t)
  const provider = (path: string) => {
    const segments = path.split('/')
    const type = `Microsoft.Storage/${segments.filter((_, at) => at % 2 === 0).join('/')}`
    const found = storageResources(storage).find((each) => each.type === type)
    assert.ok(found, type)
    return { found, type, names: segments.filter((_, at) => at % 2 === 1) }
  }
  const put = async (path: string, properties: JsonObject = {}, sku: JsonObject = {}) => {
    const { found, type, names } = provider(path)
    const id = `/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/${path}`
    const request = { id, names, type, apiVersion: '2023-05-01', location: 'westeurope' }
    return found.put({ ...request, kind: 'StorageV2', tags: {}, identity: {}, sku, properties })
  }
  const act = async (path: string, action: string, body: JsonObject = {}) => {
    const { found, names } = provider(path)
    const answer = await found.actions?.[action]?.(names, body)
    return isJsonObject(answer) ? answer : {}
  }
  const remove = async (path: string) => {
    const { found, names } = provider(path)
    await found.delete(names)
  }
  return { storage, put, act, remove }
}

const account = 'storageAccounts/stdata'

test('an account has endpoints and keys, which stay when it is deployed again', async (t) => {
  const { storage, put, act } = await open(t)
  const { properties, sku } = await put(
    account,
    { allowBlobPublicAccess: true },
    { name: 'Standard_ZRS' },
  )
  assert.equal(sku?.['name'], 'Standard_ZRS')
  const endpoints = isJsonObject(properties['primaryEndpoints'])
    ? properties['primaryEndpoints']
    : {}
  assert.equal(endpoints['blob'], 'https://stdata.blob.core.windows.net/')
  const keys = await act(account, 'listKeys')
  await put(account, { allowBlobPublicAccess: false })
  assert.deepEqual(await act(account, 'listKeys'), keys)
  assert.equal(storage.accounts.get('stdata').allowsPublicAccess, false)
  const [first, second] = storage.accounts.get('stdata').keys
  await act(account, 'regenerateKey', { keyName: 'key2' })
  assert.equal(storage.accounts.get('stdata').keys[0], first)
  assert.notEqual(storage.accounts.get('stdata').keys[1], second)
  const sas = await act(account, 'listAccountSas', {
    signedServices: 'b',
    signedResourceTypes: 'sco',
    signedPermission: 'r',
    signedExpiry: '2030-01-01T00:00:00Z',
  })
  assert.match(JSON.stringify(sas), /sig=/)
})

test('the blob service keeps versions and deleted blobs as it is told', async (t) => {
  const { storage, put } = await open(t)
  await put(account)
  await put(`${account}/blobServices/default`, {
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 7 },
    cors: { corsRules: [{ allowedOrigins: ['*'], allowedMethods: ['get'], maxAgeInSeconds: 5 }] },
  })
  const { blobService } = storage.accounts.get('stdata')
  assert.equal(blobService.isVersioned, true)
  assert.equal(blobService.blobRetentionDays, 7)
  assert.deepEqual(blobService.cors[0]?.allowedMethods, ['GET'])
})

test('a container is made, changed by its template and deleted with the account', async (t) => {
  const { storage, put, remove } = await open(t)
  await put(account, { allowBlobPublicAccess: true })
  const path = `${account}/blobServices/default/containers/inputfiles`
  await put(path, { publicAccess: 'None' })
  const name = { account: 'stdata', container: 'inputfiles', name: 'a' }
  await storage.putBlob(name, { content: [Buffer.from('x')] })
  await put(path, { publicAccess: 'Blob', metadata: { of: 'orders' } })
  const { publicAccess, metadata } = await storage.containers.get('stdata', 'inputfiles')
  assert.equal(publicAccess, 'blob')
  assert.deepEqual(metadata, { of: 'orders' })
  assert.ok(await storage.findBlob(name))
  await remove(account)
  assert.equal(storage.accounts.find('stdata'), undefined)
})

test('the local account leads to the account that containers are made in', async (t) => {
  const { storage, put } = await open(t)
  const behind = () => storage.accounts.resolve('devstoreaccount1')?.account.name
  assert.equal(behind(), 'devstoreaccount1')
  await put('storageAccounts/stfunctions')
  assert.equal(behind(), 'stfunctions')
  await put(account)
  await put(`${account}/blobServices/default/containers/inputfiles`)
  assert.equal(behind(), 'stdata')
  await put('storageAccounts/stfunctions/blobServices/default/containers/packages')
  await put(account, { allowBlobPublicAccess: true })
  assert.equal(behind(), 'stdata')
})

test('what an account cannot be is refused by name', async (t) => {
  const { put } = await open(t)
  await assert.rejects(put('storageAccounts/Not-Valid'), { code: 'AccountNameInvalid' })
  await assert.rejects(put(account, { isSftpEnabled: true }), /SFTP/)
  await put(account, { isHnsEnabled: true })
  await assert.rejects(put(account, { isHnsEnabled: false }), /isHnsEnabled/)
  const service = `${account}/blobServices/default`
  await assert.rejects(put(service, { isVersioningEnabled: true }), /hierarchical namespace/)
  await assert.rejects(put(service, { changeFeed: { enabled: true } }), /changeFeed/)
  await assert.rejects(put(`${service}/containers/con`, { publicAccess: 'Blob' }), /Public access/)
  await assert.rejects(put(`${account}/fileServices/default/shares/q`), /File shares/)
})

test('queues and tables of a template are there, and go with their account', async (t) => {
  const { put, storage, remove } = await open(t)
  await put(account)
  const queue = `${account}/queueServices/default/queues/calls`
  await put(queue, { metadata: { kind: 'graph' } })
  await put(`${account}/tableServices/default/tables/flights`)
  const [made] = await storage.queues.list('stdata', '', 10)
  assert.ok(made)
  assert.deepEqual(made.metadata, { kind: 'graph' })
  await storage.queueMessages.put(made, [{ text: 'a' }])
  await put(queue, { metadata: { kind: 'other' } })
  assert.equal(await storage.queueMessages.count(made), 1)
  assert.equal((await storage.tables.get('stdata', 'FLIGHTS')).name, 'flights')
  await assert.rejects(put(`${account}/tableServices/default/tables/a-b`), {
    code: 'InvalidResourceName',
  })
  await remove(account)
  assert.deepEqual(await storage.queues.list('stdata', '', 10), [])
  assert.deepEqual(await storage.tables.list('stdata', '', 10), [])
})
