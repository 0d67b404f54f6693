import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { AppFiles } from './app-files.ts'
import { reloadQuietMs } from './limits.ts'

/** Long enough for the system to tell of a change, on a busy machine too. */
const noticedMs = 150

function open(t: { after(callback: () => void): void }, folders: readonly string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), 'app-files-'))
  for (const folder of folders) mkdirSync(join(dir, folder), { recursive: true })
  const clock = new ManualClock()
  const changes: number[] = []
  const files = new AppFiles({ dir, clock, onChange: () => changes.push(clock.now()) })
  files.start()
  t.after(() => {
    files.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    clock,
    files,
    changes,
    remove(name: string) {
      rmSync(join(dir, name), { recursive: true })
    },
    async write(...names: string[]) {
      for (const name of names) {
        mkdirSync(dirname(join(dir, name)), { recursive: true })
        writeFileSync(join(dir, name), String(Math.random()))
      }
      await new Promise((resolve) => setTimeout(resolve, noticedMs))
      await clock.advance(reloadQuietMs)
    },
  }
}

test('many files that change together are one change, told when they rest', async (t) => {
  const app = open(t, ['dist/functions'])
  await app.write('host.json', 'dist/index.js', 'dist/functions/a.mjs', 'local.settings.json')
  assert.equal(app.changes.length, 1)
  await app.write('dist/functions/a.mjs')
  assert.equal(app.changes.length, 2)
})

test('packages, version control and other files do not count', async (t) => {
  const app = open(t, ['node_modules/x', '.git'])
  await app.write('node_modules/x/index.js', '.git/index.json', 'README.md', 'notes.txt', 'a.log')
  assert.equal(app.changes.length, 0)
})

test('what host.json names counts too', async (t) => {
  const app = open(t, ['shared/deep', 'other'])
  app.files.include({ watchFiles: ['Rules.txt'], watchDirectories: ['./shared/'] })
  await app.write('other/rules.txt')
  await app.write('shared/deep/x.bin')
  await app.write('other/x.bin')
  assert.equal(app.changes.length, 2)
})

test('a folder that is deleted and built anew counts, and so do its files afterwards', async (t) => {
  const app = open(t, ['dist/functions'])
  await app.write('dist/functions/a.js')
  app.remove('dist')
  await app.write('dist/functions/a.js')
  assert.equal(app.changes.length, 2)
  await app.write('dist/functions/a.js')
  assert.equal(app.changes.length, 3)
  await app.write('new/folder/b.js')
  await app.write('new/folder/b.js')
  assert.equal(app.changes.length, 5)
})

test('a file that is removed counts', async (t) => {
  const app = open(t)
  await app.write('a.js')
  app.remove('a.js')
  await app.write('b.txt')
  assert.equal(app.changes.length, 2)
})

test('after stop nothing is told', async (t) => {
  const app = open(t)
  app.files.stop()
  await app.write('host.json')
  assert.equal(app.changes.length, 0)
})
