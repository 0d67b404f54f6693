/** Ends the platform at every commit of a run, one after the other, and starts it again. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { Operation, ResultsOf, Store } from '../../store/store.ts'
import { requestWorkflow, startApp, type AppFixture } from './app-fixture.ts'
import type { ServiceProvider } from './service-provider.ts'

/** A store that takes so many writes and then none: what comes later is as if the power had gone. */
function endingStore(inner: Store, writes: number) {
  let left = writes
  const lost: ((error: Error) => void)[] = []
  function write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>> {
    left -= 1
    return left < 0 ? new Promise((_, reject) => lost.push(reject)) : inner.write(batch)
  }
  const store = new Proxy(inner, {
    get(target, name) {
      if (name === 'write') return write
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  // Those that wait for a write that never was are let go of, so that the test can end.
  const release = (): void => lost.forEach((reject) => reject(new Error('the power has gone')))
  return { store, isOver: () => left <= 0, release }
}

const connections = {
  serviceProviderConnections: {
    steps: { parameterValues: {}, serviceProvider: { id: '/serviceProviders/steps' } },
  },
}

function step(name: string, runAfter: JsonValue): Record<string, JsonValue> {
  return {
    type: 'ServiceProvider',
    inputs: {
      parameters: { name },
      serviceProviderConfiguration: {
        connectionName: 'steps',
        operationId: 'step',
        serviceProviderId: '/serviceProviders/steps',
      },
    },
    runAfter,
  }
}

const workflow = {
  kind: 'Stateful',
  definition: {
    triggers: { manual: { type: 'Request', kind: 'Http', inputs: {} } },
    actions: {
      Count: {
        type: 'InitializeVariable',
        inputs: { variables: [{ name: 'count', type: 'integer', value: 0 }] },
        runAfter: {},
      },
      List: {
        type: 'InitializeVariable',
        inputs: { variables: [{ name: 'list', type: 'array', value: [] }] },
        runAfter: { Count: ['Succeeded'] },
      },
      First: step('First', { List: ['Succeeded'] }),
      Each: {
        type: 'Foreach',
        foreach: ['a', 'b', 'c'],
        operationOptions: 'Sequential',
        actions: {
          Inner: step('Inner-@{item()}', {}),
          Append: {
            type: 'AppendToArrayVariable',
            inputs: { name: 'list', value: "@body('Inner')?['name']" },
            runAfter: { Inner: ['Succeeded'] },
          },
        },
        runAfter: { First: ['Succeeded'] },
      },
      Until: {
        type: 'Until',
        expression: "@greaterOrEquals(variables('count'), 3)",
        limit: { count: 10, timeout: 'PT1H' },
        actions: {
          Increment: {
            type: 'IncrementVariable',
            inputs: { name: 'count', value: 1 },
            runAfter: {},
          },
          Loop: step("Loop-@{variables('count')}", { Increment: ['Succeeded'] }),
        },
        runAfter: { Each: ['Succeeded'] },
      },
      If: {
        type: 'If',
        expression: { and: [{ equals: ["@variables('count')", 3] }] },
        actions: {
          Change: { type: 'SetVariable', inputs: { name: 'count', value: 9 }, runAfter: {} },
          Yes: step('Yes', { Change: ['Succeeded'] }),
        },
        else: { actions: { No: step('No', {}) } },
        runAfter: { Until: ['Succeeded'] },
      },
      Delay: {
        type: 'Wait',
        inputs: { interval: { count: 1, unit: 'Minute' } },
        runAfter: { If: ['Succeeded'] },
      },
      Result: {
        type: 'Compose',
        inputs: { count: "@variables('count')", list: "@variables('list')" },
        runAfter: { Delay: ['Succeeded'] },
      },
      Stop: {
        type: 'Terminate',
        inputs: { runStatus: 'Succeeded' },
        runAfter: { Result: ['Succeeded'] },
      },
      Never: step('Never', { Stop: ['Succeeded'] }),
    },
  },
}

async function begin(
  t: TestContext,
  parts: {
    store: Store
    clock: ManualClock
    done: string[]
    files?: Record<string, JsonValue>
  },
  definition: JsonValue = workflow,
): Promise<AppFixture> {
  const provider: ServiceProvider = {
    id: 'steps',
    actions: {
      step: async ({ parameters }) => {
        const { name = null } = parameters
        parts.done.push(typeof name === 'string' ? name : '')
        return { body: { name } }
      },
    },
    triggers: {},
  }
  return startApp(t, {
    files: { 'connections.json': connections, 'w/workflow.json': definition, ...parts.files },
    serviceProviders: [provider],
    store: parts.store,
    clock: parts.clock,
  })
}

const expectedSteps = [
  'First',
  'Inner-a',
  'Inner-b',
  'Inner-c',
  'Loop-1',
  'Loop-2',
  'Loop-3',
  'Yes',
]

test('a run that ends at any commit goes on where its log ends, and repeats no completed action', async (t) => {
  for (let writes = 2; ; writes += 1) {
    const clock = new ManualClock()
    const inner = await openSqliteStore({ path: ':memory:', clock })
    const ending = endingStore(inner, writes)
    const done: string[] = []
    const first = await begin(t, { store: ending.store, clock, done })
    void first.call('w').catch(() => {})
    await settle(clock, () => ending.isOver() || first.app.engine.activeCount === 0)
    const isWhole = !ending.isOver()
    const before = await completed(inner)
    const sofar = done.splice(0)
    const second = await begin(t, { store: inner, clock, done })
    await settle(clock, () => second.app.engine.activeCount === 0)
    const { runs } = await second.app.engine.history.list({ workflow: 'app/w', limit: 10 })
    // A run whose start was not acknowledged may be missing; any other has ended well.
    for (const run of runs) assert.equal(run.end?.status, 'Succeeded', `after ${writes} commits`)
    if (runs.length === 1) {
      const events = await second.app.engine.history.events('app/w', runs[0]?.id ?? '')
      const result = events.find((event) => event.kind === 'ended' && event.name === 'Result')
      assert.deepEqual(result?.kind === 'ended' && result.record.outputs, {
        count: 9,
        list: ['Inner-a', 'Inner-b', 'Inner-c'],
      })
      assert.deepEqual([...new Set([...sofar, ...done])], expectedSteps, `after ${writes} commits`)
      for (const name of before)
        assert.ok(!done.includes(name), `${name} was repeated after ${writes} commits`)
    }
    ending.release()
    await first.service.stop()
    await second.service.stop()
    await inner.close()
    if (isWhole) break
    assert.ok(writes < 200)
  }
})

/** The steps whose end is in the log. */
async function completed(store: Store): Promise<string[]> {
  const names: string[] = []
  for await (const page of store.scan({ collection: 'logic-apps/log' })) {
    for (const { body } of page) {
      for (const [, name = ''] of body.matchAll(/"out":\{"body":\{"name":"([^"]+)"/g))
        names.push(name)
    }
  }
  return names
}

async function settle(clock: ManualClock, isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    if (isDone() && turn > 50) return
    if (turn % 100 === 99) await clock.advance(30_000)
  }
}

test('what follows an answer is done whenever the answer was given', async (t) => {
  const answering = requestWorkflow({
    Answer: { type: 'Response', kind: 'Http', inputs: { statusCode: 200 }, runAfter: {} },
    After: step('After', { Answer: ['Succeeded'] }),
  })
  for (let writes = 2; ; writes += 1) {
    const clock = new ManualClock()
    const inner = await openSqliteStore({ path: ':memory:', clock })
    const ending = endingStore(inner, writes)
    const done: string[] = []
    const first = await begin(t, { store: ending.store, clock, done }, answering)
    let status = 0
    void first
      .call('w')
      .then((answer) => (status = answer.status))
      .catch(() => {})
    await settle(clock, () => ending.isOver() || first.app.engine.activeCount === 0)
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2))
    const isWhole = !ending.isOver()
    const wasAnswered = status === 200
    const second = await begin(t, { store: inner, clock, done }, answering)
    await settle(clock, () => second.app.engine.activeCount === 0)
    if (wasAnswered) assert.ok(done.includes('After'), `after ${writes} commits`)
    ending.release()
    await first.service.stop()
    await second.service.stop()
    await inner.close()
    if (isWhole) break
    assert.ok(writes < 50)
  }
})

test('a child workflow runs once, also when its parent is cut short', async (t) => {
  const parent = requestWorkflow({
    Call: { type: 'Workflow', inputs: { host: { workflow: { id: 'child' } } }, runAfter: {} },
    After: step('After', { Call: ['Succeeded'] }),
  })
  const child = requestWorkflow({
    Work: step('Child', {}),
    Delay: {
      type: 'Wait',
      inputs: { interval: { count: 1, unit: 'Minute' } },
      runAfter: { Work: ['Succeeded'] },
    },
    Answer: {
      type: 'Response',
      inputs: { statusCode: 200, body: 'x' },
      runAfter: { Delay: ['Succeeded'] },
    },
  })
  for (let writes = 2; ; writes += 1) {
    const clock = new ManualClock()
    const inner = await openSqliteStore({ path: ':memory:', clock })
    const ending = endingStore(inner, writes)
    const done: string[] = []
    const files = { 'child/workflow.json': child }
    const first = await begin(t, { store: ending.store, clock, done, files }, parent)
    void first.call('w').catch(() => {})
    await settle(clock, () => ending.isOver() || first.app.engine.activeCount === 0)
    const isWhole = !ending.isOver()
    const second = await begin(t, { store: inner, clock, done, files }, parent)
    await settle(clock, () => second.app.engine.activeCount === 0)
    const { runs } = await second.app.engine.history.list({ workflow: 'app/child', limit: 10 })
    assert.ok(runs.length <= 1, `after ${writes} commits the child ran ${runs.length} times`)
    // A parent that was acknowledged goes on with what its child answered.
    if (runs.length === 1) assert.ok(done.includes('After'), `after ${writes} commits`)
    ending.release()
    await first.service.stop()
    await second.service.stop()
    await inner.close()
    if (isWhole) break
    assert.ok(writes < 50)
  }
})
