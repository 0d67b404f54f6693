import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock, RealClock } from '../../base/clock.ts'
import {
  isJsonObject,
  objectMember,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import { startApp } from '../../services/logic-apps/app-fixture.ts'
import type { ServiceProvider } from '../../services/logic-apps/service-provider.ts'
import { connectionStringOf } from '../../services/storage/account.ts'
import { openStorage, type StorageFixture } from '../../services/storage/storage-fixture.ts'
import type { PrincipalOfApp } from './app-principal.ts'
import { storageToLogicApps } from './storage-to-logic-apps.ts'

const nobody: PrincipalOfApp = async () => undefined
const logger = newLogger({ name: 'test', level: 'silent' })

async function open(t: TestContext, principalOf = nobody) {
  const fixture = await openStorage(t, { clock: new ManualClock() })
  const { storage, account } = fixture
  await storage.containers.create(account, 'inbox')
  const provider = storageToLogicApps({ storage, clock: storage.clock, logger, principalOf })
  return { ...fixture, provider, call: caller(provider, fixture) }
}

function caller(provider: ServiceProvider, { storage, account }: StorageFixture) {
  const connectionString = connectionStringOf(storage.accounts.get(account))
  return async (
    operation: string,
    parameters: JsonObject,
    parameterValues: JsonObject = { connectionString },
  ): Promise<JsonValue | undefined> => {
    const { body } = (await provider.actions[operation]?.({
      app: 'app',
      connection: { name: 'AzureBlob', parameterValues },
      parameters,
      trace: newTrace(),
      signal: AbortSignal.timeout(5_000),
    })) ?? { body: undefined }
    return body
  }
}

function namesOf(body: JsonValue | undefined, list: string): JsonValue[] {
  const items = isJsonObject(body) ? body[list] : []
  return Array.isArray(items)
    ? items.map((item) => objectMember({ item }, 'item')['name'] ?? '')
    : []
}

test('a blob is read as JSON, text or bytes, as its type says', async (t) => {
  const { call } = await open(t)
  const content: Readonly<Record<string, JsonValue>> = {
    'a.json': { n: 1 },
    'a.txt': 'plain',
    'a.bin': { '$content-type': 'application/octet-stream', $content: 'AAEC' },
  }
  for (const [blobName, value] of Object.entries(content)) {
    await call('uploadBlob', { containerName: 'inbox', blobName, content: value })
    const read = await call('readBlob', { containerName: 'inbox', blobName })
    assert.deepEqual(objectMember({ read: read ?? null }, 'read')['content'], value)
  }
})

test('the type is inferred from the end of the name where the action says so', async (t) => {
  const { call } = await open(t)
  const base64 = Buffer.from('{"n":1}').toString('base64')
  const content = { '$content-type': 'application/octet-stream', $content: base64 }
  const name = { containerName: 'inbox', blobName: 'folder/a.json' }
  await call('uploadBlob', { ...name, content })
  assert.deepEqual(
    objectMember({ read: (await call('readBlob', name)) ?? null }, 'read')['content'],
    content,
  )
  const inferred = await call('readBlobFromUri', {
    blobUri: 'inbox/folder/a.json',
    inferContentType: true,
  })
  assert.deepEqual(objectMember({ inferred: inferred ?? null }, 'inferred')['content'], { n: 1 })
})

test('the properties of a blob have the names of the connector', async (t) => {
  const { call } = await open(t)
  await call('uploadBlob', { containerName: 'inbox/in', blobName: 'a.txt', content: 'x' })
  const metadata = await call('getBlobMetadata', { containerName: 'inbox', blobName: 'in/a.txt' })
  const { eTag, creationTime, contentMD5, ...rest } = objectMember(
    { metadata: metadata ?? null },
    'metadata',
  )
  assert.match(JSON.stringify(eTag), /^"\\"0x[\dA-F]+\\""$/)
  assert.equal(creationTime, '2026-01-01T00:00:00.000Z')
  assert.equal(contentMD5, 'ndTkYSaMgDT1yFZOFVxnpg==')
  assert.deepEqual(rest, {
    name: 'in/a.txt',
    blobType: 'Block',
    blobFullPathWithContainer: 'inbox/in/a.txt',
    contentDisposition: null,
    contentType: 'text/plain',
    contentLanguage: null,
  })
})

test('an existing blob is replaced unless the action says otherwise', async (t) => {
  const { call } = await open(t)
  const name = { containerName: 'inbox', blobName: 'a.txt' }
  await call('uploadBlob', { ...name, content: '1' })
  await call('uploadBlob', { ...name, content: '2' })
  await assert.rejects(call('uploadBlob', { ...name, content: '3', overrideIfExists: 'false' }), {
    code: 'BlobAlreadyExists',
  })
  const exists = await call('blobExists', name)
  assert.equal(objectMember({ exists: exists ?? null }, 'exists')['isBlobExists'], true)
  await call('deleteBlob', name)
  assert.deepEqual(await call('blobExists', name), {
    isBlobExists: false,
    properties: null,
    metadata: null,
  })
  await assert.rejects(call('readBlob', name), { code: 'BlobNotFound' })
})

test('blobs, directories and containers are listed', async (t) => {
  const { call, storage, account } = await open(t)
  await storage.containers.create(account, 'outbox')
  for (const blobName of ['a.txt', 'in/b.txt', 'in/c.txt', 'x/y/d.txt']) {
    await call('uploadBlob', { containerName: 'inbox', blobName, content: 'x' })
  }
  const list = { containerName: 'inbox' }
  const all = await call('listBlobs', list)
  assert.deepEqual(namesOf(all, 'blobs'), ['a.txt', 'in/b.txt', 'in/c.txt', 'x/y/d.txt'])
  const top = await call('listBlobs', { ...list, excludeSubFolderBlobs: true })
  assert.deepEqual(namesOf(top, 'blobs'), ['a.txt'])
  const inside = await call('listBlobs', { ...list, blobNamePrefix: 'in/' })
  assert.deepEqual(namesOf(inside, 'blobs'), ['in/b.txt', 'in/c.txt'])
  assert.deepEqual(namesOf(await call('listBlobDirectories', list), 'blobDirectories'), [
    'in/',
    'x/',
  ])
  assert.deepEqual(namesOf(await call('listContainers', {}), 'containers'), ['inbox', 'outbox'])
})

test('a blob is copied with its type and metadata', async (t) => {
  const { call, storage, account } = await open(t)
  await storage.putBlob(
    { account, container: 'inbox', name: 'a.csv' },
    {
      content: [Buffer.from('1,2')],
      headers: { contentType: 'text/csv' },
      metadata: { from: 'x' },
    },
  )
  await call('copyBlob', {
    sourceContainerName: 'inbox',
    sourceBlobName: 'a.csv',
    destinationContainerName: 'inbox',
    destinationBlobName: 'done/a.csv',
  })
  const copy = await storage.findBlob({ account, container: 'inbox', name: 'done/a.csv' })
  assert.equal(copy?.contentType, 'text/csv')
  assert.deepEqual(copy?.metadata, { from: 'x' })
})

test('the signed address of a blob lets its holder read it', async (t) => {
  const { call, port, account } = await open(t)
  const name = { containerName: 'inbox', blobName: 'a b.txt' }
  await call('uploadBlob', { ...name, content: 'hello' })
  const sas = objectMember({ sas: (await call('getBlobSASUri', name)) ?? null }, 'sas')
  const uri = new URL(stringMember(sas, 'blobUri') ?? '')
  assert.equal(uri.hostname, `${account}.blob.core.windows.net`)
  const answer = await fetch(`http://127.0.0.1:${port}/${account}${uri.pathname}${uri.search}`)
  assert.equal(await answer.text(), 'hello')
  const put = await fetch(`http://127.0.0.1:${port}/${account}${uri.pathname}${uri.search}`, {
    method: 'PUT',
    headers: { 'x-ms-blob-type': 'BlockBlob' },
    body: 'x',
  })
  assert.equal(put.status, 403)
})

test('a connection by identity does what its roles allow, and one by key needs the right one', async (t) => {
  const reader: PrincipalOfApp = async () => ({
    objectId: 'reader',
    appId: '',
    issuer: '',
    tenantId: '',
  })
  const { call, account } = await open(t, reader)
  const byIdentity = { blobStorageEndpoint: `https://${account}.blob.core.windows.net` }
  await call('listContainers', {}, byIdentity)
  const upload = { containerName: 'inbox', blobName: 'a.txt', content: 'x' }
  await assert.rejects(call('uploadBlob', upload, byIdentity), {
    code: 'AuthorizationPermissionMismatch',
  })
  const badKey = { connectionString: `AccountName=${account};AccountKey=AAAA` }
  await assert.rejects(call('listContainers', {}, badKey), { code: 'AuthenticationFailed' })
})

const blobWorkflow = {
  kind: 'Stateful',
  definition: {
    triggers: {
      When_a_blob_is_added_or_updated: {
        type: 'ServiceProvider',
        inputs: {
          parameters: { path: 'inbox/in/{name}.txt' },
          serviceProviderConfiguration: {
            connectionName: 'AzureBlob',
            operationId: 'whenABlobIsAddedOrModified',
            serviceProviderId: '/serviceProviders/AzureBlob',
          },
        },
      },
    },
    actions: { Name: { type: 'Compose', inputs: "@triggerBody()?['name']", runAfter: {} } },
  },
}

test('each version of a blob starts one run, also across a restart', async (t) => {
  const fixture = await openStorage(t, { clock: new RealClock() })
  const { storage, account, store } = fixture
  await storage.containers.create(account, 'inbox')
  const provider = storageToLogicApps({
    storage,
    clock: storage.clock,
    logger,
    principalOf: nobody,
  })
  const files = {
    'connections.json': {
      serviceProviderConnections: {
        AzureBlob: {
          parameterValues: {
            connectionString: connectionStringOf(storage.accounts.get(account)),
          },
          serviceProvider: { id: '/serviceProviders/AzureBlob' },
        },
      },
    },
    'seen/workflow.json': blobWorkflow,
  }
  const put = (name: string, text: string) =>
    storage.putBlob({ account, container: 'inbox', name }, { content: [Buffer.from(text)] })
  const options = { files, store, clock: storage.clock, serviceProviders: [provider] }
  const first = await startApp(t, options)
  await put('in/1.txt', 'a')
  await put('in/2.txt', 'a')
  await put('other/3.txt', 'a')
  await untilIdle(first.service)
  assert.equal(await runCount(first), 2)
  await put('in/1.txt', 'b')
  await untilIdle(first.service)
  assert.equal(await runCount(first), 3)
  await first.service.stop()
  await put('in/4.txt', 'a')
  const second = await startApp(t, options)
  await untilIdle(second.service)
  assert.equal(await runCount(second), 4)
})

type App = Awaited<ReturnType<typeof startApp>>

async function runCount(app: App): Promise<number> {
  const { body } = await app.manage('/workflows/seen/runs')
  const { value } = objectMember({ body }, 'body')
  return Array.isArray(value) ? value.length : -1
}

// Two looks in a row: a write is told of a moment after it is durable.
async function untilIdle(service: App['service']): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    quiet = (await service.pendingRuns()) === 0 ? quiet + 1 : 0
  }
}
