/**
 * The durable store against bare SQLite. Both write in a thread of their own with the same group commit and
 * one flush to disk for each group (`bare-sqlite-thread.ts`); the floor knows no expectations, feeds,
 * expiries, rules, counts or wake-ups. What is left of its speed is the price of those.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RealClock } from '../src/base/clock.ts'
import { newUuid } from '../src/base/ids.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import type { Store } from '../src/store/store.ts'
import { BareSqlite } from './bare-sqlite.ts'
import { LoopDelay } from './loop-delay.ts'
import { formatRatio, interleave } from './rounds.ts'

const rounds = 9
const operations = 20_000
const writers = 64
const receivers = 4
const claimCount = 50
const goal = 0.8
const body = JSON.stringify({ text: 'x'.repeat(1_000) })
const properties = '{"contentType":"application/json"}'
const clock = new RealClock()

export async function benchmarkStore(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'interline-bench-'))
  const store = await openSqliteStore({ path: join(folder, 'store.db'), clock })
  const floor = await BareSqlite.open(join(folder, 'bare.db'))
  await compare(
    'documents',
    () => putDocuments(store),
    () => putBareDocuments(floor),
  )
  const name = `messages (append, claim ${claimCount}, settle each)`
  await compare(
    name,
    () => passMessages(store),
    () => passBareMessages(floor),
  )
  await store.close()
  await floor.close()
  rmSync(folder, { recursive: true })
}

async function compare(
  name: string,
  subject: () => Promise<void>,
  floor: () => Promise<void>,
): Promise<void> {
  const delay = new LoopDelay()
  const result = await interleave({
    rounds,
    subject: () => measure(subject),
    floor: () => measure(floor),
  })
  print(`${formatRatio(name, result, goal)}; loop delay ${delay.stop()}`)
}

function putDocuments(store: Store): Promise<void> {
  return shareOut(operations, writers, async (index, writer) => {
    const key = { collection: 'c', partition: `p${writer}`, id: newUuid() }
    await store.write([{ kind: 'document.put', ...key, body, etag: `"${index}"` }])
  })
}

function putBareDocuments(floor: BareSqlite): Promise<void> {
  return shareOut(operations, writers, async (index, writer) => {
    await floor.run(['put', `p${writer}`, newUuid(), `"${index}"`, body])
  })
}

async function passMessages(store: Store): Promise<void> {
  await shareOut(operations, writers, async () => {
    await store.write([{ kind: 'message.append', queue: 'q', body, properties }])
  })
  await shareOut(operations / claimCount, receivers, async () => {
    const untilMs = clock.now() + 30_000
    const [{ messages }] = await store.write([
      { kind: 'message.claim', queue: 'q', count: claimCount, untilMs, rules: {}, owner: 'o' },
    ])
    await Promise.all(
      messages.map(({ sequence, token }) => {
        const outcome = { kind: 'remove' } as const
        const settle = { kind: 'message.settle', queue: 'q', sequence, token, outcome } as const
        return store.write([{ ...settle, rules: {} }])
      }),
    )
  })
  const left = await store.countMessages('q')
  if (left.ready + left.leased > 0) throw new Error('messages are left')
}

async function passBareMessages(floor: BareSqlite): Promise<void> {
  await shareOut(operations, writers, async () => {
    await floor.run(['append', properties, body])
  })
  await shareOut(operations / claimCount, receivers, async (index) => {
    const token = `00000000-0000-4000-8000-${index}`
    const rows = await floor.run(['claim', clock.now() + 30_000, token, claimCount])
    if (!isRows(rows)) throw new Error('nothing was claimed')
    await Promise.all(rows.map(([key]) => floor.run(['settle', key, token])))
  })
}

function isRows(value: unknown): value is readonly (readonly [key: number])[] {
  return Array.isArray(value)
}

/** Does something a number of times, by so many at once, and each one after the other. */
async function shareOut(
  times: number,
  among: number,
  work: (index: number, worker: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: among }, async (_, worker) => {
      while (next < times) {
        next += 1
        await work(next, worker)
      }
    }),
  )
}

async function measure(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await work()
  return operations / ((performance.now() - startMs) / 1_000)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
