import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import {
  isJsonObject,
  objectMember,
  parseJson,
  stringMember,
  type JsonObject,
  type JsonValue,
} from '../../src/base/json.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { accountSas } from '../../src/services/storage/account-sas.ts'
import { startForTest } from '../test-platform.ts'

const orders = 'solutions/orders'
const timeoutMs = 20_000

/** The orders solution as a client outside sees it: files go in, orders come out, the run history tells the rest. */
class Orders {
  readonly platform: Platform

  constructor(platform: Platform) {
    this.platform = platform
  }

  async upload(name: string, body: string, contentType?: string): Promise<void> {
    const { storage, endpoints, clock } = this.platform
    const [account] = storage.accounts.declared()
    assert.ok(account)
    const sas = accountSas(account, {
      signedServices: 'b',
      signedResourceTypes: 'o',
      signedPermission: 'cw',
      signedExpiry: new Date(clock.now() + 3_600_000).toISOString(),
    })
    const url = `${endpoints.storage?.accounts[account.name]?.blob}/inputfiles/${name}?${sas}`
    const answer = await fetch(url, {
      method: 'PUT',
      headers: {
        'x-ms-blob-type': 'BlockBlob',
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      body: Buffer.from(body),
    })
    assert.equal(answer.status, 201, await answer.text())
  }

  /** The processed order of a booking, without what differs each time. */
  async processed(bookingId: string): Promise<JsonObject> {
    const account = this.platform.cosmosDb.accounts().at(0)
    const container = account?.database('orders').container('processed')
    const endMs = Date.now() + timeoutMs
    while (Date.now() < endMs) {
      const page = await container?.query(
        'SELECT * FROM c WHERE c.transformedBooking.bookingId = @id',
        { parameters: [{ name: '@id', value: bookingId }] },
      )
      const [item] = page?.items ?? []
      if (isJsonObject(item)) return withoutSystem(item)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the order of ${bookingId} did not come`)
  }

  /** The newest run of a workflow, with its status and that of its actions that failed. */
  async lastRun(workflow: string): Promise<{ status: string; failures: readonly string[] }> {
    const [run] = await this.#list(`/workflows/${workflow}/runs`)
    assert.ok(run, `a run of ${workflow}`)
    const actions = await this.#list(`/workflows/${workflow}/runs/${nameOf(run)}/actions`)
    return {
      status: stringMember(propertiesOf(run), 'status') ?? '',
      failures: actions
        .filter((each) => stringMember(propertiesOf(each), 'status') === 'Failed')
        .map((each) => `${nameOf(each)}: ${errorOf(each)}`),
    }
  }

  async #list(path: string): Promise<readonly JsonObject[]> {
    const app = this.platform.logicApps.apps().at(0)?.app
    assert.ok(app)
    const url = `${app.baseUrl}/runtime/webhooks/workflow/api/management${path}`
    const answer = await fetch(url, { headers: { 'x-functions-key': app.keys.masterKey } })
    const body = parseJson(await answer.text())
    const value: JsonValue = isJsonObject(body) ? (body['value'] ?? null) : null
    return Array.isArray(value) ? value.filter(isJsonObject) : []
  }
}

async function start(t: TestContext): Promise<Orders> {
  return new Orders(await startForTest(t, { projects: [orders] }))
}

function nameOf(item: JsonObject): string {
  return stringMember(item, 'name') ?? ''
}

function propertiesOf(item: JsonObject): JsonObject {
  return objectMember(item, 'properties')
}

function errorOf(action: JsonObject): string {
  return stringMember(objectMember(propertiesOf(action), 'error'), 'code') ?? ''
}

function withoutSystem(item: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('_')))
}

function golden(name: string): string {
  return readFileSync(`tests/golden/orders/${name}`, 'utf8')
}

/** The sample booking under another id, with so many of its passengers. */
function bookingOf(bookingId: string, passengers = 2): string {
  const booking = objectMember(parseJson(golden('booking.json')), 'booking')
  const { passengers: all } = booking
  const some = Array.isArray(all) ? all.slice(0, passengers) : []
  return JSON.stringify({ booking: { ...booking, bookingId, passengers: some } })
}

test('a booking becomes exactly its transformed order', async (t) => {
  const solution = await start(t)
  await solution.upload('booking.json', golden('booking.json'), 'application/json')
  const { id, status, processedAt, ...order } = await solution.processed('B48210077')
  assert.deepEqual(order, parseJson(golden('transformed.json')))
  assert.match(typeof id === 'string' ? id : '', /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
  assert.equal(status, 'processed')
  assert.ok(!Number.isNaN(Date.parse(typeof processedAt === 'string' ? processedAt : '')))
})

test('one passenger is a name and no list, as Newtonsoft reads a single element', async (t) => {
  const solution = await start(t)
  await solution.upload('one.json', bookingOf('B1', 1), 'application/json')
  const order = await solution.processed('B1')
  assert.deepEqual(objectMember(objectMember(order, 'transformedBooking'), 'passengerNames'), {
    name: 'Maren Lindqvist',
  })
})

test('a file without a content type, or of bytes, is a booking all the same', async (t) => {
  const solution = await start(t)
  await solution.upload('bytes.json', bookingOf('B2'), 'application/octet-stream')
  await solution.upload('plain', bookingOf('B3'))
  await solution.upload('folder/in a/name.json', bookingOf('B4'), 'text/plain; charset=utf-8')
  for (const bookingId of ['B2', 'B3', 'B4']) await solution.processed(bookingId)
})

const malformed: readonly {
  readonly what: string
  readonly body: string
  readonly contentType: string
  readonly workflow: string
  readonly failure: string
}[] = [
  {
    what: 'that is not JSON',
    body: '{"booking": ',
    contentType: 'application/json',
    workflow: 'wf_orders_from_sb_to_cdb',
    failure: 'Booking_as_XML: InvalidTemplate',
  },
  {
    what: 'that is empty',
    body: '',
    contentType: 'application/json',
    workflow: 'wf_orders_from_sb_to_cdb',
    failure: 'Booking_as_XML: InvalidTemplate',
  },
  {
    what: 'of XML',
    body: '<booking><bookingId>B9</bookingId></booking>',
    contentType: 'application/xml',
    workflow: 'wf_orders_from_sb_to_cdb',
    failure: 'Booking_as_XML: InvalidTemplate',
  },
  {
    what: 'of 5 MB',
    body: `{"booking":{"bookingId":"${'9'.repeat(5 * 1024 * 1024)}"}}`,
    contentType: 'application/json',
    workflow: 'wf_orders_from_sa_to_sb',
    failure: 'For_each_event: ActionFailed',
  },
]

for (const { what, body, contentType, workflow, failure } of malformed) {
  test(`a file ${what} fails its run and stops no other booking`, async (t) => {
    const solution = await start(t)
    await solution.upload('bad.json', body, contentType)
    const { deadLetters } = await solution.platform.idle.untilIdle()
    const { status, failures } = await solution.lastRun(workflow)
    assert.equal(status, 'Failed')
    assert.ok(failures.includes(failure), failures.join())
    assert.equal(deadLetters.size, 0)
    await solution.upload('good.json', bookingOf('B10'), 'application/json')
    await solution.processed('B10')
  })
}
