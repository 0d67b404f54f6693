import assert from 'node:assert/strict'
import {
  createServer,
  request as send,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RealClock } from '../../base/clock.ts'
import { newTrace } from '../../base/trace-context.ts'
import { openLocalAuthority } from '../tls/local-authority.ts'
import { Egress } from './egress.ts'
import { AddressRefused, type OutgoingRequest } from './outgoing-http.ts'

interface Owner {
  after(callback: () => Promise<void> | void): void
}

/** A proxy as people run them, before a backend that says by which host it was called; and what it saw. */
async function open(owner: Owner) {
  const backend = await listen(owner, createServer(sayHost))
  const dir = mkdtempSync(join(tmpdir(), 'interline-proxy-'))
  owner.after(() => rmSync(dir, { recursive: true, force: true }))
  const authority = await openLocalAuthority({ dir, clock: new RealClock() })
  const secure = await listen(owner, createTlsServer(authority.server, sayHost))
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`, request.headers['proxy-authorization'] ?? '')
    const { pathname, search } = new URL(request.url ?? '')
    const { host } = request.headers
    send({ port: backend, path: `${pathname}${search}`, headers: { host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502)
      answer.pipe(response)
    }).end()
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    seen.push(`CONNECT ${request.url}`, request.headers['proxy-authorization'] ?? '')
    if (request.url?.startsWith('forbidden')) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const target = connect(secure, '127.0.0.1')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.pipe(target).pipe(socket)
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  const proxy = await listen(owner, server)
  const egress = new Egress({
    hostMap: (host) =>
      host === 'management.azure.com' ? { origin: `http://127.0.0.1:${backend}` } : undefined,
  })
  owner.after(() => egress.stop())
  const call = async (url: string, changes: Partial<OutgoingRequest> = {}) => {
    const { body, status } = await egress.send({
      url,
      method: 'GET',
      headers: [],
      timeoutMs: 5000,
      isDeclared: false,
      proxy: { url: `http://127.0.0.1:${proxy}`, isDeclared: true },
      tls: { acceptsAnyCertificate: true },
      trace: newTrace(),
      ...changes,
    })
    assert(body instanceof Uint8Array)
    return `${status} ${Buffer.from(body).toString()}`
  }
  return { seen, proxy, call }
}

const sayHost: RequestListener = (request, response) => void response.end(request.headers.host)

async function listen(owner: Owner, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  owner.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  assert(typeof address === 'object' && address)
  return address.port
}

test('a proxy gets the whole address of a plain request, and its own password', async (t) => {
  const { call, seen, proxy } = await open(t)
  const authorized = {
    url: `http://127.0.0.1:${proxy}`,
    isDeclared: true,
    authorization: 'Basic YTpi',
  }
  assert.equal(await call('http://shop.example:8080/a?b=1'), '200 shop.example:8080')
  assert.equal(await call('http://shop.example/', { proxy: authorized }), '200 shop.example')
  assert.deepEqual(seen, [
    'GET http://shop.example:8080/a?b=1',
    '',
    'GET http://shop.example/',
    'Basic YTpi',
  ])
})

test('a request by TLS goes through a tunnel, in which the proxy reads nothing', async (t) => {
  const { call, seen } = await open(t)
  assert.equal(await call('https://shop.example/secret'), '200 shop.example')
  assert.deepEqual(seen, ['CONNECT shop.example:443', ''])
  await assert.rejects(call('https://forbidden.example/'), { message: 'The proxy answered 407.' })
})

test('a proxy on this machine has to be declared, and leads nobody else to this machine', async (t) => {
  const { call, seen, proxy } = await open(t)
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '169.254.169.254']) {
    const undeclared = { url: `http://${host}:${proxy}`, isDeclared: false }
    await assert.rejects(call('http://shop.example/', { proxy: undeclared }), AddressRefused, host)
    await assert.rejects(call('https://shop.example/', { proxy: undeclared }), AddressRefused, host)
    await assert.rejects(call(`http://${host}/`), AddressRefused, host)
    await assert.rejects(call(`https://${host}/`), AddressRefused, host)
  }
  assert.deepEqual(seen, [])
})

test('what is served on this machine by an Azure name is reached without the proxy', async (t) => {
  const { call, seen } = await open(t)
  assert.equal(await call('https://management.azure.com/'), '200 management.azure.com')
  assert.deepEqual(seen, [])
})
