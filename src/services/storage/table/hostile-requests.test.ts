import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../../base/clock.ts'
import { parseFilter } from '../../../languages/odata-filter/parse.ts'
import { openStorage } from '../storage-fixture.ts'

async function open(t: TestContext) {
  const clock = new ManualClock()
  const fixture = await openStorage(t, { clock, service: 'table' })
  const { storage, account, url, key } = fixture
  const table = await storage.tables.create(account, 'flights')
  const send = async (
    method: string,
    path: string,
    options: { readonly body?: string; readonly headers?: Record<string, string> } = {},
  ) => {
    const target = new URL(`${url}${path}`)
    const date = new Date(clock.now()).toUTCString()
    const text = `${date}\n/${account}${target.pathname}`
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
    const authorization = `SharedKeyLite ${account}:${signature}`
    const headers = { 'x-ms-date': date, authorization, ...options.headers }
    const { body } = options
    const answer = await fetch(target, { method, headers, ...(body === undefined ? {} : { body }) })
    const content = await answer.text()
    const [, code] = /"code":"(\w+)"/.exec(content) ?? []
    return { text: `${answer.status} ${code ?? ''}`.trim(), content }
  }
  const insert = async (body: string) => (await send('POST', '/flights', { body })).text
  return { ...fixture, table, send, insert }
}

const row = (more: string) => `{"PartitionKey":"a","RowKey":"b"${more}}`

test('what is no entity is refused', async (t) => {
  const { insert, storage, table } = await open(t)
  for (const body of [
    '',
    'x',
    '[]',
    'null',
    '{"PartitionKey":1,"RowKey":"b"}',
    row(',"a":{}'),
    row(',"a":[1]'),
  ]) {
    assert.equal(await insert(body), '400 InvalidInput', body)
  }
  assert.equal(await insert('{"RowKey":"b"}'), '400 PropertiesNeedValue')
  for (const value of [
    '"a":"x","a@odata.type":"Edm.Int64"',
    '"a":"9223372036854775808","a@odata.type":"Edm.Int64"',
    '"a":"x","a@odata.type":"Edm.Guid"',
    '"a":"1500-99-01","a@odata.type":"Edm.DateTime"',
    '"a":"***","a@odata.type":"Edm.Binary"',
    '"a":"x","a@odata.type":"Edm.Other"',
    '"a":"x","a@odata.type":5',
  ]) {
    assert.equal(await insert(row(`,${value}`)), '400 InvalidInput', value)
  }
  assert.equal(
    await insert(`{"PartitionKey":"${'x'.repeat(513)}","RowKey":"b"}`),
    '400 KeyValueTooLarge',
  )
  assert.equal(await insert('{"PartitionKey":"a\\u0001","RowKey":"b"}'), '400 OutOfRangeInput')
  assert.equal(await insert(row(`,"${'n'.repeat(256)}":1`)), '400 PropertyNameTooLong')
  const { entities } = await storage.entities.query(table, { limit: 10 })
  assert.deepEqual(entities, [])
})

test('a property may have any name that objects have', async (t) => {
  const { insert, send } = await open(t)
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
  assert.equal(await insert(row(names.map((name) => `,"${name}":"x"`).join(''))), '201')
  const key = "(PartitionKey='a',RowKey='b')"
  const headers = { accept: 'application/json;odata=nometadata' }
  const { content } = await send('GET', `/flights${key}`, { headers })
  for (const name of names) assert.match(content, new RegExp(`"${name}":"x"`))
  const { content: none } = await send('GET', "/flights?$filter=valueOf eq 'x'", { headers })
  assert.equal(none, '{"value":[]}')
})

test('queries that cannot be are refused', async (t) => {
  const { send } = await open(t)
  const get = async (query: string, accept = 'application/json') =>
    (await send('GET', `/flights?${query}`, { headers: { accept } })).text
  assert.equal(await get('$top=0'), '400 InvalidQueryParameterValue')
  assert.equal(await get('$top=1001'), '400 InvalidQueryParameterValue')
  assert.equal(await get('$top=x'), '400 InvalidQueryParameterValue')
  assert.equal(await get('NextPartitionKey=x'), '400 InvalidQueryParameterValue')
  assert.equal(await get(`$filter=${'('.repeat(500)}`), '400 InvalidInput')
  assert.equal(await get("$filter=a eq 'x"), '400 InvalidInput')
  assert.equal(await get('$filter=a add 1 eq 2'), '501 NotImplemented')
  assert.equal(await get('', 'application/atom+xml'), '415 AtomFormatNotSupported')
  assert.equal(await get('', 'text/html'), '415 MediaTypeNotSupported')
})

