import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import type { JsonValue } from '../../base/json.ts'
import { openSqliteStore } from '../../store/sqlite/open-store.ts'
import { requestWorkflow, startApp } from './app-fixture.ts'

function delay(count: number): JsonValue {
  return requestWorkflow({
    Delay: { type: 'Wait', inputs: { interval: { count, unit: 'Second' } }, runAfter: {} },
  })
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('a run that waits for a far time is no work, one that is about to go on is', async (t) => {
  const files = { 'long/workflow.json': delay(3_600), 'short/workflow.json': delay(5) }
  const fixture = await startApp(t, { files })
  await fixture.call('long')
  await turns()
  assert.equal(fixture.app.engine.activeCount, 1)
  assert.equal(await fixture.service.pendingRuns(), 0)
  await fixture.call('short')
  await turns()
  assert.equal(await fixture.service.pendingRuns(), 1)
})

test('a subscription of a run that waits outlives the end of the platform, and is posted to once', async (t) => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = portOf(server.address())
  const inputs = {
    subscribe: { method: 'POST', uri: `http://127.0.0.1:${port}/subscribe`, body: '' },
    unsubscribe: { method: 'POST', uri: `http://127.0.0.1:${port}/unsubscribe` },
  }
  const files = {
    'w/workflow.json': requestWorkflow({ Hook: { type: 'HttpWebhook', inputs, runAfter: {} } }),
  }
  const clock = new ManualClock()
  const store = await openSqliteStore({ path: ':memory:', clock })
  t.after(() => store.close())
  const first = await startApp(t, { files, store, clock })
  const runId = (await first.call('w')).headers.get('x-ms-workflow-run-id') ?? ''
  while ((await first.service.pendingRuns()) > 0) await turns()
  await first.service.stop()
  await turns()
  assert.deepEqual(requests, ['/subscribe'])
  const second = await startApp(t, { files, store, clock })
  const posts = ['a', 'b'].map((text) => second.app.waits.post(runId, 'Hook', { body: text }))
  const taken = await Promise.all(posts)
  assert.equal(taken.filter((isTaken) => isTaken).length, 1)
  const run = second.app.engine.active(runId)
  assert.equal((await run?.ended)?.status, 'Succeeded')
})

function portOf(address: AddressInfo | string | null): { readonly port: number } {
  assert.ok(address !== null && typeof address === 'object')
  return address
}
