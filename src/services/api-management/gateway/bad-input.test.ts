import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { bufferedBodyBytesMax } from '../limits.ts'
import { type OpenedService, type Owner, openService } from '../service-fixture.ts'

type Options = Parameters<typeof openService>[1]

/** An open API whose operations each say in `x-operation` that their policies ran. */
async function openBare(owner: Owner, options?: Options): Promise<OpenedService> {
  const service = await openService(owner, options)
  await service.put('apis/shop', {
    path: 'shop',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
  })
  for (const [id, method, urlTemplate] of [
    ['get', 'GET', '/*'],
    ['post', 'POST', '/*'],
    ['admin', 'GET', '/admin'],
  ] as const) {
    await service.put(`apis/shop/operations/${id}`, { method, urlTemplate })
    await putPolicies(service, `apis/shop/operations/${id}`, {
      inbound: `<set-header name="x-operation" exists-action="override"><value>${id}</value></set-header>`,
    })
  }
  return service
}

async function putPolicies(
  service: OpenedService,
  at: string,
  sections: { inbound?: string; backend?: string; onError?: string },
): Promise<void> {
  const { inbound = '', backend = '<base />', onError = '' } = sections
  const value = `<policies><inbound><base />${inbound}</inbound><backend>${backend}</backend><outbound><base /></outbound><on-error><base />${onError}</on-error></policies>`
  await service.put(`${at}/policies/policy`, { format: 'rawxml', value })
}

/** Writes bytes as they are, and reads until the gateway closes the connection or a second is over. */
async function send(service: OpenedService, ...parts: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(service.gatewayUrl).port), '127.0.0.1')
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (bytes) => (text += bytes.toString('latin1')))
  const closed = once(socket, 'close')
  for (const part of parts) {
    socket.write(part)
    await wait(20)
  }
  await Promise.race([closed, wait(1_000)])
  socket.destroy()
  return text
}

