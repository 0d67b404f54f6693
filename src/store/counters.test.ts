import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { openSqliteStore } from './sqlite/open-store.ts'
import { newFolder, storeEngines } from './store-engines.ts'

const counter = { collection: 'quotas', key: 'a' } as const
const limit = { name: 'ExpectationFailed', expectation: 'limit' }

for (const engine of storeEngines) {
  describe(`counters, ${engine.name}`, () => {
    test('a counter begins at 0 and gives its value after each step', async (t) => {
      const { store } = await engine.open(t)
      const [one] = await store.write([{ kind: 'counter.add', ...counter, by: 2 }])
      const [two] = await store.write([{ kind: 'counter.add', ...counter, by: 3 }])
      assert.deepEqual([one.value, two.value], [2, 5])
      assert.deepEqual(await store.getCounter(counter), { ...counter, value: 5 })
    })

    test('of many steps at once as many succeed as the limit has room for', async (t) => {
      const { store } = await engine.open(t)
      const steps = Array.from({ length: 40 }, () =>
        store.write([{ kind: 'counter.add', ...counter, by: 1, max: 25 }]),
      )
      const settled = await Promise.allSettled(steps)
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 25)
      assert.equal((await store.getCounter(counter))?.value, 25)
      await assert.rejects(
        store.write([{ kind: 'counter.add', ...counter, by: 1, max: 25 }]),
        limit,
      )
    })

    test('a batch whose step is over the limit changes nothing', async (t) => {
      const { store } = await engine.open(t)
      const batch = [
        { kind: 'counter.add', collection: 'quotas', key: 'b', by: 1 },
        { kind: 'counter.add', ...counter, by: 2, max: 1 },
      ] as const
      await assert.rejects(store.write(batch), { ...limit, index: 1 })
      assert.equal(await store.getCounter({ collection: 'quotas', key: 'b' }), undefined)
    })

    test('an expired counter begins again; one that counts keeps its end', async (t) => {
      const { store, clock } = await engine.open(t)
      const expiresAtMs = clock.now() + 1_000
      const step = { kind: 'counter.add', ...counter, by: 1 } as const
      await store.write([{ ...step, expiresAtMs }])
      await store.write([{ ...step, expiresAtMs: expiresAtMs + 5_000 }])
      assert.equal((await store.getCounter(counter))?.expiresAtMs, expiresAtMs)
      await clock.advance(1_000)
      assert.equal(await store.getCounter(counter), undefined)
      const [again] = await store.write([{ ...step, expiresAtMs: expiresAtMs + 5_000 }])
      assert.equal(again.value, 1)
    })

    test('counters are set, listed by the beginning of their keys, and dropped', async (t) => {
      const { store } = await engine.open(t)
      const set = (key: string, value: number) =>
        ({ kind: 'counter.set', collection: 'quotas', key, value }) as const
      await store.write([set('ä 2', 20), set('ä 1', 10), set('b 1', 30)])
      const list = { collection: 'quotas', prefix: 'ä ', limit: 10 }
      const found = await store.listCounters(list)
      assert.deepEqual(
        found.map(({ key, value }) => [key, value]),
        [
          ['ä 1', 10],
          ['ä 2', 20],
        ],
      )
      await store.write([{ kind: 'counter.drop', collection: 'quotas' }])
      assert.deepEqual(await store.listCounters({ ...list, prefix: '' }), [])
    })
  })
}

test('counters survive closing and opening the store', async (t) => {
  const path = join(newFolder(t), 'store.db')
  const clock = new ManualClock()
  const first = await openSqliteStore({ path, clock })
  await first.write([{ kind: 'counter.add', ...counter, by: 7 }])
  await first.close()
  const second = await openSqliteStore({ path, clock })
  t.after(() => second.close())
  assert.equal((await second.getCounter(counter))?.value, 7)
})
