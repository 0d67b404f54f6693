import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { RealClock } from '../../../src/base/clock.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { newLogger } from '../../../src/base/logger.ts'
import type { Span } from '../../../src/base/telemetry.ts'
import { newTrace } from '../../../src/base/trace-context.ts'
import { EventGridTriggers } from '../../../src/platform/wiring/event-grid-to-functions.ts'
import { functionsToEventGrid } from '../../../src/platform/wiring/functions-to-event-grid.ts'
import { Egress } from '../../../src/protocols/http/egress.ts'
import {
  group,
  openWebhook,
  orderEvent,
  webhookProperties,
} from '../../../src/services/event-grid/fixture.ts'
import { readEventGridEvent } from '../../../src/services/event-grid/published-events.ts'
import { EventGrid } from '../../../src/services/event-grid/service.ts'
import type { EventGridTopic } from '../../../src/services/event-grid/topic.ts'
import { FunctionApps } from '../../../src/services/functions/service.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open-store.ts'

test('an unmodified app is called with an event and publishes what it returns, in one trace', async (t) => {
  const clock = new RealClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock, logger })
  const spans: Span[] = []
  const shared = {
    store,
    clock,
    logger,
    telemetry: { span: (span: Span) => void spans.push(span), log: () => {} },
  }
  const triggers = new EventGridTriggers({ clock, appOf: (site) => site.replace('func-', '') })
  const outgoing = new Egress({ hostMap: () => undefined })
  const destinations = { AzureFunction: triggers.destination }
  const eventGrid = new EventGrid({ ...shared, outgoing, destinations })
  const apps = new FunctionApps({
    ...shared,
    extensions: {
      triggers: [triggers.source],
      inputs: [],
      outputs: [functionsToEventGrid(eventGrid)],
      webhooks: [triggers.webhook],
    },
    hostName: 'test',
    host: '127.0.0.1',
  })
  await eventGrid.start()
  await apps.start()
  t.after(async () => {
    await apps.stop()
    await eventGrid.stop()
    await outgoing.stop()
    await store.close()
  })
  const topic = (name: string): Promise<EventGridTopic> =>
    eventGrid.topics.put({
      kind: 'topic',
      id: `${group}/providers/Microsoft.EventGrid/topics/${name}`,
      name,
      location: 'westeurope',
      properties: {},
    })
  const [orders, shipped] = [await topic('orders'), await topic('shipped')]
  const resourceId = `${group}/providers/Microsoft.Web/sites/func-orders/functions/OnOrder`
  const toFunction = { destination: { endpointType: 'AzureFunction', properties: { resourceId } } }
  await eventGrid.putEventSubscription({
    name: 'to-function',
    sourceId: orders.id,
    properties: toFunction,
  })
  const webhook = await openWebhook(t)
  await eventGrid.putEventSubscription({
    name: 'shipped',
    sourceId: shipped.id,
    properties: webhookProperties(webhook.url),
  })
  const settings = {
    ShippedUri: 'https://shipped.westeurope-1.eventgrid.azure.net/api/events',
    ShippedKey: shipped.key1,
  }
  await apps.putSite({ name: 'func-orders', kind: 'functionapp', serviceName: 'orders', settings })
  const dir = resolve('tests/conformance/event-grid/apps/orders')
  // The event comes before the app is loaded: it waits for it.
  const trace = newTrace()
  await eventGrid.publishTo(orders, [readEventGridEvent(orderEvent('1'))], trace)
  const app = await apps.run({ name: 'orders', dir, site: 'func-orders', port: 0 })
  assert.equal(app.failure, undefined)
  const [received] = await webhook.until(1)
  const [event] = Array.isArray(received?.body) ? received.body : []
  assert.ok(isJsonObject(event))
  assert.equal(event['id'], 'shipped-1')
  assert.ok(isJsonObject(event['data'] ?? null))
  assert.match(JSON.stringify(event['data']), /"amount":10,"metadata":\{"data":\{"amount":10\}/)
  while ((await eventGrid.pendingEvents()) > 0) await clock.sleep(10)
  const inTrace = spans.filter(({ context }) => context.traceId === trace.traceId)
  assert.deepEqual(inTrace.map(({ service, operation }) => `${service} ${operation}`).toSorted(), [
    'event-grid deliver',
    'event-grid deliver',
    'event-grid publish',
    'event-grid publish',
    'functions invoke',
  ])
  const failing = orderEvent('2', { data: { fails: true } })
  await eventGrid.publishTo(orders, [readEventGridEvent(failing)], undefined)
  while ((await eventGrid.pendingEvents()) > 0) await clock.sleep(10)
  assert.equal(await eventGrid.pendingEvents({ withinMs: 60_000 }), 1)
})