const smuggled = 'GET /shop/admin HTTP/1.1\r\nHost: a\r\n\r\n'
const ambiguous: Readonly<Record<string, string>> = {
  'a length and chunks': `POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  'two lengths': `POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n${smuggled}`,
  'a list of lengths': `POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 40\r\n\r\n${smuggled}`,
  'a length with a sign': `POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nbody`,
  'an unknown coding': `POST /shop/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
  'chunks that are not last': `POST /shop/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
  'a space before the colon': `POST /shop/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  'a folded header': `GET /shop/a HTTP/1.1\r\nHost: a\r\nx-one: a\r\n Content-Length: 40\r\n\r\n`,
  'a bare line feed': `GET /shop/a HTTP/1.1\r\nHost: a\r\nx-one: a\nContent-Length: 40\r\n\r\n`,
  'a bare carriage return': `GET /shop/a HTTP/1.1\r\nHost: a\r\nx-one: a\rx-two: b\r\n\r\n`,
  'a wrong chunk size': `POST /shop/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\nbody\r\n0\r\n\r\n`,
  'no host': `GET /shop/a HTTP/1.1\r\n\r\n`,
  'two hosts': `GET /shop/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
}

for (const [name, bytes] of Object.entries(ambiguous)) {
  test(`a request with ${name} is refused, and nothing after it is read`, async (t) => {
    const service = await openBare(t)
    const answer = await send(service, bytes)
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1)
    // What had begun before the fault was found must not end as a whole request.
    assert.ok(!service.seen.some(({ url }) => url.includes('admin')))
  })
}

test('a request that comes too slowly is cut off with 408, its headers and its body alike', async (t) => {
  const limits = { headersTimeoutMs: 150, requestTimeoutMs: 300 }
  const service = await openBare(t, { limits })
  const head = await send(service, 'GET /shop/a HTTP/1.1\r\n', 'x-a: 1\r\n')
  assert.match(head, /^HTTP\/1\.1 408 /)
  const start = 'POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n'
  const body = await send(service, start, 'one', 'two')
  assert.match(body, /^HTTP\/1\.1 408 /)
  assert.equal(service.seen.length, 0)
})

test('a caller that goes away in the middle of a body that a policy reads is no fault of the gateway', async (t) => {
  const service = await openBare(t)
  await putPolicies(service, 'apis/shop/operations/post', {
    inbound: '<set-variable name="length" value="@(context.Request.Body.As<string>().Length)" />',
  })
  const socket = connect(Number(new URL(service.gatewayUrl).port), '127.0.0.1')
  socket.write('POST /shop/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf')
  await wait(50)
  socket.destroy()
  for (let turn = 0; turn < 50 && service.spans.length === 0; turn += 1) await wait(20)
  assert.deepEqual(
    service.spans.map(({ operation, status }) => [operation, status]),
    [['POST 499', 'ok']],
  )
  assert.deepEqual(service.logged, [])
})

test('the operation whose policies ran is the one that the backend is asked for', async (t) => {
  const service = await openBare(t)
  service.answer = (request, response) => {
    response.end(`${request.headers['x-operation']?.toString()} ${request.url}`)
  }
  const cases: readonly (readonly [path: string, answer: string])[] = [
    ['/shop/public/../admin', 'admin /admin'],
    ['/shop/public/%2e%2e/admin', 'admin /admin'],
    ['/shop/public/.%2E/admin', 'admin /admin'],
    ['/shop/%61dmin', 'admin /admin'],
    ['/shop/./admin', 'admin /admin'],
    ['/shop/public\\..\\admin', 'admin /admin'],
    ['/shop/public%2f..%2fadmin', 'get /public%2f..%2fadmin'],
    ['/shop/%252e%252e/admin', 'get /%252e%252e/admin'],
    ['/shop//admin', 'get //admin'],
    ['/other/../shop/admin', 'admin /admin'],
  ]
  for (const [path, expected] of cases) {
    const answer = await send(
      service,
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    assert.equal(answer.split('\r\n\r\n')[1], expected, path)
  }
})

test('a path that leaves the API is not found, and one that is no path is a bad request', async (t) => {
  const service = await openBare(t)
  const statusOf = async (target: string): Promise<string | undefined> => {
    const answer = await send(
      service,
      `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]
  }
  assert.equal(await statusOf('/shop/../secret'), '404')
  assert.equal(await statusOf('/shop/%2e%2e/secret'), '404')
  for (const target of ['/shop/%00', '/shop/%zz', '/shop/%', '*', 'http://[bad/shop/a']) {
    assert.equal(await statusOf(target), '400', target)
  }
  assert.equal(service.seen.length, 0)
})

test('what a policy makes of a caller is no second header, no second answer and no second request', async (t) => {
  const service = await openBare(t)
  const evil = '@(context.Request.OriginalUrl.Query.GetValueOrDefault("q", ""))'
  const cases: readonly (readonly [policy: string, status: number])[] = [
    [`<set-header name="x-a"><value>${evil}</value></set-header>`, 500],
    [`<set-header name="${evil}"><value>a</value></set-header>`, 500],
    [`<return-response><set-status code="200" reason="${evil}" /></return-response>`, 200],
    [`<set-query-parameter name="a"><value>${evil}</value></set-query-parameter>`, 200],
    [
      `<rewrite-uri template="@("/b" + context.Request.OriginalUrl.Query.GetValueOrDefault("q", ""))" />`,
      200,
    ],
  ]
  for (const [inbound, status] of cases) {
    await putPolicies(service, 'apis/shop/operations/get', { inbound })
    const q = encodeURIComponent('a\r\nx-evil: 1\r\n\r\nGET /admin HTTP/1.1\r\n\r\n')
    const response = await service.call(`/shop/a?q=${q}`)
    assert.equal(response.status, status, inbound)
    assert.equal(response.headers.get('x-evil'), null)
  }
  for (const { headers, url } of service.seen) {
    assert.equal(headers['x-evil'], undefined)
    assert.ok(!url.startsWith('/admin'))
  }
})

