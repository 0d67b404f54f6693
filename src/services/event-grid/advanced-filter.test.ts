import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { matches, readEventFilter } from './event-filter.ts'
import type { GridEvent } from './event.ts'
import { PropertyReader } from './property-reader.ts'

const data = {
  count: 5,
  big: 3000.5,
  flag: true,
  name: 'Azure Data Factory',
  nothing: null,
  inner: { action: 'Started', deeper: { code: 7 } },
  tags: ['urgent', 'Billing'],
  counts: [1, 20],
  empty: [],
}
const event: GridEvent = {
  schema: 'EventGridSchema',
  body: {
    id: '1',
    topic: '/topics/orders',
    subject: '/Orders/eu/1',
    eventType: 'Orders.Placed',
    eventTime: '2026-01-01T00:00:00Z',
    dataVersion: '2',
    metadataVersion: '1',
    data,
  },
}

function passes(filter: JsonObject, of: GridEvent = event): boolean {
  return matches(readEventFilter(new PropertyReader(filter, 'properties.filter')), of)
}

function passesAdvanced(
  filter: readonly [operatorType: string, key: string, value?: JsonValue],
  options: { readonly onArrays?: boolean } = {},
): boolean {
  const [operatorType, key, value] = filter
  const isSingle = /^(?:Bool|Number(?:Less|Greater))/.test(operatorType)
  const values = value === undefined ? {} : isSingle ? { value } : { values: value }
  const { onArrays = false } = options
  return passes({
    enableAdvancedFilteringOnArrays: onArrays,
    advancedFilters: [{ operatorType, key, ...values }],
  })
}

test('a filter by type and subject takes what it names, without regard to case', () => {
  assert.ok(passes({}))
  assert.ok(passes({ includedEventTypes: ['orders.placed', 'Other'] }))
  assert.ok(passes({ includedEventTypes: ['All'] }))
  assert.ok(!passes({ includedEventTypes: ['Orders.Paid'] }))
  assert.ok(passes({ subjectBeginsWith: '/orders/EU', subjectEndsWith: '/1' }))
  assert.ok(!passes({ subjectBeginsWith: '/orders/us' }))
  assert.ok(!passes({ subjectEndsWith: '/2' }))
  assert.ok(!passes({ subjectBeginsWith: '/orders', isSubjectCaseSensitive: true }))
  assert.ok(passes({ subjectBeginsWith: '/Orders', isSubjectCaseSensitive: true }))
})

/** Operator, key, value or values, and whether the event passes. */
const cases: readonly (readonly [string, string, JsonValue | undefined, boolean])[] = [
  ['NumberIn', 'data.count', [5, 1], true],
  ['NumberIn', 'data.count', [6], false],
  ['NumberIn', 'data.name', [5], false],
  ['NumberIn', 'data.missing', [5], false],
  ['NumberNotIn', 'data.count', [5], false],
  ['NumberNotIn', 'data.count', [6], true],
  ['NumberNotIn', 'data.missing', [6], true],
  ['NumberLessThan', 'data.count', 6, true],
  ['NumberLessThan', 'data.count', 5, false],
  ['NumberLessThanOrEquals', 'data.count', 5, true],
  ['NumberGreaterThan', 'Data.Count', 4.5, true],
  ['NumberGreaterThan', 'data.count', 5, false],
  ['NumberGreaterThanOrEquals', 'data.count', 5, true],
  ['NumberGreaterThan', 'data.missing', 5, false],
  [
    'NumberInRange',
    'data.big',
    [
      [3.14, 999.95],
      [3000, 4000],
    ],
    true,
  ],
  ['NumberInRange', 'data.count', [[6, 7]], false],
  ['NumberNotInRange', 'data.big', [[3000, 4000]], false],
  ['NumberNotInRange', 'data.count', [[6, 7]], true],
  ['BoolEquals', 'data.flag', true, true],
  ['BoolEquals', 'data.flag', false, false],
  ['BoolEquals', 'data.name', true, false],
  ['StringContains', 'data.name', ['microsoft', 'DATA'], true],
  ['StringContains', 'data.count', ['5'], false],
  ['StringNotContains', 'data.name', ['contoso', 'fabrikam'], true],
  ['StringNotContains', 'data.name', ['contoso', 'azure'], false],
  ['StringNotContains', 'data.missing', ['azure'], true],
  ['StringBeginsWith', 'subject', ['/orders'], true],
  ['StringBeginsWith', 'data.missing', ['/orders'], false],
  ['StringNotBeginsWith', 'Subject', ['/orders'], false],
  ['StringNotBeginsWith', 'Subject', ['/invoices'], true],
  ['StringEndsWith', 'eventType', ['.placed'], true],
  ['StringNotEndsWith', 'eventType', ['.placed'], false],
  ['StringIn', 'data.inner.action', ['started'], true],
  ['StringIn', 'Topic', ['/topics/orders'], true],
  ['StringNotIn', 'data.inner.action', ['stopped'], true],
  ['NumberIn', 'data.inner.deeper.code', [7], true],
  ['IsNullOrUndefined', 'data.nothing', undefined, true],
  ['IsNullOrUndefined', 'data.missing.more', undefined, true],
  ['IsNullOrUndefined', 'data.count', undefined, false],
  ['IsNotNull', 'data.count', undefined, true],
  ['IsNotNull', 'data.nothing', undefined, false],
  ['stringcontains', 'data.name', ['azure'], true],
]

