import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decimal } from '../dotnet/decimal.ts'
import { readJson, writeJson } from './json-text.ts'
import { WholeDouble } from './value.ts'

test('numbers keep what they are', () => {
  for (const text of [
    '5',
    '5.0',
    '-0.5',
    '1.1',
    '100000.0',
    '9007199254740993',
    '-9223372036854775808',
    '[1.0,2,3.50001]',
    '{"a":1E+20,"b":"1.0, 2e3"}',
    '1E-05',
  ]) {
    assert.equal(writeJson(readJson(text)), text)
  }
  assert.deepEqual(readJson('5.0'), new WholeDouble(5))
  assert.equal(readJson('9007199254740993'), 9007199254740993n)
  assert.equal(writeJson(new Decimal(150n, 2)), '1.50')
  assert.equal(writeJson(new Decimal(5n, 0)), '5.0')
})

test('a number beyond an int64 is a float', () => {
  assert.equal(writeJson(readJson('9223372036854775808')), '9.223372036854776E+18')
})

test('infinity and NaN are written as texts', () => {
  assert.equal(writeJson([Infinity, -Infinity, NaN]), '["Infinity","-Infinity","NaN"]')
})

test('a name that comes twice has its last value in its last place', () => {
  assert.equal(writeJson(readJson('{"a":1,"b":-1,"a":2}')), '{"b":-1,"a":2}')
  assert.equal(writeJson(readJson('{"a":{"x":1,"x":{"y":1,"y":2}}}')), '{"a":{"x":{"y":2}}}')
})

test('JSON inside a text is not taken for names', () => {
  const text = JSON.stringify({ a: '{"b":1,"b":2}', c: 'x":', d: 'y\\' })
  assert.equal(writeJson(readJson(text)), text)
})

test('names such as __proto__ are names like others', () => {
  assert.equal(writeJson(readJson('{"__proto__":1.0,"a":2}')), '{"__proto__":1.0,"a":2}')
})

test('what Newtonsoft takes beyond JSON is read too', () => {
  assert.equal(
    writeJson(readJson("{a: 'x', b: [1, 2,], /* c */ d: 0x10}")),
    '{"a":"x","b":[1,2],"d":16}',
  )
  assert.equal(writeJson(readJson('["two\nlines",1.0]')), '["two\\nlines",1.0]')
})

test('line ends of Unicode are escaped', () => {
  assert.equal(writeJson('a\u2028b\u0085'), '"a\\u2028b\\u0085"')
})
