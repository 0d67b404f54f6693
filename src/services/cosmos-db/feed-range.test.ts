import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { grownFeedRanges, newFeedRanges, slotsBetween } from './feed-range.ts'

test('a container has one range for each 10,000 request units', () => {
  assert.equal(newFeedRanges(0).length, 1)
  assert.equal(newFeedRanges(400).length, 1)
  assert.equal(newFeedRanges(10_000).length, 1)
  assert.equal(newFeedRanges(10_100).length, 2)
  assert.equal(newFeedRanges(100_000).length, 10)
})

test('ranges cover every slot once', () => {
  for (const units of [400, 20_000, 30_000, 70_000]) {
    let next = 0
    for (const { slots } of newFeedRanges(units)) {
      assert.equal(slots.from, next)
      next = slots.to
    }
    assert.equal(next, 65_536)
  }
})

test('the ends of a range are effective partition keys as Azure writes them', () => {
  const [first, second] = newFeedRanges(20_000)
  assert.deepEqual([first?.min, first?.max], ['', '20000000000000000000000000000000'])
  assert.deepEqual([second?.min, second?.max], ['20000000000000000000000000000000', 'FF'])
})

test('the slots of a range can be told from its ends', () => {
  for (const range of newFeedRanges(70_000)) assert.deepEqual(slotsBetween(range), range.slots)
})

test('a split gives new ranges inside the old ones, and nothing is ever merged', () => {
  const before = newFeedRanges(20_000)
  const after = grownFeedRanges(before, 50_000)
  assert.deepEqual(
    after.map(({ id, parents }) => [id, ...parents]),
    [
      ['2', '0'],
      ['3', '0'],
      ['4', '0'],
      ['5', '1'],
      ['6', '1'],
      ['7', '1'],
    ],
  )
  assert.equal(grownFeedRanges(after, 400), after)
})
