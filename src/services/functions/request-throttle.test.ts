import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestThrottle } from './request-throttle.ts'

test('requests above the concurrent limit wait in their order', async () => {
  const throttle = new RequestThrottle()
  const limits = { maxConcurrentRequests: 1, maxOutstandingRequests: -1 }
  const started: number[] = []
  const ends: (() => void)[] = []
  const runs = [1, 2, 3].map((number) =>
    throttle.run(limits, async () => {
      started.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
    }),
  )
  for (let ended = 0; ended < 3; ended++) {
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(started, [1, 2, 3].slice(0, ended + 1))
    ends[ended]?.()
  }
  assert.deepEqual(await Promise.all(runs), [true, true, true])
})

test('requests above the outstanding limit are refused, and come in again when one has ended', async () => {
  const throttle = new RequestThrottle()
  const limits = { maxConcurrentRequests: 1, maxOutstandingRequests: 2 }
  let end: () => void = () => {}
  const first = throttle.run(limits, () => new Promise((resolve) => (end = resolve)))
  const second = throttle.run(limits, async () => {})
  assert.equal(await throttle.run(limits, async () => {}), false)
  end()
  assert.deepEqual(await Promise.all([first, second]), [true, true])
  assert.equal(await throttle.run(limits, async () => {}), true)
})

test('a request that fails gives its place back', async () => {
  const throttle = new RequestThrottle()
  const limits = { maxConcurrentRequests: 1, maxOutstandingRequests: 1 }
  const failing = throttle.run(limits, () => Promise.reject(new Error('no')))
  await assert.rejects(failing, { message: 'no' })
  assert.equal(await throttle.run(limits, async () => {}), true)
})
