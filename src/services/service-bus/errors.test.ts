import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operations } from './operations.ts'

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

test('the documentation lists the operations of the wire', () => {
  const docs = readFileSync('docs/services/service-bus.md', 'utf8')
  const listed = [...docs.matchAll(/^\| (AMQP|HTTP) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, wire, address, operation, right]) => ({ wire, address, operation, right }),
  )
  assert.deepEqual(listed, operations)
})

test('the documentation lists the conditions of AMQP', () => {
  const code = readFileSync('src/services/service-bus/amqp-errors.ts', 'utf8')
  const docs = readFileSync('docs/services/service-bus.md', 'utf8')
  for (const [, condition = ''] of code.matchAll(/'((?:amqp|com\.microsoft):[a-z:-]+)'/g)) {
    if (condition !== 'amqp:internal-error') assert.ok(docs.includes(`\`${condition}\``), condition)
  }
})
