import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { newLogger } from '../../base/logger.ts'
import { newTrace } from '../../base/trace-context.ts'
import type { Value } from '../../languages/workflow-expression/value.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import type { ActionCall, Outcome } from './action-call.ts'
import { buildGraph, GraphError, type ActionSource } from './graph.ts'
import { withRetries } from './retry.ts'
import type { RunEvent } from './run-events.ts'
import { readEvents, writeEvents } from './run-events.ts'
import { statusOf, type ActionStatus } from './status.ts'
import { Variables } from './variables.ts'
import { WorkflowEngine } from './workflow-engine.ts'
import type { Wording } from './wording.ts'

const wording: Wording = {
  skipped: () => ({ code: 'Skipped' }),
  innerFailed: { code: 'Failed', message: 'failed' },
  innerTimedOut: { code: 'TimedOut', message: 'timed out' },
  cancelled: () => ({ code: 'Cancelled' }),
  timedOut: () => ({ code: 'TimedOut' }),
  untilLimit: () => ({ code: 'Limit', message: 'limit' }),
  tooManyItems: () => ({ status: 'Failed' }),
  thrown: (_, error) => ({ status: 'Failed', error: { code: 'Thrown', message: String(error) } }),
}

function leaf(
  name: string,
  run: (call: ActionCall) => Outcome | Promise<Outcome>,
  options: { after?: Record<string, readonly ActionStatus[]>; isExternal?: boolean } = {},
): ActionSource {
  const { after = {}, isExternal = false } = options
  return { name, type: 'leaf', runAfter: after, work: { kind: 'leaf', isExternal, run } }
}

async function open(t: TestContext, actions: readonly ActionSource[]) {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const logger = newLogger({ name: 'test', level: 'silent' })
  const engine = new WorkflowEngine<undefined>({ store, clock, logger, prefix: 'test' })
  t.after(() => engine.stop())
  const graph = buildGraph(actions)
  const start = (id: string, seed: readonly RunEvent[] = []) =>
    engine.start({
      start: {
        id,
        workflow: 'w',
        definition: 'd',
        startMs: clock.now(),
        trace: newTrace(),
        header: null,
      },
      definitionText: '{}',
      profile: {
        graph,
        wording,
        isDurable: true,
        hasHistory: true,
        timeoutMs: 60_000,
        retentionMs: 60_000,
      },
      context: undefined,
      seed,
    })
  return { engine, clock, start }
}

const ok = (outputs: Value = null): Outcome => ({ status: 'Succeeded', outputs })

test('what is ready at the same time runs at the same time', async (t) => {
  const order: string[] = []
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { start } = await open(t, [
    leaf('A', async () => (order.push('A'), await held, ok()), { isExternal: true }),
    leaf('B', async () => (order.push('B'), release(), ok()), { isExternal: true }),
    leaf('C', () => (order.push('C'), ok()), { after: { A: ['Succeeded'], B: ['Succeeded'] } }),
  ])
  const { ended } = await start('1')
  assert.deepEqual(await ended, { status: 'Succeeded' })
  assert.deepEqual(order, ['A', 'B', 'C'])
})

test('a run that takes longer than it may times out, and what runs is cancelled', async (t) => {
  const { start, clock, engine } = await open(t, [
    leaf('A', () => new Promise(() => {}), { isExternal: true }),
  ])
  const { ended } = await start('1')
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(60_000)
  assert.deepEqual(await ended, { status: 'TimedOut' })
  const [event] = await engine.history.events('w', '1')
  assert.equal(event?.kind === 'ended' && event.record.status, 'Cancelled')
})

test('an action that throws fails, and the run ends', async (t) => {
  const { start } = await open(t, [
    leaf('A', () => {
      throw new Error('no')
    }),
  ])
  assert.deepEqual(await (await start('1')).ended, { status: 'Failed', error: wording.innerFailed })
})

test('a run takes over events of another one and does not do them again', async (t) => {
  let count = 0
  const { start, engine } = await open(t, [
    leaf('A', () => ((count += 1), ok(count))),
    leaf('B', () => ok('new'), { after: { A: ['Succeeded'] } }),
  ])
  await (
    await start('1')
  ).ended
  const first = await engine.history.events('w', '1')
  await (
    await start(
      '2',
      first.filter(({ name }) => name === 'A'),
    )
  ).ended
  assert.equal(count, 1)
  const second = await engine.history.events('w', '2')
  assert.deepEqual(
    second.map(({ name }) => name),
    ['A', 'B'],
  )
})

