import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import type { ChangeFeedLease } from './change-feed-lease.ts'
import { leasesToTake } from './lease-balance.ts'

const nowMs = 1_000_000
const me = { hostName: 'me', nowMs, leaseExpirationIntervalMs: 60_000 }

function leases(...owners: (string | undefined)[]): ChangeFeedLease[] {
  return owners.map((owner, index) => {
    const isExpired = owner?.endsWith('!') === true
    const ends = { min: '', max: 'FF', slots: { from: 0, to: 65_536 } }
    return {
      id: String(index),
      token: String(index),
      range: { id: String(index), ...ends },
      ...(owner === undefined ? {} : { owner: owner.replace('!', '') }),
      timestampMs: isExpired ? nowMs - 60_001 : nowMs - 60_000,
      etag: '""',
      properties: {},
    }
  })
}

function taken(...owners: (string | undefined)[]): string[] {
  return leasesToTake(leases(...owners), me).map(({ token }) => token)
}

test('a lonely host takes every free lease', () => {
  assert.deepEqual(taken(undefined, undefined, undefined), ['0', '1', '2'])
  assert.deepEqual(taken(), [])
})

test('a host takes its share of free and expired leases', () => {
  assert.deepEqual(taken('a', 'a', undefined, 'dead!'), ['2', '3'])
  assert.deepEqual(taken('a', 'b', undefined, 'me'), ['2'])
  assert.deepEqual(taken('a', undefined, 'me', 'me'), [])
})

test('a host without a share steals one lease at a time from the richest', () => {
  assert.deepEqual(taken('a', 'a', 'b', 'a', 'a', 'b'), ['0'])
  assert.deepEqual(taken('a', 'b'), [])
})

test('leases do not wander when the shares cannot be equal', () => {
  assert.deepEqual(taken('a', 'a', 'me'), [])
  assert.deepEqual(taken('a', 'me', 'b'), [])
  assert.deepEqual(taken('a', 'a', 'a', 'me', 'me'), [])
})
