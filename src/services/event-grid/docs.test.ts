import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operations } from './operations.ts'

const docs = readFileSync('docs/services/event-grid.md', 'utf8')

test('the documentation lists the operations', () => {
  const listed = [...docs.matchAll(/^\| `([A-Z]+ [^`]+)` \| ([^|]+) \|/gm)].map(
    ([, address, name]) => `${address} ${name?.trim()}`,
  )
  assert.deepEqual(
    listed,
    operations.map(({ method, path, name }) => `${method} ${path} ${name}`),
  )
})

test('the documentation lists the errors with their statuses', () => {
  const code = readFileSync('src/services/event-grid/errors.ts', 'utf8')
  const [, section = ''] = docs.split('## Errors')
  const thrown = [...code.matchAll(/new ServiceError\(\s*'(\w+)',\s*(\d+)/g)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  const listed = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  assert.deepEqual(listed.toSorted(), [...new Set(thrown)].toSorted())
})
