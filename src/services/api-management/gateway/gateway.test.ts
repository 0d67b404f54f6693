import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { test } from 'node:test'
import { openService, type OpenedService, type Owner } from '../service-fixture.ts'

const key = 'Ocp-Apim-Subscription-Key'

function policies(sections: { inbound?: string; outbound?: string }): { value: string } {
  return {
    value: `<policies><inbound><base />${sections.inbound ?? ''}</inbound><backend><base /></backend><outbound><base />${sections.outbound ?? ''}</outbound><on-error><base /></on-error></policies>`,
  }
}

function stamp(name: string): string {
  return `<set-header name="x-scopes" exists-action="append"><value>${name}</value></set-header>`
}

async function openShop(owner: Owner): Promise<OpenedService> {
  const service = await openService(owner)
  await service.put('apis/shop', { path: 'shop', serviceUrl: service.backendUrl })
  for (const method of ['GET', 'POST']) {
    await service.put(`apis/shop/operations/${method}`, { method, urlTemplate: '/*' })
  }
  await service.put('products/gold', { displayName: 'Gold', state: 'published' })
  await service.put('products/gold/apis/shop')
  for (const [id, scope] of [
    ['gold', '/products/gold'],
    ['api', '/apis/shop'],
    ['all', '/apis'],
    ['service', '/'],
  ]) {
    const displayName = id ?? ''
    await service.put(`subscriptions/${id}`, {
      displayName,
      scope: scope ?? '',
      primaryKey: `${id}-1`,
    })
  }
  return service
}

test('a key opens what its scope says', async (t) => {
  const service = await openShop(t)
  await service.put('apis/other', { path: 'other', serviceUrl: service.backendUrl })
  await service.put('apis/other/operations/get', { method: 'GET', urlTemplate: '/*' })
  const statusOf = async (path: string, value: string) =>
    (await service.call(path, { headers: { [key]: value } })).status
  for (const each of ['gold-1', 'api-1', 'all-1', 'service-1']) {
    assert.equal(await statusOf('/shop/a', each), 200, each)
  }
  assert.equal(await statusOf('/other/a', 'gold-1'), 401)
  assert.equal(await statusOf('/other/a', 'api-1'), 401)
  assert.equal(await statusOf('/other/a', 'all-1'), 200)
})

test('a key stands in the query too, and does not reach the backend there', async (t) => {
  const service = await openShop(t)
  const response = await service.call('/shop/a?x=1&subscription-key=gold-1&y=2')
  assert.equal(response.status, 200)
  assert.equal(service.seen[0]?.url, '/a?x=1&y=2')
})

test('a suspended subscription opens nothing', async (t) => {
  const service = await openShop(t)
  await service.manage('PATCH', 'subscriptions/gold', { properties: { state: 'suspended' } })
  const response = await service.call('/shop/a', { headers: { [key]: 'gold-1' } })
  assert.equal(response.status, 401)
})

test('an open product needs no key and brings its policies', async (t) => {
  const service = await openShop(t)
  await service.put('products/free', {
    displayName: 'Free',
    state: 'published',
    subscriptionRequired: false,
  })
  await service.put('products/free/apis/shop')
  await service.put('products/free/policies/policy', policies({ inbound: stamp('free') }))
  assert.equal((await service.call('/shop/a')).status, 200)
  assert.equal(service.seen[0]?.headers['x-scopes'], 'free')
})

test('policies run from the widest scope to the narrowest, those of a product only with its key', async (t) => {
  const service = await openShop(t)
  await service.put('policies/policy', {
    value: `<policies><inbound>${stamp('global')}</inbound><backend><forward-request /></backend></policies>`,
  })
  await service.put('products/gold/policies/policy', policies({ inbound: stamp('product') }))
  await service.put('apis/shop/policies/policy', policies({ inbound: stamp('api') }))
  await service.put(
    'apis/shop/operations/GET/policies/policy',
    policies({ inbound: stamp('operation') }),
  )
  await service.call('/shop/a', { headers: { [key]: 'gold-1' } })
  assert.equal(service.seen[0]?.headers['x-scopes'], 'global,product,api,operation')
  await service.call('/shop/a', { headers: { [key]: 'all-1' } })
  assert.equal(service.seen[1]?.headers['x-scopes'], 'global,api,operation')
})

