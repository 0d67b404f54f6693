import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { CosmosClient, type Database } from '@azure/cosmos'
import { ClientSecretCredential } from '@azure/identity'
import type { Platform } from '../../../src/platform/platform.ts'
import { startWithAzureNames } from '../azure-names.ts'
import { refusal } from './cosmos-client.ts'

const endpoint = 'https://cosmos-roles.documents.azure.com'

function clientOf(t: TestContext, platform: Platform, name: string): Database {
  const registration = platform.endpoints.appRegistrations?.[name]
  assert.ok(registration)
  const { tenantId, clientId, clientSecret } = registration
  const aadCredentials = new ClientSecretCredential(tenantId, clientId, clientSecret)
  const client = new CosmosClient({ endpoint, aadCredentials })
  t.after(() => client.dispose())
  return client.database('orders')
}

test('keys and tokens open an account by its names in Azure', async (t) => {
  const platform = await startWithAzureNames(t, 'tests/conformance/cosmos-db/projects/roles')
  await t.test('a principal with a role to write may do everything with items', async () => {
    const database = clientOf(t, platform, 'writer')
    const { items } = database.container('items')
    await items.create({ id: '1', pk: 'a' })
    assert.equal((await items.query('SELECT * FROM c').fetchAll()).resources.length, 1)
    const procedure = database.container('items').scripts.storedProcedure('answer')
    assert.equal((await procedure.execute('a', [])).resource, 42)
    const create = await refusal(database.containers.create({ id: 'more', partitionKey: '/pk' }))
    assert.deepEqual([create.code, create.substatus], [403, 5300])
    assert.match(create.message, /\[POST \/dbs\/orders\/colls\] cannot be authorized by AAD token/)
    const { result } = await items.batch(
      [{ operationType: 'Create', resourceBody: { id: '2', pk: 'a' } }],
      'a',
    )
    assert.equal(result?.[0]?.statusCode, 201)
  })
  await t.test(
    'a principal with a role to read one container reads that and nothing else',
    async () => {
      const database = clientOf(t, platform, 'reader')
      const container = database.container('items')
      assert.equal((await container.item('1', 'a').read()).resource.id, '1')
      const write = await refusal(container.items.create({ id: '3', pk: 'a' }))
      assert.deepEqual([write.code, write.substatus], [403, 5301])
      const operations = [{ operationType: 'Create', resourceBody: { id: '3', pk: 'a' } }] as const
      assert.match(
        (await refusal(container.items.batch([...operations], 'a'))).message,
        /items\/create/,
      )
      assert.equal((await refusal(database.container('secrets').item('1', 'a').read())).code, 403)
    },
  )
  await t.test('a principal without a role is refused', async () => {
    const { code, message } = await refusal(
      clientOf(t, platform, 'stranger').container('items').read(),
    )
    assert.equal(code, 403)
    assert.match(
      message,
      /does not have required RBAC permissions to perform action \[Microsoft.DocumentDB/,
    )
  })
  await t.test(
    'keys: the primary writes, a read-only one reads, a wrong one is told what to sign',
    async () => {
      const keys = platform.cosmosDb.account('cosmos-roles')?.keys
      assert.ok(keys)
      const open = (key: string): Database => {
        const client = new CosmosClient({ endpoint, key })
        t.after(() => client.dispose())
        return client.database('orders')
      }
      await open(keys.secondaryMasterKey).container('items').items.create({ id: '9', pk: 'a' })
      const reader = open(keys.primaryReadonlyMasterKey)
      assert.equal((await reader.container('items').item('9', 'a').read()).resource.id, '9')
      const write = await refusal(reader.container('items').items.create({ id: '10', pk: 'a' }))
      assert.equal(write.code, 401)
      const wrong = await refusal(open('d3Jvbmc=').read())
      assert.equal(wrong.code, 401)
      assert.match(wrong.message, /The wrong key is being used .*'get\\n\\n\\n/)
      const regional = new CosmosClient({
        endpoint: 'https://cosmos-roles-westeurope.documents.azure.com',
        key: keys.primaryMasterKey,
      })
      t.after(() => regional.dispose())
      const { resource } = await regional.getDatabaseAccount()
      assert.deepEqual(resource?.readableLocations, [
        {
          name: 'West Europe',
          databaseAccountEndpoint: 'https://cosmos-roles-westeurope.documents.azure.com:443/',
        },
      ])
    },
  )
  await t.test(
    "malformed authorizations, old dates and odd requests are refused in Azure's words",
    async () => {
      const key = platform.cosmosDb.account('cosmos-roles')?.keys.primaryMasterKey ?? ''
      const local = platform.endpoints.cosmos?.endpoint.replace('https:', 'http:') ?? ''
      const send = async (
        path: string,
        headers: Record<string, string>,
        init: RequestInit = {},
      ): Promise<{ status: number; text: string }> => {
        const response = await fetch(`${local}${path}`, { ...init, headers })
        return { status: response.status, text: await response.text() }
      }
      const signed = (method: string, type: string, link: string, date = new Date()) => {
        const text = date.toUTCString()
        const payload = `${method}\n${type}\n${link}\n${text.toLowerCase()}\n\n`
        const signature = createHmac('sha256', Buffer.from(key, 'base64'))
          .update(payload)
          .digest('base64')
        const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`)
        return { authorization, 'x-ms-date': text }
      }
      assert.match((await send('/dbs', {})).text, /Required Header authorization is missing/)
      for (const authorization of [
        'nonsense',
        '%',
        'type=master',
        'type=odd&ver=1.0&sig=x',
        'Bearer x',
      ]) {
        assert.equal((await send('/dbs', { authorization })).status, 401, authorization)
      }
      assert.equal((await send('/dbs', signed('get', 'dbs', ''))).status, 200)
      const old = new Date(Date.now() - 3_600_000)
      const late = await send('/dbs', signed('get', 'dbs', '', old))
      assert.equal(late.status, 403)
      assert.match(late.text, /not valid at the current time/)
      const docs = '/dbs/orders/colls/items/docs'
      const post = signed('post', 'docs', 'dbs/orders/colls/items')
      const pk = { 'x-ms-documentdb-partitionkey': '["a"]' }
      const create = (body: string, headers = {}): Promise<{ status: number; text: string }> =>
        send(docs, { ...post, ...pk, ...headers }, { method: 'POST', body })
      assert.equal((await create('{')).status, 400)
      assert.equal((await create('[]')).status, 400)
      assert.equal((await create('{"id":"a/b","pk":"a"}')).status, 400)
      assert.equal(
        (await create(`{"id":"x","pk":"a","deep":${'['.repeat(5_000)}${']'.repeat(5_000)}}`))
          .status,
        400,
      )
      assert.equal(
        (await create(JSON.stringify({ id: 'x', pk: 'a', large: 'x'.repeat(2_200_000) }))).status,
        413,
      )
      assert.equal((await create('x'.repeat(5_000_000))).status, 413)
      assert.equal(
        (await create('{"id":"x","pk":"a"}', { 'x-ms-documentdb-partitionkey': 'a' })).status,
        400,
      )
      assert.equal(
        (await create('{"id":"x","pk":"a"}', { 'x-ms-documentdb-partitionkey': '["b"]' })).status,
        400,
      )
      assert.equal((await create('{"__proto__":{"x":1},"id":"proto","pk":"a"}')).status, 201)
      assert.equal((await send('/dbs/%zz', signed('get', 'dbs', 'dbs/%zz'))).status, 400)
      assert.equal(
        (await send(docs, signed('delete', 'docs', 'dbs/orders/colls/items'), { method: 'DELETE' }))
          .status,
        405,
      )
      const list = await send(docs, signed('get', 'docs', 'dbs/orders/colls/items'))
      assert.match(list.text, /"Documents":\[\{"id":"1"/)
      for (const [type, extra] of [
        ['sprocs', {}],
        ['udfs', {}],
        ['triggers', { triggerType: 'Pre', triggerOperation: 'All' }],
      ] as const) {
        const headers = {
          ...signed('post', type, 'dbs/orders/colls/items'),
          'x-ms-documentdb-is-upsert': 'true',
        }
        const body = JSON.stringify({ id: 'up', body: 'function () {}', ...extra })
        const upsert = (): Promise<{ status: number }> =>
          send(`/dbs/orders/colls/items/${type}`, headers, { method: 'POST', body })
        assert.equal((await upsert()).status, 201, type)
        assert.equal((await upsert()).status, 200, type)
      }
      const keysOf = '/dbs/orders/clientencryptionkeys'
      assert.match(
        (await send(keysOf, signed('get', 'clientencryptionkeys', 'dbs/orders'))).text,
        /is not supported/,
      )
    },
  )
})
