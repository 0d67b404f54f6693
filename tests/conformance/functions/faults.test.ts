import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { appDir, newApps, runApp, until } from './function-apps.ts'

test('a worker that ends in an invocation fails it, and calls wait for the next worker', async (t) => {
  const { fetch, told, app } = await runApp(t, 'faults')
  const before = await (await fetch('/api/Pid')).text()
  const [ended, other] = await Promise.all([fetch('/api/Exits'), fetch('/api/Never')])
  assert.deepEqual([ended.status, other.status], [500, 500])
  assert.match(told.spans.at(-1)?.reason ?? '', /worker process ended \(exit code 0\)/)
  const after = await (await fetch('/api/Pid')).text()
  assert.notEqual(after, before)
  await until('it runs', () => app.state === 'running')
  assert.equal(String(app.pid), after)
})

test('a promise nobody waits for ends the worker, as Node ends any program', async (t) => {
  const { fetch, told } = await runApp(t, 'faults')
  assert.equal((await fetch('/api/Rejects')).status, 500)
  assert.equal((await fetch('/api/Pid')).status, 200)
  assert.ok(told.messages().some((message) => message.includes('nobody waits')))
})

test('an endless loop and an answer that never comes end at functionTimeout', async (t) => {
  const { fetch, told } = await runApp(t, 'faults')
  for (const name of ['Hangs', 'Never']) {
    assert.equal((await fetch(`/api/${name}`)).status, 500)
    const reason = told.spans.at(-1)?.reason ?? ''
    const expected = `^Timeout value of 00:00:01 exceeded by function 'Functions.${name}' \\(Id: '`
    assert.match(reason, new RegExp(expected))
  }
  assert.equal((await fetch('/api/Pid')).status, 200)
})

test('an app that hangs does not hold up another one', async (t) => {
  const hanging = await runApp(t, 'faults')
  const other = await runApp(t, 'esm')
  const hung = hanging.fetch('/api/Hangs')
  const startMs = performance.now()
  assert.equal((await other.fetch('/api/FromIndex')).status, 200)
  assert.ok(performance.now() - startMs < 500)
  assert.equal((await hung).status, 500)
})

test('a flood of output and of log lines is cut, and said to be', async (t) => {
  const { fetch, told } = await runApp(t, 'faults', {
    settings: { AzureFunctionsJobHost__functionTimeout: '00:00:20' },
  })
  assert.equal((await fetch('/api/Prints')).status, 200)
  assert.ok(told.logs.length < 10_000, `${told.logs.length} lines`)
  const printed = told.logs.length
  assert.equal((await fetch('/api/Floods')).status, 200)
  assert.ok(told.logs.length - printed < 6_000, `${told.logs.length - printed} lines`)
  assert.ok(told.logs.every(({ message }) => message.length <= 32 * 1_024))
  await fetch('/api/Pid')
  await until('what was dropped is told', () =>
    told.messages().some((message) => /lines dropped|log lines were dropped/.test(message)),
  )
})

test('a worker is in a process group of its own, and ends with what it started', async (t) => {
  const { fetch, app, stop } = await runApp(t, 'faults')
  const spawned = Number(await (await fetch('/api/Spawns')).text())
  assert.equal(
    groupOf(app.pid),
    app.pid,
    'Ctrl-C in the terminal of the platform does not reach it',
  )
  assert.equal(groupOf(spawned), app.pid)
  assert.equal((await fetch('/api/Hangs')).status, 500)
  await until('both have ended', () => groupOf(spawned) === undefined)
  await stop()
})

test('an app that exhausts the memory it was given ends alone', async (t) => {
  const { fetch, told } = await runApp(t, 'faults', {
    settings: {
      languageWorkers__node__arguments: '--max-old-space-size=48',
      AzureFunctionsJobHost__functionTimeout: '00:00:30',
    },
  })
  assert.equal((await fetch('/api/Grows')).status, 500)
  assert.match(told.spans.at(-1)?.reason ?? '', /worker process ended \(signal SIGABRT\)/)
  assert.equal((await fetch('/api/Pid')).status, 200)
})

