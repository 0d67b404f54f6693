import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { request } from 'undici'
import { ServiceError } from '../../base/errors.ts'
import { isJsonObject, stringMember, tryParseJson } from '../../base/json.ts'
import { newTrace, formatTraceparent } from '../../base/trace-context.ts'
import { openEventGrid, orderEvent } from './fixture.ts'
import type { EventGridFixture } from './fixture.ts'
import type { EventGridOptions } from './service.ts'
import { signSasToken } from './publish-access.ts'

const host = 'orders.westeurope-1.eventgrid.azure.net'
const url = `https://${host}/api/events`

interface Call {
  readonly method?: 'POST' | 'GET' | 'OPTIONS'
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly host?: string
}

interface Opened {
  readonly grid: EventGridFixture
  readonly keys: readonly [string, string]
  readonly call: (call: Call) => Promise<{
    readonly status: number
    readonly code: string
    readonly detail: string
    readonly message: string
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
  }>
}

/** The topic `orders`, called by its Azure name. */
async function open(t: TestContext, options: Partial<EventGridOptions> = {}): Promise<Opened> {
  const grid = await openEventGrid(t, options)
  await grid.put('topics/orders', {})
  const { key1, key2 } = grid.eventGrid.topics.named('topic', 'orders')
  return {
    grid,
    keys: [key1, key2],
    call: async (call) => {
      const response = await request(
        `${grid.origin}${call.path ?? '/api/events?api-version=2018-01-01'}`,
        {
          method: call.method ?? 'POST',
          headers: { host: call.host ?? host, 'content-type': 'application/json', ...call.headers },
          ...(call.method ? {} : { body: call.body ?? JSON.stringify([orderEvent('1')]) }),
        },
      )
      const answer = tryParseJson(await response.body.text())
      const error = isJsonObject(answer) && isJsonObject(answer['error']) ? answer['error'] : {}
      const [detail] = Array.isArray(error['details']) ? error['details'] : []
      return {
        status: response.statusCode,
        code: stringMember(error, 'code') ?? '',
        detail: stringMember(detail, 'code') ?? '',
        message: stringMember(error, 'message') ?? '',
        headers: response.headers,
      }
    },
  }
}

test('each of the two keys opens the topic', async (t) => {
  const { call, keys, grid } = await open(t)
  for (const key of keys) {
    const { status, headers } = await call({ headers: { 'aeg-sas-key': key } })
    assert.equal(status, 200)
    assert.equal(headers['api-supported-versions'], '2018-01-01')
  }
  const topic = grid.eventGrid.topics.named('topic', 'orders')
  await grid.eventGrid.topics.regenerateKey(topic, 'key1')
  assert.equal((await call({ headers: { 'aeg-sas-key': keys[0] } })).status, 401)
  assert.equal((await call({ headers: { 'aeg-sas-key': keys[1] } })).status, 200)
})

test('a SAS token opens the topic until it expires', async (t) => {
  const { call, keys, grid } = await open(t)
  const token = signSasToken(url, '1/1/2026 1:00:00 AM', keys[1])
  assert.equal((await call({ headers: { 'aeg-sas-token': token } })).status, 200)
  const authorization = `SharedAccessSignature ${token}`
  assert.equal((await call({ headers: { authorization } })).status, 200)
  const iso = signSasToken(`${url}?apiVersion=2018-01-01`, '2026-01-01T01:00:00Z', keys[0])
  assert.equal((await call({ headers: { 'aeg-sas-token': iso } })).status, 200)
  await grid.clock.advance(61 * 60_000)
  const late = await call({ headers: { authorization } })
  assert.equal(late.status, 401)
  assert.match(late.message, /has expired for topic 'ORDERS\.WESTEUROPE-1\.EVENTGRID\.AZURE\.NET'/)
})

test('a token of Entra ID is asked about, and refused where nobody can say', async (t) => {
  const { call } = await open(t, {
    verifyToken: ({ token }) => {
      if (token !== 'good') throw new ServiceError('Forbidden', 403, 'no role')
    },
  })
  assert.equal((await call({ headers: { authorization: 'Bearer good' } })).status, 200)
  assert.equal((await call({ headers: { authorization: 'Bearer bad' } })).status, 403)
  const other = await open(t)
  const refused = await other.call({ headers: { authorization: 'Bearer good' } })
  assert.deepEqual([refused.status, refused.code], [401, 'Unauthorized'])
})

test('without local authentication neither a key nor a SAS token opens the topic', async (t) => {
  const { call, keys, grid } = await open(t)
  await grid.put('topics/orders', { disableLocalAuth: true })
  const token = signSasToken(url, '2027-01-01T00:00:00Z', keys[0])
  assert.equal((await call({ headers: { 'aeg-sas-key': keys[0] } })).status, 401)
  assert.equal((await call({ headers: { 'aeg-sas-token': token } })).status, 401)
})

