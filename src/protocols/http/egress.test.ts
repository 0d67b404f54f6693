import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { newTrace } from '../../base/trace-context.ts'
import { Egress } from './egress.ts'
import { AddressRefused } from './outgoing-http.ts'

async function open(t: { after(callback: () => Promise<void> | void): void }) {
  const server = createServer((request, response) => response.end(request.headers.host))
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
  const send = (url: string, isDeclared = false) =>
    egress.send({ url, method: 'GET', headers: [], timeoutMs: 5000, isDeclared, trace: newTrace() })
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
