import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestWorkflow, startApp } from './app-fixture.ts'

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
