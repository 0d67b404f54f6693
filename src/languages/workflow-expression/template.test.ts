import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { compileExpression } from './compile-expression.ts'
import { dataFactoryRoots } from './data-factory-roots.ts'
import type { ExpressionEnvironment } from './environment.ts'
import { templateFailure } from './expression-error.ts'
import { findProblems, namesIn } from './references.ts'
import { compileTemplate } from './template.ts'

const environment: ExpressionEnvironment = {
  clock: new ManualClock(),
  roots: dataFactoryRoots,
  newGuid: () => '00000000-0000-0000-0000-000000000000',
  random: () => 0,
  callRoot: () => 1,
}

test('what has no expressions is the same value in every result', () => {
  const inputs = { fixed: { a: [1, { b: 'x' }] }, text: "@variables('v')" }
  const template = compileTemplate(inputs)
  const result = template.evaluate(environment)
  assert.deepEqual(result, { fixed: inputs.fixed, text: 1 })
  assert.equal(Object.entries(result ?? {})[0]?.[1], inputs.fixed)
  assert.equal(compileTemplate(inputs.fixed).constant, inputs.fixed)
  assert.equal(template.constant, undefined)
})

test('an escaped text is constant too', () => {
  assert.deepEqual(compileTemplate(['@@x']).evaluate(environment), ['@x'])
  assert.equal(compileTemplate('@@x').constant, '@x')
})

test('calls are found with the path and the offset of their text, also in parts that evaluation skips', () => {
  const { calls } = compileTemplate({
    a: ["x @{if(true, 1, variables('v'))}"],
    b: "@activity('Look up')?['output'][length(item())]",
  })
  assert.deepEqual(
    calls.map(({ name, literal, path, offset }) => ({ name, literal, path, offset })),
    [
      { name: 'if', literal: undefined, path: ['a', 0], offset: 4 },
      { name: 'variables', literal: 'v', path: ['a', 0], offset: 16 },
      { name: 'activity', literal: 'Look up', path: ['b'], offset: 1 },
      { name: 'length', literal: undefined, path: ['b'], offset: 32 },
      { name: 'item', literal: undefined, path: ['b'], offset: 39 },
    ],
  )
  assert.deepEqual(namesIn(calls, 'Variables'), ['v'])
})

test('unknown functions and wrong counts of arguments are found without evaluating', () => {
  const { calls } = compileTemplate({ a: '@if(true, 1, nope(add(1)))', b: '@pipeline(1)' })
  assert.deepEqual(findProblems(calls, dataFactoryRoots), [
    {
      message: "The template function 'nope' is not defined or not valid.",
      offset: 13,
      path: ['a'],
    },
    {
      message:
        "The template language function 'add' expects two numeric parameters: the first summand as the first parameter and the seccond summand as the second parameter. The function was invoked with '1' parameter(s). Please see https://aka.ms/logicexpressions#add for usage details.",
      offset: 18,
      path: ['a'],
    },
    {
      message: "The template language function 'pipeline' must not have any parameters.",
      offset: 1,
      path: ['b'],
    },
  ])
})

test('an expression is compiled once', () => {
  assert.equal(compileExpression("variables('once')"), compileExpression("variables('once')"))
})

test("the host's message names the action", () => {
  assert.equal(
    templateFailure("action 'Compose' inputs", 'It failed.'),
    "Unable to process template language expressions in action 'Compose' inputs at line '0' and column '0': 'It failed.'.",
  )
})
