import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderList, receivedHeaders } from './header-list.ts'

test('a copied list and its original do not change each other', () => {
  const original = HeaderList.fromRaw(['X-Scope', 'a'])
  const copy = original.copy()
  copy.append('x-scope', 'b')
  original.append('x-scope', 'c')
  assert.deepEqual(original.toRaw(), ['X-Scope', 'a,c'])
  assert.deepEqual(copy.toRaw(), ['X-Scope', 'a,b'])
})

test('values of a header that is no list keep their own lines', () => {
  const list = HeaderList.fromRaw(['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Accept', 'x'])
  assert.deepEqual(list.toRaw(), ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Accept', 'x'])
})

test('headers of one connection, and those that Connection names, do not go on', () => {
  const raw = ['Connection', 'close, X-Hop', 'x-hop', '1', 'TE', 'a', 'X', '2']
  assert.deepEqual(receivedHeaders(raw).toRaw(), ['X', '2'])
})
