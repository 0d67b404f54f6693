import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesTags } from './tag-query.ts'

const tags = { status: 'new', priority: '2', "it's": 'x' }

test('conditions compare texts, all or one of them', () => {
  const cases: [string, boolean][] = [
    [`status='new'`, true],
    [`"status" = 'old'`, false],
    [`status='new' AND priority>='2' and priority<'3'`, true],
    [`status='old' OR priority<>'1'`, true],
    [`missing<>'1'`, false],
    [`"it's"='x'`, true],
    [`status='it''s'`, false],
  ]
  for (const [text, expected] of cases) assert.equal(matchesTags(text, tags), expected, text)
})

test('what is no condition is refused', () => {
  for (const text of [
    '',
    'status',
    `status='new`,
    `status='new' AND`,
    `status=new`,
    `a='1' b='2'`,
  ]) {
    assert.throws(() => matchesTags(text, tags), { code: 'InvalidQueryParameterValue' }, text)
  }
})
