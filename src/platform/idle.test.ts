import { strict as assert } from 'node:assert'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { newLogger } from '../base/logger.ts'
import type { Namespace } from '../services/service-bus/namespace.ts'
import { openSqliteStore } from '../store/sqlite/open-store.ts'
import { IdleWatch, type IdleReport } from './idle.ts'
import { newServices, type Services } from './services.ts'

interface Started {
  readonly clock: ManualClock
  readonly services: Services
  readonly namespace: Namespace
}

async function start(t: TestContext): Promise<Started> {
  const clock = new ManualClock()
  const logger = newLogger({ name: 'test', level: 'silent' })
  const store = await openSqliteStore({ path: ':memory:', clock })
  const services = newServices({ store, clock, logger, host: '127.0.0.1', spansPath: ':memory:' })
  await services.lifecycle.start()
  t.after(async () => {
    await services.lifecycle.stop()
    await store.close()
  })
  const namespace = await services.serviceBus.createNamespace('contoso')
  return { clock, services, namespace }
}

const nothingFailed: IdleReport = {
  deadLetters: new Map(),
  undeliveredEvents: new Map(),
  failedRuns: new Map(),
}

/** The report, or `undefined` when a second has not been enough. */
async function reportOf({ clock, services }: Started): Promise<IdleReport | undefined> {
  const watch = new IdleWatch({ ...services, clock })
  let report: IdleReport | undefined
  const waiting = new AbortController()
  const ended = watch.untilIdle(waiting.signal).then(
    (given) => (report = given),
    () => undefined,
  )
  for (let step = 0; step < 20; step++) await clock.advance(50)
  waiting.abort()
  await ended
  return report
}

test('an instance without work is idle', async (t) => {
  const started = await start(t)
  assert.deepEqual(await reportOf(started), nothingFailed)
})

test('a message on its way to another queue is work', async (t) => {
  const started = await start(t)
  const { namespace, services } = started
  await namespace.createQueue('to')
  await namespace.createQueue('from', { forwardTo: 'to' })
  await services.serviceBus.stop()
  await namespace.send('from', [{ body: 'a' }])
  assert.equal(await reportOf(started), undefined)
})

test('a message that nobody receives is no work', async (t) => {
  const started = await start(t)
  await started.namespace.createQueue('orders')
  await started.namespace.send('orders', [{ body: 'a' }])
  assert.deepEqual(await reportOf(started), nothingFailed)
})

test('dead letters are told by entity, those of forwarding too', async (t) => {
  const started = await start(t)
  const { namespace } = started
  await namespace.createQueue('to', { status: 'SendDisabled' })
  await namespace.createQueue('from', { forwardTo: 'to' })
  await namespace.send('from', [{ body: 'a' }])
  const reason = "MessagingEntityDisabled: Messaging entity 'to' is currently disabled."
  assert.deepEqual(await reportOf(started), {
    ...nothingFailed,
    deadLetters: new Map([['contoso/from', { count: 1, reason }]]),
  })
})
