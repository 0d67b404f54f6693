import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compileQuery } from './compile.ts'
import { CosmosSqlError } from './cosmos-sql-error.ts'

const folder = 'tests/golden/cosmos-sql'
const queries = readdirSync(folder).map((name) =>
  (readFileSync(`${folder}/${name}`, 'utf8').split('----------')[0] ?? '').trim(),
)

/** The same numbers each time: a query that fails can be found again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

const pieces = [
  "'",
  '"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  '@',
  '*',
  '\\',
  '\u0000',
  '\ud800',
  '--',
  '/*',
  '1e999',
  'SELECT ',
  ' IN ',
  ' udf.',
  'ARRAY(',
  ' ?? ',
  ' BETWEEN ',
]

function mutate(text: string, next: () => number): string {
  const at = next() % (text.length + 1)
  const length = next() % 8
  switch (next() % 4) {
    case 0:
      return text.slice(0, at) + text.slice(at + length)
    case 1:
      return text.slice(0, at) + (pieces[next() % pieces.length] ?? '') + text.slice(at)
    case 2:
      return (
        text.slice(0, at) + text.slice(at, at + length).repeat(1 + (next() % 40)) + text.slice(at)
      )
    default:
      return text.slice(0, at) + (queries[next() % queries.length] ?? '').slice(length)
  }
}

test('whatever a query says it is compiled or refused with a place in its text', () => {
  const source = numbers(17)
  const next = (): number => source.next().value
  for (let round = 0; round < 4_000; round += 1) {
    let text = queries[next() % queries.length] ?? ''
    for (let times = next() % 4; times >= 0; times -= 1) text = mutate(text, next)
    try {
      compileQuery(text, { parameters: [{ name: '@x', value: 1 }] })
    } catch (error) {
      assert.ok(
        error instanceof CosmosSqlError,
        `round ${round}: ${JSON.stringify(text)}: ${String(error)}`,
      )
      assert.ok(error.start >= 0 && error.start <= error.end && error.end <= text.length + 1)
    }
  }
})
