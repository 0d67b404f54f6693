import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import type { SettleOutcome } from './messages.ts'
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
  describe(`messages, ${engine.name}`, () => {
    test('a message is claimed as it was appended', async (t) => {
      const { store, clock } = await engine.open(t)
      const nowMs = clock.now()
      const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
      const expiresAtMs = nowMs + 60_000
      const [appended] = await store.write([
        append('ä', { properties: '{"a":1}', expiresAtMs, trace }),
      ])
      assert.deepEqual(appended, { sequence: 1, duplicate: false, timestampMs: nowMs })
      const message = await claimOne(store, nowMs + leaseMs)
      const stored = {
        queue,
        sequence: 1,
        originalSequence: 1,
        state: 'leased',
        body: 'ä',
        properties: '{"a":1}',
        enqueuedMs: nowMs,
        expiresAtMs,
        attempts: 1,
        leaseUntilMs: nowMs + leaseMs,
        trace,
      }
      assert.deepEqual(message, { ...stored, token: message.token })
      assert.deepEqual(await store.getMessage(queue, 1), stored)
      await checkCounts(store)
    })

    test('bytes come back as the bytes they were, however short', async (t) => {
      const { store, clock } = await engine.open(t)
      const body = Buffer.from([0, 255, 7])
      await store.write([append(body), append(new Uint8Array(0))])
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs)])
      const read = messages.map((message) => message.body)
      assert.deepEqual(
        read.map((bytes) => typeof bytes === 'string' || [...bytes]),
        [[0, 255, 7], []],
      )
    })

    test('messages are given in the order of their sequence numbers, each to one', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write(Array.from({ length: 30 }, (_, index) => append(`${index}`)))
      const claims = Array.from({ length: 6 }, () =>
        store.write([claim(clock.now() + leaseMs, { count: 5 })]),
      )
      const given = await Promise.all(claims)
      const sequences = given.map(([{ messages }]) => messages.map(({ sequence }) => sequence))
      for (const numbers of sequences) {
        assert.deepEqual(
          numbers,
          numbers.toSorted((one, other) => one - other),
        )
      }
      assert.equal(new Set(sequences.flat()).size, 30)
      await checkCounts(store)
    })

    test('sequence numbers rise by one, also past removed messages', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a'), append('b')])
      const [{ messages }] = await store.write([claim(clock.now() + leaseMs)])
      await store.write(messages.map((message) => settle(message, { kind: 'remove' })))
      const [next] = await store.write([append('c')])
      assert.equal(next.sequence, 3)
      await checkCounts(store)
    })

    test('a removed message is gone, and its token is worth nothing', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a')])
      const message = await claimOne(store, clock.now() + leaseMs)
      await store.write([settle(message, { kind: 'remove' })])
      assert.equal(await store.getMessage(queue, 1), undefined)
      await assert.rejects(store.write([settle(message, { kind: 'remove' })]), leaseLost)
    })

    test('a released message is given again before later ones', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write(['a', 'b', 'c', 'd'].map((body) => append(body)))
      const untilMs = clock.now() + leaseMs
      const [{ messages }] = await store.write([claim(untilMs, { count: 3 })])
      const [a, b, c] = messages
      assert.ok(a && b && c)
      await store.write([settle(c, { kind: 'release' })])
      await store.write([settle(a, { kind: 'release', properties: '{"changed":true}' })])
      const [again] = await store.write([claim(untilMs)])
      assert.deepEqual(bodies(again.messages), ['a', 'c', 'd'])
      assert.equal(again.messages[0]?.properties, '{"changed":true}')
      assert.deepEqual(
        again.messages.map(({ attempts }) => attempts),
        [2, 2, 1],
      )
      await checkCounts(store)
    })

    test('a message that was claimed too often is moved with a note, in the same commit', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('first'), append('a')])
      await store.write([claim(clock.now() + leaseMs, { count: 1, remove: true })])
      const once = await claimOne(store, clock.now() + leaseMs)
      await store.write([settle(once, { kind: 'release' }, rules)])
      const twice = await claimOne(store, clock.now() + leaseMs)
      await store.write([settle(twice, { kind: 'release', properties: '{"p":1}' }, rules)])
      assert.deepEqual(await browse(store), [])
      const [dead] = await browse(store, 'dead')
      assert.deepEqual(dead, {
        queue: 'dead',
        sequence: 1,
        originalSequence: 2,
        state: 'ready',
        body: 'a',
        properties: '{"p":1}',
        note: '{"why":"attempts"}',
        enqueuedMs: clock.now(),
        attempts: 2,
      })
      await checkCounts(store)
      await checkCounts(store, 'dead')
    })

    test('a message moved by its holder goes to the tail of the other queue', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('x', { queue: 'other' }), append('a', { group: 'g' }), append('b')])
      const message = await claimOne(store, clock.now() + leaseMs)
      const move = { to: 'other', note: '{"reason":"no"}' }
      await store.write([settle(message, { kind: 'move', move, properties: '{"p":2}' })])
      const moved = (await browse(store, 'other'))[1]
      assert.equal(moved?.body, 'b')
      assert.equal(moved.sequence, 2)
      assert.equal(moved.originalSequence, 2)
      assert.equal(moved.note, '{"reason":"no"}')
      assert.equal(moved.properties, '{"p":2}')
      await checkCounts(store)
      await checkCounts(store, 'other')
    })

    test('messages can be received and deleted in one commit', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a'), append('b'), append('c')])
      const [{ messages }] = await store.write([claim(clock.now(), { count: 2, remove: true })])
      assert.deepEqual(
        messages.map(({ body, token, attempts }) => [body, token, attempts]),
        [
          ['a', '', 1],
          ['b', '', 1],
        ],
      )
      assert.deepEqual(bodies(await browse(store)), ['c'])
      await checkCounts(store)
    })

    test('what a dead owner held is ready again, and that claim is forgotten', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write(['a', 'b', 'c', 'd'].map((body) => append(body)))
      const untilMs = clock.now() + leaseMs
      for (const owner of ['one', 'two', 'three']) {
        await store.write([claim(untilMs, { count: 1, owner })])
      }
      await store.write([claim(untilMs, { count: 1 })])
      await store.write([{ kind: 'owner.release', owner: 'two' }])
      const [second] = await store.write([claim(untilMs)])
      assert.deepEqual(bodies(second.messages), ['b'])
      assert.equal(second.messages[0]?.attempts, 1)
      await store.write([{ kind: 'owner.release', owner: 'three', except: true }])
      const [others] = await store.write([claim(untilMs)])
      assert.deepEqual(bodies(others.messages), ['a'])
      await checkCounts(store)
    })

    test('messages are browsed from a number, in any state', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([
        append('a'),
        append('b', { visibleAtMs: clock.now() + 100 }),
        append('c', { group: 'g' }),
        append('d'),
      ])
      await claimOne(store, clock.now() + leaseMs)
      const states = (await browse(store)).map(({ state }) => state)
      assert.deepEqual(states, ['leased', 'scheduled', 'ready', 'ready'])
      assert.deepEqual(bodies(await store.browse({ queue, from: 2, limit: 2 })), ['b', 'c'])
      assert.deepEqual(bodies(await store.browse({ queue, from: 0, limit: 9, group: 'g' })), ['c'])
    })

    test('a batch that fails takes back its claims, appends and moves', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a'), append('b')])
      const message = await claimOne(store, clock.now() + leaseMs)
      const stale = { ...message, token: message.token.replace(/^./, 'x') }
      const attempt = store.write([
        append('c'),
        claim(clock.now() + leaseMs),
        settle(message, { kind: 'move', move: { to: 'new' } }),
        settle(stale, { kind: 'remove' }),
      ])
      await assert.rejects(attempt, { expectation: 'lease', index: 3 })
      assert.deepEqual(
        (await browse(store)).map(({ state }) => state),
        ['leased', 'ready'],
      )
      const [next, { messages }] = await store.write([append('d'), claim(clock.now() + leaseMs)])
      assert.equal(next.sequence, 3)
      assert.deepEqual(bodies(messages), ['b', 'd'])
      await store.write([settle(message, { kind: 'move', move: { to: 'new' } })])
      assert.equal((await browse(store, 'new'))[0]?.sequence, 1)
      await checkCounts(store)
      await checkCounts(store, 'new')
    })

    test('a dropped queue is empty at once and begins again at one', async (t) => {
      const { store, clock } = await engine.open(t)
      const dedupe = { key: 'k', untilMs: clock.now() + 60_000 }
      await store.write([append('a', { dedupe }), append('b', { group: 'g' })])
      const untilMs = clock.now() + leaseMs
      await store.write([{ kind: 'group.claim', queue, group: 'g', untilMs }])
      await store.write([{ kind: 'queue.drop', queue }])
      assert.deepEqual(await browse(store), [])
      assert.deepEqual(await store.listGroups(queue), [])
      await checkCounts(store)
      const [again] = await store.write([append('c', { dedupe })])
      assert.deepEqual([again.sequence, again.duplicate], [1, false])
      await clock.advance(5_000)
      assert.deepEqual(bodies(await browse(store)), ['c'])
    })

    test('of many random steps every message has one outcome, and the counts are right', async (t) => {
      const { store, clock } = await engine.open(t)
      const outcomes: SettleOutcome[] = [
        { kind: 'remove' },
        { kind: 'release' },
        { kind: 'release', visibleAtMs: clock.now() + 3_000 },
        { kind: 'move', move: { to: 'dead' } },
        { kind: 'park' },
      ]
      await store.write(Array.from({ length: 200 }, (_, index) => append(`${index}`)))
      let removed = 0
      for (let step = 0; step < 40; step += 1) {
        const [{ messages }] = await store.write([
          claim(clock.now() + leaseMs, { count: 7, rules }),
        ])
        const settled = messages.slice(0, 5)
        await Promise.all(
          settled.map((message, index) => {
            const outcome = outcomes[(step + index) % outcomes.length] ?? { kind: 'remove' }
            if (outcome.kind === 'remove') removed += 1
            return store.write([settle(message, outcome, rules)])
          }),
        )
        await clock.advance(step % 3 === 0 ? leaseMs : 10)
      }
      await checkCounts(store)
      await checkCounts(store, 'dead')
      const left = [await store.countMessages(queue), await store.countMessages('dead')]
      const total = left
        .map((c) => c.ready + c.leased + c.scheduled + c.parked)
        .reduce((sum, next) => sum + next, 0)
      assert.equal(total + removed, 200)
    })
  })
}