test('a scope without base runs alone', async (t) => {
  const service = await openShop(t)
  await service.put('apis/shop/policies/policy', policies({ inbound: stamp('api') }))
  await service.put('apis/shop/operations/GET/policies/policy', {
    value: `<policies><inbound>${stamp('operation')}</inbound><backend><base /></backend></policies>`,
  })
  await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.equal(service.seen[0]?.headers['x-scopes'], 'operation')
})

test('a policy is live for the next call after it was saved', async (t) => {
  const service = await openShop(t)
  const call = () => service.call('/shop/a', { headers: { [key]: 'api-1' } })
  await call()
  await service.put('apis/shop/policies/policy', policies({ inbound: stamp('new') }))
  await call()
  assert.deepEqual(
    service.seen.map(({ headers }) => headers['x-scopes']),
    [undefined, 'new'],
  )
})

test('a version is found by segment, and a revision by its number', async (t) => {
  const service = await openShop(t)
  const common = { serviceUrl: service.backendUrl, subscriptionRequired: false }
  await service.put('apiVersionSets/set', { displayName: 'set', versioningScheme: 'Segment' })
  await service.put('apis/v2', {
    ...common,
    path: 'store',
    apiVersion: 'v2',
    apiVersionSetId: '/apiVersionSets/set',
  })
  await service.put('apis/v2/operations/get', { method: 'GET', urlTemplate: '/a' })
  await service.put('apis/v2;rev=2', {
    ...common,
    path: 'store',
    apiVersion: 'v2',
    apiVersionSetId: '/apiVersionSets/set',
    isCurrent: false,
  })
  await service.put('apis/v2;rev=2/operations/get', { method: 'GET', urlTemplate: '/b' })
  assert.equal((await service.call('/store/v2/a')).status, 200)
  assert.equal((await service.call('/store/a')).status, 404)
  assert.equal((await service.call('/store/v2/b')).status, 404)
  assert.equal((await service.call('/store/v2;rev=2/b')).status, 200)
})

test('a path with dots is the same for the gateway and for the backend', async (t) => {
  const service = await openShop(t)
  const { port } = new URL(service.gatewayUrl)
  const target = '/shop/public/../../shop/%2e%2e/secret'
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(
        `GET ${target} HTTP/1.1\r\nHost: a\r\n${key}: api-1\r\nConnection: close\r\n\r\n`,
      )
    })
    socket.resume().once('close', () => resolve())
  })
  assert.equal(service.seen.length, 0)
})

test('a large body passes both ways as it is', async (t) => {
  const service = await openShop(t)
  service.answer = (request, response) => response.end(request.body)
  const body = 'x'.repeat(3_000_000)
  const response = await service.call('/shop/a', {
    method: 'POST',
    body,
    headers: { [key]: 'api-1' },
  })
  assert.equal((await response.text()).length, body.length)
})

test('a backend that is away is an internal error and tells nothing of itself', async (t) => {
  const service = await openShop(t)
  await service.put('apis/shop', { path: 'shop', serviceUrl: 'http://127.0.0.1:9' })
  const response = await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.equal(response.status, 500)
  assert.match(
    await response.text(),
    /^{ "statusCode": 500, "message": "Internal server error", "activityId": "[\da-f-]{36}" }$/,
  )
})

test('a compressed body is read by a policy as what it says', async (t) => {
  const service = await openShop(t)
  service.answer = (_request, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync('hello there'))
  }
  const outbound = '<find-and-replace from="there" to="here" />'
  await service.put('apis/shop/policies/policy', policies({ outbound }))
  const response = await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.equal(await response.text(), 'hello here')
})

