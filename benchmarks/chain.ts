/**
 * The whole chain in one process with its two function apps beside it, from `toprocess` to `processed` and from the
 * uploaded file: the throughput it sustains, the latency of an order at a steady rate, its memory as orders add up.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { newUuid } from '../src/base/ids.ts'
import { objectMember, parseJson, stringMember } from '../src/base/json.ts'
import { newLogger } from '../src/base/logger.ts'
import { OrdersDemo } from '../src/platform/demo/orders-demo.ts'
import { startPlatform, type Platform } from '../src/platform/platform.ts'
import { LoopDelay } from './loop-delay.ts'
import { median, percentile } from './statistics.ts'

const rounds = 5
const outstandingMax = 2_000
const latencySeconds = 10
const fromContainer = { ordersPerRound: 5_000, rate: 100, goals: [1_000, 30, 150] } as const
const fromFile = { ordersPerRound: 1_500, rate: 50, goals: [500, 60, 300] } as const

/** Where orders come from; `send` gives the booking's id once it is acknowledged. */
interface OrderSource {
  send(): Promise<string>
}

interface Measured {
  readonly demo: OrderSource
  readonly arrivals: Arrivals
  readonly ordersPerRound: number
  /** Orders a second while latency is measured. */
  readonly rate: number
  /** Orders a second, p50 and p99 in milliseconds. */
  readonly goals: readonly [number, number, number]
}

export async function benchmarkChain(): Promise<void> {
  await withPlatform(async (platform) => {
    const demo = new StoredOrders(platform)
    const arrivals = new Arrivals(platform)
    await sendOrders({ demo, arrivals, count: 1_000 })
    await measureThroughput({ demo, arrivals, ...fromContainer })
    await measureLatency({ demo, arrivals, ...fromContainer })
  })
}

/** The same from its true beginning: a booking that is uploaded as a file. */
export async function benchmarkUploads(): Promise<void> {
  await withPlatform(async (platform) => {
    const demo = OrdersDemo.for(platform)
    if (!demo) throw new Error('the orders solution does not run')
    const source = { send: async () => (await demo.send()).bookingId }
    const arrivals = new Arrivals(platform)
    await sendOrders({ demo: source, arrivals, count: 500 })
    await measureThroughput({ demo: source, arrivals, ...fromFile })
    await measureLatency({ demo: source, arrivals, ...fromFile })
  })
}

/** Memory after 100,000 orders against memory after 10,000. */
export async function benchmarkMemory(): Promise<void> {
  await withPlatform(async (platform) => {
    const demo = new StoredOrders(platform)
    const arrivals = new Arrivals(platform)
    const delay = new LoopDelay()
    await sendOrders({ demo, arrivals, count: 10_000 })
    const first = await memoryOf(platform)
    print(
      `after  10,000 orders: platform ${megabytes(first.platform)}, apps ${megabytes(first.apps)}`,
    )
    for (let sent = 10_000; sent < 100_000; sent += 10_000) {
      await sendOrders({ demo, arrivals, count: 10_000 })
    }
    const last = await memoryOf(platform)
    print(
      `after 100,000 orders: platform ${megabytes(last.platform)}, apps ${megabytes(last.apps)}`,
    )
    const ratio = (last.platform + last.apps) / (first.platform + first.apps)
    print(`ratio ${ratio.toFixed(2)} (goal <= 1.20); loop delay ${delay.stop()}`)
  })
}

async function measureThroughput(measured: Measured): Promise<void> {
  const { demo, arrivals, ordersPerRound, goals } = measured
  const rates: number[] = []
  const delay = new LoopDelay()
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now()
    await sendOrders({ demo, arrivals, count: ordersPerRound })
    rates.push(ordersPerRound / ((performance.now() - startMs) / 1_000))
  }
  const each = rates.map((rate) => rate.toFixed(0)).join(', ')
  print(
    `throughput: ${median(rates).toFixed(0)} orders/s (goal >= ${goals[0]}; rounds ${each}); loop delay ${delay.stop()}`,
  )
}

async function measureLatency({ demo, arrivals, rate, goals }: Measured): Promise<void> {
  const latencies: number[] = []
  const delay = new LoopDelay()
  const startMs = performance.now()
  const waiting: Promise<void>[] = []
  for (let index = 0; index < rate * latencySeconds; index++) {
    const dueMs = startMs + (index * 1_000) / rate
    await sleep(Math.max(dueMs - performance.now(), 0))
    waiting.push(measureOne(demo, arrivals, latencies))
  }
  await Promise.all(waiting)
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)]
  print(
    `latency at ${rate} orders/s: p50 ${p50.toFixed(1)} ms (goal <= ${goals[1]}), p99 ${p99.toFixed(1)} ms (goal <= ${goals[2]}); loop delay ${delay.stop()}`,
  )
}

