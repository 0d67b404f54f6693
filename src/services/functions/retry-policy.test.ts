import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonValue } from '../../base/json.ts'
import { parseRetryPolicy, retryDelayMs } from './retry-policy.ts'

function parse(value: JsonValue) {
  return parseRetryPolicy(value, (message) => new Error(message))
}

test('a fixed delay is waited before each retry until the retries are used up', () => {
  const policy = parse({
    strategy: 'fixedDelay',
    retryStrategy: 'fixedDelay',
    maxRetryCount: 2,
    delayInterval: { seconds: 5 },
  })
  assert.deepEqual(
    [0, 1, 2].map((count) => retryDelayMs(policy, count)),
    [5000, 5000, undefined],
  )
})

test('an exponential backoff grows from the minimum to the maximum', () => {
  const policy = parse({
    retryStrategy: 'exponentialBackoff',
    maxRetryCount: 5,
    minimumInterval: { seconds: 2 },
    maximumInterval: { seconds: 20 },
  })
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((count) => retryDelayMs(policy, count, () => 0.5)),
    [2000, 4000, 6000, 10_000, 18_000, undefined],
  )
  assert.equal(
    retryDelayMs(policy, 4, () => 1),
    20_000,
  )
  const jittered = retryDelayMs(policy, 1) ?? 0
  assert.ok(jittered >= 3600 && jittered <= 4400)
})

test('a maxRetryCount of -1 retries for ever', () => {
  const policy = parse({ strategy: 'fixedDelay', maxRetryCount: -1, delayInterval: '00:00:10' })
  assert.equal(retryDelayMs(policy, 1_000_000), 10_000)
})

const faults: [value: JsonValue, message: string][] = [
  ['often', 'expected an object for the retry policy'],
  [
    { strategy: 'linear', maxRetryCount: 1 },
    'expected fixedDelay or exponentialBackoff as the strategy of the retry policy, found "linear"',
  ],
  [
    { strategy: 'fixedDelay', maxRetryCount: -2 },
    'expected a whole number, or -1 for ever, as the maxRetryCount of the retry policy, found -2',
  ],
  [
    { strategy: 'fixedDelay', maxRetryCount: 1 },
    'expected a duration as the delayInterval of the retry policy, found null',
  ],
  [
    { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: 'soon' },
    'expected a duration as the delayInterval of the retry policy, found "soon"',
  ],
  [
    {
      strategy: 'exponentialBackoff',
      maxRetryCount: 1,
      minimumInterval: '00:01:00',
      maximumInterval: '00:00:01',
    },
    'expected a maximumInterval that is not less than the minimumInterval',
  ],
]

for (const [value, message] of faults) {
  test(`a malformed retry policy is refused: ${message}`, () => {
    assert.throws(() => parse(value), { message })
  })
}
