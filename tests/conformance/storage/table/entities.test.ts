import assert from 'node:assert/strict'
import { test } from 'node:test'
import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables'
import { openTables, refusal } from './table-client.ts'

type Row = TableEntityResult<Record<string, unknown>>

async function all(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = []
  for await (const row of rows) found.push(row)
  return found
}

async function rowKeys(table: TableClient, filter: string): Promise<(string | undefined)[]> {
  return (await all(table.listEntities({ queryOptions: { filter } }))).map(({ rowKey }) => rowKey)
}

test('an entity is inserted, read, merged, replaced and deleted', async (t) => {
  const { table } = await openTables(t)
  const key = { partitionKey: 'AA', rowKey: '123' }
  const { etag } = await table.createEntity({ ...key, gate: 'B4', delay: 5 })
  const read = await table.getEntity('AA', '123')
  assert.deepEqual([read['gate'], read['delay'], read.etag], ['B4', 5, etag])
  await table.updateEntity({ ...key, delay: 20 }, 'Merge')
  const merged = await table.getEntity('AA', '123')
  assert.deepEqual([merged['gate'], merged['delay']], ['B4', 20])
  assert.notEqual(merged.etag, etag)
  await table.updateEntity({ ...key, tail: 'N1' }, 'Replace')
  const replaced = await table.getEntity('AA', '123')
  assert.deepEqual([replaced['gate'], replaced['tail']], [undefined, 'N1'])
  await table.deleteEntity('AA', '123')
  assert.equal(await refusal(table.getEntity('AA', '123')), '404 ResourceNotFound')
})

test('an upsert makes what is not there', async (t) => {
  const { table } = await openTables(t)
  const key = { partitionKey: 'AA', rowKey: '1' }
  await table.upsertEntity({ ...key, a: 1 }, 'Merge')
  await table.upsertEntity({ ...key, b: 2 }, 'Merge')
  const merged = await table.getEntity('AA', '1')
  assert.deepEqual([merged['a'], merged['b']], [1, 2])
  await table.upsertEntity({ ...key, c: 3 }, 'Replace')
  const replaced = await table.getEntity('AA', '1')
  assert.deepEqual([replaced['a'], replaced['c']], [undefined, 3])
})

test('every type comes back as it was given', async (t) => {
  const { table } = await openTables(t)
  const at = new Date('2026-01-31T10:00:00.123Z')
  await table.createEntity({
    partitionKey: "O'Hare & co",
    rowKey: 'ü %=,+',
    text: 'é\u{1f600}',
    empty: '',
    yes: true,
    int: -5,
    long: 9_007_199_254_740_993n,
    double: 1.5,
    whole: { type: 'Double', value: '3' },
    infinite: { type: 'Double', value: 'Infinity' },
    at,
    id: { type: 'Guid', value: 'C9DA6455-213D-42C9-9A79-3E9149A57833' },
    bytes: new Uint8Array([0, 255]),
    nothing: null,
  })
  const read = await table.getEntity("O'Hare & co", 'ü %=,+')
  assert.equal(read['text'], 'é\u{1f600}')
  assert.equal(read['empty'], '')
  assert.equal(read['yes'], true)
  assert.equal(read['int'], -5)
  assert.equal(read['long'], 9_007_199_254_740_993n)
  assert.equal(read['double'], 1.5)
  assert.equal(read['whole'], 3)
  assert.equal(read['infinite'], 'Infinity')
  assert.deepEqual(read['at'], at)
  assert.deepEqual(read['id'], { type: 'Guid', value: 'c9da6455-213d-42c9-9a79-3e9149a57833' })
  assert.deepEqual(read['bytes'], Buffer.from([0, 255]))
  assert.equal('nothing' in read, false)
})

test('a condition by etag keeps a later change', async (t) => {
  const { table } = await openTables(t)
  const key = { partitionKey: 'AA', rowKey: '1' }
  const { etag = '' } = await table.createEntity({ ...key, a: 1 })
  await table.updateEntity({ ...key, a: 2 }, 'Merge', { etag })
  const late = table.updateEntity({ ...key, a: 3 }, 'Merge', { etag })
  assert.equal(await refusal(late), '412 UpdateConditionNotSatisfied')
  assert.equal(
    await refusal(table.deleteEntity('AA', '1', { etag })),
    '412 UpdateConditionNotSatisfied',
  )
  assert.equal((await table.getEntity('AA', '1'))['a'], 2)
})

test('what cannot be is refused by its code', async (t) => {
  const { table, clientOf } = await openTables(t)
  const key = { partitionKey: 'AA', rowKey: '1' }
  await table.createEntity(key)
  assert.equal(await refusal(table.createEntity(key)), '409 EntityAlreadyExists')
  assert.equal(await refusal(table.updateEntity({ ...key, rowKey: '2' })), '404 ResourceNotFound')
  assert.equal(await refusal(table.deleteEntity('AA', '2')), '404 ResourceNotFound')
  assert.equal(await refusal(clientOf('none').createEntity(key)), '404 TableNotFound')
  assert.equal(await refusal(table.createEntity({ ...key, rowKey: 'a/b' })), '400 OutOfRangeInput')
  assert.equal(
    await refusal(table.createEntity({ ...key, rowKey: '3', text: 'x'.repeat(32_769) })),
    '400 PropertyValueTooLarge',
  )
  const many = Object.fromEntries(Array.from({ length: 253 }, (_, index) => [`p${index}`, index]))
  assert.equal(
    await refusal(table.createEntity({ ...key, rowKey: '3', ...many })),
    '400 TooManyProperties',
  )
  const large = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`p${index}`, 'x'.repeat(30_000)]),
  )
  assert.equal(
    await refusal(table.createEntity({ ...key, rowKey: '3', ...large })),
    '400 EntityTooLarge',
  )
  assert.equal(
    await refusal(table.createEntity({ ...key, rowKey: '3', 'not-a-name': 1 })),
    '400 PropertyNameInvalid',
  )
  assert.equal(
    await refusal(table.createEntity({ ...key, rowKey: '3', n: { type: 'Int32', value: 'x' } })),
    '400 InvalidInput',
  )
})