test('a pool leaves a backend alone whose breaker has opened', async (t) => {
  const service = await openShop(t)
  service.answer = (request, response) => {
    response.statusCode = request.url.startsWith('/bad') ? 500 : 200
    response.end()
  }
  const breaker = {
    rules: [
      {
        failureCondition: {
          count: 1,
          interval: 'PT1M',
          statusCodeRanges: [{ min: 500, max: 599 }],
        },
        tripDuration: 'PT1M',
      },
    ],
  }
  await service.put('backends/bad', { url: `${service.backendUrl}/bad`, circuitBreaker: breaker })
  await service.put('backends/good', { url: `${service.backendUrl}/good` })
  const members = [
    { id: '/backends/bad', priority: 1 },
    { id: '/backends/good', priority: 2 },
  ]
  await service.put('backends/pool', { type: 'Pool', pool: { services: members } })
  const inbound = '<set-backend-service backend-id="pool" />'
  await service.put('apis/shop/policies/policy', policies({ inbound }))
  const statuses: number[] = []
  for (let call = 0; call < 3; call += 1) {
    statuses.push((await service.call('/shop/a', { headers: { [key]: 'api-1' } })).status)
  }
  assert.deepEqual(statuses, [500, 200, 200])
})

test('a function app is a backend with its key in a named value', async (t) => {
  const service = await openShop(t)
  await service.put('namedValues/func-1-key', {
    displayName: 'func-1-key',
    value: 'host-key-1',
    secret: true,
  })
  await service.put('backends/func-1', {
    url: `${service.backendUrl}/api`,
    protocol: 'http',
    resourceId:
      'https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/func-1',
    credentials: { header: { 'x-functions-key': ['{{func-1-key}}'] } },
  })
  await service.put(
    'apis/shop/policies/policy',
    policies({ inbound: '<set-backend-service backend-id="func-1" />' }),
  )
  assert.equal((await service.call('/shop/a', { headers: { [key]: 'api-1' } })).status, 200)
  assert.equal(service.seen[0]?.url, '/api/a')
  assert.equal(service.seen[0]?.headers['x-functions-key'], 'host-key-1')
})

test('a named value is read at each call, and may turn into an expression', async (t) => {
  const service = await openShop(t)
  await service.put('namedValues/v', { displayName: 'v', value: 'one' })
  const inbound = '<set-header name="x-v"><value>{{v}}</value></set-header>'
  await service.put('apis/shop/policies/policy', policies({ inbound }))
  for (const value of ['two', '@("th" + "ree")', 'four']) {
    await service.call('/shop/a', { headers: { [key]: 'api-1' } })
    await service.manage('PATCH', 'namedValues/v', { properties: { value } })
  }
  await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.deepEqual(
    service.seen.map(({ headers }) => headers['x-v']),
    ['one', 'two', 'three', 'four'],
  )
})

test('a response whose backend breaks off breaks off too', async (t) => {
  const service = await openShop(t)
  service.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 })
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  }
  const response = await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  await assert.rejects(response.text())
})

test('a small response is passed on when it is whole: one that breaks off is an internal error', async (t) => {
  const service = await openShop(t)
  service.answer = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  }
  const response = await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.equal(response.status, 500)
})

test('a response without a length is passed on as it comes', async (t) => {
  const service = await openShop(t)
  service.answer = (_request, response) => {
    response.write('one')
    setTimeout(() => response.end('two'), 20)
  }
  const response = await service.call('/shop/a', { headers: { [key]: 'api-1' } })
  assert.equal(await response.text(), 'onetwo')
})

test('the answer to HEAD tells the length of what GET would bring', async (t) => {
  const service = await openShop(t)
  service.answer = (_request, response) => response.writeHead(200, { 'content-length': 7 }).end()
  await service.put('apis/shop/operations/head', { method: 'HEAD', urlTemplate: '/a' })
  const response = await service.call('/shop/a', { method: 'HEAD', headers: { [key]: 'api-1' } })
  assert.equal(response.headers.get('content-length'), '7')
})

test('a caller that waits to be asked for its body is asked, and the backend is not told to', async (t) => {
  const service = await openShop(t)
  const socket = connect(Number(new URL(service.gatewayUrl).port), '127.0.0.1')
  t.after(() => socket.destroy())
  let text = ''
  socket.on('data', (bytes) => (text += bytes.toString('latin1')))
  const closed = once(socket, 'close')
  socket.write(
    `POST /shop/a HTTP/1.1\r\nHost: a\r\n${key}: api-1\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody`,
  )
  await closed
  assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  assert.equal(service.seen[0]?.body, 'body')
  assert.equal(service.seen[0]?.headers.expect, undefined)
})
