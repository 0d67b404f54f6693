import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { compileExpression } from './compile.ts'
import { emptyContext } from './empty-context.ts'

test('the time of an expression is that of the clock of its context', async () => {
  const clock = new ManualClock(Date.UTC(2026, 1, 3, 4, 5, 6))
  const context = emptyContext(clock)
  const read = (text: string): unknown =>
    compileExpression(text, { kind: 'expression' }).evaluate(context).value
  assert.equal(read('DateTime.UtcNow.ToString("o")'), '2026-02-03T04:05:06.0000000Z')
  assert.equal(read('DateTimeOffset.UtcNow.ToUnixTimeSeconds()'), 1_770_091_506n)
  assert.equal(read('DateTime.Today.ToString("s")'), '2026-02-03T00:00:00')
  await clock.advance(1000)
  assert.equal(read('DateTime.Now.ToString("s")'), '2026-02-03T04:05:07')
  assert.equal(read('DateTimeOffset.Now.ToString("s")'), '2026-02-03T04:05:07')
})
