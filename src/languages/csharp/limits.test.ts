import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileExpression, type CompileOptions } from './compile.ts'
import { CSharpError } from './csharp-error.ts'
import { LimitError } from './machine.ts'
import { emptyContext } from './empty-context.ts'

function run(text: string, kind: CompileOptions['kind'] = 'expression'): unknown {
  return compileExpression(text, { kind }).evaluate(emptyContext()).value
}

const endless = [
  'while (true) { }',
  'int F(int n) { return F(n + 1); } return F(0);',
  'try { while (true) { } } catch { return 1; } return 2;',
  'var s = "a"; while (true) s += s;',
  'return Enumerable.Repeat(1, 900000).SelectMany(x => Enumerable.Repeat(1, 900000)).Count();',
  'return Enumerable.Range(0, 900000).Where(x => Enumerable.Range(0, 900000).Contains(-1)).Count();',
  'return new int[2000000000].Length;',
]

for (const text of endless) {
  test(`an evaluation without end is stopped: ${text.slice(0, 50)}`, () => {
    assert.throws(() => run(text, 'block'), LimitError)
  })
}

const deep = [
  `${'('.repeat(5000)}1${')'.repeat(5000)}`,
  `${'-'.repeat(20_000)}1`,
  `1${'+1'.repeat(30_000)}`,
  `a${'.b'.repeat(30_000)}`,
]

for (const text of deep) {
  test(`a text that nests without end is refused: ${text.slice(0, 10)}`, () => {
    assert.throws(() => run(text), CSharpError)
  })
}

const outside = [
  '"".GetType()',
  'this',
  '"a".constructor',
  'toString',
  '__proto__',
  'typeof(int)',
  '2147483647 + 1',
]

for (const text of outside) {
  test(`nothing but the listed types can be reached: ${text}`, () => {
    assert.throws(() => run(text), CSharpError)
  })
}
