import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../base/clock.ts'
import { outputCharsPerSecondMax, outputLineCharsMax, outputLinesPerSecondMax } from './limits.ts'
import { OutputLines } from './output-lines.ts'

function newLines() {
  const clock = new ManualClock()
  const told: string[] = []
  return { clock, told, lines: new OutputLines(clock, (line) => told.push(line)) }
}

test('output is cut into lines, whatever pieces it comes in', () => {
  const { lines, told } = newLines()
  for (const piece of ['on', 'e\r\ntwo\nth', 'ree']) lines.write(piece)
  lines.end()
  assert.deepEqual(told, ['one', 'two', 'three'])
})

test('a line without an end is cut', () => {
  const { lines, told } = newLines()
  lines.write('x'.repeat(3 * outputLineCharsMax))
  assert.deepEqual(
    told.map((line) => line.length),
    [outputLineCharsMax],
  )
})

test('lines above the rate are dropped, and their number is told in the next second', async () => {
  const { lines, told, clock } = newLines()
  lines.write('a\n'.repeat(outputLinesPerSecondMax + 5))
  assert.equal(told.length, outputLinesPerSecondMax)
  await clock.advance(1_000)
  lines.write('b\n')
  assert.deepEqual(told.slice(outputLinesPerSecondMax), [
    '(5 lines dropped: too many in a second)',
    'b',
  ])
})

test('lines dropped at the end are told too', () => {
  const { lines, told } = newLines()
  lines.write('a\n'.repeat(outputLinesPerSecondMax + 1))
  lines.end()
  assert.equal(told.at(-1), '(1 lines dropped: too many in a second)')
})

test('a child that floods has to wait for the rest of the second', async () => {
  const { lines, clock } = newLines()
  assert.equal(lines.write('a'), 0)
  await clock.advance(400)
  assert.equal(lines.write('x'.repeat(outputCharsPerSecondMax)), 600)
  await clock.advance(600)
  assert.equal(lines.write('a'), 0)
})
