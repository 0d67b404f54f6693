/** A program: runs the app `faults` on a store, calls one of its functions, prints the worker's id and waits to be killed. */
import { RealClock } from '../../src/base/clock.ts'
import { newLogger } from '../../src/base/logger.ts'
import { silentTelemetry } from '../../src/base/telemetry.ts'
import { FunctionApps } from '../../src/services/functions/service.ts'
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts'

const [path = '', call = ''] = process.argv.slice(2)
const clock = new RealClock()
const logger = newLogger({ name: 'test', level: 'silent' })
const store = await openSqliteStore({ path, clock, logger })
const apps = new FunctionApps({
  store,
  clock,
  logger,
  telemetry: silentTelemetry,
  extensions: { triggers: [], inputs: [], outputs: [], webhooks: [] },
  hostName: 'test',
  host: '127.0.0.1',
})
await apps.start()
await apps.putSite({
  name: 'faults',
  kind: 'functionapp',
  serviceName: 'faults',
  settings: { AzureFunctionsJobHost__functionTimeout: '00:05:00' },
})
const dir = 'tests/conformance/functions/apps/faults'
const app = await apps.run({ name: 'faults', dir, site: 'faults', port: 0 })
const answer = fetch(`http://127.0.0.1:${apps.ports().get('faults')}/api/${call}`)
// The call that hangs never answers: by then the worker's loop is blocked.
await Promise.race([answer.catch(() => {}), clock.sleep(500)])
process.stdout.write(`${app.pid}\n`)
await clock.sleep(60_000)
