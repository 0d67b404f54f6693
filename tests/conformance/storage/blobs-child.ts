// A process of its own for the test of recovery: puts blobs of every size into the store that it is given, as fast
// as it can, and prints the number of each once it is acknowledged.
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
// Takes no event, so that all are there after the end.
storage.onBlobEvent(() => new Promise(() => {}))
await storage.start()
await storage.containers.ensure(developmentAccount, 'con')
process.stdout.write('open\n')

async function put(number: number): Promise<void> {
  const bytes = Buffer.alloc(number % 3 === 0 ? 150_000 : 1_000, String(number % 10))
  const name = { account: developmentAccount, container: 'con', name: String(number) }
  await storage.putBlob(name, { content: [bytes] })
  process.stdout.write(`${number}\n`)
}

for (let number = 0; ; number += 8) {
  await Promise.all(Array.from({ length: 8 }, (_, index) => put(number + index)))
}
