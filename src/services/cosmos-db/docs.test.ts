import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operations } from './operations.ts'

test('the documentation lists the operations', () => {
  const documentation = readFileSync('docs/services/cosmos-db.md', 'utf8')
  const rows = documentation.matchAll(/^\| ([\w ]+) \| `(\w+ \/[^`]*)`([\w ]*) \|/gm)
  assert.deepEqual(
    [...rows].map(([, name, address, variant = '']) => `${name}: ${address} ${variant.trim()}`),
    operations.map(
      ({ name, method, path, variant }) => `${name}: ${method} ${path} ${variant ?? ''}`,
    ),
  )
})
