import type { Clock } from '../../base/clock.ts'
import { ManualClock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import { HttpServer } from '../../protocols/http/server.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { developmentAccount, developmentKey } from './account.ts'
import { blobHttpLimits } from './limits.ts'
import { Storage } from './service.ts'

/** What a test registers what it opens with, so that it is closed again. */
interface Owner {
  after(callback: () => Promise<void> | void): void
}

/** The service alone with its endpoint, for tests. */
export interface StorageFixture {
  readonly storage: Storage
  readonly store: Store
  /** Speaks the protocol of the service that was asked for. */
  readonly port: number
  /** `http://127.0.0.1:40001/devstoreaccount1` */
  readonly url: string
  readonly account: string
  readonly key: string
}

/** Opens the service: `officer` may do everything by token, `reader` may read. */
export async function openStorage(
  owner: Owner,
  options: {
    readonly clock?: Clock
    readonly path?: string
    readonly service?: 'blob' | 'queue' | 'table'
  } = {},
): Promise<StorageFixture> {
  const { clock = new ManualClock(), path = ':memory:', service = 'blob' } = options
  const logger = newLogger({ level: 'silent', name: 'test' })
  const store = await openSqliteStore({ path, clock, logger })
  const tenantId = '7d1c3b5a-2e4f-4a6b-8c9d-1e2f3a4b5c6d'
  const storage = new Storage({
    store,
    clock,
    logger,
    telemetry: silentTelemetry,
    tenantId,
    identity: {
      verifyToken: (objectId) => {
        if (objectId === 'expired') throw new ServiceError('InvalidAuthenticationInfo', 401, 'old')
        return { objectId, tenantId }
      },
      hasRole: async ({ principalId, action }) =>
        principalId === 'officer' || (principalId === 'reader' && action.endsWith('/read')),
    },
  })
  await storage.start()
  const server = new HttpServer({
    port: 0,
    name: service,
    handler: {
      blob: storage.blobHandler,
      queue: storage.queueHandler,
      table: storage.tableHandler,
    }[service],
    logger,
    limits: blobHttpLimits,
  })
  const port = await server.start()
  owner.after(async () => {
    await server.stop({ graceMs: 0 })
    await storage.stop()
    await store.close()
  })
  const url = `http://127.0.0.1:${port}/${developmentAccount}`
  return { storage, store, port, url, account: developmentAccount, key: developmentKey }
}
