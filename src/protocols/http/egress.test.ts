import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { test } from 'node:test'
import { newTrace } from '../../base/trace-context.ts'
import { Cancellation } from './cancellation.ts'
import { Egress } from './egress.ts'
import { AddressRefused } from './outgoing-http.ts'

async function open(t: { after(callback: () => Promise<void> | void): void }) {
  const server = createServer((request, response) => {
    if (request.url === '/large') response.end(Buffer.alloc(1_000_000, 7))
    else if (request.url === '/slow') response.write('first')
    else if (request.url !== '/never') response.end(request.headers.host)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const egress = new Egress({
    hostMap: (host) =>
      host === 'management.azure.com' ? { origin: `http://127.0.0.1:${port}` } : undefined,
  })
  t.after(async () => {
    await egress.stop()
    server.closeAllConnections()
    server.close()
  })
  const send = (url: string, isDeclared = false, signal?: Cancellation) =>
    egress.send({
      url,
      method: 'GET',
      headers: [],
      timeoutMs: 5000,
      isDeclared,
      signal,
      trace: newTrace(),
    })
  return { port, send }
}

test('this machine is reached as a declared backend or by a mapped Azure name, and not otherwise', async (t) => {
  const { port, send } = await open(t)
  for (const host of ['127.0.0.1', 'localhost', '0x7f000001', '[::1]', '169.254.169.254']) {
    await assert.rejects(send(`http://${host}:${port}/`), AddressRefused, host)
  }
  assert.equal((await send(`http://127.0.0.1:${port}/`, true)).status, 200)
  const mapped = await send('https://management.azure.com/subscriptions')
  assert.equal(mapped.status, 200)
  assert(mapped.body instanceof Uint8Array)
  assert.equal(Buffer.from(mapped.body).toString('utf8'), 'management.azure.com')
})

test('a small answer comes whole, a large one and one that takes its time as a stream', async (t) => {
  const { port, send } = await open(t)
  const origin = `http://127.0.0.1:${port}`
  assert((await send(`${origin}/`, true)).body instanceof Uint8Array)
  const { body: large } = await send(`${origin}/large`, true)
  assert(large instanceof Readable)
  let bytes = 0
  for await (const chunk of large) bytes += Buffer.from(chunk).length
  assert.equal(bytes, 1_000_000)
  const { body: slow } = await send(`${origin}/slow`, true)
  assert(slow instanceof Readable)
  assert.equal(String((await once(slow, 'data'))[0]), 'first')
  slow.destroy()
})

test('a request ends when its caller goes away, before its answer or in the middle of it', async (t) => {
  const { port, send } = await open(t)
  const early = new Cancellation()
  const never = send(`http://127.0.0.1:${port}/never`, true, early)
  early.cancel()
  await assert.rejects(never, { name: 'CallerGone' })
  const late = new Cancellation()
  const { body } = await send(`http://127.0.0.1:${port}/slow`, true, late)
  assert(body instanceof Readable)
  body.resume()
  late.cancel()
  await assert.rejects(finished(body), { name: 'CallerGone' })
})

test('a path goes on as it came, but for what means another path', async (t) => {
  const { port } = await open(t)
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.url)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert(typeof address === 'object' && address && address.port !== port)
  const egress = new Egress({ hostMap: () => undefined })
  t.after(() => egress.stop())
  for (const path of [
    '',
    '/a%2Fb?x=1%202',
    '/a/../b',
    '/a/%2e%2e/c',
    '/a b',
    '/a#hidden',
    '?q=/..',
  ]) {
    const url = `http://127.0.0.1:${address.port}${path}`
    const request = { url, method: 'GET', headers: [], timeoutMs: 5000, isDeclared: true }
    await egress.send({ ...request, trace: newTrace() })
  }
  assert.deepEqual(seen, ['/', '/a%2Fb?x=1%202', '/b', '/c', '/a%20b', '/a', '/?q=/..'])
})
