import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readWhole } from '../../../src/services/storage/reading.ts'
import { openStorage } from '../../../src/services/storage/storage-fixture.ts'

/** Runs the child until it has acknowledged so many blobs, kills it, and gives the numbers of them. */
async function killedAfter(path: string, count: number): Promise<Set<string>> {
  const script = fileURLToPath(import.meta.url)
  const program = fileURLToPath(new URL(`./blobs-child${extname(script)}`, import.meta.url))
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged = new Set<string>()
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') acknowledged.add(line)
    if (acknowledged.size === count) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return acknowledged
}

function newPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'interline-storage-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'store.db')
}

test('what was acknowledged before the process was killed is there, with its events, and no file is left over', async (t) => {
  const path = newPath(t)
  const acknowledged = await killedAfter(path, 60)
  const { storage, account } = await openStorage(t, { path })
  const { blobs } = await storage.listBlobs({ account, container: 'con' }, { limit: 5_000 })
  const names = new Set(blobs.map(({ name }) => name))
  for (const name of acknowledged) assert.ok(names.has(name), name)
  for (const { name, length } of blobs) {
    const { content } = await storage.readBlob({ account, container: 'con', name })
    const expected = Buffer.alloc(length, String(Number(name) % 10))
    assert.ok((await readWhole(content)).equals(expected), name)
  }
  assert.equal(await storage.pendingEvents(), blobs.length)
  const folder = `${path}.blobs`
  const files = existsSync(folder)
    ? readdirSync(folder).flatMap((shard) => readdirSync(join(folder, shard)))
    : []
  assert.equal(files.length, blobs.filter(({ length }) => length > 65_536).length)
})
