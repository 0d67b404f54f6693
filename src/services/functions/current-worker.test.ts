import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CurrentWorker } from './current-worker.ts'

test('calls that wait for a worker are told when there will be none', async () => {
  const current = new CurrentWorker()
  const waiting = [current.get(), current.get()]
  current.end()
  for (const call of waiting) {
    await assert.rejects(call, { message: /was stopped before its worker was ready/ })
  }
})
