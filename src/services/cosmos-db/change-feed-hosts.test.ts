/** Hosts that come, die and return, each with a service of its own on one store that shows changes as a distributed engine may. */
import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { isJsonObject, parseJson, stringMember } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { ShuffledStore } from '../../store/shuffled-store.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { ChangeFeedProcessor } from './change-feed-processor.ts'
import type { Database } from './database.ts'
import { CosmosDb } from './service.ts'

const quietLogger: Logger = { info() {}, warn() {}, error() {}, debug() {} }

/** What all hosts were given, in the order it was given. */
interface Delivery {
  readonly host: string
  readonly id: string
  readonly pk: string
  readonly version: number
  readonly sequence: number
}

interface Cluster {
  readonly clock: ManualClock
  readonly database: Database
  readonly deliveries: Delivery[]
  readonly startHost: (name: string) => Promise<Host>
  readonly passTime: (ms: number) => Promise<void>
}

interface Host {
  readonly processor: ChangeFeedProcessor
  /** Cuts the host off as SIGKILL does: nothing it has begun is ever finished. */
  readonly kill: () => void
}

async function startCluster(t: TestContext, seed: number): Promise<Cluster> {
  const clock = new ManualClock()
  const store = new ShuffledStore(await openSqliteStore({ path: ':memory:', clock }), { seed })
  const parts = { clock, logger: quietLogger, telemetry: silentTelemetry }
  const cosmosDb = new CosmosDb({ ...parts, store })
  await cosmosDb.start()
  const database = await (await cosmosDb.createAccount('shop')).createDatabase('orders')
  await database.createContainer(
    { id: 'items', partitionKey: { paths: ['/pk'] } },
    { throughput: { kind: 'manual', requestUnits: 40_000 } },
  )
  await database.createContainer({ id: 'leases', partitionKey: { paths: ['/id'] } })
  const deliveries: Delivery[] = []
  const living = new Set<ChangeFeedProcessor>()
  t.after(async () => {
    for (const processor of living) await processor.stop()
    await store.close()
  })

  async function startHost(name: string): Promise<Host> {
    const severed = new AbortController()
    const own = new CosmosDb({ ...parts, store: severable(store, severed.signal) })
    await own.start()
    const containers = own.account('shop')?.database('orders')
    assert.ok(containers)
    const processor = new ChangeFeedProcessor({
      monitored: containers.container('items'),
      leases: containers.container('leases'),
      leasePrefix: '',
      hostName: name,
      startFrom: 'beginning',
      maxItems: 7,
      feedPollDelayMs: 1_000,
      leaseAcquireIntervalMs: 2_000,
      leaseRenewIntervalMs: 3_000,
      leaseExpirationIntervalMs: 10_000,
      clock,
      logger: quietLogger,
      onChanges: async ({ items }) => {
        await new Promise((resolve) => setImmediate(resolve))
        if (severed.signal.aborted) return
        for (const item of items) deliveries.push(deliveryOf(name, item))
      },
    })
    living.add(processor)
    await processor.start()
    function kill(): void {
      severed.abort()
      living.delete(processor)
    }
    return { processor, kill }
  }

  async function passTime(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100)
  }
  return { clock, database, deliveries, startHost, passTime }
}

/** The store until the signal; afterwards nothing that was asked of it ever answers. */
function severable(store: Store, signal: AbortSignal): Store {
  const never = new Promise<never>(() => {})
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        if (signal.aborted) return never
        const answer: unknown = member.apply(target, given)
        if (!(answer instanceof Promise)) return answer
        return answer.then((value: unknown) => (signal.aborted ? never : value))
      }
    },
  })
}

function deliveryOf(host: string, item: { text: string; sequence: number }): Delivery {
  const value = parseJson(item.text)
  assert.ok(isJsonObject(value) && typeof value['version'] === 'number')
  const id = stringMember(value, 'id') ?? ''
  const pk = stringMember(value, 'pk') ?? ''
  return { host, id, pk, version: value['version'], sequence: item.sequence }
}

/** Writes items, some of them twice, while time passes. */
async function writeItems(cluster: Cluster, from: number, to: number): Promise<void> {
  const container = cluster.database.container('items')
  for (let n = from; n < to; n += 10) {
    const items = Array.from({ length: 10 }, (_, index) => {
      const id = String(index % 3 === 0 && n > 0 ? n + index - 10 : n + index)
      return { item: { id, pk: `p${Number(id) % 17}`, version: n + index } }
    })
    await container.upsertItems(items)
    await cluster.passTime(200)
  }
}

async function assertAllDelivered(cluster: Cluster): Promise<void> {
  const latest = new Map<string, number>()
  for (const { id, version } of cluster.deliveries)
    latest.set(id, Math.max(latest.get(id) ?? 0, version))
  let count = 0
  for await (const page of cluster.database.container('items').readItems()) {
    for (const { item } of page) {
      count += 1
      assert.equal(latest.get(stringMember(item, 'id') ?? ''), item['version'])
    }
  }
  assert.equal(latest.size, count)
}

// A change may come again, but never for the first time after a later one of its partition.
function assertOrderedInPartitions(cluster: Cluster): void {
  const newest = new Map<string, number>()
  const seen = new Set<number>()
  for (const { pk, sequence } of cluster.deliveries) {
    const isFirst = !seen.has(sequence)
    seen.add(sequence)
    if (!isFirst) continue
    assert.ok(sequence > (newest.get(pk) ?? 0), `${pk}: ${sequence}`)
    newest.set(pk, sequence)
  }
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`nothing is skipped while hosts join, die and return (seed ${seed})`, async (t) => {
    const cluster = await startCluster(t, seed)
    const first = await cluster.startHost('a')
    await writeItems(cluster, 0, 60)
    const second = await cluster.startHost('b')
    await writeItems(cluster, 60, 120)
    first.kill()
    const third = await cluster.startHost('c')
    await writeItems(cluster, 120, 180)
    second.kill()
    const again = await cluster.startHost('b')
    await writeItems(cluster, 180, 240)
    await third.processor.stop()
    await cluster.passTime(20_000)
    assert.equal(await again.processor.lag(), 0)
    await assertAllDelivered(cluster)
    assertOrderedInPartitions(cluster)
    assert.deepEqual(new Set(cluster.deliveries.map(({ host }) => host)).size, 3)
  })
}

test('nothing is skipped while ranges are split', async (t) => {
  const cluster = await startCluster(t, 6)
  await cluster.startHost('a')
  await writeItems(cluster, 0, 60)
  // Each host has its own copy of the definitions, as each process has: they see a split when they start.
  await cluster.database.replaceContainer(
    { id: 'items', partitionKey: { paths: ['/pk'] } },
    { throughput: { kind: 'manual', requestUnits: 80_000 } },
  )
  const second = await cluster.startHost('b')
  await writeItems(cluster, 60, 120)
  await cluster.passTime(30_000)
  assert.equal(await second.processor.lag(), 0)
  await assertAllDelivered(cluster)
})
