import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTables, refusal } from './table-client.ts'

test('tables are made, listed, asked for and deleted', async (t) => {
  const { service } = await openTables(t)
  await service.createTable('Airports')
  await service.createTable('Crews')
  const names: (string | undefined)[] = []
  for await (const { name } of service.listTables()) names.push(name)
  assert.deepEqual(names, ['Airports', 'Crews', 'flights'])
  const some: (string | undefined)[] = []
  const queryOptions = { filter: "TableName ge 'B' and TableName lt 'D'" }
  for await (const { name } of service.listTables({ queryOptions })) some.push(name)
  assert.deepEqual(some, ['Crews'])
  const sizes: number[] = []
  for await (const page of service.listTables().byPage({ maxPageSize: 2 })) sizes.push(page.length)
  assert.deepEqual(sizes, [2, 1])
  await service.deleteTable('Airports')
  await service.createTable('airports')
})

test('a table is one whatever the case of its name', async (t) => {
  const { clientOf, service } = await openTables(t)
  await clientOf('FLIGHTS').createEntity({ partitionKey: 'a', rowKey: 'b' })
  assert.equal((await clientOf('Flights').getEntity('a', 'b')).rowKey, 'b')
  // The client takes this refusal for success.
  await service.createTable('FLIGHTS')
})

test('a table that is made anew is empty', async (t) => {
  const { service, table } = await openTables(t)
  await table.createEntity({ partitionKey: 'a', rowKey: 'b' })
  await service.deleteTable('flights')
  assert.equal(await refusal(table.getEntity('a', 'b')), '404 TableNotFound')
  await service.createTable('flights')
  assert.equal(await refusal(table.getEntity('a', 'b')), '404 ResourceNotFound')
})

test('names that no table can have are refused', async (t) => {
  const { service } = await openTables(t)
  assert.equal(await refusal(service.createTable('no-dash')), '400 InvalidResourceName')
  assert.equal(await refusal(service.createTable('1abc')), '400 InvalidResourceName')
  assert.equal(await refusal(service.createTable('ab')), '400 OutOfRangeInput')
})

test('stored access policies of a table are kept', async (t) => {
  const { table } = await openTables(t)
  const accessPolicy = {
    start: new Date('2026-01-01T00:00:00Z'),
    expiry: new Date('2036-01-01T00:00:00Z'),
    permission: 'raud',
  }
  await table.setAccessPolicy([{ id: 'all', accessPolicy }])
  assert.deepEqual(
    [...(await table.getAccessPolicy())].map(({ id, accessPolicy: kept }) => [id, kept]),
    [['all', accessPolicy]],
  )
})

test('the CORS rules of the service are kept', async (t) => {
  const { service } = await openTables(t)
  const rule = {
    allowedOrigins: 'https://a.example',
    allowedMethods: 'GET',
    allowedHeaders: '*',
    exposedHeaders: 'etag',
    maxAgeInSeconds: 60,
  }
  await service.setProperties({ cors: [rule] })
  assert.deepEqual((await service.getProperties()).cors, [rule])
})
