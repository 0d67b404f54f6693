import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NewestMap } from './newest-map.ts'

test('the newest half is held and the oldest is forgotten', () => {
  const map = new NewestMap<number>(10)
  for (let index = 0; index < 100; index += 1) map.set(String(index), index)
  for (let index = 95; index < 100; index += 1) assert.equal(map.get(String(index)), index)
  const held = Array.from({ length: 100 }, (_, index) => map.get(String(index)))
  assert.ok(held.filter((value) => value !== undefined).length <= 10)
})

test('what was taken is forgotten', () => {
  const map = new NewestMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.take('a'), 1)
  assert.deepEqual([map.take('a'), map.get('a'), map.get('b')], [undefined, undefined, 2])
})
