import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newTrace } from '../../base/trace-context.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import { outputValues } from '../../services/functions/output-values.ts'
import { valueText } from '../../services/functions/typed-value.ts'
import { openStorage } from '../../services/storage/storage-fixture.ts'
import { functionsToTable } from './functions-to-table.ts'
import { tableToFunctions } from './table-to-functions.ts'

async function open(t: TestContext) {
  const clock = new ManualClock()
  const { storage, account } = await openStorage(t, { clock })
  const context = {
    app: 'api',
    functionName: 'f',
    settings: new AppSettings({
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      Rows__tableServiceUri: 'https://devstoreaccount1.table.core.windows.net',
    }),
    host: parseHostJson({ file: 'host.json', text: '{"version":"2.0"}' }),
    hostName: 'here',
    clock,
  }
  const write = async (json: JsonObject | JsonObject[], more: JsonObject = {}) => {
    const binding = { type: 'table', name: 'out', tableName: 'flights', ...more }
    const output = await functionsToTable(storage).open({ ...context, binding })
    await output({
      values: outputValues('json', Buffer.from(JSON.stringify(json))),
      traceOf: () => newTrace(),
      bindingData: {},
    })
  }
  const read = async (more: JsonObject, bindingData: JsonObject = {}) => {
    const binding = {
      type: 'table',
      name: 'rows',
      tableName: 'flights',
      connection: 'Rows',
      ...more,
    }
    const input = await tableToFunctions(storage).open({ ...context, binding })
    const value = await input(bindingData, newTrace())
    return value && valueText(value)
  }
  return { storage, account, write, read }
}

test('a function writes rows and reads one of them', async (t) => {
  const { write, read, storage, account } = await open(t)
  await write({ PartitionKey: 'AA', RowKey: '1', gate: 'B4', delay: 5, ratio: 0.5, late: true })
  assert.equal(
    await read({ partitionKey: '{carrier}', rowKey: '{number}' }, { carrier: 'AA', number: '1' }),
    '{"PartitionKey":"AA","RowKey":"1","gate":"B4","delay":5,"ratio":0.5,"late":true}',
  )
  assert.equal(await read({ partitionKey: 'AA', rowKey: '2' }), undefined)
  const table = await storage.tables.get(account, 'flights')
  const entity = await storage.entities.find(table, { partitionKey: 'AA', rowKey: '1' })
  assert.deepEqual(entity?.properties.get('delay'), { type: 'Edm.Int64', value: '5' })
})

test('a filter finds rows, and a value of the event stays a value in it', async (t) => {
  const { write, read } = await open(t)
  const rows = ['1', '2', '3'].map((rowKey) => ({ partitionKey: 'AA', rowKey, n: Number(rowKey) }))
  await write(rows)
  await write([{ rowKey: '9', n: 9 }], { partitionKey: 'BB' })
  const keys = async (more: JsonObject, bindingData: JsonObject = {}) => {
    const found: unknown = JSON.parse((await read(more, bindingData)) ?? 'null')
    return Array.isArray(found) ? found.map((row: { RowKey: string }) => row.RowKey) : found
  }
  assert.deepEqual(await keys({}), ['1', '2', '3', '9'])
  assert.deepEqual(await keys({ partitionKey: 'AA', take: 2 }), ['1', '2'])
  assert.deepEqual(await keys({ filter: 'n gt {least}' }, { least: '2' }), ['3', '9'])
  const filter = "RowKey eq '{key}'"
  assert.deepEqual(await keys({ filter }, { key: '2' }), ['2'])
  assert.deepEqual(await keys({ filter }, { key: "x' or RowKey ne 'x" }), [])
  assert.deepEqual(await keys({ partitionKey: 'AA', filter: 'n eq 9 or n eq 1' }), ['1'])
  assert.deepEqual(await keys({ tableName: 'none' }), [])
})

test('a row that is there is replaced only where its etag says so', async (t) => {
  const { write, read } = await open(t)
  const key = { PartitionKey: 'AA', RowKey: '1' }
  await write({ ...key, a: 1 })
  await assert.rejects(write({ ...key, a: 2 }), { code: 'EntityAlreadyExists' })
  await write({ ...key, a: 2, ETag: '*' })
  assert.match((await read({ partitionKey: 'AA', rowKey: '1' })) ?? '', /"a":2/)
  await assert.rejects(write({ RowKey: '1' }), /PartitionKey/)
})
