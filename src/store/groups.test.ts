import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import type { ClaimGroup, SettleMessage } from './messages.ts'
import { storeEngines } from './store-engines.ts'
import type { Store } from './store.ts'

const queue = 'sessions'
const leaseMs = 1_000
const leaseLost = { name: 'ExpectationFailed', expectation: 'lease' }

function append(body: string, group?: string) {
  const message = { kind: 'message.append', queue, body, properties: '{}' } as const
  return group === undefined ? message : { ...message, group }
}

async function claimGroup(store: Store, untilMs: number, rest: Partial<ClaimGroup> = {}) {
  const [result] = await store.write([{ kind: 'group.claim', queue, untilMs, ...rest }])
  return result.claimed
}

async function claimIn(store: Store, group: { readonly key: string; readonly token: string }) {
  const operation = {
    kind: 'message.claim',
    queue,
    count: 10,
    untilMs: 0,
    rules: {},
    group,
  } as const
  const [{ messages }] = await store.write([operation])
  return messages
}

function remove(message: { readonly sequence: number; readonly token: string }): SettleMessage {
  const { sequence, token } = message
  return { kind: 'message.settle', queue, sequence, token, outcome: { kind: 'remove' }, rules: {} }
}

for (const engine of storeEngines) {
  describe(`groups, ${engine.name}`, () => {
    test('messages of a group are given only to the holder of its lease', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'g'), append('x'), append('b', 'g'), append('c', 'h')])
      const untilMs = clock.now() + leaseMs
      const plain = { kind: 'message.claim', queue, count: 10, untilMs, rules: {} } as const
      const [{ messages }] = await store.write([plain])
      assert.deepEqual(
        messages.map(({ body }) => body),
        ['x'],
      )
      const claimed = await claimGroup(store, untilMs)
      assert.equal(claimed?.group, 'g')
      const own = await claimIn(store, { key: 'g', token: claimed.token })
      assert.deepEqual(
        own.map(({ body, leaseUntilMs }) => [body, leaseUntilMs]),
        [
          ['a', untilMs],
          ['b', untilMs],
        ],
      )
      await assert.rejects(claimIn(store, { key: 'h', token: claimed.token }), leaseLost)
      await store.write(own.map(remove))
      assert.equal((await store.countMessages(queue)).ready, 1)
    })

    test('the free group with the oldest message is given first, and none twice', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('1', 'z'), append('2', 'a'), append('3', 'm'), append('4', 'a')])
      const untilMs = clock.now() + leaseMs
      const groups: (string | undefined)[] = []
      for (let times = 0; times < 4; times += 1) {
        groups.push((await claimGroup(store, untilMs))?.group)
      }
      assert.deepEqual(groups, ['z', 'a', 'm', undefined])
    })

    test('a named group that another holds is refused, a free one given without messages', async (t) => {
      const { store, clock } = await engine.open(t)
      const untilMs = clock.now() + leaseMs
      assert.ok(await claimGroup(store, untilMs, { group: 'g' }))
      await assert.rejects(claimGroup(store, untilMs, { group: 'g' }), leaseLost)
      await clock.advance(leaseMs)
      assert.ok(await claimGroup(store, clock.now() + leaseMs, { group: 'g' }))
    })

    test('the leases of its messages live and die with the lease of the group', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'g'), append('b', 'g')])
      const first = await claimGroup(store, clock.now() + leaseMs)
      assert.ok(first)
      const group = { key: 'g', token: first.token }
      const [a, b] = await claimIn(store, group)
      assert.ok(a && b)
      await clock.advance(leaseMs - 1)
      const untilMs = clock.now() + leaseMs
      await store.write([{ kind: 'group.renew', queue, group: 'g', token: first.token, untilMs }])
      await clock.advance(leaseMs - 1)
      await store.write([remove(a)])
      const { sequence, token } = b
      const renew = { kind: 'message.renew', queue, sequence, token, untilMs } as const
      await assert.rejects(store.write([renew]), leaseLost)
      assert.equal(await store.nextDue(queue), untilMs)
      await clock.advance(1)
      await assert.rejects(store.write([remove(b)]), leaseLost)
      const second = await claimGroup(store, clock.now() + leaseMs)
      assert.ok(second)
      const [again] = await claimIn(store, { key: 'g', token: second.token })
      assert.deepEqual([again?.body, again?.attempts], ['b', 2])
      await assert.rejects(store.write([remove(b)]), leaseLost)
    })

    test('a released group gives its messages back, and those tried too often are moved', async (t) => {
      const rules = { attemptsMax: 2, exhausted: { to: 'dead' } }
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'g'), append('b', 'g')])
      for (const count of [1, 2]) {
        const claimed = await claimGroup(store, clock.now() + leaseMs)
        assert.ok(claimed)
        const group = { key: 'g', token: claimed.token }
        const untilMs = clock.now() + leaseMs
        await store.write([{ kind: 'message.claim', queue, count, untilMs, rules, group }])
        await store.write([{ kind: 'group.release', queue, group: 'g', token: claimed.token }])
        const dueMs = await store.nextDue(queue)
        assert.ok(dueMs !== undefined && dueMs <= clock.now())
        const lost = {
          kind: 'group.renew',
          queue,
          group: 'g',
          token: claimed.token,
          untilMs,
        } as const
        await assert.rejects(store.write([lost]), leaseLost)
      }
      await store.write([{ kind: 'queue.sweep', queue, rules }])
      assert.equal(await store.nextDue(queue), undefined)
      const [dead] = await store.browse({ queue: 'dead', from: 0, limit: 10 })
      assert.deepEqual([dead?.body, dead?.group, dead?.attempts], ['a', 'g', 2])
      const untilMs = clock.now() + leaseMs
      const plain = { kind: 'message.claim', queue: 'dead', count: 9, untilMs, rules: {} } as const
      const [{ messages }] = await store.write([plain])
      assert.equal(messages.length, 1)
    })

    test('the state of a group is set by its holder and kept after its lease', async (t) => {
      const { store, clock } = await engine.open(t)
      const first = await claimGroup(store, clock.now() + leaseMs, { group: 'g' })
      assert.ok(first)
      const { token } = first
      const set = (bytes: number[] | undefined, by = token) => {
        const operation = { kind: 'group.setState', queue, group: 'g', token: by } as const
        return store.write([bytes ? { ...operation, state: Buffer.from(bytes) } : operation])
      }
      await set([1, 2, 3])
      await assert.rejects(set([4], 'another'), leaseLost)
      await store.write([{ kind: 'group.release', queue, group: 'g', token }])
      await assert.rejects(set([4]), leaseLost)
      assert.deepEqual(await store.getGroup(queue, 'g'), {
        group: 'g',
        state: new Uint8Array([1, 2, 3]),
      })
      const second = await claimGroup(store, clock.now() + leaseMs, { group: 'g' })
      assert.ok(second)
      assert.deepEqual(second.state, new Uint8Array([1, 2, 3]))
      await set(undefined, second.token)
      await store.write([{ kind: 'group.release', queue, group: 'g', token: second.token }])
      assert.equal(await store.getGroup(queue, 'g'), undefined)
    })

    test('groups are listed with their state and lease, and those that only have messages', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'waiting'), append('b', 'waiting')])
      const untilMs = clock.now() + leaseMs
      await claimGroup(store, untilMs, { group: 'held' })
      assert.deepEqual(await store.listGroups(queue), [
        { group: 'held', leaseUntilMs: untilMs },
        { group: 'waiting' },
      ])
      assert.deepEqual(await store.getGroup(queue, 'waiting'), { group: 'waiting' })
      assert.equal(await store.getGroup(queue, 'none'), undefined)
    })

    test('what a dead owner held of groups is free again', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'g')])
      const claimed = await claimGroup(store, clock.now() + leaseMs, { owner: 'dead' })
      assert.ok(claimed)
      await claimIn(store, { key: 'g', token: claimed.token })
      await store.write([{ kind: 'owner.release', owner: 'alive', except: true }])
      const again = await claimGroup(store, clock.now() + leaseMs)
      assert.ok(again)
      const [message] = await claimIn(store, { key: 'g', token: again.token })
      assert.equal(message?.attempts, 1)
    })

    test('a parked message of a group is given only to its holder', async (t) => {
      const { store, clock } = await engine.open(t)
      await store.write([append('a', 'g')])
      const untilMs = clock.now() + leaseMs
      const claimed = await claimGroup(store, untilMs)
      assert.ok(claimed)
      const group = { key: 'g', token: claimed.token }
      const [message] = await claimIn(store, group)
      assert.ok(message)
      const outcome = { kind: 'park' } as const
      await store.write([{ ...remove(message), outcome }])
      const parked = { kind: 'message.claimParked', queue, sequence: 1, untilMs } as const
      const [without] = await store.write([parked])
      assert.deepEqual(without.messages, [])
      const [held] = await store.write([{ ...parked, group }])
      assert.equal(held.messages.length, 1)
    })
  })
}
