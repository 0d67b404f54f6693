import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { BindingExpressionError, compileBindingExpression } from './binding-expressions.ts'

const clock = new ManualClock(Date.UTC(2026, 2, 5, 14, 7, 9, 42))
const context = { functionName: 'QueueOrders', clock }

const data: JsonObject = {
  Query: { id: '42', 'filter-by': 'x' },
  headers: { 'x-tenant': 'north' },
  name: 'order.json',
  count: 7,
  flag: true,
  nothing: null,
  order: { customer: { Name: 'Ann' }, lines: [1] },
  EnqueuedTimeUtc: '2026-01-31T05:06:07.123Z',
}

const cases: [text: string, expected: string][] = [
  ['plain', 'plain'],
  ['', ''],
  ['{name}', 'order.json'],
  ['out/{NAME}-{count}.txt', 'out/order.json-7.txt'],
  ['{Query.id}', '42'],
  ['{query.filter-by}', 'x'],
  ['{headers.X-Tenant}', 'north'],
  ['{order.customer.name}', 'Ann'],
  ['{flag}', 'True'],
  ['[{nothing}]', '[]'],
  ['[{order}]', '[]'],
  ['{{{name}}}', '{order.json}'],
  ['{sys.methodname}', 'QueueOrders'],
  ['{sys.UtcNow}', '2026-03-05T14-07-09Z'],
  ['{DateTime}', '2026-03-05T14-07-09Z'],
  ['{datetime:yyyy-MM-dd}', '2026-03-05'],
  ['{DateTime:yyyy.MM.dd/HH:mm:ss.fff}', '2026.03.05/14:07:09.042'],
  ['{DateTime:dddd d MMMM yy, h:mm tt}', 'Thursday 5 March 26, 2:07 PM'],
  ["{DateTime:ddd MMM 'week' \\y %d}", 'Thu Mar week y 5'],
  ['{DateTime:s}', '2026-03-05T14:07:09'],
  ['{DateTime:o}', '2026-03-05T14:07:09.0420000Z'],
  ['{DateTime:R}', 'Thu, 05 Mar 2026 14:07:09 GMT'],
  ['{DateTime:yyyyMMddTHHmmsszzz}', '20260305T140709+00:00'],
  ['{sys.utcnow:yyyy}', '2026'],
  ['{EnqueuedTimeUtc:yyyy-MM-dd}', '2026-01-31'],
]

for (const [text, expected] of cases) {
  test(`'${text}' is '${expected}'`, () => {
    assert.equal(compileBindingExpression(text, context)(data), expected)
  })
}

test('{rand-guid} and {sys.randguid} are new at each evaluation', () => {
  const expression = compileBindingExpression('{rand-guid}', context)
  assert.match(expression({}), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  assert.notEqual(expression({}), expression({}))
  assert.match(compileBindingExpression('{sys.randguid:N}', context)({}), /^[\da-f]{32}$/)
})

test('data of the event hides what is built in', () => {
  const datetime = compileBindingExpression('{datetime}', context)
  assert.equal(datetime({ DateTime: 'mine' }), 'mine')
  assert.equal(compileBindingExpression('{sys.x}', context)({ sys: { x: 'mine' } }), 'mine')
})

const evaluationFaults: [text: string, message: string][] = [
  ['{x}', "No value for named parameter 'x'."],
  ['{Query.none}', "Error while accessing 'none': property doesn't exist."],
  ['{name.length}', "Error while accessing 'length': property doesn't exist."],
  ['{sys.none}', "Error while accessing 'none': property doesn't exist."],
  ['{DateTime:Q}', "'Q' is not a format of a date and time."],
]

for (const [text, message] of evaluationFaults) {
  test(`'${text}' fails when it is evaluated: ${message}`, () => {
    const expression = compileBindingExpression(text, context)
    assert.throws(() => expression(data), { name: 'BindingExpressionError', message })
  })
}

const templateFaults: [text: string, message: string][] = [
  ['a{}', "Invalid template 'a{}'. The parameter name at position 2 is empty."],
  ['{a', "Invalid template '{a'. Missing closing bracket at position 1."],
  ['a}', "Invalid template 'a}'. Missing opening bracket at position 2."],
  ['{a b}', "Invalid template '{a b}'. The parameter name 'a b' is invalid."],
  ['{1a}', "Invalid template '{1a}'. The parameter name '1a' is invalid."],
  ['{a..b}', "Invalid template '{a..b}'. The parameter name 'a..b' is invalid."],
]

for (const [text, message] of templateFaults) {
  test(`'${text}' is refused when the app is loaded: ${message}`, () => {
    assert.throws(
      () => compileBindingExpression(text, context),
      (error) => error instanceof BindingExpressionError && error.message === message,
    )
  })
}

test('names of JavaScript’s own object members are not data', () => {
  assert.throws(() => compileBindingExpression('{constructor}', context)({}), {
    message: "No value for named parameter 'constructor'.",
  })
})
