import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Logger } from '../../base/logger.ts'
import type { Span, Telemetry } from '../../base/telemetry.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { Container } from './container.ts'
import type { Database } from './database.ts'
import { CosmosDb } from './service.ts'

/** A started service over a store in memory, with one database, for tests. */
export interface CosmosFixture {
  readonly clock: ManualClock
  readonly store: Store
  readonly cosmosDb: CosmosDb
  readonly database: Database
  readonly spans: readonly Span[]
  readonly logger: Logger
  stop(): Promise<void>
}

const quietLogger: Logger = { info() {}, warn() {}, error() {}, debug() {} }

export async function startCosmos(
  wrap: (store: Store) => Store = (store) => store,
): Promise<CosmosFixture> {
  const clock = new ManualClock()
  const store = wrap(await openSqliteStore({ path: ':memory:', clock }))
  const spans: Span[] = []
  const telemetry: Telemetry = { span: (span) => void spans.push(span), log() {} }
  const logger = quietLogger
  const cosmosDb = new CosmosDb({ store, clock, logger, telemetry })
  await cosmosDb.start()
  const account = await cosmosDb.createAccount('shop')
  const database = await account.createDatabase('orders')
  async function stop(): Promise<void> {
    await cosmosDb.stop()
    await store.close()
  }
  return { clock, store, cosmosDb, database, spans, logger, stop }
}

/** A container partitioned by `/pk` unless the resource says otherwise. */
export function newContainer(
  database: Database,
  resource: JsonObject = {},
  requestUnits?: number,
): Promise<Container> {
  return database.createContainer(
    { id: 'items', partitionKey: { paths: ['/pk'] }, ...resource },
    requestUnits === undefined ? {} : { throughput: { kind: 'manual', requestUnits } },
  )
}