test('addresses that are none are refused', async (t) => {
  const { send } = await open(t)
  assert.equal((await send('GET', "/flights(PartitionKey='a')")).text, '400 InvalidUri')
  assert.equal((await send('GET', "/flights(PartitionKey='a',RowKey='b'")).text, '400 InvalidUri')
  assert.equal((await send('GET', '/flights/more')).text, '400 InvalidUri')
  assert.equal((await send('PUT', '/flights')).text, '501 NotImplemented')
  const key = "(PartitionKey='a',RowKey='b')"
  assert.equal((await send('DELETE', `/flights${key}`)).text, '400 MissingRequiredHeader')
  assert.equal((await send('PUT', `/flights${key}`, { body: row('') })).text, '204')
  const other = { body: '{"PartitionKey":"x","RowKey":"b"}' }
  assert.equal((await send('PUT', `/flights${key}`, other)).text, '400 InvalidInput')
})

test('a transaction that is none is refused and changes nothing', async (t) => {
  const { send, storage, table, url } = await open(t)
  const headers = { 'content-type': 'multipart/mixed; boundary=batch_1' }
  const post = async (body: string, more: Record<string, string> = headers) =>
    (await send('POST', '/$batch', { body, headers: more })).text
  const part = (path: string, body: string) =>
    `--changeset_1\r\nContent-Type: application/http\r\n\r\nPOST ${url}${path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${body}\r\n`
  const whole = (parts: string) =>
    `--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_1\r\n\r\n${parts}--changeset_1--\r\n--batch_1--\r\n`
  assert.equal(await post('', { 'content-type': 'text/plain' }), '400 InvalidHeaderValue')
  assert.equal(await post(''), '400 InvalidInput')
  assert.equal(await post('--batch_1--'), '400 InvalidInput')
  assert.equal(await post(whole('')), '400 InvalidInput')
  assert.equal(await post(whole('--changeset_1\r\n\r\nnonsense\r\n')), '400 InvalidInput')
  const twoTables = part('/flights', row('')) + part('/others', row('').replace('"b"', '"c"'))
  assert.equal(await post(whole(twoTables)), '202 CommandsInBatchActOnDifferentPartitions')
  const query = part('/flights', '').replace('POST', 'GET')
  assert.equal(await post(whole(query)), '202 NotImplemented')
  const elsewhere = part('/flights', row('')).replace(url, 'http://127.0.0.1/none')
  assert.equal(await post(whole(elsewhere)), '202 ResourceNotFound')
  assert.equal(await post('x'.repeat(5_000_000)), '413 RequestBodyTooLarge')
  const { entities } = await storage.entities.query(table, { limit: 10 })
  assert.deepEqual(entities, [])
  assert.equal(await post(whole(part('/flights', row('')))), '202')
  assert.equal((await storage.entities.query(table, { limit: 10 })).entities.length, 1)
})

test('the three levels of metadata say what they are to say', async (t) => {
  const { send, insert } = await open(t)
  const long = '"n":"5","n@odata.type":"Edm.Int64"'
  assert.equal(await insert(row(`,${long},"d":1.0,"d@odata.type":"Edm.Double"`)), '201')
  const get = async (level: string) => {
    const headers = { accept: `application/json;odata=${level}` }
    return (await send('GET', "/flights(PartitionKey='a',RowKey='b')", { headers })).content
  }
  const none = await get('nometadata')
  assert.match(none, /^\{"PartitionKey":"a","RowKey":"b","Timestamp":"[^"]+","n":"5","d":1\.0\}$/)
  const minimal = await get('minimalmetadata')
  assert.match(minimal, /^\{"odata\.metadata":"[^"]+#flights\/@Element","odata\.etag":"W\//)
  assert.match(minimal, /"n@odata\.type":"Edm\.Int64","n":"5","d":1\.0\}$/)
  const full = await get('fullmetadata')
  assert.match(full, /"odata\.editLink":"flights\(PartitionKey='a',RowKey='b'\)"/)
  assert.match(full, /"Timestamp@odata\.type":"Edm\.DateTime"/)
})

test('a long table is read page by page, also where little of it is meant', async (t) => {
  const { storage, table } = await open(t)
  const put = (first: number) =>
    storage.entities.changeAll(
      table,
      Array.from({ length: 100 }, (_, at) => ({
        kind: 'insert' as const,
        partitionKey: 'a',
        rowKey: String(first + at).padStart(6, '0'),
        properties: new Map([['n', { type: 'Edm.Int32' as const, value: first + at }]]),
      })),
    )
  await Promise.all(Array.from({ length: 210 }, (_, group) => put(group * 100)))
  const first = await storage.entities.query(table, { limit: 1_000 })
  assert.deepEqual([first.entities.length, first.next?.rowKey], [1_000, '001000'])
  const filter = parseFilter('n eq 20999')
  const searched = await storage.entities.query(table, { filter, limit: 1_000 })
  assert.deepEqual([searched.entities.length, searched.next?.rowKey], [0, '020000'])
  const rest = await storage.entities.query(table, { filter, limit: 1_000, from: searched.next })
  assert.deepEqual([rest.entities.length, rest.next], [1, undefined])
  const keyed = parseFilter("PartitionKey eq 'a' and RowKey ge '020998'")
  const near = await storage.entities.query(table, { filter: keyed, limit: 1_000 })
  assert.equal(near.entities.length, 2)
})
