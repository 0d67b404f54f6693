import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatIsoDuration, parseIsoDuration } from './iso-duration.ts'

test('a duration of minutes, of days and of all parts is read in milliseconds', () => {
  assert.equal(parseIsoDuration('PT5M'), 300_000)
  assert.equal(parseIsoDuration('P14D'), 14 * 86_400_000)
  assert.equal(parseIsoDuration('P1DT2H3M4.5S'), 86_400_000 + 7_384_500)
  assert.equal(parseIsoDuration('P1W'), 7 * 86_400_000)
  assert.equal(parseIsoDuration('-PT1S'), -1000)
})

test('the longest time span of .NET is read', () => {
  assert.equal(parseIsoDuration('P10675199DT2H48M5.4775807S'), 922_337_203_685_477.6)
})

test('text that is no duration gives undefined', () => {
  for (const text of ['', 'P', 'PT', 'P1DT', '5M', 'PT5', '00:05:00', 'PT-5M', 'pt5m']) {
    assert.equal(parseIsoDuration(text), undefined, text)
  }
})

test('a duration is written in its largest units', () => {
  assert.equal(formatIsoDuration(0), 'PT0S')
  assert.equal(formatIsoDuration(60_000), 'PT1M')
  assert.equal(formatIsoDuration(14 * 86_400_000), 'P14D')
  assert.equal(formatIsoDuration(86_400_000 + 3_661_500), 'P1DT1H1M1.5S')
})
