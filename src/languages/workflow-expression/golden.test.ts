import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { parseJson } from '../../base/json.ts'
import { dataFactoryRoots } from './data-factory-roots.ts'
import { makeRootTable, type ExpressionEnvironment, type RootTable } from './environment.ts'
import { ExpressionError, ExpressionSyntaxError } from './expression-error.ts'
import { readJson, writeJson } from './json-text.ts'
import { signatures } from './signatures.ts'
import { compileTemplate } from './template.ts'
import { isObject, propertyOf, type Value } from './value.ts'

// A case: lines `given name json` say what a function of the host gives (of an object: its member by the first
// argument), `host data-factory` changes the host; each other line is a text of inputs, or inputs as JSON when it starts
// with `{` or `[`. Below a line `----------` stand the results as JSON, or `error: ..` with the place of a syntax error.
// It is 2026-01-15T10:30:00.1234567Z, the next UUID is known, and random numbers are one half.
const folder = join('tests', 'golden', 'workflow-expression')
const divider = '----------\n'
const nowMs = Date.UTC(2026, 0, 15, 10, 30, 0) + 123.4567

const logicAppsRoots = makeRootTable(
  ['body', 'outputs', 'variables']
    .map((name) => ({ name, argumentsMin: 1, argumentsMax: 1 }))
    .concat(
      ['trigger', 'triggerOutputs'].map((name) => ({ name, argumentsMin: 0, argumentsMax: 0 })),
    ),
)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.golden'))) {
  test(`workflow-expression golden: ${file}`, () => {
    const [input = '', expected = ''] = readFileSync(join(folder, file), 'utf8').split(divider)
    assert.deepEqual(answers(input), linesOf(expected))
  })
}

test('every function has golden cases, and one that it fails or a second that it does not', () => {
  for (const { name } of signatures.values()) {
    const [input = ''] = readFileSync(join(folder, `${name}.golden`), 'utf8').split(divider)
    const cases = linesOf(input).filter((line) => line.includes(`${name}(`))
    assert.ok(cases.length >= 2, name)
  }
})

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function answers(input: string): string[] {
  const lines = linesOf(input)
  const roots = lines.includes('host data-factory') ? dataFactoryRoots : logicAppsRoots
  const environment = environmentOf(
    lines.filter((line) => line.startsWith('given ')),
    roots,
  )
  return lines
    .filter((line) => !line.startsWith('given ') && !line.startsWith('host '))
    .map((line) => answer(line, environment))
}

function answer(line: string, environment: ExpressionEnvironment): string {
  try {
    const template = compileTemplate(/^[[{]/.test(line) ? parseJson(line) : line)
    return writeJson(template.evaluate(environment))
  } catch (error) {
    if (error instanceof ExpressionError) return `error: ${oneLine(error.message)}`
    if (!(error instanceof ExpressionSyntaxError)) throw error
    const place = [...error.path, error.offset].join(' ')
    return `error at ${place}: ${oneLine(error.message)}`
  }
}

function oneLine(text: string): string {
  return text.replaceAll('\r\n', '\\r\\n').replaceAll('\n', '\\n')
}

function environmentOf(given: readonly string[], roots: RootTable): ExpressionEnvironment {
  const values = new Map(
    given.map((line) => {
      const [, name = '', json = ''] = /^given (\w+) (.*)$/.exec(line) ?? []
      return [name, readJson(json)] as const
    }),
  )
  return {
    clock: new ManualClock(nowMs),
    roots,
    newGuid: () => 'c2ecc88d-88c8-4096-912c-d6f2e2b138ce',
    random: () => 0.5,
    callRoot: (name, [first]) => rootValue(values.get(name) ?? null, first),
  }
}

function rootValue(value: Value, member: Value | undefined): Value {
  if (typeof member !== 'string' || !isObject(value)) return value
  return propertyOf(value, member) ?? null
}
