import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectivePartitionKey } from './effective-partition-key.ts'
import { murmurHash128 } from './murmur-hash.ts'

// The same keys through `hashPartitionKey` of @azure/cosmos 4.9.3.
const places: readonly [readonly (string | number | boolean | null | undefined)[], string][] = [
  [['redmond'], '22E342F38A486A088463DFF7838A5963'],
  [
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    ],
    '3F35F33CA8F8DA98DB46E18CDC66A245',
  ],
  [['ü ß'], '0296639181AF4CE3DAAFCAAF311D2D79'],
  [[5.12345], '386AA59DBED2F6C4B6F4C1DCCB116E2A'],
  [[0], '155B95BEDAC4B1E9EC1CDC9BB0DDDE58'],
  [[-17], '186AF6FB378C7207A57BFFE5EE39CD15'],
  [[true], '0E711127C5B5A8E4726AC6DD306A3E59'],
  [[false], '2FE1BE91E90A3439635E0E9E37361EF2'],
  [[null], '378867E4430E67857ACE5C908374FE16'],
  [[undefined], '11622DAA78F835834610ABE56EFF5CB5'],
]

for (const [components, expected] of places) {
  test(`the place of ${JSON.stringify(components)} is Azure's`, () => {
    assert.equal(effectivePartitionKey(components, { kind: 'Hash' }), expected)
  })
}

test('each level of a hierarchical key has its own place', () => {
  const whole = effectivePartitionKey(['a', 1], { kind: 'MultiHash' })
  const prefix = effectivePartitionKey(['a'], { kind: 'MultiHash' })
  assert.equal(whole, prefix + effectivePartitionKey([1], { kind: 'MultiHash' }))
})

test('the hash of nothing is zero, and every length has its own', () => {
  assert.equal(murmurHash128(Buffer.alloc(0)).toString('hex'), '0'.repeat(32))
  const hashes = Array.from({ length: 40 }, (_, length) =>
    murmurHash128(Buffer.alloc(length, 1)).toString('hex'),
  )
  assert.equal(new Set(hashes).size, 40)
})
