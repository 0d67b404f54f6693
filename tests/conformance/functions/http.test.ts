import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { jsonOf, runApp } from './function-apps.ts'

interface KeyList {
  readonly keys: readonly { readonly name: string }[]
}

test('HTTP functions answer by the rules of the host', async (t) => {
  const { fetch, told, apps } = await runApp(t, 'http', {
    settings: { 'AzureWebJobs.Off.Disabled': 'true' },
  })

  await t.test('route, constraint, query, headers and trace reach the function', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const answer = await fetch('/api/echo/Order/42?a=1&a=2&b=%C3%A9', {
      method: 'POST',
      body: 'text',
      headers: { 'x-custom': 'yes', traceparent },
    })
    const seen: Record<string, unknown> = await jsonOf(answer)
    assert.deepEqual(seen['params'], { kind: 'Order', id: '42' })
    assert.deepEqual(seen['query'], { a: '1,2', b: 'é' })
    assert.deepEqual([seen['header'], seen['body'], seen['method']], ['yes', 'text', 'POST'])
    assert.match(String(seen['traceparent']), /^00-0af7651916cd43dd8448eb211c80319c-/)
    const span = told.spans.find(({ resource }) => resource === 'http/Echo')
    assert.equal(span?.context.traceId, '0af7651916cd43dd8448eb211c80319c')
    assert.equal(span?.parentSpanId, 'b7ad6b7169203331')
  })

  await t.test('what no route or method fits is 404 with an empty body', async () => {
    for (const [path, method] of [
      ['/api/nowhere', 'GET'],
      ['/echo/Order', 'GET'],
      ['/api/echo/123', 'GET'],
      ['/api/echo/Order/x', 'GET'],
      ['/api/echo/Order', 'DELETE'],
      ['/api/echo/Order', 'OPTIONS'],
      ['/api/Off', 'GET'],
    ] as const) {
      const answer = await fetch(path, { method })
      assert.equal(answer.status, 404, `${method} ${path}`)
      assert.equal(await answer.text(), '')
    }
  })

  await t.test('HEAD has the headers of the answer and no body', async () => {
    const answer = await fetch('/api/echo/Order', { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.ok(Number(answer.headers.get('content-length')) > 0)
    assert.equal(await answer.text(), '')
  })

  await t.test('bytes pass unchanged both ways, above 256 KB too', async () => {
    for (const size of [0, 1, 300_000, 5_000_000]) {
      const body = randomBytes(size)
      const answer = await fetch('/api/Bytes', { method: 'POST', body })
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), body)
    }
  })

  await t.test('nothing returned is 204, a fault is 500 that tells nothing', async () => {
    assert.equal((await fetch('/api/Nothing')).status, 204)
    const answer = await fetch('/api/Throws')
    assert.equal(answer.status, 500)
    assert.equal(await answer.text(), '')
    assert.equal(told.spans.at(-1)?.reason, 'secret reason')
  })

  await t.test('status, headers, cookies and custom headers are those asked for', async () => {
    const answer = await fetch('/api/Cookies')
    assert.equal(answer.status, 201)
    assert.equal(answer.headers.get('x-own'), 'yes')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.deepEqual(answer.headers.getSetCookie(), [
      'a=1%202; Path=/',
      'b=2; Max-Age=60; Path=/b; HttpOnly; Secure; SameSite=Strict',
    ])
  })

  await t.test('keys are asked for by header or ?code=, each for what it opens', async () => {
    const { masterKey, functionKeys } = await keysOf()
    const hostKey = functionKeys['default'] ?? ''
    assert.equal((await fetch('/api/Keyed')).status, 401)
    assert.equal((await fetch('/api/Keyed?code=wrong')).status, 401)
    assert.equal((await fetch(`/api/Keyed?code=${hostKey}`)).status, 200)
    assert.equal(
      (await fetch('/api/Keyed', { headers: { 'x-functions-key': hostKey } })).status,
      200,
    )
    assert.equal((await fetch(`/api/Admin?code=${hostKey}`)).status, 401)
    assert.equal((await fetch(`/api/Admin?code=${masterKey}`)).status, 200)
  })

  await t.test('the key management API makes, shows, renews, sets and deletes keys', async () => {
    const { masterKey } = await keysOf()
    const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' }
    const path = '/admin/functions/keyed/keys'
    assert.equal((await fetch(path)).status, 401)
    const made = await fetch(`${path}/partner`, { method: 'POST', headers })
    assert.equal(made.status, 201)
    const { value }: { value: string } = await jsonOf(made)
    assert.equal((await fetch(`/api/Keyed?code=${value}`)).status, 200)
    const put = { method: 'PUT', headers, body: JSON.stringify({ name: 'partner', value: 'mine' }) }
    assert.equal((await fetch(`${path}/partner`, put)).status, 200)
    assert.equal((await fetch(`/api/Keyed?code=${value}`)).status, 401)
    assert.equal((await fetch('/api/Keyed?code=mine')).status, 200)
    const { keys }: KeyList = await jsonOf(await fetch(path, { headers }))
    assert.ok(keys.some(({ name }) => name === 'partner'))
    assert.equal((await fetch(`${path}/partner`, { method: 'DELETE', headers })).status, 204)
    assert.equal((await fetch(`${path}/partner`, { method: 'DELETE', headers })).status, 404)
    assert.equal((await fetch('/api/Keyed?code=mine')).status, 401)
    const system: KeyList = await jsonOf(await fetch('/admin/host/systemkeys', { headers }))
    assert.equal(system.keys[0]?.name, '_master')
    const bad = await fetch(`${path}/x`, { method: 'PUT', headers, body: '{}' })
    assert.equal(bad.status, 400)
  })

  await t.test('the admin endpoints show the host and its functions, and run one', async () => {
    const { masterKey } = await keysOf()
    const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' }
    const status: Record<string, unknown> = await jsonOf(
      await fetch('/admin/host/status', { headers }),
    )
    assert.equal(status['state'], 'Running')
    const functions: unknown[] = await jsonOf(await fetch('/admin/functions', { headers }))
    assert.equal(functions.length, 10)
    const echo: Record<string, unknown> = await jsonOf(
      await fetch('/admin/functions/echo', { headers }),
    )
    assert.equal(echo['invoke_url_template'], '/api/echo/{kind:alpha}/{id:int?}')
    assert.deepEqual(await (await fetch('/admin/functions/echo/status', { headers })).json(), {})
    assert.equal((await fetch('/admin/functions/none', { headers })).status, 404)
  })

  await t.test('log lines are kept by the level of their category', async () => {
    assert.equal((await fetch('/api/Logs')).status, 200)
    const lines = told.logs.filter(({ source }) => source === 'http/Logs')
    assert.deepEqual(
      lines.map(({ level, message }) => `${level}: ${message}`),
      ['debug: a debug line', 'information: an information line', 'warning: a warning line'],
    )
  })

  async function keysOf(): Promise<{ masterKey: string; functionKeys: Record<string, string> }> {
    return JSON.parse(JSON.stringify(await apps.hostKeys('http')))
  }
})

