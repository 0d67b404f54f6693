import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { InputSchema } from './event.ts'
import { orderEvent } from './fixture.ts'
import { readInputMapping } from './input-mapping.ts'
import type { InputMapping } from './input-mapping.ts'
import { PropertyReader } from './property-reader.ts'
import { readPublishedEvents } from './published-events.ts'

const nowMs = Date.UTC(2026, 0, 31, 17)
const cloudEvent = { specversion: '1.0', type: 't', source: '/s', id: '1', data: { a: 1 } }

function read(
  schema: InputSchema,
  body: unknown,
  options: {
    readonly contentType?: string
    readonly headers?: Record<string, string>
    readonly mapping?: InputMapping
  } = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const { contentType = 'application/json', headers = {}, mapping } = options
  return readPublishedEvents(
    { contentType, headers, body: Buffer.from(text) },
    { schema, nowMs, ...(mapping ? { mapping } : {}) },
  )
}

test('events in the Event Grid schema come as a list or alone, and are stamped', () => {
  const [one, two] = read('EventGridSchema', [
    orderEvent('1'),
    orderEvent('2', { dataVersion: null }),
  ])
  assert.deepEqual(one?.body, { ...orderEvent('1'), topic: '', metadataVersion: '1' })
  assert.equal(two?.body['dataVersion'], '')
  assert.equal(read('EventGridSchema', orderEvent('3')).length, 1)
})

test('what a text must be is not a number, however it is written', () => {
  for (const id of ['1.0', '12345678901234567890', '5']) {
    const body = JSON.stringify(orderEvent('x')).replace('"x"', id)
    assert.throws(() => read('EventGridSchema', body), { message: /'id' has a wrong type/ })
  }
  assert.equal(read('EventGridSchema', `\uFEFF${JSON.stringify(orderEvent('1'))}`).length, 1)
})

test('CloudEvents come alone, in batches and with their attributes in headers', () => {
  const structured = { contentType: 'application/cloudevents+json; charset=utf-8' }
  assert.deepEqual(read('CloudEventSchemaV1_0', cloudEvent, structured)[0]?.body, cloudEvent)
  const batch = { contentType: 'application/cloudevents-batch+json' }
  assert.equal(read('CloudEventSchemaV1_0', [cloudEvent, cloudEvent], batch).length, 2)
  const headers = {
    'ce-specversion': '1.0',
    'ce-type': 'Order%20placed',
    'ce-source': '/s',
    'ce-id': '7',
    'ce-myextension': 'x',
  }
  const [binary] = read('CloudEventSchemaV1_0', { a: 1 }, { headers })
  assert.deepEqual(binary?.body, {
    specversion: '1.0',
    type: 'Order placed',
    source: '/s',
    id: '7',
    myextension: 'x',
    datacontenttype: 'application/json',
    data: { a: 1 },
  })
})

test('custom events are mapped to the Event Grid schema by fields and defaults', () => {
  const mapping = mappingOf({
    eventType: { sourceField: 'kind' },
    subject: { sourceField: 'where.path', defaultValue: 'nowhere' },
    dataVersion: { defaultValue: '1.0' },
    id: { sourceField: 'number' },
  })
  const given = [
    { kind: 'Created', where: { path: 'a/b' }, number: 7 },
    { kind: 'Deleted', number: 8 },
  ]
  const [one, two] = read('CustomEventSchema', given, { mapping })
  assert.deepEqual(one?.mapped, {
    id: '7',
    topic: '',
    subject: 'a/b',
    eventType: 'Created',
    eventTime: '2026-01-31T17:00:00.000Z',
    dataVersion: '1.0',
    metadataVersion: '1',
  })
  assert.deepEqual(two?.body, given[1])
  assert.equal(two?.mapped?.['subject'], 'nowhere')
  const nothing = [{ number: 1 }]
  assert.throws(() => read('CustomEventSchema', nothing, { mapping }), {
    message: /'CustomInputEvent' schema and requires 'eventType' property/,
  })
})

/** What a publisher must not send: schema, body, what is said of it, and its content type. */
const refusals: readonly (readonly [InputSchema, unknown, RegExp, string?])[] = [
  ['EventGridSchema', '', /Unexpected end when reading JSON/],
  ['EventGridSchema', '[{"id":', /The body is not JSON/],
  ['EventGridSchema', [], /'EventGridEvent' schema\. The JSON received does not conform/],
  ['EventGridSchema', [5], /does not conform to the expected schema/],
  ['EventGridSchema', [null], /does not conform to the expected schema/],
  ['EventGridSchema', [{}], /requires 'subject' property to be set/],
  ['EventGridSchema', [{ subject: 's' }], /requires 'id' property to be set/],
  ['EventGridSchema', [{ ...orderEvent('1'), eventType: '' }], /requires 'eventType'/],
  ['EventGridSchema', [{ ...orderEvent('1'), eventTime: 'soon' }], /'eventTime' has a wrong type/],
  ['EventGridSchema', [{ ...orderEvent('1'), subject: 5 }], /'subject' has a wrong type/],
  ['EventGridSchema', [{ ...orderEvent('1'), metadataVersion: '2' }], /'metadataVersion'/],
  ['EventGridSchema', `${'['.repeat(200)}${']'.repeat(200)}`, /MaxDepth of 128/],
  [
    'CloudEventSchemaV1_0',
    [cloudEvent],
    /Token Expected: StartObject, Actual Token Received: StartArray/,
  ],
  [
    'CloudEventSchemaV1_0',
    cloudEvent,
    /Token Expected: StartArray, Actual Token Received: StartObject/,
    'application/cloudevents-batch+json',
  ],
  ['CloudEventSchemaV1_0', cloudEvent, /Content-Type header/, 'text/plain'],
  ['CloudEventSchemaV1_0', { ...cloudEvent, type: undefined }, /requires 'eventType'/],
  ['CloudEventSchemaV1_0', { ...cloudEvent, specversion: '0.3' }, /must be '1\.0'/],
  ['CloudEventSchemaV1_0', { ...cloudEvent, data_base64: 'YQ==' }, /not both/],
]

for (const [schema, body, message, contentType] of refusals) {
  test(`a request to a topic of ${schema} is refused: ${message.source}`, () => {
    const options = contentType === undefined ? {} : { contentType }
    assert.throws(() => read(schema, body, options), { message })
  })
}

test('a CloudEvent with attributes in headers needs all that it must have', () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': '7', 'ce-type': '' }
  assert.throws(() => read('CloudEventSchemaV1_0', {}, { headers }), {
    message: /^ce-type header is empty/,
  })
  const { 'ce-type': _type, ...without } = headers
  assert.throws(() => read('CloudEventSchemaV1_0', {}, { headers: without }), {
    message: /^ce-type header is missing/,
  })
})

test('an event over its limit is refused, and so is a request with too many', () => {
  const large = orderEvent('1', { data: 'x'.repeat(1_100_000) })
  assert.throws(() => read('EventGridSchema', [large]), {
    status: 413,
    message: 'The maximum size (1049600) has been exceeded.',
  })
  const most = [large, large].map((each) => ({ ...each, data: 'x'.repeat(800_000) }))
  assert.throws(() => read('EventGridSchema', most), { message: /\(1536000\)/ })
  const many = Array.from({ length: 5_001 }, () => orderEvent('1'))
  assert.throws(() => read('EventGridSchema', many), { message: /at most 5000 events/ })
})

function mappingOf(properties: JsonObject): InputMapping {
  const mapping = { inputSchemaMappingType: 'Json', properties }
  return readInputMapping(new PropertyReader(mapping, 'properties.inputSchemaMapping'))
}
