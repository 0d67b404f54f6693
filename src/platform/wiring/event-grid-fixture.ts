import type { TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import { silentTelemetry } from '../../base/telemetry.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { Egress } from '../../protocols/http/egress.ts'
import { EventGrid } from '../../services/event-grid/service.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import type { TriggerContext, TriggerEvent } from '../../services/functions/extension.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import { ServiceBus } from '../../services/service-bus/service.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Store } from '../../store/store.ts'
import { EventGridTriggers } from './event-grid-to-functions.ts'
import { eventGridToServiceBus } from './event-grid-to-service-bus.ts'

export const group = '/subscriptions/s/resourceGroups/g/providers'
export const storageId = `${group}/Microsoft.Storage/storageAccounts/files`
export const functionId = `${group}/Microsoft.Web/sites/func-orders/functions/OnBlob`

/** Event Grid, Service Bus and the trigger of functions, joined. */
export interface Started {
  readonly clock: ManualClock
  readonly store: Store
  readonly serviceBus: ServiceBus
  readonly eventGrid: EventGrid
  readonly namespace: Namespace
  readonly triggers: EventGridTriggers
  readonly calls: TriggerEvent[]
  readonly context: Omit<TriggerContext, 'binding'>
  readonly raise: (id: string, trace?: TraceContext) => Promise<void>
}

/** Starts them for one test; the function fails where the test says so. */
export async function start(
  t: TestContext,
  options: { fails?: () => boolean } = {},
): Promise<Started> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const shared = { store, clock, logger, telemetry: silentTelemetry }
  const serviceBus = new ServiceBus({ ...shared, owner: 'run-1' })
  const egress = new Egress({ hostMap: () => undefined })
  const triggers = new EventGridTriggers({
    clock,
    appOf: (site) => (site === 'func-orders' ? 'orders' : undefined),
  })
  const eventGrid = new EventGrid({
    ...shared,
    outgoing: egress,
    destinations: {
      AzureFunction: triggers.destination,
      ...eventGridToServiceBus(serviceBus),
    },
  })
  await serviceBus.start()
  await eventGrid.start()
  t.after(async () => {
    await eventGrid.stop()
    await serviceBus.stop()
    await egress.stop()
    await store.close()
  })
  const calls: TriggerEvent[] = []
  const context: Omit<TriggerContext, 'binding'> = {
    app: 'orders',
    functionName: 'OnBlob',
    settings: new AppSettings({}),
    host: parseHostJson({ file: 'host.json', text: '{"version":"2.0"}' }),
    hostName: 'here',
    clock,
    invoke: async (event) => {
      calls.push(event)
      return options.fails?.() ? { ok: false, message: 'no' } : { ok: true }
    },
  }
  return {
    clock,
    store,
    serviceBus,
    eventGrid,
    namespace: await serviceBus.createNamespace('contoso'),
    triggers,
    calls,
    context,
    raise: (id, trace) =>
      eventGrid.publish({
        source: storageId,
        events: [
          {
            id,
            subject: '/blobServices/default/containers/inputfiles/blobs/a.json',
            eventType: 'Microsoft.Storage.BlobCreated',
            eventTime: '2026-01-01T00:00:00.000Z',
            data: { url: 'https://files.blob.core.windows.net/inputfiles/a.json' },
            trace,
          },
        ],
      }),
  }
}
