import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { signingKeyAheadMs, signingKeyLifeMs, signingKeyOverlapMs } from './limits.ts'
import { SigningKeys } from './signing-keys.ts'

async function started(t: TestContext): Promise<{ keys: SigningKeys; clock: ManualClock }> {
  const clock = new ManualClock()
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const keys = new SigningKeys({ store, clock })
  await keys.start()
  t.after(async () => {
    await keys.stop()
    await store.close()
  })
  const again = new SigningKeys({ store, clock })
  await again.start()
  await again.stop()
  assert.equal(again.current().kid, keys.current().kid, 'a second start uses the same key')
  return { keys, clock }
}

test('a successor is published before it signs, and the old key for a while after', async (t) => {
  const { keys, clock } = await started(t)
  const first = keys.current().kid
  await clock.advance(signingKeyLifeMs - signingKeyAheadMs)
  await keys.check()
  assert.equal(keys.published().length, 2)
  assert.equal(keys.current().kid, first)
  await clock.advance(signingKeyAheadMs)
  const second = keys.current().kid
  assert.notEqual(second, first)
  await keys.check()
  assert.deepEqual(
    keys.published().map(({ kid }) => kid),
    [first, second],
  )
  await clock.advance(signingKeyOverlapMs)
  await keys.check()
  assert.deepEqual(
    keys.published().map(({ kid }) => kid),
    [second],
  )
})

test('a rotation by hand takes effect at once and is another key set', async (t) => {
  const { keys } = await started(t)
  const [first, before] = [keys.current().kid, keys.keySet()]
  await keys.rotate()
  assert.notEqual(keys.current().kid, first)
  assert.notEqual(keys.keySet(), before)
  assert.equal(keys.keySet().keys.length, 2)
})
