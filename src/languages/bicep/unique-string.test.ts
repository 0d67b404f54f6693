import assert from 'node:assert/strict'
import { test } from 'node:test'
import { templateGuid, uniqueString } from './unique-string.ts'

test('uniqueString gives what Azure gives', () => {
  const scope = '/subscriptions/00000000-0000-4000-8000-000000000084/resourceGroups/rg-p84'
  assert.equal(uniqueString([scope, 'p84fixture']), '52p2c4jfs43ig')
  assert.equal(uniqueString(['hello', 'world']), 'a7wkljktk6wne')
  assert.equal(uniqueString(['hello-world']), 'a7wkljktk6wne')
})

test('uniqueString knows every length of the last block', () => {
  const texts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg', 'abcdefgh']
  const made = texts.map((text) => uniqueString([text]))
  assert.equal(new Set(made).size, texts.length)
  assert.ok(made.every((text) => /^[a-z2-7]{13}$/.test(text)))
})

test('guid gives a version 5 UUID', () => {
  assert.match(
    templateGuid(['a', 'b']),
    /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  )
  assert.equal(templateGuid(['a', 'b']), templateGuid(['a-b']))
})
