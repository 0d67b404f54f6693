import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import forge from 'node-forge'
import { WebSocket, WebSocketServer } from 'ws'
import type { Platform } from '../../../src/platform/platform.ts'
import { startForTest } from '../../test-platform.ts'

const project = 'tests/conformance/api-management/projects/published'

interface Call {
  readonly method?: string
  readonly host?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly shown?: { readonly cert: string; readonly key: string }
}

/** Calls the listener for Azure's names as a client does that was told where it is. */
function callByTls({ endpoints }: Platform, path: string, call: Call = {}) {
  const { method = 'GET', host = 'apim-published.azure-api.net', headers, body, shown } = call
  const ca = readFileSync(endpoints.ca ?? '')
  const { port } = new URL(endpoints.management ?? '')
  const options = { hostname: '127.0.0.1', port, path, method, ca, agent: false, servername: host }
  return new Promise<{ status: number; body: string; reason: string }>((resolve, reject) => {
    const sent = request({ ...options, ...shown, headers: { host, ...headers } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          reason: String(answer.headers['x-reason'] ?? ''),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('a service that publishes a function app, takes messages and looks at certificates', async (t) => {
  const platform = await startForTest(t, { projects: [project] })
  const { endpoints } = platform
  const key = endpoints.subscriptions?.['customer']?.primaryKey ?? ''

  await t.test('what the portal makes of a function app that is imported, runs', async () => {
    const direct = await fetch(`${endpoints.functions['stock']}/api/items/7`)
    assert.equal(direct.status, 401)
    const headers = { 'x-stock-key': key }
    const found = await fetch(`${endpoints.gateway}/stock/items/7?size=L`, { headers })
    assert.deepEqual(await found.json(), {
      id: '7',
      size: 'L',
      host: 'func-published-stock.azurewebsites.net',
    })
    const body = '{"id":"8"}'
    const added = await fetch(`${endpoints.gateway}/stock/items?stock-key=${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    assert.deepEqual([added.status, await added.text()], [201, body])
  })

  await t.test('the names that an API has for its key are the only ones', async () => {
    const headers = { 'ocp-apim-subscription-key': key }
    const answer = await fetch(`${endpoints.gateway}/stock/items/7`, { headers })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /,name="X-Stock-Key",type="header"$/)
  })

  await sendsMessages(t, platform)
  await showsCertificates(t, platform)
  await passesWebSockets(t, platform)
})

async function sendsMessages(t: TestContext, platform: Platform): Promise<void> {
  const post = (name: string) =>
    callByTls(platform, `/messages/${name}`, { method: 'POST', body: `{"to":"${name}"}` })
  const bus = platform.serviceBus.namespace('sb-published')
  assert(bus)

  await t.test('a policy sends to a queue with the identity of the service', async () => {
    assert.equal((await post('orders')).status, 201)
    const [message] = await bus.peek('orders', { maxCount: 1 })
    assert.equal(Buffer.from(message?.body ?? '').toString(), '{"to":"orders"}')
    assert.deepEqual(message?.applicationProperties, { Customer: 'Contoso' })
  })

  await t.test('and to a topic with another identity that it has', async () => {
    assert.equal((await post('events')).status, 201)
    const [message] = await bus.peek('events/Subscriptions/all', { maxCount: 1 })
    assert.equal(Buffer.from(message?.body ?? '').toString(), '{"to":"events"}')
  })

  await t.test('but not where it has no role, nor to what there is not', async () => {
    const closed = await post('closed')
    assert.deepEqual([closed.status, closed.reason], [500, 'UnauthorizedAccess'])
    assert.equal((await bus.counts('closed')).activeMessageCount, 0)
    const missing = await post('missing')
    assert.deepEqual([missing.status, missing.reason], [500, 'UnauthorizedAccess'])
  })
}

async function showsCertificates(t: TestContext, platform: Platform): Promise<void> {
  await t.test('policies see the certificate of a caller, and nobody has to show one', async () => {
    const [ada, eve] = [selfSigned('ada.example'), selfSigned('eve.example')]
    const told = async (call: Call) => (await callByTls(platform, '/shown/', call)).body
    assert.equal(await told({ shown: ada }), 'https ada.example')
    assert.equal(await told({}), 'https nobody')
    const headers = {
      'x-arr-clientcert': ada.cert.replaceAll(/\s/g, ''),
      'x-forwarded-proto': 'https',
    }
    assert.equal(await told({ headers }), 'https nobody')
    const plain = await fetch(`${platform.endpoints.gateway}/shown/`, { headers })
    assert.equal(await plain.text(), 'http nobody')
    const checked = async (call: Call) =>
      (await callByTls(platform, '/shown/validated', call)).status
    assert.equal(await checked({ shown: ada }), 200)
    assert.equal(await checked({ shown: eve }), 401)
    assert.equal(await checked({}), 401)
  })

  await t.test('a body that is too large for a gateway is too large in TLS as well', async () => {
    const headers = { 'content-length': String(300 * 1024 * 1024), expect: '100-continue' }
    const { status } = await callByTls(platform, '/messages/orders', { method: 'POST', headers })
    assert.equal(status, 413)
  })

  await t.test('a name below azure-api.net that nobody published is not served', async () => {
    const { status } = await callByTls(platform, '/shown/', { host: 'other.azure-api.net' })
    assert.equal(status, 404)
  })
}

async function passesWebSockets(t: TestContext, platform: Platform): Promise<void> {
  const backend = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(backend, 'listening')
  t.after(() => backend.close())
  backend.on('connection', (socket) => socket.send('welcome'))
  const address: AddressInfo | string | null = backend.address()
  assert(typeof address === 'object' && address)
  const service = platform.apiManagement.instance('apim-published')
  const serviceUrl = `ws://127.0.0.1:${address.port}`
  const properties = { type: 'websocket', path: 'chat', serviceUrl, subscriptionRequired: false }
  await service.put({ kind: 'apis', names: ['chat'], properties })

  await t.test('WebSockets come in TLS too', async () => {
    const { port } = new URL(platform.endpoints.management ?? '')
    const ca = readFileSync(platform.endpoints.ca ?? '')
    const name = 'apim-published.azure-api.net'
    const open = (host: string) =>
      new WebSocket(`wss://localhost:${port}/chat`, { ca, headers: { host } })
    const socket = open(name)
    assert.equal(String((await once(socket, 'message'))[0]), 'welcome')
    socket.close()
    await once(socket, 'close')
    // A handshake for whom nobody speaks it is a request like any other.
    const [error] = await once(open('login.microsoftonline.com'), 'error')
    assert.match(String(error), /Unexpected server response: 404/)
  })
}

function selfSigned(name: string): { readonly cert: string; readonly key: string } {
  const keys = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '0A'
  certificate.validity.notBefore = new Date(Date.now() - 60_000)
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000)
  const subject = [{ name: 'commonName', value: name }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  return {
    cert: forge.pki.certificateToPem(certificate),
    key: forge.pki.privateKeyToPem(keys.privateKey),
  }
}
