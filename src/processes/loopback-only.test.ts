import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test, type TestContext } from 'node:test'
import { holdToLoopback } from './loopback-only.ts'

function hold(t: TestContext): void {
  const original = Object.getOwnPropertyDescriptor(net.Server.prototype, 'listen')
  holdToLoopback()
  t.after(() => Object.defineProperty(net.Server.prototype, 'listen', original ?? {}))
}

async function addressOf(t: TestContext, listen: (server: net.Server) => net.Server) {
  const server = listen(net.createServer())
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return address.address
}

test('a server that names no address listens on 127.0.0.1, however listen is called', async (t) => {
  hold(t)
  const calls: ((server: net.Server) => net.Server)[] = [
    (server) => server.listen(),
    (server) => server.listen(() => {}),
    (server) => server.listen(0),
    (server) => server.listen(0, () => {}),
    (server) => server.listen(0, 5, () => {}),
    (server) => server.listen({ port: 0 }),
  ]
  for (const listen of calls) assert.equal(await addressOf(t, listen), '127.0.0.1')
})

test('an address that is named is kept', async (t) => {
  hold(t)
  assert.equal(await addressOf(t, (server) => server.listen(0, 'localhost')), '127.0.0.1')
  assert.equal(
    await addressOf(t, (server) => server.listen({ port: 0, host: '127.0.0.2' })),
    '127.0.0.2',
  )
})
