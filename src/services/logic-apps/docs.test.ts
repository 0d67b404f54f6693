import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { actionCompilers, unsupportedActions } from './action-table.ts'
import { operations } from './operations.ts'
import { triggerTypes } from './trigger-table.ts'

const docs = readFileSync('docs/services/logic-apps.md', 'utf8')

test('the documentation lists the operations of the management', () => {
  const listed = [...docs.matchAll(/^\| `([A-Z]+ [^`]+)` \| ([^|]+) \|/gm)].map(
    ([, address, name]) => `${address} ${name?.trim()}`,
  )
  assert.deepEqual(
    listed,
    operations.map(({ method, path, name }) => `${method} ${path} ${name}`),
  )
})

test('the documentation lists the errors with their statuses', () => {
  const code = readFileSync('src/services/logic-apps/errors.ts', 'utf8')
  const [, section = ''] = docs.split('## Errors')
  const thrown = [...code.matchAll(/new ServiceError\(\s*'(\w+)',\s*(\d+)/g)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  const listed = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  assert.deepEqual(listed.toSorted(), [...new Set(thrown)].toSorted())
})

test('the documentation names every type of action and trigger', () => {
  const words = new Set(docs.toLowerCase().match(/[a-z0-9]+/g))
  const named = [...actionCompilers.keys(), ...triggerTypes.keys()]
  assert.deepEqual(
    named.filter((name) => !words.has(name)),
    [],
  )
})

test('no type of action is both there and refused', () => {
  assert.deepEqual(
    [...unsupportedActions.keys()].filter((name) => actionCompilers.has(name)),
    [],
  )
})
