import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import { HttpServer, type HttpHandler } from '../../protocols/http/server.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import type { TriggerContext, TriggerEvent } from '../../services/functions/extension.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import { outputValues } from '../../services/functions/output-values.ts'
import { valueText } from '../../services/functions/typed-value.ts'
import { openStorage } from '../../services/storage/storage-fixture.ts'
import { parseBlobPathPattern } from './blob-path-pattern.ts'
import { functionsToStorage } from './functions-to-storage.ts'
import { BlobTriggers, storageToFunctions } from './storage-to-functions.ts'

const settings = new AppSettings({
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  Lake__accountName: 'stlake',
  Uri__blobServiceUri: 'https://stlake.blob.core.windows.net/',
  Path: 'DefaultEndpointsProtocol=http;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;AccountKey=x',
})

async function open(t: TestContext) {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock })
  const { storage, account } = fixture
  await storage.accounts.put({ ...storage.accounts.get(account), name: 'stlake' })
  for (const each of [account, 'stlake']) await storage.containers.create(each, 'inputfiles')
  const logger = newLogger({ name: 'test', level: 'silent' })
  const triggers = new BlobTriggers({ storage, clock, logger })
  const calls: TriggerEvent[] = []
  let faults = 0
  const context: Omit<TriggerContext, 'binding'> = {
    app: 'api',
    functionName: 'f',
    settings,
    host: parseHostJson({ file: 'host.json', text: '{"version":"2.0"}' }),
    hostName: 'here',
    clock,
    invoke: async (event) => {
      calls.push(event)
      faults -= 1
      return faults >= 0 ? { ok: false, message: 'no' } : { ok: true }
    },
  }
  const listen = async (binding: JsonObject) => {
    const own = { type: 'blobTrigger', name: 'blob', ...binding }
    const listener = await triggers.source.listen({ ...context, binding: own })
    t.after(() => listener.stop())
    return listener
  }
  const put = (name: string, text: string, of = account) =>
    storage.putBlob(
      { account: of, container: 'inputfiles', name },
      { content: [Buffer.from(text)], metadata: { kind: 'test' } },
    )
  const fail = (times: number) => (faults = times)
  return { ...fixture, clock, triggers, calls, listen, put, fail, context }
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !holds(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(holds())
}

const texts = (calls: readonly TriggerEvent[]) => calls.map(({ input }) => valueText(input))

test('a function is called once for each version of a blob, also of those that were there', async (t) => {
  const { listen, put, calls } = await open(t)
  await put('before.json', '1')
  const listener = await listen({ path: 'inputfiles/{name}.json', dataType: 'string' })
  await until(() => calls.length === 1)
  await put('other.txt', 'x')
  await put('after.json', '2')
  await until(() => calls.length === 2)
  await put('after.json', '3')
  await until(() => calls.length === 3)
  assert.deepEqual(texts(calls), ['1', '2', '3'])
  const { metadata = {} } = calls[1] ?? {}
  assert.equal(metadata['BlobTrigger'], 'inputfiles/after.json')
  assert.equal(metadata['name'], 'after')
  assert.deepEqual(metadata['Metadata'], { kind: 'test' })
  await listener.stop()
  await put('after.json', '4')
  await listen({ path: 'inputfiles/{name}.json', dataType: 'string' })
  await until(() => calls.length === 4)
  assert.deepEqual(texts(calls).slice(3), ['4'])
})

test('a blob that a function fails for is tried five times and given up', async (t) => {
  const { listen, put, calls, fail, clock, storage, account } = await open(t)
  fail(5)
  const listener = await listen({ path: 'inputfiles' })
  await put('bad', 'x')
  for (let turn = 0; turn < 6; turn += 1) await clock.advance(1_000)
  await until(() => calls.length === 5)
  await put('good', 'y')
  await until(() => calls.length === 6)
  assert.deepEqual(texts(calls).slice(5), ['y'])
  await until(() => true)
  assert.equal(await listener.pending(), 0)
  const poison = await storage.queues.get(account, 'webjobs-blobtrigger-poison')
  const [message] = await storage.queueMessages.peek(poison, 2)
  const told: unknown = JSON.parse(Buffer.from(message?.text ?? '', 'base64').toString())
  assert.ok(isJsonObject(told))
  assert.deepEqual(
    [told['FunctionId'], told['BlobType'], told['ContainerName'], told['BlobName']],
    ['api.Functions.f', 'BlockBlob', 'inputfiles', 'bad'],
  )
})

