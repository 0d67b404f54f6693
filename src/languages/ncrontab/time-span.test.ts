import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimeSpan, parseTimeSpan } from './time-span.ts'

const spans: [text: string, expected: number | undefined][] = [
  ['00:05:00', 300_000],
  ['05:30', 19_800_000],
  ['23:59:59.5', 86_399_500],
  ['00:00:00.80', 800],
  ['1.00:00:00', 86_400_000],
  ['24:00:00', 24 * 86_400_000],
  ['25:00:00:00', 25 * 86_400_000],
  ['7', 7 * 86_400_000],
  ['-00:00:01', -1000],
  [' 00:01:00 ', 60_000],
  ['00:60:00', undefined],
  ['00:00:60', undefined],
  ['1:2:3:4:5', undefined],
  ['5.5', undefined],
  ['', undefined],
  ['5 minutes', undefined],
]

for (const [text, expected] of spans) {
  test(`the time span '${text}' is ${expected === undefined ? 'refused' : `${expected} ms`}`, () => {
    assert.equal(parseTimeSpan(text), expected)
  })
}

test('a time span is written as .NET writes it', () => {
  assert.equal(formatTimeSpan(300_000), '00:05:00')
  assert.equal(formatTimeSpan(86_400_000 + 800), '1.00:00:00.8000000')
  assert.equal(formatTimeSpan(-1000), '-00:00:01')
})
