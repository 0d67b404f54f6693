import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { ManualClock } from '../../../src/base/clock.ts'
import {
  openService,
  type OpenedService,
  type Owner,
} from '../../../src/services/api-management/service-fixture.ts'

const policies = `<policies>
  <inbound>
    <base />
    <check-header name="x-room" failed-check-httpcode="403" failed-check-error-message="No room." ignore-case="true">
      <value>one</value>
    </check-header>
    <set-header name="x-from" exists-action="override"><value>gateway</value></set-header>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>`

interface Chat {
  readonly service: OpenedService
  readonly address: string
  /** What the backend got in the headers of its handshakes. */
  readonly seen: (string | undefined)[]
  readonly open: (headers?: Record<string, string>) => WebSocket
}

/** A WebSocket API before a backend that answers in capital letters. */
async function openChat(owner: Owner, clock?: ManualClock): Promise<Chat> {
  const service = await openService(owner, clock ? { manualClock: clock } : {})
  const seen: (string | undefined)[] = []
  const backend = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(backend, 'listening')
  backend.on('connection', (socket, request) => {
    seen.push(request.headers['x-from']?.toString())
    socket.send('welcome')
    socket.on('message', (bytes, isBinary) => {
      const isText = !isBinary && Buffer.isBuffer(bytes)
      socket.send(isText ? bytes.toString('utf8').toUpperCase() : bytes)
    })
  })
  owner.after(() => {
    for (const each of backend.clients) each.terminate()
    backend.close()
  })
  await service.put('apis/chat', {
    type: 'websocket',
    path: 'chat',
    serviceUrl: `ws://127.0.0.1:${portOf(backend.address())}/rooms`,
    subscriptionRequired: false,
  })
  await service.put('apis/chat/operations/onHandshake/policies/policy', {
    format: 'rawxml',
    value: policies,
  })
  const address = `${service.gatewayUrl.replace('http', 'ws')}/chat`
  const open = (headers: Record<string, string> = { 'x-room': 'one' }) =>
    new WebSocket(address, { headers })
  return { service, address, seen, open }
}

function portOf(address: AddressInfo | string | null): number {
  assert(typeof address === 'object' && address)
  return address.port
}

test('messages pass both ways after the policies of the handshake ran', async (t) => {
  const { open, seen } = await openChat(t)
  const socket = open()
  assert.equal(String((await once(socket, 'message'))[0]), 'welcome')
  socket.send('hello')
  assert.equal(String((await once(socket, 'message'))[0]), 'HELLO')
  const large = Buffer.alloc(1_000_000, 7)
  socket.send(large)
  assert.deepEqual((await once(socket, 'message'))[0], large)
  assert.deepEqual(seen, ['gateway'])
  socket.close(4001, 'done')
  assert.equal((await once(socket, 'close'))[0], 4001)
})

test('a handshake that a policy refuses is answered with its error', async (t) => {
  const { open, seen } = await openChat(t)
  const socket = open({ 'x-room': 'two' })
  const [error] = await once(socket, 'error')
  assert.match(String(error), /Unexpected server response: 403/)
  assert.deepEqual(seen, [])
})

test('the answer of a backend that speaks no WebSocket is passed on', async (t) => {
  const { service, open } = await openChat(t)
  service.answer = (_request, response) => response.writeHead(418).end()
  await service.instance.patch({
    kind: 'apis',
    names: ['chat'],
    properties: { serviceUrl: service.backendUrl.replace('http', 'ws') },
  })
  const socket = open()
  const [error] = await once(socket, 'error')
  assert.match(String(error), /Unexpected server response: 418/)
})

test('a connection that carries nothing is closed', async (t) => {
  const clock = new ManualClock()
  const { open } = await openChat(t, clock)
  const socket = open()
  await once(socket, 'message')
  await clock.advance(14 * 60_000)
  socket.send('still here')
  await once(socket, 'message')
  await clock.advance(14 * 60_000)
  assert.equal(socket.readyState, WebSocket.OPEN)
  const closed = once(socket, 'close')
  await clock.advance(2 * 60_000)
  await closed
})

test('a handshake needs a WebSocket API, and a WebSocket API a handshake', async (t) => {
  const { service } = await openChat(t)
  await service.put('apis/shop', { path: 'shop', subscriptionRequired: false })
  await service.put('apis/shop/operations/get', { method: 'GET', urlTemplate: '/' })
  const socket = new WebSocket(`${service.gatewayUrl.replace('http', 'ws')}/shop`)
  const [error] = await once(socket, 'error')
  assert.match(String(error), /Unexpected server response: 404/)
  assert.equal((await service.call('/chat')).status, 400)
})

test('the wish for another protocol than WebSocket is passed over', async (t) => {
  const { service } = await openChat(t)
  await service.put('apis/shop', {
    path: 'shop',
    subscriptionRequired: false,
    serviceUrl: service.backendUrl,
  })
  await service.put('apis/shop/operations/post', { method: 'POST', urlTemplate: '/' })
  const socket = connect(Number(new URL(service.gatewayUrl).port), '127.0.0.1')
  socket.write(
    'POST /shop HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n' +
      'HTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 4\r\n\r\nbody',
  )
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 /)
  socket.destroy()
  assert.deepEqual(
    service.seen.map(({ body, headers }) => [body, headers.upgrade]),
    [['body', undefined]],
  )
})

test('a policy that means nothing to a handshake is refused for a WebSocket API', async (t) => {
  const { service } = await openChat(t)
  const value = '<policies><inbound><set-method>GET</set-method></inbound></policies>'
  await assert.rejects(service.put('apis/chat/policies/policy', { format: 'rawxml', value }), {
    code: 'ValidationError',
  })
})
