import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { request } from 'undici'
import { stringMember } from '../../base/json.ts'
import {
  codeOf,
  openEventGrid,
  openWebhook,
  orderEvent,
  untilTrue,
  webhookProperties,
} from './fixture.ts'
import type { ReceivedRequest } from './fixture.ts'

const path = 'topics/orders/eventSubscriptions/all'

test('a webhook is asked before it gets events, and agrees with the code it was sent', async (t) => {
  const asked: ReceivedRequest[] = []
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    shake: (each, response) => {
      asked.push(each)
      const validationResponse = codeOf(each)['validationCode'] ?? null
      response.writeHead(200).end(JSON.stringify({ validationResponse }))
    },
  })
  await grid.put('topics/orders', {})
  const put = await grid.put(path, webhookProperties(webhook.url))
  assert.equal(put['provisioningState'], 'Succeeded')
  const [first] = asked
  assert.equal(first?.headers['aeg-event-type'], 'SubscriptionValidation')
  assert.match(
    JSON.stringify(first.body),
    /"eventType":"Microsoft\.EventGrid\.SubscriptionValidationEvent".*"dataVersion":"2"/,
  )
  await grid.put(path, webhookProperties(webhook.url, { labels: ['same endpoint'] }))
  assert.equal(asked.length, 1)
  await grid.put(path, webhookProperties(`${webhook.url}2`))
  assert.equal(asked.length, 2)
})

test('a CloudEvents webhook is asked by OPTIONS, and names who may send to it', async (t) => {
  const asked: ReceivedRequest[] = []
  let allowed = '*'
  const grid = await openEventGrid(t)
  const webhook = await openWebhook(t, {
    shake: (each, response) => {
      asked.push(each)
      response.writeHead(200, { 'webhook-allowed-origin': allowed, 'webhook-allowed-rate': '120' })
      response.end()
    },
  })
  await grid.put('topics/orders', { inputSchema: 'CloudEventSchemaV1_0' })
  const put = await grid.put(path, webhookProperties(webhook.url))
  assert.equal(put['provisioningState'], 'Succeeded')
  assert.equal(asked[0]?.method, 'OPTIONS')
  assert.equal(asked[0]?.headers['webhook-request-origin'], 'eventgrid.azure.net')
  allowed = 'somebody.else'
  await assert.rejects(grid.put(path, webhookProperties(`${webhook.url}2`)), {
    code: 'URLValidation',
    message: /WebHook-Allowed-Origin/,
  })
})

/** What an endpoint answers that does not agree. */
const disagreements: readonly (readonly [number, string, RegExp])[] = [
  [404, '', /failed with response code 404/],
  [202, '{"validationResponse":"x"}', /failed with response code 202/],
  [302, '', /failed with response code 302/],
  [200, '{"validationResponse":"wrong"}', /not the one that was sent/],
]

for (const [status, body, message] of disagreements) {
  test(`an endpoint that answers ${status} ${body} is refused and leaves no subscription`, async (t) => {
    const grid = await openEventGrid(t)
    const webhook = await openWebhook(t, {
      shake: (_each, response) => void response.writeHead(status).end(body),
    })
    await grid.put('topics/orders', {})
    await assert.rejects(grid.put(path, webhookProperties(webhook.url)), {
      code: 'URLValidation',
      message,
    })
    assert.deepEqual(grid.eventGrid.subscriptions.all(), [])
  })
}

test('a refused change of endpoint leaves the subscription as it was', async (t) => {
  const grid = await openEventGrid(t)
  const good = await openWebhook(t)
  const bad = await openWebhook(t, {
    shake: (_each, response) => void response.writeHead(500).end(),
  })
  await grid.put('topics/orders', {})
  await grid.put(path, webhookProperties(good.url))
  await assert.rejects(grid.put(path, webhookProperties(bad.url)), { code: 'URLValidation' })
  await grid.publish('orders', [orderEvent('1')])
  await good.until(1)
})

/** A webhook that does not agree by itself, and the URL it was told. */
async function openByHand(t: TestContext, garbage: string) {
  const urls: string[] = []
  const webhook = await openWebhook(t, {
    shake: (each, response) => {
      urls.push(stringMember(codeOf(each), 'validationUrl') ?? '')
      response.writeHead(200).end(garbage)
    },
  })
  return { webhook, urls }
}