test('a trigger by Event Grid hears of a blob by the webhook of its app', async (t) => {
  const { listen, put, calls, triggers, fail } = await open(t)
  await listen({ path: 'inputfiles/{name}', source: 'EventGrid' })
  await put('one', '1')
  const logger = newLogger({ name: 'test', level: 'silent' })
  const handler: HttpHandler = (request, response) =>
    triggers.webhook.handle('api', request, response)
  const server = new HttpServer({ port: 0, name: 'webhook', handler, logger })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const post = async (type: string, event: object, name = 'Host.Functions.f') => {
    const url = `http://127.0.0.1:${port}/runtime/webhooks/blobs?functionName=${name}`
    const headers = { 'aeg-event-type': type }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify([event]) })
    return `${answer.status} ${await answer.text()}`
  }
  const validation = { data: { validationCode: 'abc' } }
  assert.equal(await post('SubscriptionValidation', validation), '200 {"validationResponse":"abc"}')
  const eventType = 'Microsoft.Storage.BlobCreated'
  const subject = '/blobServices/default/containers/inputfiles/blobs/one'
  fail(1)
  assert.match(await post('Notification', { eventType, subject }), /^500/)
  assert.equal(await post('Notification', { eventType, subject }), '202 ')
  assert.equal(await post('Notification', { eventType, subject: `${subject}-gone` }), '202 ')
  assert.match(await post('Notification', { eventType, subject }, 'other'), /^404/)
  assert.equal(calls.length, 2)
})

test('a blob is read and written by its path and connection', async (t) => {
  const { storage, context } = await open(t)
  const write = async (connection: string, path: string, value: string) => {
    const binding = { type: 'blob', name: 'out', path, connection }
    const output = await functionsToStorage(storage).open({ ...context, binding })
    const values = outputValues('json', Buffer.from(value))
    await output({ values, traceOf: newTrace, bindingData: { id: '7' } })
  }
  const read = async (connection: string, path: string, dataType = 'string') => {
    const binding = { type: 'blob', name: 'in', path, connection, dataType }
    const input = await storageToFunctions(storage).open({ ...context, binding })
    const value = await input({ id: '7' }, newTrace())
    return value && `${value.kind} ${valueText(value)}`
  }
  await write('Lake', 'out/{id}.json', '{"a":1}')
  assert.equal(await read('Uri', 'out/{id}.json'), 'string {"a":1}')
  assert.equal(await read('Uri', 'out/{id}.json', 'binary'), 'bytes {"a":1}')
  assert.equal(await read('Path', 'out/{id}.json'), undefined)
  await write('', 'inputfiles/list', '[1,2]')
  assert.equal(await read('Path', 'inputfiles/list'), 'string [1,2]')
  await assert.rejects(read('Missing', 'a/b'), /AzureWebJobsMissing/)
})

test('the names in a path are the parts of a blob that fit', () => {
  const cases: [string, string, object | undefined][] = [
    ['c/{name}', 'a/b.txt', { name: 'a/b.txt' }],
    ['c/{name}.{ext}', 'a.b.txt', { name: 'a.b', ext: 'txt' }],
    ['c/in/{name}', 'out/a', undefined],
    ['c/original-{name}', 'original-a.txt', { name: 'a.txt' }],
    ['c/{{20}}-{name}', '{20}-x', { name: 'x' }],
    ['c/{a}-{b}-{c}', '1-2-3-4', { a: '1-2', b: '3', c: '4' }],
    ['c/a.txt', 'a.txt', {}],
    ['c/a.txt', 'b.txt', undefined],
    ['c', 'anything', {}],
  ]
  for (const [path, name, expected] of cases) {
    assert.deepEqual(parseBlobPathPattern(path).match(name), expected, `${path} ${name}`)
  }
  for (const path of ['', '{c}/x', 'c/{a}{b}', 'c/{a', 'c/{}']) {
    assert.throws(() => parseBlobPathPattern(path), /Invalid blob trigger path/, path)
  }
})
