import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { leaseWaitMs } from './limits.ts'
import { LeaseRefused, NamedValueLeases } from './named-value-lease.ts'

test('a lease is given in the order it was asked for', async () => {
  const leases = new NamedValueLeases(new ManualClock())
  const order: number[] = []
  const first = await leases.acquire(['credit'])
  const waiting = [1, 2].map(async (number) => {
    const release = await leases.acquire(['credit'])
    order.push(number)
    release()
  })
  first()
  await Promise.all(waiting)
  assert.deepEqual(order, [1, 2])
})

test('a call that waits too long for a lease is refused', async () => {
  const clock = new ManualClock()
  const leases = new NamedValueLeases(clock)
  const release = await leases.acquire(['credit'])
  const waiting = assert.rejects(leases.acquire(['credit']), LeaseRefused)
  await clock.advance(leaseWaitMs)
  await waiting
  release()
  const again = await leases.acquire(['credit'])
  again()
})

test('two calls that want the same two leases do not wait for each other', async () => {
  const leases = new NamedValueLeases(new ManualClock())
  const take = async (names: string[]) => {
    const release = await leases.acquire(names)
    await Promise.resolve()
    release()
  }
  await Promise.all([take(['a', 'b']), take(['b', 'a']), take(['a', 'b'])])
})
