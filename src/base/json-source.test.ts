import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from './errors.ts'
import { parseJsonSource } from './json-source.ts'

test('comments, a trailing comma, single quotes and a byte order mark are read', () => {
  const text = `\uFEFF{ // first\n  "a": [1, -2.5e1, true, null,], /* second */ 'b': "\\u00e9\\n",\n}`
  assert.deepEqual(parseJsonSource(text).value, { a: [1, -25, true, null], b: 'é\n' })
})

test('the place of every value is known, and of a missing one its parent', () => {
  const source = parseJsonSource('{\n  "a": { "b": [10, 20] }\n}', 'x.json')
  assert.deepEqual(source.positionOf(['a', 'b', 1]), { file: 'x.json', line: 2, column: 20 })
  assert.deepEqual(source.positionOf(['a', 'none']), { file: 'x.json', line: 2, column: 8 })
  assert.deepEqual(source.positionOf([]), { file: 'x.json', line: 1, column: 1 })
})

test('a property named __proto__ is only a property', () => {
  const { value } = parseJsonSource('{"__proto__": {"admin": true}}')
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(JSON.stringify(value), '{"__proto__":{"admin":true}}')
})

const faults: [text: string, message: string][] = [
  ['', 'x.json:1:1: expected a value, the file ends here'],
  ['{"a" 1}', "x.json:1:6: expected ':' after a property name, found 1}"],
  ['{\n  a: 1}', 'x.json:2:3: expected a property name in double quotes, found a:'],
  ['{"a": 1 "b": 2}', `x.json:1:9: expected ',' or '}', found "b":`],
  ['{"a": tru}', 'x.json:1:7: expected a value, found tru}'],
  ['{"a": 01}', 'x.json:1:7: expected a value, found 01}'],
  ['{"a": "x\n"}', 'x.json:1:7: expected the closing quote of the string, found "x'],
  ['{"a": "\\q"}', 'x.json:1:8: expected an escape such as \\n or \\u00e9, found \\q"}'],
  ['{} {}', 'x.json:1:4: expected the end of the file, found {}'],
  ['{ /* open', 'x.json:1:3: expected the end of the comment: */, found /*'],
]

for (const [text, message] of faults) {
  test(`a fault names its place: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseJsonSource(text, 'x.json'),
      (error) => error instanceof SourceError && error.message === message,
    )
  })
}

test('nesting is bounded', () => {
  assert.throws(() => parseJsonSource('['.repeat(10_000)), { code: 'InvalidJson' })
})
