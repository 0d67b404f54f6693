import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineAndPosition, placesIn } from './json-places.ts'

/** What stands before a place, up to it. */
function before(text: string, offset: number | undefined): string {
  return text.slice(0, offset ?? 0)
}

test('the places of values are behind them, behind their opening bracket and behind their name', () => {
  const text = '{ "a" : [ 1, {"b/c":null} ], "d":"x\\"]y" }'
  const places = placesIn(text)
  assert.equal(before(text, places.get('/a/0')?.end), '{ "a" : [ 1')
  assert.equal(before(text, places.get('/a/1/b~1c')?.end), '{ "a" : [ 1, {"b/c":null')
  assert.equal(before(text, places.get('/a')?.start), '{ "a" : [')
  assert.equal(before(text, places.get('/a')?.name), '{ "a" :')
  assert.equal(before(text, places.get('/d')?.end), '{ "a" : [ 1, {"b/c":null} ], "d":"x\\"]y"')
  assert.equal(before(text, places.get('')?.end), text)
  assert.equal(places.size, 6)
})

test('a value alone is the whole', () => {
  assert.deepEqual(placesIn(' "a" ').get(''), { start: 4, end: 4, name: undefined })
})

test('lines count from 1, positions from the last line break', () => {
  assert.deepEqual(lineAndPosition('{\n  "a"', 7), { line: 2, position: 5 })
  assert.deepEqual(lineAndPosition('{}', 2), { line: 1, position: 2 })
})
