/** The accounts of a benchmark in a process of their own: REST over plain HTTP, every write on disk before its answer. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RealClock } from '../src/base/clock.ts'
import { newLogger } from '../src/base/logger.ts'
import { silentTelemetry } from '../src/base/telemetry.ts'
import { HttpServer } from '../src/protocols/http/server.ts'
import { cosmosDbHandler } from '../src/services/cosmos-db/rest.ts'
import { CosmosDb } from '../src/services/cosmos-db/service.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import { answerParent } from './child-program.ts'

answerParent(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interline-bench-'))
  const clock = new RealClock()
  const logger = newLogger({ level: 'silent', name: 'bench' })
  const store = await openSqliteStore({ path: join(folder, 'store.db'), clock })
  const cosmosDb = new CosmosDb({ store, clock, logger, telemetry: silentTelemetry })
  await cosmosDb.start()
  const { keys } = await cosmosDb.createAccount('bench')
  const handler = cosmosDbHandler(cosmosDb)
  const server = new HttpServer({ port: 0, name: 'cosmos', handler, logger })
  const endpoint = `http://127.0.0.1:${await server.start()}`
  return { endpoint, key: keys.primaryMasterKey, folder }
})