test('a list of actions that is no graph is refused', () => {
  const fault = (actions: readonly ActionSource[]) => {
    try {
      buildGraph(actions)
      return 'none'
    } catch (error) {
      return error instanceof GraphError ? error.fault : error
    }
  }
  const node = (name: string, after: Record<string, readonly ActionStatus[]> = {}) =>
    leaf(name, () => ok(), { after })
  assert.equal(fault([node('A'), node('a')]), 'duplicate')
  assert.equal(fault([node('A', { B: ['Succeeded'] })]), 'unknown')
  assert.equal(fault([node('A', { A: ['Succeeded'] })]), 'self')
  assert.equal(fault([node('A', { B: ['Succeeded'] }), node('B', { A: ['Succeeded'] })]), 'cycle')
  assert.equal(fault(Array.from({ length: 501 }, (_, index) => node(`A${index}`))), 'count')
})

test('a list of actions is as its last ones, skipped ones count as what they waited for', () => {
  const graph = buildGraph([
    leaf('A', () => ok()),
    leaf('B', () => ok(), { after: { A: ['Succeeded'] } }),
    leaf('C', () => ok(), { after: { B: ['Failed'] } }),
  ])
  const status = (by: Record<string, ActionStatus>) =>
    statusOf(graph.root.nodes, ({ name }) => by[name])
  assert.equal(status({ A: 'Succeeded', B: 'Failed', C: 'Succeeded' }), 'Succeeded')
  assert.equal(status({ A: 'Failed', B: 'Skipped', C: 'Skipped' }), 'Failed')
  assert.equal(status({ A: 'Succeeded', B: 'TimedOut', C: 'Skipped' }), 'TimedOut')
  assert.equal(status({ A: 'Succeeded', B: 'Succeeded', C: 'Skipped' }), 'Succeeded')
})

test('events come back as they were written, numbers with all their digits', () => {
  const record = {
    name: 'A',
    status: 'Succeeded',
    code: 'OK',
    startMs: 1.25,
    endMs: 2,
    spanId: 'x',
    inputs: { big: 9_007_199_254_740_993n, text: 'ä"\n' },
    outputs: [null, true, 1.5],
    error: { code: 'c', message: 'm' },
    iterations: 3,
    retries: [{ startMs: 1, endMs: 2, code: '503' }],
  } as const
  const events: RunEvent[] = [
    { kind: 'saved', name: 'A', repetition: '1/2', startMs: 1, state: { items: [1] } },
    {
      kind: 'ended',
      name: 'A',
      repetition: '',
      record,
      variables: [{ name: 'v', kind: 'appendToArray', value: 1 }],
      terminate: { status: 'Failed', error: { code: 'E', message: 'stop' } },
    },
  ]
  assert.deepEqual(readEvents(writeEvents(events)), events)
})

test('a variable that was read does not change under its reader', () => {
  const variables = new Variables()
  variables.apply({ name: 'List', kind: 'initialize', type: 'Array', value: [] })
  variables.apply({ name: 'list', kind: 'appendToArray', value: 1 })
  variables.apply({ name: 'list', kind: 'appendToArray', value: 2 })
  const read = variables.get('LIST')
  variables.apply({ name: 'list', kind: 'appendToArray', value: 3 })
  assert.deepEqual(read, [1, 2])
  assert.deepEqual(variables.get('list'), [1, 2, 3])
})

test('attempts wait as the policy says, longer where the other side asks for it', async () => {
  const clock = new ManualClock()
  const times: number[] = []
  const call = { signal: new AbortController().signal }
  const startMs = clock.now()
  const work = withRetries(
    { policy: { kind: 'fixed', count: 3, intervalMs: 1_000 }, clock, call },
    async (number) => {
      times.push(clock.now() - startMs)
      const asked = number === 1 ? { retryAfterMs: 5_000 } : {}
      return { value: number, code: '503', isTransient: number < 2, ...asked }
    },
  )
  await clock.advance(0)
  for (let turn = 0; turn < 10; turn += 1) await clock.advance(1_000)
  const { value, retries } = await work
  assert.equal(value, 2)
  assert.equal(retries?.length, 2)
  assert.deepEqual(times, [0, 1_000, 6_000])
})
