import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import {
  AzureNamedKeyCredential,
  AzureSASCredential,
  TableClient,
  generateAccountSas,
  generateTableSas,
  type TableSasPermissions,
} from '@azure/data-tables'
import { clientOptions, openTables, refusal, type TableFixture } from './table-client.ts'

const inAnHour = () => new Date(Date.now() + 3_600_000)

function withSas({ url }: TableFixture, sas: string, table = 'flights'): TableClient {
  return new TableClient(url, table, new AzureSASCredential(sas), clientOptions)
}

async function keys(table: TableClient): Promise<string[]> {
  const found: string[] = []
  for await (const { partitionKey, rowKey } of table.listEntities()) {
    found.push(`${partitionKey}/${rowKey}`)
  }
  return found
}

test('a signature by another key is refused', async (t) => {
  const { url, account } = await openTables(t)
  const wrong = new AzureNamedKeyCredential(account, Buffer.from('wrong').toString('base64'))
  const client = new TableClient(url, 'flights', wrong, clientOptions)
  assert.equal(await refusal(client.getEntity('a', 'b')), '403 AuthenticationFailed')
})

test('both forms of the shared key open a table', async (t) => {
  const { url, account, key } = await openTables(t)
  const date = new Date().toUTCString()
  const path = `/${account}/Tables`
  const texts = {
    SharedKey: ['GET', '', '', date, `/${account}${path}`].join('\n'),
    SharedKeyLite: [date, `/${account}${path}`].join('\n'),
  }
  for (const [scheme, text] of Object.entries(texts)) {
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')
    const answer = await fetch(`${url}/Tables`, {
      headers: {
        'x-ms-date': date,
        'x-ms-version': '2019-02-02',
        accept: 'application/json;odata=nometadata',
        authorization: `${scheme} ${account}:${signature}`,
      },
    })
    assert.deepEqual(await answer.json(), { value: [{ TableName: 'flights' }] }, scheme)
  }
})

test('a signature of a table opens that table as far as it says', async (t) => {
  const fixture = await openTables(t)
  const { credential, table, service } = fixture
  await service.createTable('other')
  await table.createEntity({ partitionKey: 'AA', rowKey: '1' })
  const sas = (permissions: TableSasPermissions, expiresOn = inAnHour()) =>
    generateTableSas('flights', credential, { permissions, expiresOn })
  const reader = withSas(fixture, sas({ query: true }))
  assert.deepEqual(await keys(reader), ['AA/1'])
  const entity = { partitionKey: 'AA', rowKey: '2' }
  assert.equal(await refusal(reader.createEntity(entity)), '403 AuthorizationPermissionMismatch')
  const writer = withSas(fixture, sas({ add: true }))
  await writer.createEntity(entity)
  assert.equal(await refusal(writer.upsertEntity(entity)), '403 AuthorizationPermissionMismatch')
  await withSas(fixture, sas({ add: true, update: true })).upsertEntity(entity)
  const transaction = writer.submitTransaction([['delete', entity]])
  assert.equal(await refusal(transaction), '403 AuthorizationPermissionMismatch')
  await writer.submitTransaction([['create', { ...entity, rowKey: '3' }]])
  const elsewhere = withSas(fixture, sas({ query: true }), 'other')
  assert.equal(await refusal(keys(elsewhere)), '403 AuthorizationPermissionMismatch')
  const old = withSas(fixture, sas({ query: true }, new Date(Date.now() - 1_000)))
  assert.equal(await refusal(keys(old)), '403 AuthenticationFailed')
})

test('a signature of a range of keys opens what is within', async (t) => {
  const fixture = await openTables(t)
  const { credential, table } = fixture
  for (const partitionKey of ['AA', 'BB', 'CC']) {
    for (const rowKey of ['1', '2', '3']) await table.createEntity({ partitionKey, rowKey })
  }
  const sas = generateTableSas('flights', credential, {
    permissions: { query: true, add: true, delete: true },
    expiresOn: inAnHour(),
    startPartitionKey: 'AA',
    startRowKey: '3',
    endPartitionKey: 'BB',
    endRowKey: '1',
  })
  const ranged = withSas(fixture, sas)
  assert.deepEqual(await keys(ranged), ['AA/3', 'BB/1'])
  assert.equal(await refusal(ranged.getEntity('AA', '1')), '404 ResourceNotFound')
  assert.equal(await refusal(ranged.deleteEntity('CC', '1')), '403 AuthorizationPermissionMismatch')
  await ranged.deleteEntity('BB', '1')
})

test('a stored policy gives a signature its rights', async (t) => {
  const fixture = await openTables(t)
  const accessPolicy = { permission: 'r', expiry: inAnHour(), start: new Date(Date.now() - 5_000) }
  await fixture.table.setAccessPolicy([{ id: 'readers', accessPolicy }])
  // The client would add rights and times of its own, which the policy has already.
  const query = new URLSearchParams({ sv: '2019-02-02', si: 'readers', tn: 'flights' })
  const { account, key } = fixture
  const text = [
    '',
    '',
    '',
    `/table/${account}/flights`,
    'readers',
    '',
    '',
    '2019-02-02',
    '',
    '',
    '',
    '',
  ]
  const hmac = createHmac('sha256', Buffer.from(key, 'base64'))
  query.set('sig', hmac.update(text.join('\n')).digest('base64'))
  const signed = withSas(fixture, query.toString())
  assert.deepEqual(await keys(signed), [])
  await fixture.table.setAccessPolicy([])
  assert.equal(await refusal(keys(signed)), '403 AuthenticationFailed')
})

test('a signature of the account opens what it names', async (t) => {
  const fixture = await openTables(t)
  const sas = (resourceTypes: string, services: object) =>
    generateAccountSas(fixture.credential, {
      permissions: { query: true, list: true, add: true },
      services: { ...services },
      resourceTypes,
      expiresOn: inAnHour(),
    })
  const all = withSas(fixture, sas('sco', { table: true }))
  await all.createEntity({ partitionKey: 'AA', rowKey: '1' })
  assert.deepEqual(await keys(all), ['AA/1'])
  assert.equal(
    await refusal(keys(withSas(fixture, sas('c', { table: true })))),
    '403 AuthorizationResourceTypeMismatch',
  )
  assert.equal(
    await refusal(keys(withSas(fixture, sas('sco', { queue: true })))),
    '403 AuthorizationServiceMismatch',
  )
})

test('a token opens what its roles allow', async (t) => {
  const { url } = await openTables(t)
  const call = (token: string, init: RequestInit = {}) =>
    fetch(`${url}/flights`, {
      ...init,
      headers: {
        'x-ms-version': '2020-12-06',
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      },
    })
  const insert = { method: 'POST', body: '{"PartitionKey":"AA","RowKey":"1"}' }
  assert.equal((await call('officer', insert)).status, 201)
  assert.equal((await call('reader')).status, 200)
  assert.equal((await call('reader', insert)).status, 403)
  const old = await call('expired')
  assert.equal(old.status, 401)
  assert.match(old.headers.get('www-authenticate') ?? '', /^Bearer authorization_uri=/)
})