test('a policy reaches nothing of this machine, however it spells the address', async (t) => {
  const service = await openBare(t)
  const { port } = new URL(service.backendUrl)
  await putPolicies(service, 'apis/shop/operations/get', {
    inbound: `<send-request response-variable-name="answer" timeout="5">
        <set-url>@(context.Request.Headers.GetValueOrDefault("x-url", ""))</set-url>
      </send-request>
      <return-response><set-status code="200" /></return-response>`,
    onError: '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>',
  })
  const hosts = [
    '127.0.0.1',
    'localhost',
    'LOCALHOST.',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '169.254.169.254',
    '[fe80::1]',
    '168.63.129.16',
    'user@127.0.0.1',
  ]
  for (const host of hosts) {
    const response = await service.call('/shop/a', {
      headers: { 'x-url': `http://${host}:${port}/latest` },
    })
    assert.equal(response.status, 500, host)
    assert.equal(response.headers.get('x-reason'), 'BackendConnectionFailure', host)
    assert.ok(!(await response.text()).includes(`/${host}`))
  }
  for (const url of ['file:///etc/passwd', 'gopher://127.0.0.1/', 'nothing', '']) {
    const response = await service.call('/shop/a', { headers: { 'x-url': url } })
    assert.equal(response.headers.get('x-reason'), 'InvalidUrl', url)
  }
  assert.equal(service.seen.length, 0)
})

test('a redirect leads no further than the address itself may', async (t) => {
  const service = await openBare(t)
  const inner = createServer((_request, response) => response.end('inner'))
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  t.after(() => inner.close())
  const address = inner.address()
  const port = typeof address === 'object' && address ? address.port : 0
  service.answer = (_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end()
  }
  await putPolicies(service, 'apis/shop/operations/get', {
    backend: '<forward-request follow-redirects="true" />',
  })
  const response = await service.call('/shop/a')
  assert.equal(response.status, 500)
  assert.ok(!(await response.text()).includes('inner'))
})

test('a body that is larger than a policy may read is 413, as is one that becomes so', async (t) => {
  const service = await openBare(t)
  await putPolicies(service, 'apis/shop/operations/post', {
    inbound: '<set-variable name="length" value="@(context.Request.Body.As<string>().Length)" />',
  })
  const bomb = gzipSync(Buffer.alloc(bufferedBodyBytesMax + 1))
  const headers = { 'content-encoding': 'gzip' }
  for (const [body, given, status] of [
    [Buffer.alloc(bufferedBodyBytesMax, 'a'), {}, 200],
    [Buffer.alloc(bufferedBodyBytesMax + 1, 'a'), {}, 413],
    [bomb, headers, 413],
    [Buffer.from('no gzip'), headers, 400],
  ] as const) {
    const response = await service.call('/shop/a', { method: 'POST', body, headers: given })
    assert.equal(response.status, status)
  }
  assert.equal(service.seen.length, 1)
})

test('other calls have their turn between policies that take long', async (t) => {
  const service = await openBare(t)
  const slow =
    '<set-variable name="x" value="@{ for (var i = 0; i < 2000000; i++) { } return context.Request.Body.As<string>(true); }" />'
  await putPolicies(service, 'apis/shop/operations/post', {
    inbound: `${slow.repeat(8)}<return-response />`,
  })
  const order: string[] = []
  const heavy = service
    .call('/shop/a', { method: 'POST', body: 'b' })
    .then(() => order.push('heavy'))
  await wait(10)
  await service.call('/shop/a')
  order.push('light')
  await heavy
  assert.deepEqual(order, ['light', 'heavy'])
})

