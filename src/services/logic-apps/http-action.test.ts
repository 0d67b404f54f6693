import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { RealClock } from '../../base/clock.ts'
import { parseJson, type JsonValue } from '../../base/json.ts'
import { requestWorkflow, startApp, type AppFixture } from './app-fixture.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A server that a workflow calls. */
async function serve(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handler(request, response, Buffer.concat(chunks)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

function calling(http: Record<string, JsonValue>, rest: Record<string, JsonValue> = {}): JsonValue {
  return requestWorkflow({
    Http: { type: 'Http', inputs: http, runAfter: {}, ...rest },
    Response: {
      type: 'Response',
      inputs: { statusCode: 200, body: "@actions('Http')" },
      runAfter: { Http: ['Succeeded', 'Failed', 'TimedOut'] },
    },
  })
}

async function actionOf(t: TestContext, workflow: JsonValue): Promise<Record<string, JsonValue>> {
  const fixture = await startApp(t, {
    files: { 'w/workflow.json': workflow },
    clock: new RealClock(),
  })
  const loaded = fixture.app.find('w')
  assert.ok(loaded && 'host' in loaded, loaded && 'error' in loaded ? loaded.error.line : '')
  const value = parseJson(await (await fixture.call('w')).text())
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value))
  return value
}

const noRetry = { type: 'none' }

test('a call sends what its inputs say, and who it is from', async (t) => {
  const seen: {
    method: string | undefined
    url: string | undefined
    headers: IncomingMessage['headers']
    body: string
  }[] = []
  const url = await serve(t, ({ method, url: path, headers }, response, body) => {
    seen.push({ method, url: path, headers, body: body.toString() })
    response
      .writeHead(201, { 'content-type': 'application/json', 'x-own': 'a' })
      .end('{"ok":true,"n":5.0}')
  })
  const action = await actionOf(
    t,
    calling({
      method: 'POST',
      uri: `${url}/path`,
      queries: { q: 'a b' },
      headers: { 'x-mine': '1' },
      body: { n: 1 },
      authentication: { type: 'Basic', username: 'me', password: 'secret' },
    }),
  )
  assert.equal(action['code'], 'Created')
  assert.equal(JSON.stringify(action['outputs']).includes('"body":{"ok":true,"n":5'), true)
  const [request] = seen
  assert.equal(request?.method, 'POST')
  assert.equal(request?.url, '/path?q=a+b')
  assert.equal(request?.body, '{"n":1}')
  assert.equal(request?.headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(request?.headers['x-mine'], '1')
  assert.equal(
    request?.headers.authorization,
    `Basic ${Buffer.from('me:secret').toString('base64')}`,
  )
  assert.match(String(request?.headers['x-ms-workflow-run-id']), /CU00$/)
  assert.match(String(request?.headers['traceparent']), /^00-/)
})

test('a status of 400 or more fails the action with its name, without an error', async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(404).end('no'))
  const action = await actionOf(t, calling({ method: 'GET', uri: url, retryPolicy: noRetry }))
  assert.deepEqual(
    [action['status'], action['code'], action['error']],
    ['Failed', 'NotFound', undefined],
  )
})

test('a call is tried again as its policy says', async (t) => {
  let count = 0
  const url = await serve(t, (_, response) => {
    count += 1
    response.writeHead(count < 3 ? 503 : 200).end()
  })
  const policy = { type: 'fixed', count: 4, interval: 'PT0.01S' }
  const action = await actionOf(t, calling({ method: 'GET', uri: url, retryPolicy: policy }))
  assert.equal(action['status'], 'Succeeded')
  assert.equal(count, 3)
})

test('nobody there is a failure of the call', async (t) => {
  const action = await actionOf(
    t,
    calling({ method: 'GET', uri: 'http://127.0.0.1:9', retryPolicy: noRetry }),
  )
  assert.deepEqual([action['status'], action['code']], ['Failed', 'BadGateway'])
})

test('what takes longer than its limit times out', async (t) => {
  const url = await serve(t, () => {})
  const workflow = calling(
    { method: 'GET', uri: url, retryPolicy: noRetry },
    { limit: { timeout: 'PT0.05S' } },
  )
  const action = await actionOf(t, workflow)
  assert.deepEqual([action['status'], action['code']], ['TimedOut', 'ActionTimedOut'])
})