test('the owner of an endpoint agrees by opening the URL of the validation event', async (t) => {
  const grid = await openEventGrid(t)
  const { webhook, urls } = await openByHand(t, '<html>not JSON')
  await grid.put('topics/orders', {})
  const put = await grid.put(path, webhookProperties(webhook.url))
  assert.equal(put['provisioningState'], 'AwaitingManualAction')
  await grid.publish('orders', [orderEvent('unseen')])
  const [url = ''] = urls
  const wrong = await request(url.replace(/token=.*/, 'token=guessed'))
  assert.equal(wrong.statusCode, 400)
  const right = await request(url)
  assert.equal(right.statusCode, 200)
  assert.match(await right.body.text(), /successfully validated/)
  await grid.publish('orders', [orderEvent('seen')])
  const [received] = await webhook.until(1)
  assert.match(JSON.stringify(received?.body), /"seen"/)
})

test('after ten minutes the URL is good no more and the subscription has failed', async (t) => {
  const grid = await openEventGrid(t)
  const { webhook, urls } = await openByHand(t, '{}')
  await grid.put('topics/orders', {})
  await grid.put(path, webhookProperties(webhook.url))
  await grid.clock.advance(11 * 60_000)
  assert.equal((await request(urls[0] ?? '')).statusCode, 400)
  const [subscription] = grid.eventGrid.subscriptions.all()
  assert.equal(subscription?.state, 'Failed')
})

test('a program that starts after its template gets the events that came before', async (t) => {
  const grid = await openEventGrid(t)
  const port = await freePort()
  await grid.put('topics/orders', {})
  const put = await grid.put(path, webhookProperties(`http://127.0.0.1:${port}/hook?code=secret`))
  assert.equal(put['provisioningState'], 'Creating')
  await grid.publish('orders', [orderEvent('1')])
  assert.equal(await grid.eventGrid.pendingEvents(), 1)
  const webhook = await openWebhook(t, { port })
  await grid.clock.advance(1_100)
  await webhook.until(1)
})

test('an endpoint that nobody listens at for ten minutes fails, and its events wait for the next handshake', async (t) => {
  const grid = await openEventGrid(t)
  const port = await freePort()
  await grid.put('topics/orders', {})
  await grid.put(path, webhookProperties(`http://localhost:${port}/hook`))
  await grid.publish('orders', [orderEvent('1')])
  await untilTrue(async () => {
    await grid.clock.advance(60_000)
    return grid.eventGrid.subscriptions.all()[0]?.state === 'Failed'
  })
  await untilTrue(() => grid.complaints.some((each) => /was not validated/.test(each)))
  assert.equal(await grid.eventGrid.pendingEvents(), 0)
  const webhook = await openWebhook(t, { port })
  await grid.put(path, webhookProperties(webhook.url))
  await webhook.until(1)
})

test('a handshake goes on after the end of the process', async (t) => {
  const first = await openEventGrid(t)
  const port = await freePort()
  await first.put('topics/orders', {})
  await first.put(path, webhookProperties(`http://127.0.0.1:${port}/hook`))
  await first.publish('orders', [orderEvent('1')])
  await first.eventGrid.stop()
  const webhook = await openWebhook(t, { port })
  await openEventGrid(t, { store: first.store })
  await webhook.until(1)
})

test('a webhook protected by Entra ID gets a token, and is refused where nobody gives any', async (t) => {
  const properties = (url: string) => ({
    destination: {
      endpointType: 'WebHook',
      properties: {
        endpointUrl: url,
        azureActiveDirectoryTenantId: 'tenant',
        azureActiveDirectoryApplicationIdOrUri: 'api://orders',
      },
    },
  })
  const without = await openEventGrid(t)
  const webhook = await openWebhook(t)
  await without.put('topics/orders', {})
  await assert.rejects(without.put(path, properties(webhook.url)), { code: 'NotSupported' })
  const grid = await openEventGrid(t, {
    tokenFor: async ({ tenantId, application }) => `${tenantId} ${application}`,
  })
  await grid.put('topics/orders', {})
  await grid.put(path, properties(webhook.url))
  await grid.publish('orders', [orderEvent('1')])
  const [received] = await webhook.until(1)
  assert.equal(received?.headers['authorization'], 'Bearer tenant api://orders')
})

for (const url of [
  'http://example.com/hook',
  'ftp://127.0.0.1/hook',
  'http://169.254.169.254/metadata',
  'https://169.254.169.254/metadata',
  'http://[fe80::1]/hook',
  'https://user:secret@example.com/hook',
  'http://0.0.0.0/hook',
  'http://127.0.0.1.example.com/hook',
  '/relative',
]) {
  test(`the endpoint ${url} is refused`, async (t) => {
    const grid = await openEventGrid(t)
    await grid.put('topics/orders', {})
    await assert.rejects(grid.put(path, webhookProperties(url)), {
      code: 'InvalidRequest',
      message: /properties\.destination\.properties\.endpointUrl/,
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