const unloadable: [name: string, failure: RegExp][] = [
  ['exits', /^The worker process ended \(exit code 0\) while it loaded the app\.$/],
  ['throws', /^Worker was unable to load entry point "index\.js": cannot read the configuration$/],
  ['v3', /Hello\/function\.json: apps of the programming model v3 are not supported/],
  [
    'unsupported',
    /^The 'Readings' function is in error: binding 'eventHubTrigger\w*' \(eventHubTrigger\): bindings of this type are not supported$/,
  ],
]

for (const [name, failure] of unloadable) {
  test(`an app that cannot be loaded says why: ${name}`, async (t) => {
    const { app, fetch } = await runApp(t, name)
    assert.equal(app.state, 'failed')
    assert.match(app.failure ?? '', failure)
    assert.equal(app.pid, undefined)
    assert.equal((await fetch('/api/anything')).status, 503)
  })
}

test('an app that hangs while it loads does not hold up a stop', async (t) => {
  const { apps, stop } = await newApps(t)
  const running = apps.run({ name: 'hangs', dir: appDir('hangs-at-load'), port: 0 })
  await until('its worker runs', () => apps.apps()[0]?.pid !== undefined)
  assert.equal(apps.apps()[0]?.state, 'starting')
  assert.equal(await apps.pending(), 1)
  const startMs = performance.now()
  await stop()
  assert.ok(performance.now() - startMs < 2_000)
  await running
})

test('settings that cannot be honoured are refused by name', async (t) => {
  const { app } = await runApp(t, 'esm', { settings: { FUNCTIONS_WORKER_PROCESS_COUNT: '4' } })
  assert.equal(
    app.failure,
    "FUNCTIONS_WORKER_PROCESS_COUNT: expected 1, found '4': an app has one worker process here.",
  )
  const other = await runApp(t, 'empty', { settings: { FUNCTIONS_WORKER_RUNTIME: 'python' } })
  assert.match(
    other.app.failure ?? '',
    /^FUNCTIONS_WORKER_RUNTIME: expected 'node', found 'python'/,
  )
})

test('an app that registers nothing runs', async (t) => {
  const { app, fetch } = await runApp(t, 'empty')
  assert.equal(app.state, 'running')
  assert.equal((await fetch('/api/anything')).status, 404)
})

test('warm-up functions run before any trigger opens, and a failed timer is retried by its policy', async (t) => {
  const { fetch, told } = await runApp(t, 'warmup')
  assert.equal(await (await fetch('/api/State')).text(), '{"warm":1}')
  const attempts = (): string[] =>
    told.messages().filter((message) => message.startsWith('attempt'))
  await until('three attempts', () => attempts().length === 3)
  assert.deepEqual(attempts(), [
    'attempt 0 of 0, adjusts true',
    'attempt 1 of 2, adjusts true',
    'attempt 2 of 2, adjusts true',
  ])
})

test('changed files are loaded, and a fault in them is mended by the next change', async (t) => {
  const dir = copyOfApp(t, 'esm')
  const { app, fetch } = await runApp(t, 'esm', { dir })
  const entry = join(dir, 'dist/src/index.js')
  const code = readFileSync(entry, 'utf8')
  writeFileSync(entry, code.replace('hello', 'hello again'))
  await until('the new code answers', async () => {
    const answer = await fetch('/api/FromIndex')
    return (await answer.text()) === 'hello again'
  })
  writeFileSync(entry, 'this is no JavaScript')
  await until('the app failed', () => app.state === 'failed')
  writeFileSync(entry, code)
  await until('the app runs again', async () => {
    const answer = await fetch('/api/FromIndex')
    return (await answer.text()) === 'hello'
  })
})

test('at stop running invocations end first, then appTerminate hooks run', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'interline-test-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'terminated')
  const hooked = await runApp(t, 'hooks', { settings: { TERMINATED_FILE: file } })
  await hooked.apps.stop()
  assert.equal(readFileSync(file, 'utf8'), 'terminated')
  const slow = await runApp(t, 'http')
  const answer = slow.fetch('/api/Slow')
  await until('it has begun', () => slow.app.running > 0)
  await slow.apps.stop()
  assert.equal((await answer).status, 200)
})

/** The process group of a process that runs, as Linux tells it. */
function groupOf(pid: number | undefined): number | undefined {
  try {
    const [, , state, , group] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
    return state === 'Z' ? undefined : Number(group)
  } catch {
    return undefined
  }
}

function copyOfApp(t: TestContext, name: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'interline-test-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  cpSync(appDir(name), dir, { recursive: true })
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'))
  return dir
}
