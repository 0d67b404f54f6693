import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OperationMatcher } from './operation-match.ts'

const matcher = new OperationMatcher(
  [
    ['rest', 'GET', '/*'],
    ['files', 'GET', '/files/{*path}'],
    ['order', 'GET', '/orders/{id}'],
    ['latest', 'GET', '/orders/latest'],
    ['delete', 'DELETE', '/orders/{id}'],
    ['named', 'GET', "/items('{key}')"],
    ['search', 'GET', '/search?kind=book&q={q}'],
  ].map(([id = '', method = '', urlTemplate = '']) => ({
    id,
    method,
    urlTemplate,
    displayName: id,
  })),
)

function match(method: string, target: string) {
  const [path = '', query = ''] = target.split('?')
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => [name, [value]] as const)
  const found = matcher.match(method, path, new Map(pairs))
  return found && { operation: found.operation.id, ...Object.fromEntries(found.parameters) }
}

test('words come before parameters, and parameters before the rest', () => {
  assert.deepEqual(match('GET', '/orders/latest'), { operation: 'latest' })
  assert.deepEqual(match('GET', '/orders/7/'), { operation: 'order', id: '7' })
  assert.deepEqual(match('GET', '/anything/else'), { operation: 'rest' })
})

test('a method that no operation of the path has is not matched', () => {
  assert.equal(match('POST', '/orders/7'), undefined)
})

test('parameters are decoded, a catch-all keeps its slashes', () => {
  assert.deepEqual(match('GET', '/files/a/b%20c'), { operation: 'files', path: 'a/b c' })
  assert.deepEqual(match('GET', "/items('k1')"), { operation: 'named', key: 'k1' })
})

test('a fixed value in the query of a template must be there', () => {
  assert.deepEqual(match('GET', '/search?kind=book&q=sea'), { operation: 'search', q: 'sea' })
  assert.deepEqual(match('GET', '/search?kind=film'), { operation: 'rest' })
})
