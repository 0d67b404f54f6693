import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExactJson, plainText, plainValue, writeExactJson } from './exact-numbers.ts'

test('numbers are written as they were read', () => {
  const text =
    '{"big":12345678901234567890,"price":10.50,"one":1.0,"tiny":1e-7,"minus":-0,"list":[1,2.50],"text":"9.0 12345678901234567890"}'
  assert.equal(writeExactJson(parseExactJson(text) ?? null), text)
})

test('texts and names that look like what is kept inside stay what they are', () => {
  const text = String.raw`{"\u0000#1.0":"a","b":"\\u0000#1.0","c":"\"\\u0000#1\"","d":1.0}`
  const written = writeExactJson(parseExactJson(text) ?? null)
  assert.equal(written, text)
  assert.deepEqual(JSON.parse(written), JSON.parse(text))
})

test('a number that is kept as text compares as a number and reads as it was written', () => {
  const parsed = parseExactJson('[5.0, 7, "x", true, null]')
  assert.ok(Array.isArray(parsed))
  assert.deepEqual(plainValue(parsed), [5, 7, 'x', true, null])
  assert.deepEqual(parsed.map(plainText), ['5.0', '7', 'x', 'true', undefined])
})

test('what is no JSON gives nothing', () => {
  for (const text of ['', '{', '[01]', '[1.]', 'nul']) assert.equal(parseExactJson(text), undefined)
})
