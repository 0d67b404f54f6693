import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { isJsonObject, parseJson, stringMember, type JsonObject } from '../../base/json.ts'
import { newContainer, startCosmos, type CosmosFixture } from './container-fixture.ts'
import {
  ChangeFeedProcessor,
  type ChangeBatch,
  type ChangeFeedProcessorOptions,
} from './change-feed-processor.ts'
import type { Container } from './container.ts'
import { CosmosDb } from './service.ts'
import type { Store } from '../../store/store.ts'

interface Arranged extends CosmosFixture {
  readonly monitored: Container
  readonly leases: Container
  /** Runs what is due until the condition holds. */
  readonly until: (condition: () => boolean | Promise<boolean>) => Promise<void>
  readonly host: (name: string, options?: Partial<ChangeFeedProcessorOptions>) => TestHost
}

/** One host with what it was given. */
interface TestHost {
  readonly processor: ChangeFeedProcessor
  readonly batches: ChangeBatch[]
  readonly ids: string[]
}

async function arrange(
  t: TestContext,
  options: { requestUnits?: number; wrap?: (store: Store) => Store } = {},
): Promise<Arranged> {
  const { requestUnits = 400, wrap } = options
  const fixture = await startCosmos(wrap)
  const { database, clock, logger } = fixture
  const monitored = await newContainer(database, { id: 'items' }, requestUnits)
  const leases = await newContainer(database, { id: 'leases', partitionKey: { paths: ['/id'] } })
  const hosts: ChangeFeedProcessor[] = []
  t.after(async () => {
    for (const processor of hosts) await processor.stop()
    await fixture.stop()
  })

  function host(hostName: string, options: Partial<ChangeFeedProcessorOptions> = {}): TestHost {
    const batches: ChangeBatch[] = []
    const ids: string[] = []
    const processor = new ChangeFeedProcessor({
      monitored,
      leases,
      leasePrefix: '',
      hostName,
      startFrom: 'beginning',
      maxItems: 100,
      feedPollDelayMs: 5_000,
      leaseAcquireIntervalMs: 13_000,
      leaseRenewIntervalMs: 17_000,
      leaseExpirationIntervalMs: 60_000,
      clock,
      logger,
      ...options,
      onChanges: async (batch) => {
        batches.push(batch)
        await options.onChanges?.(batch)
        ids.push(...batch.items.map(({ text }) => idOf(text)))
      },
    })
    hosts.push(processor)
    return { processor, batches, ids }
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 500; turn++) {
      if (await condition()) return
      await clock.advance(0)
    }
    assert.fail('the condition never came true')
  }
  return { ...fixture, monitored, leases, until, host }
}

/** The store with every wake-up lost. */
function withoutWakeUps(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'onCommit') return () => () => {}
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

function newGate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

function idOf(text: string): string {
  const item = parseJson(text)
  return isJsonObject(item) && typeof item['id'] === 'string' ? item['id'] : ''
}

async function createItems(container: Container, from: number, to: number): Promise<string[]> {
  const ids = Array.from({ length: to - from }, (_, index) => String(from + index))
  await container.upsertItems(ids.map((id) => ({ item: { id, pk: id } })))
  return ids
}

async function leaseItems(leases: Container): Promise<JsonObject[]> {
  const items: JsonObject[] = []
  for await (const page of leases.readItems()) items.push(...page.map(({ item }) => item))
  return items.toSorted((a, b) => leaseToken(a).localeCompare(leaseToken(b)))
}

function leaseToken(lease: JsonObject): string {
  return stringMember(lease, 'LeaseToken') ?? ''
}

test('changes are delivered as soon as they are committed, in batches of at most maxItems', async (t) => {
  const { monitored, host, until } = await arrange(t)
  const { processor, ids, batches } = host('one', { maxItems: 10 })
  await processor.start()
  const created = await createItems(monitored, 0, 25)
  await until(() => ids.length === 25)
  assert.deepEqual(ids, created)
  assert.deepEqual(
    batches.map((batch) => batch.items.length),
    [10, 10, 5],
  )
  await until(async () => !processor.busy && (await processor.lag()) === 0)
})

test('a lease is an item in the shape that the .NET processor writes', async (t) => {
  const { monitored, leases, host, until, clock } = await arrange(t)
  const { processor, ids } = host('one', { leasePrefix: 'QueueOrders' })
  await processor.start()
  await createItems(monitored, 0, 1)
  await until(async () => ids.length === 1 && (await processor.lag()) === 0)
  const [lease] = await leaseItems(leases)
  assert.ok(lease)
  const { ContinuationToken, _etag, _rid, _self, _ts, _attachments, ...rest } = lease
  assert.equal(typeof ContinuationToken, 'string')
  assert.deepEqual(rest, {
    id: `QueueOrdersshop.documents.azure.com_${monitored.databaseRid}_${monitored.rid}..0`,
    version: 0,
    LeaseToken: '0',
    FeedRange: { Range: { min: '', max: 'FF' } },
    Owner: 'one',
    properties: {},
    timestamp: new Date(clock.now()).toISOString(),
    Mode: 'Incremental Feed',
  })
})

