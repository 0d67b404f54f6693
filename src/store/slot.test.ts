import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { slotCount, slotOf } from './slot.ts'

test('the slot of a partition never changes, since stores keep it', () => {
  assert.deepEqual(['', 'a', 'pk-1', 'Zürich'].map(slotOf), [31_755, 45_491, 52_960, 63_168])
})

test('partitions that are named alike spread over all slots', () => {
  const buckets = Array.from({ length: 16 }, () => 0)
  for (let number = 0; number < 16_000; number += 1) {
    const slot = slotOf(`order-${number}`)
    assert.ok(slot >= 0 && slot < slotCount)
    const bucket = Math.floor(slot / (slotCount / 16))
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  for (const count of buckets) assert.ok(count > 800 && count < 1_200, `${count} of about 1000`)
})
