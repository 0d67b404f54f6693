import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ScriptThread } from './script-thread.ts'

function open(t: TestContext): ScriptThread {
  const thread = new ScriptThread()
  t.after(() => thread.stop())
  return thread
}

const limits = { timeoutMs: 10_000, memoryBytes: 16_777_216, context: '{"n":2}' }

test('a script sees its context and nothing of the machine', async (t) => {
  const thread = open(t)
  const sum = await thread.run({ ...limits, code: 'return workflowContext.n + 1' })
  assert.equal('json' in sum && sum.json, '3')
  const outside = await thread.run({
    ...limits,
    code: 'return [typeof process, typeof require, typeof fetch, typeof globalThis.console]',
  })
  assert.equal(
    'json' in outside && outside.json,
    '["undefined","undefined","undefined","undefined"]',
  )
})

test('a script that does not end is stopped, one that takes all memory fails, and the next one runs', async (t) => {
  const thread = open(t)
  const endless = await thread.run({ ...limits, timeoutMs: 100, code: 'for (;;) {}' })
  assert.equal('error' in endless && endless.error.kind, 'timeout')
  const greedy = await thread.run({
    ...limits,
    code: 'let text = "x"; for (;;) text += text + text.length',
  })
  assert.equal('error' in greedy && greedy.error.kind, 'failed')
  const deep = await thread.run({ ...limits, code: 'const f = () => f() + 1; return f()' })
  assert.equal('error' in deep && deep.error.kind, 'failed')
  const wrong = await thread.run({ ...limits, code: 'return (' })
  assert.equal('error' in wrong && wrong.error.kind, 'syntax')
  const good = await thread.run({ ...limits, code: 'return null' })
  assert.equal('json' in good && good.json, 'null')
})