test('a reader from now skips what was there and nothing that comes while no host runs', async (t) => {
  const { monitored, host, until } = await arrange(t)
  await createItems(monitored, 0, 5)
  const first = host('one', { startFrom: 'now' })
  await first.processor.start()
  await first.processor.stop()
  await createItems(monitored, 5, 8)
  const second = host('two', { startFrom: 'now' })
  await second.processor.start()
  await until(() => second.ids.length === 3)
  assert.deepEqual([...first.ids, ...second.ids], ['5', '6', '7'])
})

test('a reader from a time begins with the changes of that time', async (t) => {
  const { monitored, host, until, clock } = await arrange(t)
  await createItems(monitored, 0, 2)
  await clock.advance(60_000)
  const sinceMs = clock.now()
  await createItems(monitored, 2, 4)
  const { processor, ids } = host('one', { startFrom: { sinceMs } })
  await processor.start()
  await until(() => ids.length === 2)
  assert.deepEqual(ids, ['2', '3'])
})

test('a batch that was not taken comes again after a while, and nothing overtakes it', async (t) => {
  const { monitored, host, until, clock } = await arrange(t)
  let failures = 2
  const { processor, ids, batches } = host('one', {
    maxItems: 2,
    onChanges: async () => {
      if (failures-- > 0) throw new Error('not now')
    },
  })
  await createItems(monitored, 0, 4)
  await processor.start()
  await until(() => batches.length === 1)
  await clock.advance(100)
  await until(() => batches.length === 2)
  await clock.advance(100)
  assert.equal(batches.length, 2)
  await clock.advance(100)
  await until(() => ids.length === 4)
  assert.deepEqual(ids, ['0', '1', '2', '3'])
})

test('a change whose wake-up was lost is found by the poll', async (t) => {
  const { monitored, host, until, clock } = await arrange(t, { wrap: withoutWakeUps })
  const { processor, ids } = host('one')
  await processor.start()
  await until(() => !processor.busy)
  await createItems(monitored, 0, 1)
  await clock.advance(4_999)
  assert.deepEqual(ids, [])
  await clock.advance(1)
  await until(() => ids.length === 1)
})

test('several hosts share the ranges, and each change goes to one of them', async (t) => {
  const { monitored, host, until, clock, leases } = await arrange(t, { requestUnits: 40_000 })
  const hosts = [host('one'), host('two')]
  for (const { processor } of hosts) await processor.start()
  for (let round = 0; round < 3; round++) await clock.advance(13_000)
  await until(async () => {
    const owners = (await leaseItems(leases)).map((lease) => lease['Owner'])
    return owners.filter((owner) => owner === 'one').length === 2 && !owners.includes(null)
  })
  const created = await createItems(monitored, 0, 200)
  await until(() => hosts.flatMap(({ ids }) => ids).length >= 200)
  assert.ok(hosts.every(({ ids }) => ids.length > 0))
  assert.deepEqual(
    hosts.flatMap(({ ids }) => ids).toSorted((a, b) => Number(a) - Number(b)),
    created,
  )
})

test('the leases of a dead host are taken over when they expire, and nothing is skipped', async (t) => {
  const { monitored, leases, clock, until, host } = await arrange(t)
  // A host that died: its lease is owned and has a checkpoint, and nobody renews it.
  const dead = host('dead')
  await dead.processor.start()
  await createItems(monitored, 0, 3)
  await until(async () => dead.ids.length === 3 && (await dead.processor.lag()) === 0)
  const [lease] = await leaseItems(leases)
  await dead.processor.stop()
  assert.ok(lease)
  await leases.upsertItem({ ...lease, Owner: 'dead' })
  await createItems(monitored, 3, 6)

  const heir = host('heir')
  await heir.processor.start()
  await clock.advance(50_000)
  assert.deepEqual(heir.ids, [])
  assert.equal(await heir.processor.lag(), 3)
  await clock.advance(30_000)
  await until(() => heir.ids.length === 3)
  assert.deepEqual(heir.ids, ['3', '4', '5'])
})

