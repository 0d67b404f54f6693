/** Sample calls to the published orders API, as a client outside would make them: over HTTP, with keys and tokens. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { Endpoints } from '../endpoints.ts'
import type { Platform } from '../platform.ts'

/** A call and what came of it. */
export interface DemoCall {
  readonly status: string
  readonly what: string
  /** The command that repeats it. */
  readonly curl: string
}

/** With the first one they are one more than Basic allows in a minute. */
const callsBeyondFirst = 5

const managementScope = 'https://management.azure.com/.default'

/** Makes the calls that show keys, tokens, the rate limit and paid credit, each once it is asked for. */
export class OrdersApiDemo {
  readonly #endpoints: Endpoints
  readonly #url: string
  readonly #agent: Agent
  readonly #creditUrl: string

  private constructor(endpoints: Endpoints, options: { creditPath: string }) {
    this.#endpoints = endpoints
    this.#url = `${endpoints.gateway}/orders/FetchOrders`
    this.#creditUrl = `${endpoints.management}${options.creditPath}?api-version=2024-05-01`
    this.#agent = new Agent({ connect: { ca: readFileSync(endpoints.ca ?? '', 'utf8') } })
  }

  /** The calls for the orders API of a platform, or `undefined` when it publishes none. */
  static async for(platform: Platform): Promise<OrdersApiDemo | undefined> {
    const [service] = await platform.resources.list({ type: 'Microsoft.ApiManagement/service' })
    const id = stringMember(service, 'id')
    if (id === undefined || platform.endpoints.gateway === undefined) return undefined
    return new OrdersApiDemo(platform.endpoints, { creditPath: `${id}/namedValues/credit` })
  }

  async *calls(): AsyncGenerator<DemoCall> {
    yield this.#shown(await this.#fetch({}), 'without a key', 'curl -i $API')
    const token = await this.#token(this.#endpoints.appRegistrations?.['caller']?.scope ?? '')
    yield* this.#basicCalls(token)
    yield* this.#premiumCalls(token)
    await this.#agent.close()
  }

  /** Commands that set what the commands of the calls use. */
  preparation(): string[] {
    const { entra, ca, appRegistrations } = this.#endpoints
    const caller = appRegistrations?.['caller']
    const token = (scope: string): string =>
      `$(curl -s --cacert ${ca} ${entra}/${caller?.tenantId}/oauth2/v2.0/token -d grant_type=client_credentials -d client_id=${caller?.clientId} -d client_secret=${caller?.clientSecret} -d scope=${scope} | sed 's/.*access_token":"\\([^"]*\\).*/\\1/')`
    return [
      `API=${this.#url}`,
      `TOKEN=${token(caller?.scope ?? '')}`,
      `ADMIN=${token(managementScope)}`,
    ]
  }

  async *#basicCalls(token: string): AsyncGenerator<DemoCall> {
    const key = this.#key('Basic-Subscription')
    const curl = curlWith(key)
    yield this.#shown(await this.#fetch({ key, token }), 'Basic, with key and token', curl)
    const statuses: number[] = []
    for (let count = 0; count < callsBeyondFirst; count++) {
      statuses.push((await this.#fetch({ key, token })).status)
    }
    yield { status: statuses.join(' '), what: 'Basic, five calls a minute', curl }
  }

  async *#premiumCalls(token: string): AsyncGenerator<DemoCall> {
    const key = this.#key('Premium-Subscription')
    const curl = curlWith(key)
    yield this.#shown(await this.#fetch({ key, token }), 'Premium, without credit', curl)
    const administrator = await this.#token(managementScope)
    const answer = await this.#send(this.#creditUrl, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
      body: JSON.stringify({ properties: { value: '1' } }),
    })
    yield {
      status: String(answer.status),
      what: 'credit set to 1 by the management REST',
      curl: `curl -i --cacert ${this.#endpoints.ca} -X PATCH '${this.#creditUrl}' -H "Authorization: Bearer $ADMIN" -H "Content-Type: application/json" -d '{"properties":{"value":"1"}}'`,
    }
    yield this.#shown(await this.#fetch({ key, token }), 'Premium, with one credit', curl)
  }

  #shown(answer: { status: number; text: string }, what: string, curl: string): DemoCall {
    const error = /"(?:code|message)":\s*"([^"]+)"/.exec(
      answer.status === 200 ? '' : answer.text,
    )?.[1]
    return {
      status: String(answer.status),
      what: error === undefined ? what : `${what}: ${error}`,
      curl,
    }
  }

  #key(name: string): string {
    return this.#endpoints.subscriptions?.[name]?.primaryKey ?? ''
  }

  #fetch(options: { key?: string; token?: string }): Promise<{ status: number; text: string }> {
    const { key, token } = options
    return this.#send(this.#url, {
      headers: {
        ...(key === undefined ? {} : { 'Ocp-Apim-Subscription-Key': key }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    })
  }

  async #token(scope: string): Promise<string> {
    const caller = this.#endpoints.appRegistrations?.['caller']
    const answer = await this.#send(
      `${this.#endpoints.entra}/${caller?.tenantId}/oauth2/v2.0/token`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: caller?.clientId ?? '',
          client_secret: caller?.clientSecret ?? '',
          scope,
        }).toString(),
      },
    )
    const body = parseJson(answer.text)
    const token = stringMember(body, 'access_token')
    if (token !== undefined) return token
    throw new Error(
      `no token: ${isJsonObject(body) ? String(stringMember(body, 'error_description')) : answer.text}`,
    )
  }

  async #send(
    url: string,
    options: { method?: 'POST' | 'PATCH'; headers: Record<string, string>; body?: string },
  ): Promise<{ status: number; text: string }> {
    const { method = 'GET', headers, body = null } = options
    const answer = await request(url, { dispatcher: this.#agent, method, headers, body })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
}

function curlWith(key: string): string {
  return `curl -i $API -H "Ocp-Apim-Subscription-Key: ${key}" -H "Authorization: Bearer $TOKEN"`
}