test('a token with a wrong algorithm, key, audience, issuer, time or signature is refused', async (t) => {
  const service = await openBare(t)
  await putPolicies(service, 'apis/shop/operations/get', {
    inbound: `<validate-jwt header-name="Authorization" failed-validation-error-message="No.">
        <openid-config url="https://login.microsoftonline.com/tenant-1/.well-known/openid-configuration" />
        <audiences><audience>api://orders</audience></audiences>
        <issuers><issuer>https://login.microsoftonline.com/tenant-1/v2.0</issuer></issuers>
      </validate-jwt>`,
  })
  const statusOf = async (token: string): Promise<number> => {
    const response = await service.call('/shop/a', {
      headers: { authorization: `Bearer ${token}` },
    })
    if (response.status === 401) {
      assert.equal(await response.text(), '{ "statusCode": 401, "message": "No." }')
    }
    return response.status
  }
  const good = service.token()
  assert.equal(await statusOf(good), 200)
  const [, claims = '', signature = ''] = good.split('.')
  const head = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url')
  const keys = await (await fetchKeys(service)).text()
  const signed = `${head({ alg: 'HS256', kid: 'key-1' })}.${claims}`
  const seconds = Math.floor(Date.now() / 1000)
  const bad = [
    `${head({ alg: 'none' })}.${claims}.`,
    `${head({ alg: 'none' })}.${claims}.${signature}`,
    `${signed}.${createHmac('sha256', keys).update(signed).digest('base64url')}`,
    `${head({ alg: 'ES256', kid: 'key-2' })}.${claims}.${signature}`,
    `${good.slice(0, -4)}AAAA`,
    good.slice(0, -4),
    service.token({ aud: 'api://others' }),
    service.token({ iss: 'https://evil.example/' }),
    service.token({ exp: seconds - 1 }),
    service.token({ nbf: seconds + 600 }),
    'a.b.c',
    '.'.repeat(100),
    'x'.repeat(20_000),
  ]
  for (const token of bad) assert.equal(await statusOf(token), 401, token.slice(0, 40))
})

function fetchKeys(service: OpenedService): Promise<Response> {
  const { issuerUrl } = service
  return fetch(`${issuerUrl}/tenant-1/discovery/keys`)
}

test('no secret is told in errors, in the log or in spans', async (t) => {
  const service = await openBare(t)
  const value = 'hunter2-hunter2'
  await service.put('namedValues/password', { displayName: 'password', value, secret: true })
  await service.put('subscriptions/one', {
    displayName: 'One',
    scope: '/apis',
    primaryKey: 'key-0123456789',
  })
  const texts: string[] = []
  for (const inbound of [
    '<set-variable name="a" value="@(int.Parse("{{password}}"))" />',
    '<set-variable name="a" value="@((int)(object)"{{password}}")" />',
    '<set-header name="{{password}} x"><value>a</value></set-header>',
    '<set-header name="Authorization"><value>Bearer {{password}}</value></set-header>',
    '<send-request response-variable-name="a"><set-url>http://127.0.0.1:1/?code={{password}}</set-url></send-request>',
    '<send-request response-variable-name="a"><set-url>{{password}}</set-url></send-request>',
    '<set-backend-service base-url="http://user:{{password}}@127.0.0.1:1/" />',
    '<rate-limit-by-key calls="1" renewal-period="60" counter-key="{{password}}" />',
  ]) {
    try {
      await putPolicies(service, 'apis/shop/operations/get', { inbound })
    } catch (error) {
      texts.push(String(error))
    }
    for (let call = 0; call < 2; call += 1) {
      const headers = { 'ocp-apim-subscription-key': 'key-0123456789' }
      const response = await service.call('/shop/a?subscription-key=key-0123456789', { headers })
      if (response.status !== 200) texts.push(await response.text())
    }
  }
  const told = [...texts, ...service.logged, JSON.stringify(service.spans)].join('\n')
  assert.ok(!told.includes('hunter2'), told.slice(Math.max(told.indexOf('hunter2') - 300, 0), 400))
  assert.ok(!told.includes('key-0123456789'))
})
