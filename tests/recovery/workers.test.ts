/** A platform is killed with SIGKILL while a function runs; its worker must not outlive it for long. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runApp, until } from '../conformance/functions/function-apps.ts'
import { newDataDir } from '../test-platform.ts'

test('a worker left behind by a killed platform ends, blocked or not', async (t) => {
  const storePath = join(newDataDir(t), 'store.db')
  for (const call of ['Pid', 'Hangs']) {
    const pid = await runUntilKilled(storePath, call)
    if (call === 'Pid') await until('the worker has ended', () => !isAlive(pid))
    else assert.ok(isAlive(pid), 'a blocked worker notices nothing')
    const { stop } = await runApp(t, 'empty', { storePath })
    await until('the worker has ended', () => !isAlive(pid))
    await stop()
  }
})

/** Runs the app in a process of its own, calls a function and kills the process; gives the worker's process id. */
async function runUntilKilled(storePath: string, call: string): Promise<number> {
  const program = fileURLToPath(new URL('app-until-killed.js', import.meta.url))
  const child = spawn(process.execPath, [program, storePath, call], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise((done) => child.once('close', done))
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (text.includes('\n')) child.kill('SIGKILL')
  }
  await closed
  return Number(text)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
