/** Kills a process with SIGKILL while workflows run, and looks whether each run that was acknowledged ends, once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RealClock } from '../../../src/base/clock.ts'
import { RunHistory } from '../../../src/engines/workflow/run-history.ts'
import type { Store } from '../../../src/store/store.ts'
import { openLogicApps } from './logic-apps-on-file.ts'

const program = fileURLToPath(new URL('running-child.js', import.meta.url))
const killAfterMs = [400, 700]

test('each run that was acknowledged ends, and no step that had ended is made again', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'interline-logic-apps-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const steps = await openSteps(t)
  mkdirSync(join(dir, 'app', 'steps'), { recursive: true })
  writeFileSync(join(dir, 'app', 'steps', 'workflow.json'), JSON.stringify(workflow(steps.url)))
  const place = { path: join(dir, 'store.db'), dir: join(dir, 'app') }
  const acknowledged: string[] = []
  for (const afterMs of killAfterMs) {
    acknowledged.push(...(await runUntilKilled([place.path, place.dir], afterMs)))
  }
  assert.ok(acknowledged.length > 20, `${acknowledged.length} runs were acknowledged`)
  const ended = new Set<string>()
  const opened = await openLogicApps({
    ...place,
    clock: new RealClock(),
    before: async (store) => {
      for (const step of await endedSteps(store, acknowledged)) ended.add(step)
      steps.made.length = 0
    },
  })
  t.after(() => opened.close())
  while ((await opened.service.pendingRuns()) > 0)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(steps.made.length > 0, 'nothing was left to do')
  assert.deepEqual(
    steps.made.filter((step) => ended.has(step)),
    [],
  )
  for (const id of acknowledged) {
    const run = await opened.app.engine.history.find('app/steps', id)
    assert.equal(run?.end?.status, 'Succeeded', id)
  }
})

/** A server that takes its time, and notes each step: `RUN/STEP`. */
async function openSteps(
  t: TestContext,
): Promise<{ readonly url: string; readonly made: string[] }> {
  const made: string[] = []
  const server = createServer((request, response) => {
    made.push(request.url?.slice(1) ?? '')
    setTimeout(() => response.writeHead(200).end(), 20).unref()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return { url: `http://127.0.0.1:${address.port}`, made }
}

function workflow(url: string) {
  const step = (name: string, runAfter: object) => ({
    type: 'Http',
    inputs: { method: 'POST', uri: `${url}/@{workflow()['run']['name']}/${name}` },
    runAfter,
  })
  return {
    kind: 'Stateful',
    definition: {
      triggers: { manual: { type: 'Request', kind: 'Http', inputs: {} } },
      actions: {
        One: step('One', {}),
        Two: step('Two', { One: ['Succeeded'] }),
        Three: step('Three', { Two: ['Succeeded'] }),
        Four: step('Four', { Three: ['Succeeded'] }),
      },
    },
  }
}

async function endedSteps(store: Store, runs: readonly string[]): Promise<string[]> {
  const history = new RunHistory(store, 'logic-apps')
  const steps: string[] = []
  for (const id of runs) {
    for (const event of await history.events('app/steps', id)) {
      if (event.kind === 'ended') steps.push(`${id}/${event.name}`)
    }
  }
  return steps
}

/** What the program printed in whole lines before it was killed. */
function runUntilKilled(programArguments: readonly string[], afterMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...programArguments], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    let timer: NodeJS.Timeout | undefined
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // The time counts from the first run: how long the program takes to start says nothing.
      timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', reject)
    child.on('close', () => resolve(text.split('\n').slice(0, -1)))
  })
}
