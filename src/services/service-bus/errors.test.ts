import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

test('the documentation lists the errors with their statuses', () => {
  const code = readFileSync('src/services/service-bus/errors.ts', 'utf8')
  const docs = readFileSync('docs/services/service-bus.md', 'utf8').split('## Errors')[1] ?? ''
  const thrown = [...code.matchAll(/new ServiceError\(\s*'(\w+)',\s*(\d+)/g)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  const listed = [...docs.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  assert.deepEqual(listed, [...new Set(thrown)].toSorted())
})