test('a query filters by keys and properties of every type', async (t) => {
  const { table } = await openTables(t)
  const id = 'c9da6455-213d-42c9-9a79-3e9149a57833'
  for (const [index, carrier] of ['AA', 'AA', 'BB', 'CC'].entries()) {
    await table.createEntity({
      partitionKey: carrier,
      rowKey: String(index),
      delay: index * 10,
      long: BigInt(index),
      late: index > 1,
      at: new Date(Date.UTC(2026, 0, index + 1)),
      bytes: new Uint8Array([index]),
      ...(index === 3 ? { id: { type: 'Guid', value: id } } : {}),
    })
  }
  assert.deepEqual(await rowKeys(table, odata`PartitionKey eq ${'AA'}`), ['0', '1'])
  assert.deepEqual(await rowKeys(table, "PartitionKey eq 'AA' and RowKey gt '0'"), ['1'])
  assert.deepEqual(await rowKeys(table, "PartitionKey gt 'AA' and PartitionKey lt 'CC'"), ['2'])
  assert.deepEqual(await rowKeys(table, "PartitionKey eq 'BB' or delay eq 30"), ['2', '3'])
  assert.deepEqual(await rowKeys(table, 'late and delay lt 25'), ['2'])
  assert.deepEqual(await rowKeys(table, 'not (late eq true)'), ['0', '1'])
  assert.deepEqual(await rowKeys(table, odata`long ge ${2n}`), ['2', '3'])
  assert.deepEqual(await rowKeys(table, odata`at lt ${new Date(Date.UTC(2026, 0, 2))}`), ['0'])
  assert.deepEqual(await rowKeys(table, `id eq guid'${id.toUpperCase()}'`), ['3'])
  assert.deepEqual(await rowKeys(table, "bytes eq X'02'"), ['2'])
  assert.equal(
    await refusal(all(table.listEntities({ queryOptions: { filter: 'delay eq' } }))),
    '400 InvalidInput',
  )
  const filter = "startswith(RowKey,'1')"
  assert.equal(
    await refusal(all(table.listEntities({ queryOptions: { filter } }))),
    '501 NotImplemented',
  )
})

test('a query gives pages, and only what is selected', async (t) => {
  const { table } = await openTables(t)
  for (let index = 0; index < 7; index += 1) {
    await table.createEntity({ partitionKey: String(index % 2), rowKey: String(index), a: 1, b: 2 })
  }
  const sizes: number[] = []
  const queryOptions = { select: ['rowKey', 'b'] }
  const found: Row[] = []
  for await (const page of table.listEntities({ queryOptions }).byPage({ maxPageSize: 3 })) {
    sizes.push(page.length)
    found.push(...page)
  }
  assert.deepEqual(sizes, [3, 3, 1])
  assert.deepEqual(
    found.map(({ rowKey }) => rowKey),
    ['0', '2', '4', '6', '1', '3', '5'],
  )
  assert.deepEqual(
    [found[0]?.['a'], found[0]?.['b'], found[0]?.partitionKey],
    [undefined, 2, undefined],
  )
})

test('a transaction makes all of its changes', async (t) => {
  const { table } = await openTables(t)
  const of = (rowKey: string) => ({ partitionKey: 'AA', rowKey })
  await table.createEntity({ ...of('old'), a: 1 })
  await table.createEntity({ ...of('gone'), a: 1 })
  const answer = await table.submitTransaction([
    ['create', { ...of('new'), a: 1 }],
    ['update', { ...of('old'), b: 2 }, 'Merge'],
    ['upsert', { ...of('made'), c: 3 }, 'Replace'],
    ['delete', of('gone')],
  ])
  assert.deepEqual(
    answer.subResponses.map(({ status }) => status),
    [204, 204, 204, 204],
  )
  const created = answer.getResponseForEntity('new')
  assert.equal(created?.etag, (await table.getEntity('AA', 'new')).etag)
  const rows = await all(table.listEntities())
  assert.deepEqual(
    rows.map(({ rowKey }) => rowKey),
    ['made', 'new', 'old'],
  )
})

test('a transaction with one change that cannot be made makes none', async (t) => {
  const { table } = await openTables(t)
  const of = (rowKey: string) => ({ partitionKey: 'AA', rowKey })
  await table.createEntity(of('there'))
  const call = table.submitTransaction([
    ['create', of('new')],
    ['create', of('there')],
  ])
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof Error && 'code' in error && 'statusCode' in error)
    assert.equal(error.code, 'EntityAlreadyExists')
    assert.equal(error.statusCode, 409)
    assert.match(error.message, /^1:The specified entity already exists/)
    return true
  })
  assert.deepEqual(await rowKeys(table, ''), ['there'])
  const twice = table.submitTransaction([
    ['upsert', { ...of('x'), a: 1 }],
    ['upsert', { ...of('x'), a: 2 }],
  ])
  assert.equal(await refusal(twice), '400 InvalidDuplicateRow')
  const many = Array.from({ length: 101 }, (_, index) => ['create', of(String(index))] as const)
  assert.equal(
    await refusal(table.submitTransaction(many.map(([kind, entity]) => [kind, entity]))),
    '400 InvalidInput',
  )
})
