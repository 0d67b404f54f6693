import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { restartDelaysMs, restartResetMs } from './limits.ts'
import { RestartPolicy } from './restart-policy.ts'

test('a child that keeps ending waits longer each time, up to the last delay', () => {
  const policy = new RestartPolicy(new ManualClock())
  const delays = [...restartDelaysMs, restartDelaysMs.at(-1)].map(() => {
    policy.started()
    return policy.nextDelayMs()
  })
  assert.deepEqual(delays, [...restartDelaysMs, restartDelaysMs.at(-1)])
})

test('a child that lived for a while starts again at the first delay', async () => {
  const clock = new ManualClock()
  const policy = new RestartPolicy(clock)
  policy.started()
  policy.nextDelayMs()
  policy.started()
  await clock.advance(restartResetMs)
  assert.equal(policy.nextDelayMs(), restartDelaysMs[0])
})
