import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operations } from './operations.ts'

const docs = readFileSync('docs/services/entra-id.md', 'utf8')

test('the documentation lists the operations', () => {
  const [, section = ''] = docs.split('## Operations')
  const listed = [...section.matchAll(/^\| `(\w+) ([^`]+)` \| ([^|]+) \|/gm)].map(
    ([, method, path, name]) => `${method} ${path} ${name?.trim()}`,
  )
  assert.deepEqual(
    listed,
    operations.map(({ method, path, name }) => `${method} ${path} ${name}`),
  )
})

test('the documentation lists the errors with their statuses', () => {
  const code = readFileSync('src/services/entra-id/errors.ts', 'utf8')
  const [, section = ''] = docs.split('## Errors')
  const thrown = [
    ...[...code.matchAll(/badRequest\('(\w+)'/g)].map(([, name]) => `${name} 400`),
    ...[...code.matchAll(/unauthorized\('(\w+)'/g)].map(([, name]) => `${name} 401`),
    ...[...code.matchAll(/new ServiceError\('(\w+)', (\d+)/g)].map(
      ([, name, status]) => `${name} ${status}`,
    ),
  ]
  const listed = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  assert.deepEqual(listed.toSorted(), [...new Set(thrown)].toSorted())
})
