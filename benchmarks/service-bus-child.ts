/** A Service Bus on disk with one queue, in a process of its own: tells its port and key, and its memory when asked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RealClock } from '../src/base/clock.ts'
import { newLogger } from '../src/base/logger.ts'
import { silentTelemetry } from '../src/base/telemetry.ts'
import { AmqpHost } from '../src/protocols/amqp/amqp-host.ts'
import { AmqpListener } from '../src/protocols/amqp/amqp-listener.ts'
import { ServiceBusBroker } from '../src/services/service-bus/amqp.ts'
import { ServiceBus } from '../src/services/service-bus/service.ts'
import { openSqliteStore } from '../src/store/sqlite/open-store.ts'
import { LoopDelay } from './loop-delay.ts'

const folder = mkdtempSync(join(tmpdir(), 'interline-bench-'))
const clock = new RealClock()
const logger = newLogger({ level: 'error', name: 'bench' })
const store = await openSqliteStore({ path: join(folder, 'store.db'), clock })
const serviceBus = new ServiceBus({
  store,
  clock,
  logger,
  telemetry: silentTelemetry,
  owner: 'bench',
})
await serviceBus.start()
const namespace = await serviceBus.createNamespace('contoso')
await namespace.createQueue('bench')
const broker = new ServiceBusBroker({ serviceBus, clock, logger })
const listener = new AmqpListener({
  port: 0,
  handler: new AmqpHost({ brokers: [broker], clock, logger }),
  containerId: 'bench',
  clock,
  logger,
})
const port = await listener.start()
const rule = namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
let loop = new LoopDelay()
process.on('message', (message) => {
  if (message === 'memory') {
    globalThis.gc?.()
    process.send?.({ rssBytes: process.memoryUsage().rss })
  }
  if (message === 'loop') {
    process.send?.({ loop: loop.stop() })
    loop = new LoopDelay()
  }
})
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
process.send?.({ port, name: rule.name, key: rule.primaryKey })
