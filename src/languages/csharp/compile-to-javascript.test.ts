import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Frame, type Run } from './bound.ts'
import { compileExpression } from './compile.ts'
import { constant, functionOf, javascript, temporary } from './compile-to-javascript.ts'
import { emptyContext } from './empty-context.ts'
import { Machine } from './machine.ts'

function frameOf(...slots: unknown[]): Frame {
  return new Frame(slots, undefined, new Machine(emptyContext()))
}

function block(text: string): unknown {
  return compileExpression(text, { kind: 'block' }).evaluate(emptyContext()).value
}

test('code within code is computed in its place', () => {
  const two = javascript`${constant(2)}`
  const first: Run = (frame) => frame.slots[0]
  assert.equal(javascript`${javascript`${two} + ${first}`} * ${two}`(frameOf(3)), 10)
})

test('code of any length and depth runs', () => {
  let sum = javascript`0`
  for (let index = 0; index < 100_000; index += 1) sum = javascript`${sum} + ${constant(1)}`
  assert.equal(sum(frameOf()), 100_000)
})

test('what a function keeps is not seen by the code around it', () => {
  const kept = temporary()
  const inner = javascript`(${kept} = value, ${kept})`
  const code = javascript`(${kept} = 1, ${functionOf(inner)}(2) + ${kept})`
  assert.equal(code(frameOf()), 3)
})

test('a text of an expression stays a text', () => {
  const text = "`;globalThis.broken=1;'\\n${1}*/"
  const literal = `"${text.replaceAll('\\', '\\\\')}"`
  assert.equal(block(`return ${literal} + ${literal}.Length;`), `${text}${text.length}`)
  assert.equal('broken' in globalThis, false)
})

const lambdas = [
  [
    'a lambda that calls itself',
    'Func<int, int> f = null; f = n => n < 2 ? 1 : n * f(n - 1); return f(5);',
    120,
  ],
  [
    'a lambda that goes on in the middle of itself',
    'Func<int, int> f = null; f = n => n < 1 ? 0 : f(n - 1) + n * 10 + f(0); return f(3);',
    60,
  ],
  [
    'a lambda that threw',
    'Func<int, int> f = n => 6 / n; var all = ""; foreach (var n in new[] { 1, 0, 2 }) { try { all += f(n); } catch (Exception) { all += "x"; } } return all;',
    '6x3',
  ],
  [
    'a lambda whose variable another one keeps',
    'var fs = new[] { 1, 2, 3 }.Select(n => (Func<int>)(() => n * n)).ToList(); return string.Join(",", fs.Select(f => f()));',
    '1,4,9',
  ],
  [
    'a method of a value that a lambda was given',
    'var fs = new[] { "ab", "cd" }.Select(s => { Func<string, bool> f = s.Contains; return f; }).ToList(); return fs[0]("a") && !fs[1]("a");',
    true,
  ],
  [
    'lazy steps over what a lambda was given',
    'var rows = new[] { new[] { 1, 2 }, new[] { 3 } }.Select(r => r.Select(Convert.ToString)).ToList(); return string.Join(";", rows.Select(r => string.Join(",", r)));',
    '1,2;3',
  ],
] as const

for (const [name, text, result] of lambdas) {
  test(`${name} has its own variables`, () => {
    assert.equal(block(text), result)
  })
}
