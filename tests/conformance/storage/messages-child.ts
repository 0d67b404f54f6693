// A process of its own for the test of recovery: puts messages and entities into the store that it is given, as fast
// as it can, takes every third message, deletes every sixth, and prints what it did once that is acknowledged.
import { RealClock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'
import { developmentAccount } from '../../../src/services/storage/account.ts'
import { Storage } from '../../../src/services/storage/service.ts'

const [path = ''] = process.argv.slice(2)
const clock = new RealClock()
const logger = newLogger({ level: 'silent', name: 'child' })
const storage = new Storage({
  store: await openSqliteStore({ path, clock }),
  clock,
  logger,
  telemetry: silentTelemetry,
  tenantId: '',
  identity: { verifyToken: () => ({ objectId: '', tenantId: '' }), hasRole: async () => false },
})
await storage.start()
const queue = await storage.queues.ensure(developmentAccount, 'calls')
const table = await storage.tables.ensure(developmentAccount, 'results')

async function pass(number: number): Promise<void> {
  const text = String(number)
  await storage.queueMessages.put(queue, [{ text }])
  process.stdout.write(`put ${text}\n`)
  const properties = new Map([['n', { type: 'Edm.Int32' as const, value: number }]])
  const change = { kind: 'insert' as const, partitionKey: 'p', rowKey: text, properties }
  await storage.entities.change(table, change)
  process.stdout.write(`entity ${text}\n`)
  if (number % 3 !== 0) return
  const taking = { count: 1, visibilityMs: 600_000, isOwned: true }
  const [taken] = await storage.queueMessages.take(queue, taking)
  if (!taken || number % 6 !== 0) return
  // From here on it may be gone, whether that is acknowledged or not.
  process.stdout.write(`deleting ${taken.text}\n`)
  await storage.queueMessages.delete(queue, { id: taken.id, receipt: taken })
  process.stdout.write(`deleted ${taken.text}\n`)
}

for (let number = 0; ; number += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, index) => pass(number + index)))
}