for (const [operator, key, value, expected] of cases) {
  const words = `${operator} of ${key} with ${JSON.stringify(value) ?? 'nothing'}`
  test(`an event ${expected ? 'passes' : 'does not pass'} ${words}`, () => {
    const filter =
      value === undefined ? ([operator, key] as const) : ([operator, key, value] as const)
    assert.equal(passesAdvanced(filter), expected)
  })
}

test('a list is looked into only where the subscription asks for it', () => {
  assert.ok(!passesAdvanced(['StringIn', 'data.tags', ['urgent']]))
  assert.ok(passesAdvanced(['StringIn', 'data.tags', ['billing']], { onArrays: true }))
  assert.ok(!passesAdvanced(['StringNotIn', 'data.tags', ['billing']], { onArrays: true }))
  assert.ok(passesAdvanced(['StringNotIn', 'data.tags', ['other']], { onArrays: true }))
  assert.ok(passesAdvanced(['NumberGreaterThan', 'data.counts', 10], { onArrays: true }))
  assert.ok(!passesAdvanced(['NumberNotInRange', 'data.counts', [[15, 25]]], { onArrays: true }))
  assert.ok(!passesAdvanced(['StringIn', 'data.empty', ['a']], { onArrays: true }))
})

test('every filter must hold, and one value of each', () => {
  const both = (count: number): JsonObject => ({
    advancedFilters: [
      { operatorType: 'NumberIn', key: 'data.count', values: [count] },
      { operatorType: 'BoolEquals', key: 'data.flag', value: true },
    ],
  })
  assert.ok(passes(both(5)))
  assert.ok(!passes(both(6)))
})

test('filters see the attributes of a CloudEvent, and the mapped fields of a custom event', () => {
  const cloudEvent: GridEvent = {
    schema: 'CloudEventSchemaV1_0',
    body: {
      specversion: '1.0',
      type: 'com.example.some',
      source: '/mycontext',
      id: 'C1',
      subject: 'Sub',
      comexampleother: '5a',
      data: { appinfoB: 123 },
    },
  }
  const filter = (operatorType: string, key: string, values: JsonValue[]): JsonObject => ({
    advancedFilters: [{ operatorType, key, values }],
  })
  assert.ok(
    passes({ includedEventTypes: ['com.example.some'], subjectBeginsWith: 'sub' }, cloudEvent),
  )
  assert.ok(passes(filter('StringBeginsWith', 'comexampleother', ['5', '1']), cloudEvent))
  assert.ok(passes(filter('StringIn', 'source', ['/mycontext']), cloudEvent))
  assert.ok(passes(filter('NumberIn', 'data.appinfoB', [123]), cloudEvent))
  const custom: GridEvent = {
    schema: 'CustomEventSchema',
    body: { kind: 'Created', place: 'x' },
    mapped: { id: '1', subject: 'Default', eventType: 'Created' },
  }
  assert.ok(passes({ includedEventTypes: ['created'], subjectEndsWith: 'default' }, custom))
  assert.ok(passes(filter('StringIn', 'data.place', ['X']), custom))
})

/** A filter that cannot be, and what is said of it. */
const refusals: readonly (readonly [JsonObject, RegExp])[] = [
  [
    { advancedFilters: [{ operatorType: 'StringLike', key: 'a', values: ['b'] }] },
    /operator 'StringLike'/,
  ],
  [{ advancedFilters: [{ operatorType: 'StringIn', key: 'a' }] }, /advancedFilters\[0\]\.values/],
  [
    { advancedFilters: [{ operatorType: 'StringIn', key: 'a', values: [1] }] },
    /texts of at most 512/,
  ],
  [{ advancedFilters: [{ operatorType: 'StringIn', key: 'a', values: ['x'.repeat(513)] }] }, /512/],
  [{ advancedFilters: [{ operatorType: 'NumberIn', key: 'a', values: ['1'] }] }, /numbers/],
  [{ advancedFilters: [{ operatorType: 'NumberLessThan', key: 'a', values: [1] }] }, /numbers/],
  [{ advancedFilters: [{ operatorType: 'NumberInRange', key: 'a', values: [[2, 1]] }] }, /ranges/],
  [{ advancedFilters: [{ operatorType: 'BoolEquals', key: 'a', value: 'true' }] }, /true or false/],
  [
    { advancedFilters: [{ operatorType: 'StringIn', key: 'a..b', values: ['x'] }] },
    /names joined by dots/,
  ],
  [{ advancedFilters: [{ operatorType: 'StringIn', values: ['x'] }] }, /advancedFilters\[0\]\.key/],
  [{ subjectContains: 'x' }, /properties\.filter\.subjectContains/],
  [
    {
      advancedFilters: Array.from({ length: 26 }, () => ({ operatorType: 'IsNotNull', key: 'a' })),
    },
    /maximum of 25/,
  ],
  [
    {
      advancedFilters: [
        { operatorType: 'NumberIn', key: 'a', values: Array.from({ length: 26 }, (_, at) => at) },
      ],
    },
    /filter values across all advanced filters exceeds the allowed maximum of 25/,
  ],
]

for (const [filter, message] of refusals) {
  test(`a filter is refused: ${message.source}`, () => {
    assert.throws(() => passes(filter), { code: 'InvalidRequest', message })
  })
}
