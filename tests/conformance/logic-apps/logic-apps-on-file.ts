import type { Clock } from '../../../src/base/clock.ts'
import { newLogger } from '../../../src/base/logger.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { Egress } from '../../../src/protocols/http/egress.ts'
import type { LogicApp } from '../../../src/services/logic-apps/logic-app.ts'
import { LogicApps } from '../../../src/services/logic-apps/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'
import type { Store } from '../../../src/store/store.ts'

/** The workflows of a folder on a store in a file. */
export async function openLogicApps(options: {
  readonly path: string
  readonly dir: string
  readonly clock: Clock
  /** Looks at the store before anything goes on. */
  readonly before?: (store: Store) => Promise<void>
}): Promise<{ readonly app: LogicApp; readonly service: LogicApps; close(): Promise<void> }> {
  const { path, dir, clock } = options
  const logger = newLogger({ level: 'error', name: 'logic-apps' })
  const store = await openSqliteStore({ path, clock, logger })
  await options.before?.(store)
  const outgoing = new Egress({ hostMap: () => undefined })
  const service = new LogicApps({
    store,
    clock,
    logger,
    telemetry: silentTelemetry,
    host: '127.0.0.1',
    outgoing,
    serviceProviders: [],
    managedConnectors: [],
  })
  await service.start()
  const { app } = await service.run({ name: 'app', dir, port: 0 })
  return {
    app,
    service,
    close: async () => {
      await service.stop()
      await outgoing.stop()
      await store.close()
    },
  }
}
