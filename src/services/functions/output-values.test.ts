import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outputValues } from './output-values.ts'

function json(value: unknown) {
  return outputValues('json', Buffer.from(JSON.stringify(value)))
}

function string(text: string) {
  return outputValues('string', Buffer.from(text))
}

test('an object is one value', () => {
  assert.deepEqual(json({ id: '1' }), [{ kind: 'json', text: '{"id":"1"}' }])
})

test('an array is one value for each element', () => {
  assert.deepEqual(json([{ a: 1 }, 'text', 5, true, [1, 2]]), [
    { kind: 'json', text: '{"a":1}' },
    { kind: 'text', text: 'text' },
    { kind: 'text', text: '5' },
    { kind: 'text', text: 'true' },
    { kind: 'json', text: '[1,2]' },
  ])
})

test('null is no value, alone and in an array', () => {
  assert.deepEqual(json(null), [])
  assert.deepEqual(json([null, { a: 1 }, null]), [{ kind: 'json', text: '{"a":1}' }])
  assert.deepEqual(json([]), [])
})

test('text is one value, empty text too', () => {
  assert.deepEqual(string('hello'), [{ kind: 'text', text: 'hello' }])
  assert.deepEqual(string(''), [{ kind: 'text', text: '' }])
  assert.deepEqual(string('5'), [{ kind: 'text', text: '5' }])
})

test('text that is a JSON object or array counts as what it says', () => {
  assert.deepEqual(string(' {"a" : 1}\n'), [{ kind: 'json', text: '{"a":1}' }])
  assert.deepEqual(string('[{"a":1},"b"]'), [
    { kind: 'json', text: '{"a":1}' },
    { kind: 'text', text: 'b' },
  ])
  assert.deepEqual(string('[not json]'), [{ kind: 'text', text: '[not json]' }])
})

test('an element that was stringified once more is sent as the JSON it is', () => {
  assert.deepEqual(json(['{"a": 1}']), [{ kind: 'json', text: '{"a":1}' }])
})

test('bytes are one value and are not looked into', () => {
  const bytes = Buffer.from([0, 255, 91, 93])
  assert.deepEqual(outputValues('bytes', bytes), [{ kind: 'bytes', bytes }])
})

test('numbers are their text, and an HTTP response is nothing for a sink', () => {
  assert.deepEqual(outputValues('int', Buffer.from('42')), [{ kind: 'text', text: '42' }])
  assert.deepEqual(outputValues('http', Buffer.from('body')), [])
})
