import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParametersFile } from './parameters-file.ts'

function valueOf(text: string, environment: Record<string, string> = {}): unknown {
  const file = JSON.stringify({ parameters: { it: { value: text } } })
  return parseParametersFile(file, 'main.parameters.json', environment).get('it')?.value
}

test('a variable of the environment stands in its place', () => {
  assert.equal(valueOf('rg-${NAME}-${NAME}', { NAME: 'a' }), 'rg-a-a')
})

test('a value that is one unset variable leaves the parameter to its default', () => {
  assert.equal(valueOf('${NAME}'), undefined)
  assert.equal(valueOf('${NAME}', { NAME: '' }), undefined)
})

test('a default after the equals sign is taken for an unset or empty variable', () => {
  assert.equal(valueOf('${NAME=other}'), 'other')
  assert.equal(valueOf('${NAME=other}', { NAME: 'given' }), 'given')
  assert.equal(valueOf('${NAME=}'), '')
})

test('text around an unset variable stays', () => {
  assert.equal(valueOf('rg-${NAME}'), 'rg-')
})

test('values inside lists and objects are substituted too', () => {
  const text = JSON.stringify({ parameters: { it: { value: { a: ['${NAME}', 1, true, null] } } } })
  const values = parseParametersFile(text, 'main.parameters.json', { NAME: 'x' })
  assert.deepEqual(values.get('it')?.value, { a: ['x', 1, true, null] })
})

test('a value is where it stands in the file', () => {
  const text = '{ "parameters": {\n  "it": {\n    "value": 1 } } }'
  assert.deepEqual(parseParametersFile(text, 'main.parameters.json', {}).get('it'), {
    value: 1,
    at: { file: 'main.parameters.json', line: 3, column: 14 },
  })
})

test('a file that is not a parameters file says where', () => {
  assert.throws(() => parseParametersFile('{ "parameters":\n {]', 'main.parameters.json', {}), {
    code: 'InvalidTemplate',
    position: { file: 'main.parameters.json', line: 2, column: 3 },
  })
  const reference = '{ "parameters": {\n "secret": { "reference": {} } } }'
  assert.throws(() => parseParametersFile(reference, 'main.parameters.json', {}), {
    code: 'InvalidTemplate',
    position: { file: 'main.parameters.json', line: 2, column: 2 },
  })
})
