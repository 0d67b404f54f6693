import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

test('the documentation lists exactly the error codes that there are', () => {
  const source = readFileSync('src/services/cosmos-db/errors.ts', 'utf8')
  const thrown = [...source.matchAll(/new ServiceError\(\s*'(\w+)',\s*(\d+)/g)]
  const documentation = readFileSync('docs/services/cosmos-db.md', 'utf8')
  const listed = [...documentation.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)]
  const keys = (matches: RegExpMatchArray[]): string[] =>
    [...new Set(matches.map(([, code, status]) => `${status} ${code}`))].toSorted()
  assert.ok(thrown.length > 0)
  assert.deepEqual(keys(listed), keys(thrown))
})
