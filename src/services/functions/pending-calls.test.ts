import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PendingCalls } from './pending-calls.ts'

test('each call is found by its number until it is taken', () => {
  const calls = new PendingCalls<string>()
  const numbers = Array.from({ length: 500 }, (_, index) => calls.add(`call ${index}`))
  assert.equal(new Set(numbers).size, 500)
  assert.equal(calls.get(numbers[7] ?? 0), 'call 7')
  assert.equal(calls.take(numbers[7] ?? 0), 'call 7')
  assert.deepEqual(
    [calls.get(numbers[7] ?? 0), calls.take(numbers[7] ?? 0)],
    [undefined, undefined],
  )
  assert.equal(calls.size, 499)
})

test('a call that runs long keeps its number while others come and go', () => {
  const calls = new PendingCalls<string>()
  const long = calls.add('long')
  const seen = new Set([long])
  for (let index = 0; index < 1_000; index++) {
    const number = calls.add('short')
    assert.ok(!seen.has(number))
    seen.add(number)
    assert.equal(calls.take(number), 'short')
  }
  assert.equal(calls.get(long), 'long')
})

test('all calls that are left are taken at once', () => {
  const calls = new PendingCalls<string>()
  calls.add('a')
  calls.add('b')
  assert.deepEqual(calls.takeAll().toSorted(), ['a', 'b'])
  assert.deepEqual([calls.size, calls.takeAll()], [0, []])
})
