import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RealClock } from '../../../src/base/clock.ts'
import { openStorage } from '../../../src/services/storage/storage-fixture.ts'

/** Runs the child until it has told so much, kills it, and gives the numbers by what was told of them. */
async function killedAfter(path: string, count: number): Promise<Map<string, Set<string>>> {
  const script = fileURLToPath(import.meta.url)
  const program = fileURLToPath(new URL(`./messages-child${extname(script)}`, import.meta.url))
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = new Map<string, Set<string>>()
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = '', number = ''] = line.split(' ')
    told.set(what, (told.get(what) ?? new Set()).add(number))
    lines += 1
    if (lines === count) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return told
}

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'interline-queues-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'store.db')
}

test('after a kill every acknowledged message and entity is there once, and what was deleted stays so', async (t) => {
  const path = newPath(t)
  const told = await killedAfter(path, 400)
  const { storage, account } = await openStorage(t, { path, clock: new RealClock() })
  const queue = await storage.queues.get(account, 'calls')
  // What the functions of the run that died had taken comes again.
  await storage.queueMessages.recover(queue)
  const found: string[] = []
  for (let page = ['']; page.length > 0;) {
    const taken = await storage.queueMessages.take(queue, { count: 32, visibilityMs: 600_000 })
    page = taken.map(({ text, dequeueCount }) => {
      assert.equal(dequeueCount, 1)
      return text
    })
    found.push(...page)
  }
  const there = new Set(found)
  assert.equal(there.size, found.length)
  for (const number of told.get('put') ?? []) {
    const mayBeGone = told.get('deleting')?.has(number) === true
    assert.ok(there.has(number) || mayBeGone, number)
  }
  for (const number of told.get('deleted') ?? []) assert.ok(!there.has(number), number)
  const table = await storage.tables.get(account, 'results')
  for (const rowKey of told.get('entity') ?? []) {
    const entity = await storage.entities.find(table, { partitionKey: 'p', rowKey })
    assert.deepEqual(entity?.properties.get('n'), { type: 'Edm.Int32', value: Number(rowKey) })
  }
})
