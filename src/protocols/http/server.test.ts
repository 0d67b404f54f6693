import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RealClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { newLogger } from '../../base/logger.ts'
import { openLocalAuthority } from '../tls/local-authority.ts'
import { readBody } from './request-body.ts'
import { HttpServer } from './server.ts'
import type { HttpHandler } from './server.ts'
import type { HttpLimits } from './limits.ts'

const logger = newLogger({ level: 'silent', name: 'test' })

async function serve(
  t: TestContext,
  handler: HttpHandler,
  limits: Partial<HttpLimits> = {},
): Promise<{ server: HttpServer; port: number }> {
  const server = new HttpServer({ port: 0, name: 'test', handler, limits, logger })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  return { server, port }
}

/** Sends raw bytes and gives everything that comes back until the server closes. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('a body is read whole up to its limit', async (t) => {
  const { port } = await serve(t, async (request, response) => {
    const body = await readBody(request, { bytesMax: 5 })
    response.end(body)
  })
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' })
  assert.equal(await answer.text(), 'hello')
})

test('a body over the limit is 413, announced or in chunks', async (t) => {
  const { port } = await serve(t, async (request, response) => {
    response.end(await readBody(request, { bytesMax: 5 }))
  })
  const url = `http://127.0.0.1:${port}/`
  const announced = await fetch(url, { method: 'POST', body: 'hello!' })
  assert.equal(announced.status, 413)
  const chunked = await sendRaw(
    port,
    'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello!\r\n',
  )
  assert.match(chunked, /^HTTP\/1.1 413 .*connection: close/is)
})

test('a body over the limit of the server does not reach the handler', async (t) => {
  let calls = 0
  const { port } = await serve(t, (_request, response) => void (calls++, response.end()), {
    bodyBytesMax: 3,
  })
  const refused = await sendRaw(
    port,
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
  )
  assert.match(refused, /^HTTP\/1.1 413 /)
  assert.equal(calls, 0)
})

test('headers over the limit are 431, nonsense is 400', async (t) => {
  const { port } = await serve(t, (_request, response) => void response.end(), {
    headerBytesMax: 1024,
  })
  const large = `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(2000)}\r\n\r\n`
  assert.match(await sendRaw(port, large), /^HTTP\/1.1 431 /)
  assert.match(await sendRaw(port, 'nonsense\r\n\r\n'), /^HTTP\/1.1 400 /)
})

test('a client that does not finish its headers in time is cut off with 408', async (t) => {
  const { port } = await serve(t, (_request, response) => void response.end(), {
    headersTimeoutMs: 50,
    requestTimeoutMs: 100,
  })
  assert.match(await sendRaw(port, 'GET / HTTP/1.1\r\nHost'), /^HTTP\/1.1 408 /)
})

test("a handler's ServiceError is answered, any other fault is 500 without details", async (t) => {
  const { port } = await serve(t, (request) => {
    if (request.url === '/fault') throw new ServiceError('Conflict', 409, 'It is there already.')
    throw new Error('secret')
  })
  const fault = await fetch(`http://127.0.0.1:${port}/fault`)
  assert.equal(fault.status, 409)
  assert.deepEqual(await fault.json(), {
    error: { code: 'Conflict', message: 'It is there already.' },
  })
  const bug = await fetch(`http://127.0.0.1:${port}/`)
  assert.equal(bug.status, 500)
  assert.equal(await bug.text(), '')
})

test('stop lets a running request end and closes idle connections', async (t) => {
  let finish: (() => void) | undefined
  const started = once()
  const { server, port } = await serve(t, (request, response) => {
    if (request.url === '/quick') return void response.end('quick')
    finish = () => void response.end('slow')
    started.resolve()
  })
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  assert.equal(await get(port, '/quick', agent), 'quick')
  const slow = get(port, '/slow', agent)
  await started.promise
  const stopped = server.stop({ graceMs: 5_000 })
  finish?.()
  assert.equal(await slow, 'slow')
  await stopped
  await assert.rejects(get(port, '/quick', agent))
})

test('stop cuts off what outlasts the grace', async (t) => {
  const started = once()
  const { server, port } = await serve(t, started.resolve)
  const endless = get(port, '/', new Agent())
  endless.catch(() => {})
  await started.promise
  await server.stop({ graceMs: 10 })
  await assert.rejects(endless)
})

test('with a key and certificate the server speaks TLS and nothing else', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'interline-tls-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const { ca, server: tls } = await openLocalAuthority({ dir, clock: new RealClock() })
  const handler: HttpHandler = (_request, response) => void response.end('secret')
  const server = new HttpServer({ port: 0, name: 'test', handler, tls, logger })
  const port = await server.start()
  t.after(() => server.stop({ graceMs: 0 }))
  const ask = (trusted: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: 'login.microsoftonline.com' }
      const request = httpsRequest({ ...options, ca: trusted, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve)
      })
      request.on('error', reject).end()
    })
  assert.equal(await ask(ca), 'secret')
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
  await assert.rejects(fetch(`https://localhost:${port}/`))
  const renewed = await openLocalAuthority({ dir: join(dir, 'renewed'), clock: new RealClock() })
  server.useCertificate(renewed.server)
  await assert.rejects(ask(ca))
  assert.equal(await ask(renewed.ca), 'secret')
})

function once(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve: () => resolve() }
}

function get(port: number, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(text))
    })
    request.on('error', reject)
    request.end()
  })
}
