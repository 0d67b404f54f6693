import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { Agent, request } from 'undici'
import { objectMember, parseJson, stringMember } from '../../src/base/json.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { newDataDir, startForTest } from '../test-platform.ts'

const managementScope = 'https://management.azure.com/.default'

test('of many calls at once exactly as many succeed as there is credit', async (t) => {
  const orders = await openOrders(t)
  assert.equal(
    (await orders.setCredit('25', await orders.token('caller', managementScope))).status,
    200,
  )
  const token = await orders.token('caller', 'api://orders/.default')
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => orders.fetchAs('Premium', token)),
  )
  const statuses = answers.map((answer) => answer.status)
  assert.equal(statuses.filter((status) => status === 200).length, 25)
  assert.equal(statuses.filter((status) => status === 429).length, 25)
})

test('a call with a key but without a token is refused, and counts', async (t) => {
  const orders = await openOrders(t)
  for (let count = 0; count < 5; count++) {
    const answer = await orders.fetchAs('Basic')
    assert.equal(answer.status, 401)
    assert.equal(
      stringMember(parseJson(answer.text), 'message'),
      'Unauthorized. Access token is missing or invalid.',
    )
  }
  const token = await orders.token('caller', 'api://orders/.default')
  const answer = await orders.fetchAs('Basic', token)
  assert.equal(answer.status, 429)
  assert.match(String(answer.headers['retry-after']), /^\d+$/)
})

test('the management REST takes only the token of a principal with a role', async (t) => {
  const orders = await openOrders(t)
  const { registrations } = orders.platform.entra
  const { appId } = await registrations.registerApplication({ displayName: 'stranger' })
  const { value } = await registrations.ensureSecret(appId)
  const stranger = await orders.tokenOf({ clientId: appId, clientSecret: value }, managementScope)
  const refused = await orders.setCredit('9', stranger)
  assert.equal(refused.status, 403)
  assert.match(refused.text, /AuthorizationFailed/)
  const forged = await orders.setCredit('9', `${stranger.slice(0, -4)}AAAA`)
  assert.equal(forged.status, 401)
  const wrong = await orders.setCredit('9', await orders.token('caller', 'api://orders/.default'))
  assert.equal(wrong.status, 401)
})

test('a value that was changed at run time survives a restart', async (t) => {
  const orders = await openOrders(t)
  const administrator = await orders.token('caller', managementScope)
  assert.equal((await orders.setCredit('7', administrator)).status, 200)
  const { dataDir } = orders
  await orders.platform.stop()
  const again = await openOrders(t, dataDir)
  const token = await again.token('caller', managementScope)
  const answer = await again.send(again.creditUrl, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(objectMember(parseJson(answer.text), 'properties')['value'], '7')
})

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** The solution as a client outside sees it. */
class OrdersClient {
  readonly platform: Platform
  readonly dataDir: string
  readonly creditUrl: string
  readonly #agent: Agent

  constructor(platform: Platform, options: { dataDir: string; serviceId: string }) {
    this.platform = platform
    this.dataDir = options.dataDir
    const { management, ca = '' } = platform.endpoints
    this.creditUrl = `${management}${options.serviceId}/namedValues/credit?api-version=2024-05-01`
    this.#agent = new Agent({ connect: { ca: readFileSync(ca, 'utf8') } })
  }

  fetchAs(product: string, token?: string): Promise<Answer> {
    const { gateway, subscriptions } = this.platform.endpoints
    return this.send(`${gateway}/orders/FetchOrders`, {
      headers: {
        'Ocp-Apim-Subscription-Key': subscriptions?.[`${product}-Subscription`]?.primaryKey ?? '',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    })
  }

  setCredit(value: string, token: string): Promise<Answer> {
    return this.send(this.creditUrl, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ properties: { value } }),
    })
  }

  token(name: string, scope: string): Promise<string> {
    const registration = this.platform.endpoints.appRegistrations?.[name]
    assert.ok(registration)
    return this.tokenOf(registration, scope)
  }

  async tokenOf(
    client: { clientId: string; clientSecret: string },
    scope: string,
  ): Promise<string> {
    const tenant = this.platform.entra.tenant.id
    const answer = await this.send(`${this.platform.endpoints.entra}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret,
        scope,
      }).toString(),
    })
    assert.equal(answer.status, 200, answer.text)
    return stringMember(parseJson(answer.text), 'access_token') ?? ''
  }

  async send(
    url: string,
    options: { method?: 'POST' | 'PATCH'; headers: Record<string, string>; body?: string },
  ): Promise<Answer> {
    const { method = 'GET', headers, body = null } = options
    const answer = await request(url, { dispatcher: this.#agent, method, headers, body })
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
  }
}

async function openOrders(t: TestContext, dataDir = newDataDir(t)): Promise<OrdersClient> {
  const platform = await startForTest(t, { projects: ['solutions/orders'], dataDir })
  const [service] = await platform.resources.list({ type: 'Microsoft.ApiManagement/service' })
  return new OrdersClient(platform, { dataDir, serviceId: stringMember(service, 'id') ?? '' })
}
