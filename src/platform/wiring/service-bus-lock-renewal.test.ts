import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { LockRenewal } from './service-bus-lock-renewal.ts'

const lockMs = 10_000

function renewing(maxMs: number, renew?: () => Promise<number>) {
  const clock = new ManualClock(0)
  const renewedAt: number[] = []
  const renewal = new LockRenewal({
    clock,
    lockedUntilMs: lockMs,
    maxMs,
    renew:
      renew ??
      (async () => {
        renewedAt.push(clock.now())
        return clock.now() + lockMs
      }),
  })
  return { clock, renewedAt, renewal }
}

test('a lock is renewed at half of its time, until the longest time it may be kept', async () => {
  const { clock, renewedAt } = renewing(22_000)
  await clock.advance(60_000)
  assert.deepEqual(renewedAt, [5_000, 10_000, 15_000, 20_000])
})

test('a lock is not renewed any more when the work has ended', async () => {
  const { clock, renewedAt, renewal } = renewing(60_000)
  await clock.advance(6_000)
  renewal.stop()
  await clock.advance(60_000)
  assert.deepEqual(renewedAt, [5_000])
})

test('a renewal that fails is the last one', async () => {
  let attempts = 0
  const { clock } = renewing(60_000, () => {
    attempts++
    return Promise.reject(new Error('lost'))
  })
  await clock.advance(60_000)
  assert.equal(attempts, 1)
})
