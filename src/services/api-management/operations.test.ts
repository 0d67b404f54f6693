import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { entityKinds } from './entity-kinds.ts'
import { entityActions } from './operations.ts'
import { policyNames, refusedPolicies } from './policy-table.ts'

const docs = readFileSync('docs/services/api-management.md', 'utf8')

/** The first column of the table under a heading. */
function rowsOf(heading: string): string[] {
  const [, section = ''] = docs.split(`## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

test('the docs list every kind of entity and every action', () => {
  const actions = Object.entries(entityActions).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `${kind}/${name}`),
  )
  // What is in a workspace is what is in a service.
  const kinds = entityKinds
    .map(({ kind }) => kind)
    .filter((kind) => !kind.startsWith('workspaces/'))
  assert.deepEqual(rowsOf('Management REST').toSorted(), [...kinds, ...actions].toSorted())
})

test('the docs list every policy, and those that are refused', () => {
  assert.deepEqual(
    rowsOf('Policies').toSorted(),
    [...policyNames, ...refusedPolicies.keys()].toSorted(),
  )
})
