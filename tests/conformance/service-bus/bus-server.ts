import type { TestContext } from 'node:test'
import { ServiceBusClient } from '@azure/service-bus'
import { RealClock } from '../../../src/base/clock.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { silentTelemetry } from '../../../src/base/telemetry.ts'
import { AmqpHost } from '../../../src/protocols/amqp/amqp-host.ts'
import { HttpServer } from '../../../src/protocols/http/server.ts'
import { serviceBusHandler } from '../../../src/services/service-bus/rest.ts'
import { AmqpListener } from '../../../src/protocols/amqp/amqp-listener.ts'
import { ServiceBusBroker } from '../../../src/services/service-bus/amqp.ts'
import type { Namespace } from '../../../src/services/service-bus/namespace.ts'
import { ServiceBus } from '../../../src/services/service-bus/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

const logger = { info() {}, warn() {}, error: console.error, debug() {} }

/** A Service Bus with a listener of its own. */
export interface BusServer {
  readonly namespace: Namespace
  readonly port: number
  readonly connectionString: string
  /** A client as people write it, closed after the test. */
  readonly open: () => ServiceBusClient
}

export async function startBus(
  t: TestContext,
  options: {
    queues?: Readonly<Record<string, JsonObject>>
    clock?: Clock
    path?: string
    tls?: { key: string; cert: string }
  } = {},
): Promise<BusServer> {
  const clock = options.clock ?? new RealClock()
  const store = await openSqliteStore({ path: options.path ?? ':memory:', clock })
  const serviceBus = new ServiceBus({
    store,
    clock,
    logger,
    telemetry: silentTelemetry,
    owner: 'test',
  })
  await serviceBus.start()
  const namespace = await serviceBus.createNamespace('contoso')
  for (const [name, properties] of Object.entries(options.queues ?? {})) {
    await namespace.createQueue(name, properties)
  }
  const broker = new ServiceBusBroker({ serviceBus, clock, logger })
  const handler = new AmqpHost({ brokers: [broker], clock, logger })
  const http = new HttpServer({
    port: 0,
    name: 'service-bus',
    handler: serviceBusHandler({ serviceBus, clock }),
    upgradeHandler: (...handshake) => listener.upgradeHandler(...handshake),
    logger,
  })
  const tls = options.tls
  const listener: AmqpListener = new AmqpListener({
    port: 0,
    handler,
    containerId: 'contoso',
    clock,
    logger,
    http,
    ...(tls ? { tls } : {}),
  })
  const port = await listener.start()
  const rule = namespace.authorizationRules.get('', 'RootManageSharedAccessKey')
  const connectionString = `Endpoint=sb://localhost:${port};SharedAccessKeyName=${rule.name};SharedAccessKey=${rule.primaryKey};UseDevelopmentEmulator=true;`
  const clients: ServiceBusClient[] = []
  t.after(async () => {
    for (const client of clients) await client.close()
    await listener.stop()
    await serviceBus.stop()
    await store.close()
  })
  const open = (): ServiceBusClient => {
    const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } })
    clients.push(client)
    return client
  }
  return { namespace, port, connectionString, open }
}
