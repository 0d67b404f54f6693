import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { newLogger } from '../../base/logger.ts'
import { AppSettings } from '../../services/functions/app-settings.ts'
import type { TriggerContext, TriggerListener } from '../../services/functions/extension.ts'
import { parseHostJson } from '../../services/functions/host-json.ts'
import type { Namespace } from '../../services/service-bus/namespace.ts'
import { ServiceBus } from '../../services/service-bus/service.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { serviceBusToFunctions } from './service-bus-to-functions.ts'

interface Started {
  readonly clock: ManualClock
  readonly namespace: Namespace
  /** What the function was called with. */
  readonly calls: string[]
  readonly listen: (binding: JsonObject) => Promise<TriggerListener>
}

async function start(t: TestContext): Promise<Started> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const telemetry = { span() {}, log() {} }
  const serviceBus = new ServiceBus({ store, clock, logger, telemetry, owner: 'run-1' })
  await serviceBus.start()
  t.after(async () => {
    await serviceBus.stop()
    await store.close()
  })
  const namespace = await serviceBus.createNamespace('contoso')
  const calls: string[] = []
  const context: Omit<TriggerContext, 'binding'> = {
    app: 'api',
    functionName: 'f',
    settings: new AppSettings({ Bus__fullyQualifiedNamespace: 'contoso.servicebus.windows.net' }),
    host: parseHostJson({ file: 'host.json', text: '{"version":"2.0"}' }),
    hostName: 'here',
    clock,
    invoke: async ({ input }) => {
      calls.push(input.kind === 'string' ? input.text : input.kind)
      return { ok: true }
    },
  }
  const source = serviceBusToFunctions({ serviceBus, clock, logger })
  const listen = async (binding: JsonObject): Promise<TriggerListener> => {
    const own = { type: 'serviceBusTrigger', connection: 'Bus', ...binding }
    const listener = await source.listen({ ...context, binding: own })
    t.after(() => listener.stop())
    return listener
  }
  return { clock, namespace, calls, listen }
}

test('the messages of a queue are handed to the function and completed', async (t) => {
  const { namespace, calls, listen, clock } = await start(t)
  await namespace.createQueue('orders')
  const listener = await listen({ queueName: 'orders' })
  await namespace.send('orders', [{ body: 'a' }, { body: 'b' }])
  await clock.advance(1_000)
  assert.deepEqual(calls, ['a', 'b'])
  assert.equal(await listener.pending(), 0)
})

test('the messages of a session are handed to the function in their order', async (t) => {
  const { namespace, calls, listen, clock } = await start(t)
  await namespace.createQueue('orders', { requiresSession: true })
  const listener = await listen({ queueName: 'orders', isSessionsEnabled: true })
  await namespace.send('orders', [
    { body: 'a', sessionId: 's' },
    { body: 'b', sessionId: 's' },
  ])
  await clock.advance(1_000)
  assert.deepEqual(calls, ['a', 'b'])
  assert.equal(await listener.pending(), 0)
})

test('a trigger that could never be called is refused when it is loaded', async (t) => {
  const { namespace, listen } = await start(t)
  await namespace.createQueue('plain')
  await namespace.createQueue('sessions', { requiresSession: true })
  await namespace.createTopic('topic')
  await assert.rejects(
    listen({ queueName: 'plain', isSessionsEnabled: true }),
    /'isSessionsEnabled': expected false, since 'plain' has no sessions/,
  )
  await assert.rejects(
    listen({ queueName: 'sessions' }),
    /'isSessionsEnabled': expected true, since 'sessions' requires sessions/,
  )
  await assert.rejects(listen({ queueName: 'topic' }), /expected a queue, but 'topic' is a topic/)
  await assert.rejects(listen({ queueName: 'none' }), { code: 'MessagingEntityNotFound' })
})