test('an answer of 202 is asked for at its location until it is there', async (t) => {
  let asked = 0
  const url = await serve(t, (request, response) => {
    if (request.method === 'POST') {
      response.writeHead(202, { location: '/status', 'retry-after': '0' }).end()
      return
    }
    asked += 1
    if (asked < 3) response.writeHead(202, { location: '/status', 'retry-after': '0' }).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}')
  })
  const action = await actionOf(t, calling({ method: 'POST', uri: url, body: 'x' }))
  assert.equal(asked, 3)
  assert.match(JSON.stringify(action['outputs']), /"done":true/)
})

test('without the asynchronous pattern 202 is the answer', async (t) => {
  const url = await serve(t, (_, response) =>
    response.writeHead(202, { location: '/status' }).end(),
  )
  const workflow = calling(
    { method: 'POST', uri: url },
    { operationOptions: 'DisableAsyncPattern' },
  )
  assert.equal((await actionOf(t, workflow))['code'], 'Accepted')
})

test('pages are followed until there are as many items as are wanted', async (t) => {
  const url = await serve(t, (request, response) => {
    const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page') ?? 0)
    const body = {
      value: [page * 2, page * 2 + 1],
      ...(page < 5 ? { nextLink: `/?page=${page + 1}` } : {}),
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const workflow = calling(
    { method: 'GET', uri: url },
    { runtimeConfiguration: { paginationPolicy: { minimumItemCount: 5 } } },
  )
  const action = await actionOf(t, workflow)
  assert.match(JSON.stringify(action['outputs']), /"value":\[0,1,2,3,4,5\]/)
})

test('a large body goes and comes in chunks', async (t) => {
  const pieces: string[] = []
  const text = `"${'ä'.repeat(40)}"`
  const bytes = Buffer.from(text)
  const url = await serve(t, (request, response, body) => {
    if (request.method === 'POST') {
      assert.equal(request.headers['x-ms-transfer-mode'], 'chunked')
      response
        .writeHead(200, {
          location: `http://${request.headers.host}/upload`,
          'x-ms-chunk-size': '50',
        })
        .end()
    } else if (request.method === 'PATCH') {
      pieces.push(String(request.headers['content-range']))
      response.writeHead(200).end()
    } else {
      const [, from = '0'] = /bytes=(\d+)-/.exec(String(request.headers.range)) ?? []
      const start = Number(from)
      const piece = bytes.subarray(start, start + 31)
      const range = `bytes ${start}-${start + piece.length - 1}/${bytes.length}`
      response
        .writeHead(206, { 'content-type': 'application/json', 'content-range': range })
        .end(piece)
    }
    assert.ok(body.length <= 50)
  })
  const chunked = { runtimeConfiguration: { contentTransfer: { transferMode: 'Chunked' } } }
  await actionOf(t, calling({ method: 'POST', uri: url, body: 'x'.repeat(120) }, chunked))
  assert.deepEqual(pieces, ['bytes=0-49/120', 'bytes=50-99/120', 'bytes=100-119/120'])
  const down = await actionOf(t, calling({ method: 'GET', uri: url }, chunked))
  assert.match(JSON.stringify(down['outputs']), new RegExp('ä'.repeat(40)))
})

test('a webhook action waits for its callback, which is taken once', async (t) => {
  const callbacks: string[] = []
  const url = await serve(t, (_, response, body) => {
    callbacks.push(body.toString())
    response.writeHead(200).end()
  })
  const fixture: AppFixture = await startApp(t, {
    clock: new RealClock(),
    files: {
      'w/workflow.json': requestWorkflow({
        Hook: {
          type: 'HttpWebhook',
          inputs: {
            subscribe: { method: 'POST', uri: url, body: '@{listCallbackUrl()}' },
            unsubscribe: {},
          },
          runAfter: {},
        },
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@body('Hook')" },
          runAfter: { Hook: ['Succeeded'] },
        },
      }),
    },
  })
  const answer = fixture.call('w')
  while (callbacks.length === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const post = () =>
    fetch(callbacks[0] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"approved":true}',
    })
  assert.equal((await post()).status, 200)
  assert.equal((await post()).status, 409)
  assert.deepEqual(parseJson(await (await answer).text()), { approved: true })
})

test('an address that a caller sends may not lead to this machine', async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(200).end('secret'))
  const fixture = await startApp(t, {
    clock: new RealClock(),
    files: {
      'w/workflow.json': requestWorkflow({
        Http: {
          type: 'Http',
          inputs: { method: 'GET', uri: '@{triggerBody()}', retryPolicy: noRetry },
          runAfter: {},
        },
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@actions('Http')?['code']" },
          runAfter: { Http: ['Succeeded', 'Failed'] },
        },
      }),
    },
  })
  assert.equal(await (await fixture.call('w', { body: url })).text(), 'Forbidden')
})