test('a publisher without a good proof is told what is wrong with it', async (t) => {
  const { call, keys } = await open(t)
  const other = signSasToken(
    'https://other.westeurope-1.eventgrid.azure.net/api/events',
    '1/1/2027',
    keys[0],
  )
  const forged = signSasToken(url, '1/1/2027', 'bm90IHRoZSBrZXk=')
  const cases: readonly (readonly [Record<string, string>, number, string, RegExp])[] = [
    [{}, 401, 'Unauthorized', /must contain one of the following authorization signature/],
    [{ 'aeg-sas-key': '' }, 400, 'InvalidSas', /must have a value for aeg-sas-key/],
    [{ 'aeg-sas-key': '%%' }, 401, 'Unauthorized', /not a valid Base-64 string/],
    [{ 'aeg-sas-key': 'bm90IHRoZSBrZXk=' }, 401, 'Unauthorized', /not authorized for ORDERS/],
    [{ 'aeg-sas-token': forged }, 401, 'Unauthorized', /signature is invalid/],
    [{ 'aeg-sas-token': other }, 401, 'Unauthorized', /signature is invalid/],
    [{ 'aeg-sas-token': 'r=&e=' }, 401, 'Unauthorized', /format is invalid/],
    [{ 'aeg-sas-token': signSasToken(url, 'soon', keys[0]) }, 401, 'Unauthorized', /format/],
    [{ authorization: 'Basic eDp5' }, 401, 'Unauthorized', /unsupported Authorization scheme/],
    [{ authorization: 'Bearer x' }, 401, 'Unauthorized', /Unable to read access token/],
  ]
  for (const [headers, status, detail, message] of cases) {
    const answer = await call({ headers })
    assert.deepEqual([answer.status, answer.detail], [status, detail], message.source)
    assert.match(answer.message, message)
    assert.match(
      answer.message,
      /Report '[\da-f-]{36}:0:1\/1\/2026 12:00:00 AM \(UTC\)' to our forums for assistance or raise a support ticket\.$/,
    )
  }
})

test('what is not an address, a method or a version of the service is refused', async (t) => {
  const { call, keys } = await open(t)
  const headers = { 'aeg-sas-key': keys[0] }
  const missing = await call({ headers, path: '/api/events' })
  assert.deepEqual([missing.status, missing.code], [400, 'BadRequest'])
  assert.match(missing.message, /\?api-version=/)
  const old = await call({ headers, path: '/api/events?api-version=2017-01-01' })
  assert.equal(old.detail, 'UnsupportedApiVersion')
  assert.equal((await call({ headers, path: '/api/other' })).status, 404)
  assert.equal((await call({ headers, host: 'none.westeurope-1.eventgrid.azure.net' })).status, 404)
  const get = await call({ headers, method: 'GET' })
  assert.deepEqual([get.status, get.headers['allow']], [405, 'POST, OPTIONS'])
  assert.equal((await call({ headers, method: 'OPTIONS' })).status, 200)
})

test('a body over its limit is refused in words of the service', async (t) => {
  const { call, keys } = await open(t)
  const body = JSON.stringify([orderEvent('1', { data: 'x'.repeat(1_600_000) })])
  const answer = await call({ headers: { 'aeg-sas-key': keys[0] }, body })
  assert.deepEqual([answer.status, answer.code], [413, 'RequestEntityTooLarge'])
  assert.match(answer.message, /The maximum size \(1536000\) has been exceeded/)
})

test('an event that names another topic is refused, and none of its request is taken', async (t) => {
  const { call, keys, grid } = await open(t)
  const headers = { 'aeg-sas-key': keys[0] }
  const body = JSON.stringify([orderEvent('1'), orderEvent('2', { topic: '/other' })])
  assert.equal((await call({ headers, body })).status, 401)
  const own = grid.eventGrid.topics.named('topic', 'orders').id
  const same = JSON.stringify([orderEvent('1', { topic: own.toUpperCase() })])
  assert.equal((await call({ headers, body: same })).status, 200)
})

test("a publisher's trace goes on in the span of the publish", async (t) => {
  const { call, keys, grid } = await open(t)
  const trace = newTrace()
  const headers = { 'aeg-sas-key': keys[0], traceparent: formatTraceparent(trace) }
  await call({ headers })
  const span = grid.spans.find(({ operation }) => operation === 'publish')
  assert.equal(span?.context.traceId, trace.traceId)
  assert.equal(span?.parentSpanId, trace.spanId)
})

test('a span tells of events that nobody wants and of publishers that were refused', async (t) => {
  const { call, keys, grid } = await open(t)
  await call({ headers: { 'aeg-sas-key': keys[0] } })
  await call({ headers: { 'aeg-sas-key': keys[0] }, body: '[]' })
  assert.deepEqual(
    grid.spans.map(({ status, reason }) => [status, reason?.slice(0, 30)]),
    [
      ['ok', 'No event subscription wants it'],
      ['error', 'BadRequest: This resource is c'],
    ],
  )
})

test('garbage is refused as garbage, never as a fault of the service', async (t) => {
  const { call, keys, grid } = await open(t)
  await grid.put('topics/cloud', { inputSchema: 'CloudEventSchemaV1_0' })
  const { key1 } = grid.eventGrid.topics.named('topic', 'cloud')
  const cloudHost = 'cloud.westeurope-1.eventgrid.azure.net'
  const valid = JSON.stringify([orderEvent('1')])
  const bodies = [
    ...Array.from({ length: valid.length }, (_, at) => valid.slice(0, at) + valid.slice(at + 1)),
    ...Array.from({ length: 60 }, (_, at) => valid.slice(0, at * 3)),
    '[{"__proto__":{"id":"1"}}]',
    '{"__proto__":null,"constructor":1,"toString":2}',
    '"text"',
    'null',
    '[[]]',
    '[{"id":{"a":1},"subject":[],"eventType":true,"eventTime":0}]',
    Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString('latin1'),
  ]
  const statuses = new Set<number>()
  for (const body of bodies) {
    const here = await call({ headers: { 'aeg-sas-key': keys[0] }, body })
    const cloud = await call({ headers: { 'aeg-sas-key': key1 }, body, host: cloudHost })
    statuses.add(here.status).add(cloud.status)
  }
  assert.deepEqual(
    [...statuses].toSorted((one, other) => one - other),
    [200, 400],
  )
})
