import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { requestWorkflow, startApp, type AppFixture } from './app-fixture.ts'
import { nextOccurrence, parseRecurrence } from './recurrence-schedule.ts'

const nothing = { A: { type: 'Compose', inputs: '@triggerOutputs()', runAfter: {} } }

function timed(trigger: Record<string, JsonValue>): JsonValue {
  return { kind: 'Stateful', definition: { triggers: { timer: trigger }, actions: nothing } }
}

async function countRuns(fixture: AppFixture, workflow: string): Promise<number> {
  await settle()
  const { runs } = await fixture.app.engine.history.list({
    workflow: `app/${workflow}`,
    limit: 250,
  })
  return runs.length
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

test('a recurrence fires at once, at its interval, and once for what was missed', async (t) => {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const files = {
    'w/workflow.json': timed({
      type: 'Recurrence',
      recurrence: { frequency: 'Minute', interval: 5 },
    }),
  }
  const first = await startApp(t, { files, store, clock })
  await clock.advance(1)
  assert.equal(await countRuns(first, 'w'), 1)
  await clock.advance(5 * 60_000)
  assert.equal(await countRuns(first, 'w'), 2)
  await first.service.stop()
  await clock.advance(60 * 60_000)
  const second = await startApp(t, { files, store, clock })
  await clock.advance(1)
  assert.equal(await countRuns(second, 'w'), 3)
})

test('a sliding window has a run for each of its windows', async (t) => {
  const clock = new ManualClock()
  const startTime = new Date(clock.now() - 3 * 3_600_000).toISOString()
  const fixture = await startApp(t, {
    clock,
    files: {
      'w/workflow.json': timed({
        type: 'SlidingWindow',
        recurrence: { frequency: 'Hour', interval: 1, startTime },
      }),
    },
  })
  for (let turn = 0; turn < 10; turn += 1) await clock.advance(1)
  assert.equal(await countRuns(fixture, 'w'), 4)
})

test('a schedule names hours, minutes and days in its time zone', () => {
  const recurrence = parseRecurrence({
    frequency: 'Week',
    interval: 1,
    timeZone: 'Romance Standard Time',
    schedule: { weekDays: ['Monday'], hours: [8, '17'], minutes: [30] },
  })
  assert.ok(recurrence)
  const from = Date.UTC(2026, 5, 30, 12)
  const next = nextOccurrence(recurrence, from, from)
  assert.equal(new Date(next).toISOString(), '2026-07-06T06:30:00.000Z')
  assert.equal(
    new Date(nextOccurrence(recurrence, next, from)).toISOString(),
    '2026-07-06T15:30:00.000Z',
  )
})

test('splitOn makes a run of each item, and a condition decides whether there is one', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'split/workflow.json': requestWorkflow(nothing, {
        trigger: {
          splitOn: "@triggerBody()?['items']",
          splitOnConfiguration: { correlation: { clientTrackingId: "@triggerBody()?['id']" } },
        },
      }),
      'if/workflow.json': requestWorkflow(nothing, {
        trigger: { conditions: [{ expression: "@greater(triggerBody()?['n'], 1)" }] },
      }),
    },
  })
  assert.equal(
    (await fixture.call('split', { body: { items: [{ id: 'a' }, { id: 'b' }] } })).status,
    202,
  )
  await settle()
  const { runs } = await fixture.app.engine.history.list({ workflow: 'app/split', limit: 10 })
  const ids = runs.map(
    ({ header }) => JSON.stringify(header).match(/"clientTrackingId":"(\w+)"/)?.[1],
  )
  assert.deepEqual(new Set(ids), new Set(['a', 'b']))
  await fixture.call('if', { body: { n: 1 } })
  await fixture.call('if', { body: { n: 2 } })
  assert.equal(await countRuns(fixture, 'if'), 1)
  const wrong = await fixture.call('split', { body: { items: 1 } })
  assert.equal(wrong.status, 400)
})

test('a trigger that limits its runs lets others wait, and no more than it says', async (t) => {
  const clock = new ManualClock()
  const fixture = await startApp(t, {
    clock,
    files: {
      'w/workflow.json': requestWorkflow(
        {
          Delay: { type: 'Wait', inputs: { interval: { count: 1, unit: 'Minute' } }, runAfter: {} },
        },
        { trigger: { runtimeConfiguration: { concurrency: { runs: 1, maximumWaitingRuns: 2 } } } },
      ),
    },
  })
  const statuses: number[] = []
  for (let call = 0; call < 4; call += 1) statuses.push((await fixture.call('w')).status)
  assert.deepEqual(statuses, [202, 202, 202, 429])
  for (let turn = 0; turn < 4; turn += 1) {
    await settle()
    await clock.advance(60_000)
  }
  await settle()
  assert.equal(fixture.app.engine.activeCount, 0)
  assert.equal((await fixture.call('w')).status, 202)
})

test('a stateless workflow answers and leaves no history', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'w/workflow.json': requestWorkflow(
        { Response: { type: 'Response', inputs: { statusCode: 200, body: 'ok' }, runAfter: {} } },
        { kind: 'Stateless' },
      ),
    },
  })
  assert.equal(await (await fixture.call('w')).text(), 'ok')
  assert.equal(await countRuns(fixture, 'w'), 0)
})

test('a child workflow answers its parent, and a batch is released when it is full', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'parent/workflow.json': requestWorkflow({
        Call: {
          type: 'Workflow',
          inputs: { host: { workflow: { id: 'child' } }, body: { n: '@triggerBody()' } },
          runAfter: {},
        },
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@body('Call')" },
          runAfter: { Call: ['Succeeded'] },
        },
      }),
      'child/workflow.json': requestWorkflow({
        Response: {
          type: 'Response',
          inputs: { statusCode: 200, body: "@add(triggerBody()?['n'], 1)" },
          runAfter: {},
        },
      }),
      'sender/workflow.json': requestWorkflow({
        Send: {
          type: 'SendToBatch',
          inputs: {
            batchName: 'orders',
            content: '@triggerBody()',
            host: { triggerName: 'batch', workflow: { id: 'receiver' } },
          },
          runAfter: {},
        },
      }),
      'receiver/workflow.json': {
        kind: 'Stateful',
        definition: {
          triggers: {
            batch: {
              type: 'Batch',
              inputs: {
                mode: 'Inline',
                configurations: { orders: { releaseCriteria: { messageCount: 2 } } },
              },
            },
          },
          actions: {
            Contents: {
              type: 'Select',
              inputs: { from: "@triggerBody()?['items']", select: "@item()?['content']" },
              runAfter: {},
            },
          },
        },
      },
    },
  })
  const answer = await fixture.call('parent', { body: 4 })
  assert.equal(await answer.text(), '5')
  for (const body of ['a', 'b', 'c']) {
    await fixture.call('sender', { body })
    while ((await fixture.service.pendingRuns()) > 0)
      await new Promise((resolve) => setImmediate(resolve))
  }
  const { runs } = await fixture.app.engine.history.list({ workflow: 'app/receiver', limit: 10 })
  assert.equal(runs.length, 1)
  const events = await fixture.app.engine.history.events('app/receiver', runs[0]?.id ?? '')
  const [event] = events
  assert.deepEqual(event?.kind === 'ended' && event.record.outputs, { body: ['a', 'b'] })
})