test('a host that starts again under its name goes on at once', async (t) => {
  const { monitored, leases, until, host } = await arrange(t)
  const first = host('one')
  await first.processor.start()
  await createItems(monitored, 0, 3)
  await until(async () => first.ids.length === 3 && (await first.processor.lag()) === 0)
  const [lease] = await leaseItems(leases)
  await first.processor.stop()
  assert.ok(lease)
  // As a crash leaves it: the lease still names its owner.
  await leases.upsertItem({ ...lease, Owner: 'one' })
  await createItems(monitored, 3, 5)
  const again = host('one')
  await again.processor.start()
  await until(() => again.ids.length === 2)
  assert.deepEqual(again.ids, ['3', '4'])
})

test('a lost lease aborts the batch that is being delivered, and the batch goes to the new owner', async (t) => {
  const { monitored, leases, clock, until, host } = await arrange(t)
  const slow = host('slow', {
    onChanges: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  await slow.processor.start()
  await createItems(monitored, 0, 2)
  await until(() => slow.batches.length === 1)
  const [lease] = await leaseItems(leases)
  assert.ok(lease)
  await leases.upsertItem({ ...lease, Owner: 'thief' })
  const thief = host('thief')
  await thief.processor.start()
  await clock.advance(17_000)
  await until(() => !slow.processor.busy && thief.ids.length === 2)
  assert.equal(slow.batches[0]?.signal.aborted, true)
  assert.deepEqual(slow.ids, [])
})

test('a long delivery keeps its lease by renewing it', async (t) => {
  const { monitored, clock, until, host } = await arrange(t)
  const gate = newGate()
  const slow = host('slow', { onChanges: () => gate.opened })
  await slow.processor.start()
  await createItems(monitored, 0, 2)
  await until(() => slow.batches.length === 1)
  const other = host('other')
  await other.processor.start()
  for (let minute = 0; minute < 10; minute++) await clock.advance(60_000)
  assert.deepEqual(other.ids, [])
  gate.open()
  await until(() => slow.ids.length === 2)
})

test('stop finishes the batch that is being delivered, and frees the lease', async (t) => {
  const { monitored, leases, until, host } = await arrange(t)
  const gate = newGate()
  const one = host('one', { onChanges: () => gate.opened })
  await one.processor.start()
  await createItems(monitored, 0, 2)
  await until(() => one.batches.length === 1)
  const stopped = one.processor.stop()
  gate.open()
  await stopped
  assert.equal(one.ids.length, 2)
  assert.equal(one.batches[0]?.signal.aborted, false)
  const [lease] = await leaseItems(leases)
  assert.equal(lease?.['Owner'], null)
  assert.equal(await one.processor.lag(), 0)
})

test('what was read but not delivered when the host stopped is delivered by the next', async (t) => {
  const { monitored, until, host } = await arrange(t)
  await createItems(monitored, 0, 2)
  const one = host('one', {
    onChanges: async () => {
      throw new Error('not now')
    },
  })
  await one.processor.start()
  await one.processor.stop()
  assert.deepEqual(one.ids, [])
  const two = host('two')
  await two.processor.start()
  await until(() => two.ids.length === 2)
})

test('a range that was split goes on where it was', async (t) => {
  const { monitored, database, leases, clock, until, host } = await arrange(t)
  const { processor, ids } = host('one')
  await processor.start()
  await createItems(monitored, 0, 10)
  await until(async () => ids.length === 10 && (await processor.lag()) === 0)
  await database.replaceContainer(
    { id: 'items', partitionKey: { paths: ['/pk'] } },
    { throughput: { kind: 'manual', requestUnits: 20_000 } },
  )
  await clock.advance(13_000)
  const tokens = (await leaseItems(leases)).map((lease) => lease['LeaseToken'])
  assert.deepEqual(tokens, ['1', '2'])
  await clock.advance(30_000)
  const created = await createItems(monitored, 10, 60)
  await until(() => new Set(ids).size === 60)
  assert.ok(created.every((id) => ids.includes(id)))
})

test('a lease container partitioned by anything but the id is refused', async (t) => {
  const { monitored, host } = await arrange(t)
  assert.throws(() => host('one', { leases: monitored }), { code: 'BadRequest', status: 400 })
})

test('leases and items are found again by a service that starts on the same store', async (t) => {
  const { monitored, store, clock, logger, until, host } = await arrange(t)
  const first = host('one')
  await first.processor.start()
  await createItems(monitored, 0, 3)
  await until(async () => first.ids.length === 3 && (await first.processor.lag()) === 0)
  await first.processor.stop()
  const telemetry = { span() {}, log() {} }
  const again = new CosmosDb({ store, clock, logger, telemetry })
  await again.start()
  const database = again.account('SHOP')?.database('orders')
  assert.ok(database)
  await createItems(database.container('items'), 3, 5)
  const second = host('one', {
    monitored: database.container('items'),
    leases: database.container('leases'),
  })
  await second.processor.start()
  await until(() => second.ids.length === 2)
  assert.deepEqual(second.ids, ['3', '4'])
})
