import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { addressOf, operations } from './operations.ts'
import { pathAddressOf } from './path-operation.ts'
import { pathOperations } from './path-operations.ts'
import { queueAddressText, queueOperations } from './queue/operations.ts'
import { tableAddressText, tableOperations } from './table/operations.ts'

const docs = readFileSync('docs/services/storage.md', 'utf8')

test('the documentation lists the operations', () => {
  const [, section = ''] = docs.split('## Operations')
  const listed = [...section.matchAll(/^\| `([A-Z]+ [^`]+)` \| ([^|]+) \|/gm)].map(
    ([, address, name]) => `${address} ${name?.trim()}`,
  )
  assert.deepEqual(listed, [
    ...operations.map((operation) => `${addressOf(operation)} ${operation.name}`),
    ...pathOperations.map((operation) => `${pathAddressOf(operation)} ${operation.name}`),
    ...queueOperations.map((operation) => `${queueAddressText(operation)} ${operation.name}`),
    ...tableOperations.map((operation) => `${tableAddressText(operation)} ${operation.name}`),
  ])
})

test('the documentation lists the errors with their statuses', () => {
  const folder = 'src/services/storage'
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('errors.ts'))
  const code = files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n')
  const [, section = ''] = docs.split('## Errors')
  const thrown = [...code.matchAll(/new ServiceError\(\s*'(\w+)',\s*(\d+)/g)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  const listed = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, status]) => `${name} ${status}`,
  )
  assert.deepEqual(listed.toSorted(), [...new Set(thrown)].toSorted())
})
