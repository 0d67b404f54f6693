import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import {
  append,
  bodies,
  browse,
  checkCounts,
  claim,
  claimOne,
  leaseLost,
  leaseMs,
  queue,
  rules,
  settle,
} from './message-steps.ts'
import { storeEngines } from './store-engines.ts'

for (const engine of storeEngines) {
  describe(`times of messages, ${engine.name}`, () => {
    test('a lease that ran out makes its message ready again and its token worthless', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      const first = await claimOne(store, clock.now() + leaseMs)
      await clock.advance(leaseMs)
      await assert.rejects(store.write([settle(first, { kind: 'remove' })]), leaseLost)
      const second = await claimOne(store, clock.now() + leaseMs)
      assert.equal(second.attempts, 2)
      await assert.rejects(store.write([settle(first, { kind: 'release' })]), leaseLost)
      await store.write([settle(second, { kind: 'remove' })])
      await checkCounts(store)
    })

    test('a renewed lease lasts until its new end', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      const { sequence, token } = await claimOne(store, clock.now() + leaseMs)
      const renew = (untilMs: number) =>
        store.write([{ kind: 'message.renew', queue, sequence, token, untilMs }])
      await clock.advance(leaseMs - 1)
      await renew(clock.now() + leaseMs)
      await clock.advance(leaseMs - 1)
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs)])
      assert.deepEqual(messages, [])
      await clock.advance(1)
      await assert.rejects(renew(clock.now() + leaseMs), leaseLost)
    })

    test('a message whose last lease runs out is moved by the next sweep', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      for (const attempt of [1, 2]) {
        const { attempts } = await claimOne(store, clock.now() + leaseMs)
        assert.equal(attempts, attempt)
        await clock.advance(leaseMs)
      }
      await store.write([{ kind: 'queue.sweep', queue, rules }])
      assert.deepEqual(bodies(await browse(store, 'dead')), ['a'])
      assert.equal(await store.nextDue(queue), undefined)
    })

    test('a message claimed more often than new rules allow is moved by the next claim', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a'), append('b')])
      for (let times = 0; times < 3; times += 1) {
        const message = await claimOne(store, clock.now() + leaseMs)
        await store.write([settle(message, { kind: 'release' })])
      }
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs, { count: 1, rules })])
      assert.deepEqual(bodies(messages), ['b'])
      assert.deepEqual(bodies(await browse(store, 'dead')), ['a'])
      await checkCounts(store)
    })

    test('an expired message is never given, and moved or removed by the rules', async (t) => {
      const { store, clock } = await engine.open(t)
      const expiresAtMs = clock.now() + 50
      await store.write([append('a', { expiresAtMs }), append('b'), append('c', { expiresAtMs })])
      assert.equal(await store.nextDue(queue), expiresAtMs)
      await clock.advance(50)
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs, { rules })])
      assert.deepEqual(bodies(messages), ['b'])
      const dead = await browse(store, 'dead')
      assert.deepEqual(bodies(dead), ['a', 'c'])
      assert.deepEqual(
        dead.map(({ note, expiresAtMs: expiry }) => [note, expiry]),
        [
          ['{"why":"expiry"}', undefined],
          ['{"why":"expiry"}', undefined],
        ],
      )
      await store.write([append('d', { expiresAtMs: clock.now() + 1 })])
      await clock.advance(1)
      await store.write([{ kind: 'queue.sweep', queue, rules: {} }])
      await checkCounts(store)
      assert.deepEqual(bodies(await browse(store)), ['b'])
    })

    test('a message that expires under its lease can be settled, but not released', async (t) => {
      const { store, clock } = await engine.open(t)
      const expiresAtMs = clock.now() + 50
      await store.write([append('a', { expiresAtMs }), append('b', { expiresAtMs })])
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs)])
      const [a, b] = messages
      assert.ok(a && b)
      await clock.advance(100)
      await store.write([settle(a, { kind: 'remove' }), settle(b, { kind: 'release' }, rules)])
      assert.deepEqual(bodies(await browse(store, 'dead')), ['b'])
      assert.deepEqual(await browse(store), [])
    })

    test('a scheduled message becomes ready at the tail with a new sequence number', async (t) => {
      const { store, clock } = await engine.open(t)
      const visibleAtMs = clock.now() + 100
      const [scheduled] = await store.write([append('later', { visibleAtMs }), append('now')])
      assert.equal(scheduled.sequence, 1)
      assert.equal((await store.getMessage(queue, 1))?.visibleAtMs, visibleAtMs)
      assert.equal(await store.nextDue(queue), visibleAtMs)
      const [early] = await store.write([claim(clock.now() + leaseMs)])
      assert.deepEqual(bodies(early.messages), ['now'])
      await clock.advance(100)
      const [due] = await store.write([claim(clock.now() + leaseMs)])
      const [message] = due.messages
      assert.equal(message?.body, 'later')
      assert.equal(message.sequence, 3)
      assert.equal(message.originalSequence, 1)
      assert.equal(message.enqueuedMs, visibleAtMs)
      assert.equal(message.visibleAtMs, undefined)
      await checkCounts(store)
    })

    test('a scheduled message is cancelled by its number, once', async (t) => {
      const { store, clock } = await engine.open(t)
      const visibleAtMs = clock.now() + 100
      await store.write([append('a', { visibleAtMs }), append('b')])
      const cancel = (sequence: number) =>
        store.write([{ kind: 'message.cancel', queue, sequence }])
      await cancel(1)
      for (const sequence of [1, 2, 9])
        await assert.rejects(cancel(sequence), { expectation: 'present' })
      await clock.advance(200)
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs)])
      assert.deepEqual(bodies(messages), ['b'])
      await checkCounts(store)
    })

    test('a message released for later waits as a scheduled one', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      const message = await claimOne(store, clock.now() + leaseMs)
      const visibleAtMs = clock.now() + 300
      await store.write([settle(message, { kind: 'release', visibleAtMs })])
      assert.equal((await store.countMessages(queue)).scheduled, 1)
      await clock.advance(300)
      const again = await claimOne(store, clock.now() + leaseMs)
      assert.equal(again.attempts, 2)
      assert.equal(again.originalSequence, 1)
    })

    test('a parked message is given only by its number, and goes back to parked', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      const first = await claimOne(store, clock.now() + leaseMs)
      await store.write([settle(first, { kind: 'park', properties: '{"why":1}' })])
      const [none] = await store.write([claim(clock.now() + leaseMs)])
      assert.deepEqual(none.messages, [])
      const take = async () => {
        const untilMs = clock.now() + leaseMs
        const operation = { kind: 'message.claimParked', queue, sequence: 1, untilMs } as const
        const [{ messages }] = await store.write([operation])
        return messages[0]
      }
      const second = await take()
      assert.equal(second?.properties, '{"why":1}')
      assert.equal(await take(), undefined)
      await store.write([settle(second, { kind: 'release' })])
      assert.equal((await store.getMessage(queue, 1))?.state, 'parked')
      const third = await take()
      assert.equal(third?.attempts, 3)
      await clock.advance(leaseMs)
      const fourth = await take()
      assert.ok(fourth)
      await checkCounts(store)
      await store.write([settle(fourth, { kind: 'remove' })])
      await checkCounts(store)
    })

    test('a repeated key adds nothing until its time is over', async (t) => {
      const { store, clock } = await engine.open(t)
      const once = () => append('a', { dedupe: { key: 'k', untilMs: clock.now() + 100 } })
      const [first] = await store.write([once()])
      const [second] = await store.write([once()])
      assert.deepEqual([first.duplicate, second.duplicate], [false, true])
      assert.equal(second.sequence, first.sequence)
      const [other] = await store.write([append('b', { ...once(), queue: 'other' })])
      assert.equal(other.duplicate, false)
      await clock.advance(5_000)
      const [third] = await store.write([once()])
      assert.equal(third.duplicate, false)
      assert.equal((await browse(store)).length, 2)
    })
  })
}
