import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { ManualClock } from '../../base/clock.ts'
import { isJsonObject, parseJson, tryParseJson } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Span } from '../../base/telemetry.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { eventGridResources } from './resources.ts'
import { EventGrid } from './service.ts'
import type { EventGridOptions } from './service.ts'

/** Event Grid on a store in memory, reached over HTTP, with a clock that the test moves. */
export interface EventGridFixture {
  readonly eventGrid: EventGrid
  readonly clock: ManualClock
  readonly store: Store
  readonly spans: readonly Span[]
  /** What was logged as a warning or an error. */
  readonly complaints: readonly string[]
  readonly origin: string
  /** Puts a resource of Microsoft.EventGrid: `topics/orders/eventSubscriptions/all`. */
  readonly put: (path: string, properties: JsonObject) => Promise<JsonObject>
  readonly delete: (path: string) => Promise<void>
  /** Sends a body to `topics/{name}` with its key. */
  readonly publish: (
    topic: string,
    body: JsonValue | string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly error: JsonObject }>
}

export const group = '/subscriptions/sub-1/resourceGroups/rg-1'
export const storageId = `${group}/providers/Microsoft.Storage/storageAccounts/files`

/** Opens Event Grid for one test. */
export async function openEventGrid(
  t: TestContext,
  options: Partial<EventGridOptions> = {},
): Promise<EventGridFixture> {
  const clock = new ManualClock()
  const complaints: string[] = []
  const logger = loggerInto(complaints)
  const store = options.store ?? (await openSqliteStore({ path: ':memory:', clock, logger }))
  const spans: Span[] = []
  const egress = new Egress({ hostMap: () => undefined })
  let origin = ''
  const eventGrid = new EventGrid({
    clock,
    logger,
    telemetry: { span: (span) => spans.push(span), log: () => {} },
    outgoing: egress,
    publicOrigin: () => origin,
    ...options,
    store,
  })
  const { handler } = eventGrid
  const server = new HttpServer({ port: 0, name: 'event-grid', handler, logger })
  origin = `http://127.0.0.1:${await server.start()}`
  await eventGrid.start()
  t.after(async () => {
    await server.stop({ graceMs: 0 })
    await eventGrid.stop()
    await egress.stop()
    if (!options.store) await store.close()
  })
  return {
    eventGrid,
    clock,
    store,
    spans,
    complaints,
    origin,
    put: putInto(eventGrid),
    delete: deleteFrom(eventGrid),
    publish: async (topic, body, headers = {}) => {
      const { key = '' } = eventGrid.endpoints().find(({ name }) => name === topic) ?? {}
      const response = await request(
        `${origin}/topics/${topic}/api/events?api-version=2018-01-01`,
        {
          method: 'POST',
          headers: { 'aeg-sas-key': key, 'content-type': 'application/json', ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        },
      )
      const answer = tryParseJson(await response.body.text())
      const error = isJsonObject(answer) ? answer['error'] : undefined
      return { status: response.statusCode, error: isJsonObject(error) ? error : {} }
    },
  }
}

/** A real server that takes events, and what it got. */
export interface WebhookServer {
  readonly url: string
  readonly received: readonly ReceivedRequest[]
  /** Resolves when so many requests but handshakes have come; in real time, since the requests are real. */
  readonly until: (count: number) => Promise<readonly ReceivedRequest[]>
}

export interface ReceivedRequest {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: JsonValue
}

type Respond = (request: ReceivedRequest, response: ServerResponse) => void

/** Opens a webhook that agrees to its handshake and answers 200, unless the test says what it answers. */
export async function openWebhook(
  t: TestContext,
  options: { readonly respond?: Respond; readonly shake?: Respond; readonly port?: number } = {},
): Promise<WebhookServer> {
  const received: ReceivedRequest[] = []
  const watchers = new Set<() => void>()
  const respond = options.respond ?? ((_request, response) => void response.writeHead(200).end())
  const shake = options.shake ?? agree
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((each) => {
      if (isHandshake(each)) return shake(each, response)
      received.push(each)
      for (const watcher of watchers) watcher()
      return respond(each, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/hook?code=secret`,
    received,
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (received.length < count) return
          watchers.delete(look)
          resolve(received)
        }
        watchers.add(look)
        look()
      }),
  }
}

/** The validation code of a handshake by event. */
export function codeOf(request: ReceivedRequest): JsonObject {
  const [event] = Array.isArray(request.body) ? request.body : []
  const data = isJsonObject(event) ? event['data'] : undefined
  return isJsonObject(data) ? data : {}
}

/** An event as a publisher sends it in the Event Grid schema. */
export function orderEvent(id: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    subject: `orders/${id}`,
    eventType: 'Orders.Placed',
    eventTime: '2026-01-01T00:00:00Z',
    dataVersion: '1.0',
    data: { amount: 10 },
    ...more,
  }
}

/** The properties of a subscription whose events go to a webhook. */
export function webhookProperties(url: string, more: JsonObject = {}): JsonObject {
  return { destination: { endpointType: 'WebHook', properties: { endpointUrl: url } }, ...more }
}

/** Lets what was begun run to its next wait: requests to real servers take real time. */
export async function untilTrue(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 2_500; turn += 1) {
    if (await condition()) return
    await delay(4)
  }
  throw new Error('It did not come true within ten seconds.')
}

/** The topic `orders` with one subscription, `all`, to a webhook. */
export async function subscribe(
  grid: EventGridFixture,
  webhook: WebhookServer,
  more: JsonObject = {},
): Promise<void> {
  await grid.put('topics/orders', {})
  await grid.put('topics/orders/eventSubscriptions/all', webhookProperties(webhook.url, more))
}

/** Moves the clock once what the last delivery wrote is in the store. */
export async function pass(grid: EventGridFixture, byMs: number): Promise<void> {
  await untilTrue(async () => (await grid.eventGrid.pendingEvents()) === 0)
  await grid.clock.advance(byMs)
}

function agree(request: ReceivedRequest, response: ServerResponse): void {
  if (request.method === 'OPTIONS') {
    response.writeHead(200, { 'webhook-allowed-origin': 'eventgrid.azure.net' }).end()
    return
  }
  const validationResponse = codeOf(request)['validationCode'] ?? null
  response.writeHead(200).end(JSON.stringify({ validationResponse }))
}

function isHandshake(request: ReceivedRequest): boolean {
  return (
    request.method === 'OPTIONS' || request.headers['aeg-event-type'] === 'SubscriptionValidation'
  )
}

async function readRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  const { method = '', headers } = incoming
  return { method, headers, body: text === '' ? null : parseJson(text) }
}

function idOf(path: string): string {
  return `${group}/providers/Microsoft.EventGrid/${path}`
}

function putInto(eventGrid: EventGrid): EventGridFixture['put'] {
  return async (path, properties) => {
    const { type, names, id } = placeOf(path)
    const provider = eventGridResources(eventGrid).find((each) => each.type === type)
    const answer = await provider?.put({
      id,
      names,
      type,
      apiVersion: '2022-06-15',
      location: 'West Europe',
      tags: {},
      identity: {},
      sku: {},
      properties,
    })
    return answer?.properties ?? {}
  }
}

function deleteFrom(eventGrid: EventGrid): EventGridFixture['delete'] {
  return async (path) => {
    const { type, names } = placeOf(path)
    await eventGridResources(eventGrid)
      .find((each) => each.type === type)
      ?.delete(names)
  }
}

/** A path below Microsoft.EventGrid, or the id of an extension of another resource. */
function placeOf(path: string): { type: string; names: string[]; id: string } {
  const id = path.startsWith('/') ? path : idOf(path)
  const segments = (id.split('/providers/Microsoft.EventGrid/').at(-1) ?? '').split('/')
  const type = `Microsoft.EventGrid/${segments.filter((_, at) => at % 2 === 0).join('/')}`
  return { type, names: segments.filter((_, at) => at % 2 === 1), id }
}

function loggerInto(complaints: string[]): Logger {
  const complain = (_ids: object, message: string): void => void complaints.push(message)
  return { info() {}, debug() {}, warn: complain, error: complain }
}
