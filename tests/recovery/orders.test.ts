/**
 * Kills the platform with SIGKILL at random moments while orders flow, and starts it again. INTERLINE_KILLS sets
 * how often (default 30), INTERLINE_SEED the moments.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { OrdersDemo } from '../../src/platform/demo/orders-demo.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { newDataDir, startForTest } from '../test-platform.ts'

const kills = Number(process.env['INTERLINE_KILLS'] ?? 30)
const seed = Number(process.env['INTERLINE_SEED'] ?? 1 + Math.floor(Math.random() * 2 ** 31))
const program = fileURLToPath(new URL('bookings-until-killed.js', import.meta.url))
/** Some kills meet the process while it starts, most while orders flow. */
const startShare = 0.2
const killAfterMsMax = 1_500
/** What one kill may repeat: a batch of the change feed. */
const repeatsMax = 100

test(`nothing acknowledged is lost when the platform is killed ${kills} times`, async (t: TestContext) => {
  const dataDir = newDataDir(t)
  const random = seededRandom(seed)
  const acknowledged = new Set<string>()
  for (let round = 0; round < kills; round++) {
    const from = random() < startShare ? 'start' : 'ready'
    const kill = { from, afterMs: random() * killAfterMsMax } as const
    for (const id of await runUntilKilled(dataDir, kill)) acknowledged.add(id)
  }
  const platform = await startForTest(t, { projects: ['solutions/orders'], dataDir })
  const { deadLetters } = await platform.idle.untilIdle()
  const processed = await processedIds(platform)
  const stored = (await OrdersDemo.for(platform)?.processedCount()) ?? 0
  const lost = [...acknowledged].filter((id) => !processed.has(id))
  const sent = await messagesSent(platform)
  const runs = await runsByEvent(platform)
  t.diagnostic(
    `seed ${seed}: ${kills} kills, ${acknowledged.size} bookings acknowledged, ${processed.size} processed ` +
      `(${processed.size - acknowledged.size} of them written but not acknowledged in time), ` +
      `${sent - stored} messages repeated`,
  )
  assert.ok(acknowledged.size > 0, 'orders flowed')
  assert.deepEqual(lost, [])
  assert.deepEqual([...deadLetters], [])
  for (const [event, count] of runs) assert.equal(count, 1, `${count} runs of ${event}`)
  // A message that a workflow sent, and sent again as a kill came before its log, is dropped by its id.
  assert.equal(stored, processed.size, 'each booking became one order')
  // A killed QueueOrders may send its batch again.
  assert.ok(sent - stored <= kills * repeatsMax, `${sent - stored} messages were repeated`)
})

async function runUntilKilled(
  dataDir: string,
  kill: { readonly from: 'start' | 'ready'; readonly afterMs: number },
): Promise<string[]> {
  const child = spawn(process.execPath, [program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let timer: NodeJS.Timeout | undefined
  const killSoon = (): void => {
    timer ??= setTimeout(() => child.kill('SIGKILL'), kill.afterMs)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text.startsWith('ready\n')) killSoon()
  })
  if (kill.from === 'start') killSoon()
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  assert.equal(code, null, `the platform ended by itself with exit code ${code}`)
  // The last line may have been cut by the kill.
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'ready')
}

async function processedIds(platform: Platform): Promise<Set<string>> {
  const [account] = platform.cosmosDb.accounts()
  assert.ok(account)
  const ids = new Set<string>()
  const query = "SELECT VALUE c.transformedBooking.bookingId FROM c WHERE c.status = 'processed'"
  for await (const page of account.database('orders').container('processed').queryAll(query)) {
    for (const id of page) if (typeof id === 'string') ids.add(id)
  }
  return ids
}

/** How many runs each delivered event, and each message of the topic, has started. */
async function runsByEvent(platform: Platform): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { app } of platform.logicApps.apps()) {
    for (const { name } of app.workflows) {
      const { key } = app.host(name)
      const { runs } = await app.engine.history.list({ workflow: key, limit: 1_000_000 })
      for (const { header } of runs) {
        const text = JSON.stringify(header)
        const [, event = ''] =
          /"subject":"([^"]+)"/.exec(text) ?? /"sequenceNumber":(\d+)/.exec(text) ?? []
        assert.notEqual(event, '')
        counts.set(`${key}/${event}`, (counts.get(`${key}/${event}`) ?? 0) + 1)
      }
    }
  }
  return counts
}

/** Sequence numbers of a queue have no holes, so the next one tells how many messages were ever sent. */
async function messagesSent(platform: Platform): Promise<number> {
  const [namespace] = platform.serviceBus.namespaces()
  assert.ok(namespace)
  const [sequence = 0] = await namespace.send('orders', [
    { body: '{"id":"last"}', scheduledEnqueueTimeMs: Date.now() + 3_600_000 },
  ])
  await namespace.cancelScheduled('orders', [sequence])
  return sequence - 1
}

/** A linear congruential generator: the same seed gives the same moments. */
function seededRandom(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