async function measureOne(
  demo: OrderSource,
  arrivals: Arrivals,
  latencies: number[],
): Promise<void> {
  const startMs = performance.now()
  const endMs = await arrivals.of(await demo.send())
  latencies.push(endMs - startMs)
}

async function sendOrders(options: {
  demo: OrderSource
  arrivals: Arrivals
  count: number
}): Promise<void> {
  const { demo, arrivals, count } = options
  const target = arrivals.count + count
  let started = 0
  const sender = async (): Promise<void> => {
    while (started < count) {
      started++
      while (started - (arrivals.count - (target - count)) > outstandingMax) await sleep(1)
      await demo.send()
    }
  }
  await Promise.all(Array.from({ length: 32 }, sender))
  while (arrivals.count < target) await sleep(1)
}

/** Orders put straight into the container that the change feed watches. */
class StoredOrders implements OrderSource {
  readonly #platform: Platform

  constructor(platform: Platform) {
    this.#platform = platform
  }

  async send(): Promise<string> {
    const [account] = this.#platform.cosmosDb.accounts()
    if (!account) throw new Error('there is no Cosmos DB account')
    const id = newUuid()
    await account
      .database('orders')
      .container('toprocess')
      .createItem({ id, transformedBooking: { ...transformedBooking, bookingId: id } })
    return id
  }
}

const transformedBooking = {
  passengerNames: { name: ['Ada Brandt', 'Jonas Brandt'] },
  flightDetails: {
    flightNumber: 'SK1467',
    departure: 'CPH',
    arrival: 'OSL',
    departureDate: '2026-03-14T07:15:00Z',
  },
  payment: { cardType: 'Visa', amountPaid: '420' },
}

/** Follows the container `processed` by its own change feed. */
class Arrivals {
  readonly #platform: Platform
  readonly #waiting = new Map<string, (timeMs: number) => void>()
  #cursor: string | undefined
  #reading = false
  #again = false
  count = 0

  constructor(platform: Platform) {
    this.#platform = platform
    platform.store.onCommit((commit) => {
      if (commit.collections.has(this.#container().collection)) this.#wake()
    })
  }

  of(bookingId: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(bookingId, resolve))
  }

  #wake(): void {
    this.#again = true
    if (!this.#reading) void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    while (this.#again) {
      this.#again = false
      for (let size = -1; size !== 0;) size = await this.#readPage()
    }
    this.#reading = false
  }

  async #readPage(): Promise<number> {
    const { collection } = this.#container()
    const after = this.#cursor === undefined ? {} : { after: this.#cursor }
    const page = await this.#platform.store.feed({ collection, limit: 500, ...after })
    this.#cursor = page.cursor
    const timeMs = performance.now()
    for (const document of page.documents) {
      this.count++
      const bookingId = bookingIdOf(document.body)
      const resolve = this.#waiting.get(bookingId)
      this.#waiting.delete(bookingId)
      if (resolve) resolve(timeMs)
    }
    return page.documents.length
  }

  #container(): { readonly collection: string } {
    const [account] = this.#platform.cosmosDb.accounts()
    if (!account) throw new Error('there is no Cosmos DB account')
    return account.database('orders').container('processed')
  }
}

async function withPlatform(work: (platform: Platform) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'interline-bench-'))
  const logger = newLogger({ name: 'bench', level: 'error' })
  const platform = await startPlatform({ projects: ['solutions/orders'], dataDir, port: 0, logger })
  try {
    await work(platform)
  } finally {
    await platform.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Resident memory in bytes after a collection, of this process and of its function apps. */
async function memoryOf(platform: Platform): Promise<{ platform: number; apps: number }> {
  await sleep(2_000)
  collectGarbage()
  await sleep(500)
  const apps = platform.functions.apps().map((app) => residentBytes(app.pid))
  return { platform: residentBytes(process.pid), apps: apps.reduce((sum, bytes) => sum + bytes, 0) }
}

/** What is resident is compared, not what waits for a collection. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}

function residentBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024
}

function bookingIdOf(order: string): string {
  return stringMember(objectMember(parseJson(order), 'transformedBooking'), 'bookingId') ?? ''
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
