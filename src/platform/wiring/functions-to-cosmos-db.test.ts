import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import type { Database } from '../../services/cosmos-db/database.ts'
import { CosmosDb } from '../../services/cosmos-db/service.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import type { BindingContext } from '../../services/functions/extension.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { cosmosDbToFunctions, functionsToCosmosDb } from './functions-to-cosmos-db.ts'

interface Started {
  readonly cosmosDb: CosmosDb
  readonly database: Database
  /** What a binding on the container `items` is opened with. */
  readonly context: (binding: JsonObject) => BindingContext
}

async function start(t: TestContext): Promise<Started> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const cosmosDb = new CosmosDb({ store, clock, logger, telemetry: { span() {}, log() {} } })
  await cosmosDb.start()
  const database = await (await cosmosDb.createAccount('shop')).createDatabase('shop')
  await database.createContainer({ id: 'items', partitionKey: { paths: ['/kind'] } })
  const place = { databaseName: 'shop', containerName: 'items', connection: 'Shop' }
  const settings = new AppSettings({
    Shop__accountEndpoint: 'https://shop.documents.azure.com:443/',
  })
  const host = parseHostJson({ file: 'host.json', text: '{"version":"2.0"}' })
  const shared = { app: 'api', functionName: 'f', settings, host, hostName: 'here', clock }
  return {
    cosmosDb,
    database,
    context: (binding) => ({ ...shared, binding: { type: 'cosmosDB', ...place, ...binding } }),
  }
}

test('an item is read by its id and its partition key', async (t) => {
  const { cosmosDb, database, context } = await start(t)
  await database.container('items').createItem({ id: '1', kind: 'book' })
  const binding = context({ id: '{id}', partitionKey: '{kind}' })
  const read = await cosmosDbToFunctions(cosmosDb).open(binding)
  const value = await read({ id: '1', kind: 'book' }, newTrace())
  assert.equal(value?.kind, 'json')
  assert.equal(await read({ id: '1', kind: 'film' }, newTrace()), undefined)
})

test('without a partition key only an item that has none is found', async (t) => {
  const { cosmosDb, database, context } = await start(t)
  await database.container('items').createItem({ id: 'same', kind: 'same' })
  await database.container('items').createItem({ id: 'none' })
  const read = await cosmosDbToFunctions(cosmosDb).open(context({ id: '{id}' }))
  assert.equal(await read({ id: 'same' }, newTrace()), undefined)
  assert.equal((await read({ id: 'none' }, newTrace()))?.kind, 'json')
})

test('an output that creates its container creates its database too', async (t) => {
  const { cosmosDb, context } = await start(t)
  const place = { databaseName: 'new', containerName: 'made', partitionKey: '/kind' }
  const binding = context({ ...place, createIfNotExists: true })
  const write = await functionsToCosmosDb(cosmosDb).open(binding)
  const values = [{ kind: 'json', text: '{"id":"1","kind":"book"}' }] as const
  await write({ values, traceOf: newTrace, bindingData: {} })
  const made = cosmosDb.account('shop')?.database('new').container('made')
  assert.equal(await made?.countItems(), 1)
})
