import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { requestWorkflow, startApp, writeFiles } from './app-fixture.ts'

const failing = { type: 'Compose', inputs: "@int('x')", runAfter: {} }
const answering = { type: 'Response', inputs: { statusCode: 200 }, runAfter: {} }

test('a run that fails is told where its caller did not hear of it', async (t) => {
  const fixture = await startApp(t, {
    files: {
      'unasked/workflow.json': requestWorkflow({ Fail: failing }),
      'heard/workflow.json': requestWorkflow({
        Fail: failing,
        Answer: { ...answering, runAfter: { Fail: ['Succeeded'] } },
      }),
      'later/workflow.json': requestWorkflow({
        Answer: answering,
        Fail: { ...failing, runAfter: { Answer: ['Succeeded'] } },
      }),
    },
  })
  const statuses: number[] = []
  for (const name of ['unasked', 'heard', 'later']) statuses.push((await fixture.call(name)).status)
  assert.deepEqual(statuses, [202, 502, 200])
  while (fixture.app.engine.activeCount > 0) await new Promise((resolve) => setImmediate(resolve))
  const failed = fixture.service.failedRuns()
  assert.deepEqual([...failed.keys()].toSorted(), ['app/later', 'app/unasked'])
  assert.equal(failed.get('app/unasked')?.count, 1)
  assert.match(failed.get('app/unasked')?.reason ?? '', /^ActionFailed: /)
})

test('a run that waits goes on when its definition, which was broken meanwhile, is mended', async (t) => {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const delay = { type: 'Wait', inputs: { interval: { count: 1, unit: 'Minute' } }, runAfter: {} }
  const waiting = requestWorkflow({ Delay: delay })
  const first = await startApp(t, { files: { 'w/workflow.json': waiting }, store, clock })
  const runId = (await first.call('w')).headers.get('x-ms-workflow-run-id') ?? ''
  await first.service.stop()
  const second = await startApp(t, { files: { 'w/workflow.json': '{' }, store, clock })
  assert.equal(second.app.engine.activeCount, 0)
  writeFiles(second.dir, { 'w/workflow.json': waiting })
  await second.app.reload()
  const run = second.app.engine.active(runId)
  await second.app.reload()
  assert.equal(second.app.engine.active(runId), run)
  const ended = run?.ended
  for (let minute = 0; minute < 2; minute += 1) {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(60_000)
  }
  assert.equal((await ended)?.status, 'Succeeded')
})

test('runs whose workflow is gone are told', async (t) => {
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const delay = { type: 'Wait', inputs: { interval: { count: 1, unit: 'Minute' } }, runAfter: {} }
  const files = { 'w/workflow.json': requestWorkflow({ Delay: delay }) }
  const first = await startApp(t, { files, store, clock })
  await first.call('w')
  await first.service.stop()
  const second = await startApp(t, { files: {}, store, clock })
  const reason = 'The workflow of runs that had not ended is gone.'
  assert.deepEqual(second.service.failedRuns(), new Map([['app/w', { count: 1, reason }]]))
})
