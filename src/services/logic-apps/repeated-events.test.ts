import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { JsonValue } from '../../base/json.ts'
import { ManualClock } from '../../base/clock.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { requestWorkflow, startApp, type AppFixture } from './app-fixture.ts'
import type { ServiceProvider, ServiceProviderEvent } from './service-provider.ts'

const connections = {
  serviceProviderConnections: {
    source: { parameterValues: {}, serviceProvider: { id: '/serviceProviders/source' } },
  },
}

function pushedWorkflow(trigger: Record<string, JsonValue>): JsonValue {
  return requestWorkflow(
    { Nothing: { type: 'Compose', inputs: 1, runAfter: {} } },
    {
      trigger: {
        type: 'ServiceProvider',
        inputs: {
          parameters: {},
          serviceProviderConfiguration: {
            connectionName: 'source',
            operationId: 'items',
            serviceProviderId: '/serviceProviders/source',
          },
        },
        ...trigger,
      },
    },
  )
}

async function startPushed(t: TestContext, trigger: Record<string, JsonValue>) {
  const fires: ((event: ServiceProviderEvent) => Promise<void>)[] = []
  const source: ServiceProvider = {
    id: 'source',
    actions: {},
    triggers: {
      items: (listen) => {
        fires.push(listen.fire)
        return { start: async () => {}, stop: async () => {} }
      },
    },
  }
  const fixture = await startApp(t, {
    files: { 'connections.json': connections, 'w/workflow.json': pushedWorkflow(trigger) },
    serviceProviders: [source],
  })
  const fire = async (event: ServiceProviderEvent): Promise<void> => {
    for (const each of fires) await each(event)
  }
  return { fixture, fire }
}

async function countRuns({ app }: AppFixture): Promise<number> {
  return (await app.engine.history.list({ workflow: 'app/w', limit: 100 })).runs.length
}

test('an item that has started its run starts no other one when it is delivered again', async (t) => {
  const { fixture, fire } = await startPushed(t, { splitOn: "@triggerOutputs()?['body']" })
  await fire({ body: [1, 2], keys: ['queue/1', 'queue/2'] })
  await fire({ body: [2, 3], keys: ['queue/2', 'queue/3'] })
  assert.equal(await countRuns(fixture), 3)
  await fire({ body: [1, 2] })
  assert.equal(await countRuns(fixture), 5)
})

test('an event that is not split starts one run however often it is delivered', async (t) => {
  const { fixture, fire } = await startPushed(t, {})
  await fire({ body: [1, 2], keys: ['queue/1', 'queue/2'] })
  await fire({ body: [1, 2], keys: ['queue/1', 'queue/2'] })
  assert.equal(await countRuns(fixture), 1)
})

const answering = requestWorkflow(
  {
    Delay: { type: 'Wait', inputs: { interval: { count: 1, unit: 'Minute' } }, runAfter: {} },
    Answer: {
      type: 'Response',
      inputs: { statusCode: 201, body: 'taken' },
      runAfter: { Delay: ['Succeeded'] },
    },
    After: { type: 'Compose', inputs: 'done', runAfter: { Answer: ['Succeeded'] } },
  },
  { trigger: { type: 'HttpWebhook', inputs: { subscribe: {}, unsubscribe: {} } } },
)

function delivery(count: number) {
  const headers = { 'aeg-output-event-id': 'e1', 'aeg-delivery-count': String(count) }
  return { body: [{ id: '1', eventType: 'A' }], headers }
}

test('a delivery that a crash cut short gets the answer of the run that it had started', async (t) => {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const files = { 'w/workflow.json': answering }
  const first = await startApp(t, { files, store, clock })
  void first.call('w', delivery(0)).catch(() => {})
  while (first.app.engine.activeCount === 0) await turn()
  await first.service.stop()
  const second = await startApp(t, { files, store, clock })
  const answer = second.call('w', delivery(0))
  const status = await advancing(clock, answer)
  assert.deepEqual(status, { status: 201, text: 'taken' })
  assert.equal(await countRuns(second), 1)
  const { runs } = await second.app.engine.history.list({ workflow: 'app/w', limit: 1 })
  const events = await second.app.engine.history.events('app/w', runs[0]?.id ?? '')
  const after = events.find((event) => event.kind === 'ended' && event.name === 'After')
  assert.equal(after?.kind === 'ended' && after.record.status, 'Succeeded')
  // The event was published again: its delivery has another name.
  const published = delivery(0)
  const named = [{ id: '1', eventTime: '2026-01-01T00:00:00Z' }]
  await advancing(clock, second.call('w', { ...published, body: named }))
  const again = { ...published.headers, 'aeg-output-event-id': 'e2' }
  await advancing(clock, second.call('w', { headers: again, body: named }))
  assert.equal(await countRuns(second), 2)
  // Another try of a delivery that was answered badly is another run, as in Azure.
  await advancing(clock, second.call('w', delivery(1)))
  assert.equal(await countRuns(second), 3)
})

async function advancing(clock: ManualClock, answer: Promise<Response>) {
  let response: Response | undefined
  void answer.then((given) => (response = given))
  while (!response) {
    await turn()
    await clock.advance(1_000)
  }
  return { status: response.status, text: await response.text() }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