test('more requests than host.json allows wait, and beyond are refused with 429', async (t) => {
  const { fetch } = await runApp(t, 'http', {
    settings: {
      AzureFunctionsJobHost__extensions__http__maxConcurrentRequests: '2',
      AzureFunctionsJobHost__extensions__http__maxOutstandingRequests: '5',
      AzureFunctionsJobHost__extensions__http__routePrefix: '',
    },
  })
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch('/Slow')))
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429, 429])
  assert.deepEqual(await jsonOf(await fetch('/Slow')), { most: 2 })
})

test('an ES module app with a glob of entry files, CORS and keys switched off', async (t) => {
  const { fetch, apps } = await runApp(t, 'esm')
  assert.equal(await (await fetch('/api/FromIndex')).text(), 'hello')
  assert.equal(await (await fetch('/api/FromFolder')).text(), 'esm from local settings')
  assert.equal((await fetch('/admin/host/status')).status, 200)
  const preflight = await fetch('/api/FromIndex', {
    method: 'OPTIONS',
    headers: { origin: 'https://portal.example', 'access-control-request-method': 'GET' },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://portal.example')
  assert.equal(preflight.headers.get('access-control-allow-credentials'), 'true')
  const other = await fetch('/api/FromIndex', { headers: { origin: 'https://other.example' } })
  assert.equal(other.headers.get('access-control-allow-origin'), null)
  assert.equal(apps.apps()[0]?.state, 'running')
})

test('HTTP streams pass in both directions without being gathered', async (t) => {
  const { fetch } = await runApp(t, 'streams')

  await t.test('a streamed request reaches the function with its parameters', async () => {
    const body = randomBytes(3_000_000)
    const answer = await fetch('/api/up/blue%20sky?color=red', { method: 'POST', body })
    assert.deepEqual(await answer.json(), { bytes: 3_000_000, name: 'blue sky', color: 'red' })
  })

  await t.test('the first part of a streamed answer comes before the last is written', async () => {
    const answer = await fetch('/api/Down')
    const times: number[] = []
    let text = ''
    for await (const chunk of answer.body ?? []) {
      times.push(performance.now())
      text += Buffer.from(chunk).toString()
    }
    assert.equal(text, 'onetwothree')
    assert.ok((times.at(-1) ?? 0) - (times[0] ?? 0) > 40, 'parts came one after the other')
    assert.equal(answer.headers.get('x-ms-invocation-id'), null)
  })

  await t.test('requests that come while the worker restarts wait for the next one', async () => {
    const answers = await Promise.all([fetch('/api/Exits'), fetch('/api/Exits')])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [500, 500],
    )
    const answer = await fetch('/api/up/x', { method: 'POST', body: 'abc' })
    assert.deepEqual(await jsonOf(answer), { bytes: 3, name: 'x', color: null })
  })

  await t.test('a handler that throws is 500, with a body or without', async () => {
    assert.equal((await fetch('/api/Throws')).status, 500)
    const body = randomBytes(1_000_000)
    assert.equal((await fetch('/api/Throws', { method: 'POST', body })).status, 500)
  })
})

test('hooks surround invocations, and what is read-only stays so', async (t) => {
  const { fetch, told } = await runApp(t, 'hooks')
  assert.equal((await fetch('/api/Assigns')).status, 500)
  assert.match(told.spans.at(-1)?.reason ?? '', /Cannot assign to read only property 'hookData'/)
  assert.equal(await (await fetch('/api/Replaced')).text(), 'replaced')
  assert.equal(await (await fetch('/api/Forgiven')).text(), 'failed, forgiven pre')
  assert.ok(told.messages().includes('the ***'))
})
