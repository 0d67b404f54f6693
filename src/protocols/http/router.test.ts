import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RouteTemplateError } from './route-template.ts'
import { Router } from './router.ts'

function paramsOf(template: string, path: string): Record<string, string> | undefined {
  const router = new Router<string>()
  router.add('GET', template, template)
  const match = router.match('GET', path)
  return match.kind === 'found' ? { ...match.params } : undefined
}

function winnerOf(templates: readonly string[], path: string): string | undefined {
  const router = new Router<string>()
  for (const template of templates) router.add('*', template, template)
  const match = router.match('GET', path)
  return match.kind === 'found' ? match.value : undefined
}

test('literals ignore case, a trailing slash and the query', () => {
  assert.deepEqual(paramsOf('api/Orders', '/API/orders/?a=1'), {})
  assert.equal(paramsOf('api/orders', '/api/orders/1'), undefined)
  assert.equal(paramsOf('api/orders', '/api//orders'), undefined)
  assert.deepEqual(paramsOf('', '/'), {})
})

test('parameters keep their case and are percent-decoded, but %2F stays', () => {
  assert.deepEqual(paramsOf('api/{Name}', '/api/J%C3%B6rg%20A'), { Name: 'Jörg A' })
  assert.deepEqual(paramsOf('api/{name}', '/api/a%2Fb'), { name: 'a%2Fb' })
  assert.deepEqual(paramsOf('api/{name}', '/api/%E0%A4%A'), { name: '%E0%A4%A' })
})

test('dot segments cannot climb out of the path they are in', () => {
  assert.deepEqual(paramsOf('api/{*rest}', '/api/a/../b'), { rest: 'b' })
  assert.deepEqual(paramsOf('admin', '/api/%2e%2e/admin'), {})
  assert.equal(paramsOf('api/x', '/../../api/../x'), undefined)
})

test('an optional parameter that is missing has no entry, a default fills in', () => {
  assert.deepEqual(paramsOf('a/{id?}', '/a'), {})
  assert.deepEqual(paramsOf('a/{id:int?}', '/a'), {})
  assert.equal(paramsOf('a/{id:int?}', '/a/x'), undefined)
  assert.deepEqual(paramsOf('a/{id=7}/{sub=x}', '/a'), { id: '7', sub: 'x' })
  assert.equal(paramsOf('a/{id}/{sub?}', '/a'), undefined)
})

test('a catch-all takes the rest, slashes included, or nothing', () => {
  assert.deepEqual(paramsOf('a/{*rest}', '/a/b/c/d'), { rest: 'b/c/d' })
  assert.deepEqual(paramsOf('a/{**rest}', '/a'), {})
  assert.deepEqual(paramsOf('a/{*rest=home}', '/a'), { rest: 'home' })
  assert.deepEqual(paramsOf('{*rest}', '/'), {})
})

test('a mixed segment is read from the right', () => {
  assert.deepEqual(paramsOf('file-{name}.{ext}', '/FILE-a.b.c'), { name: 'a.b', ext: 'c' })
  assert.equal(paramsOf('file-{name}.{ext}', '/file-.c'), undefined)
  assert.deepEqual(paramsOf('{name}.{ext?}', '/readme'), { name: 'readme' })
  assert.deepEqual(paramsOf('{name}.{ext?}', '/readme.md'), { name: 'readme', ext: 'md' })
  assert.equal(paramsOf('{name}.{ext?}', '/readme.'), undefined)
  assert.deepEqual(paramsOf('v{major}.{minor}-x', '/v1.2-X'), { major: '1', minor: '2' })
})

test('each constraint accepts what .NET parses and nothing else', () => {
  const cases: [string, string[], string[]][] = [
    ['int', ['0', '-5', '+7', '2147483647'], ['2147483648', '1.0', 'x', '1e3']],
    ['long', ['9223372036854775807'], ['9223372036854775808']],
    ['bool', ['true', 'FALSE'], ['1', 'yes']],
    ['datetime', ['2016-12-31', '12-31-2016', '2024-02-29T10:00:00Z'], ['2023-02-29', 'x', '5']],
    ['decimal', ['49.99', '-1,000.01', '5-'], ['1e3', '99999999999999999999999999999', '.']],
    ['double', ['1.234', '1e-5', 'NaN'], ['1.2.3', 'x']],
    ['float', ['1.234'], ['--1']],
    [
      'guid',
      ['CD2C1638-1638-72D5-1638-DEADBEEF1638', '{cd2c1638-1638-72d5-1638-deadbeef1638}'],
      ['1'],
    ],
    ['minlength(4)', ['Rick'], ['Ric']],
    ['maxlength(4)', ['Rick'], ['Ricky']],
    ['length(4)', ['Rick'], ['Ricky', 'Ric']],
    ['length(2, 3)', ['ab', 'abc'], ['a', 'abcd']],
    ['min(18)', ['18', '91'], ['17', 'x']],
    ['max(120)', ['120', '-1'], ['121']],
    ['range(18,120)', ['18', '120'], ['17', '121']],
    ['alpha', ['Rick'], ['Ri1']],
    [String.raw`regex(^\d{{3}}-\d{{2}}$)`, ['123-45'], ['1234-5', 'x123-45']],
    ['regex(^a:b=c$)', ['A:b=c'], ['a']],
    ['alpha:minlength(2):maxlength(3)', ['ab'], ['a', 'abcd', 'a1']],
    ['required', ['x'], []],
    ['file', ['a.txt', '.x'], ['a', 'a.']],
    ['nonfile', ['a'], ['a.txt']],
  ]
  for (const [constraint, accepted, refused] of cases) {
    const template = `{v:${constraint}}`
    for (const v of accepted) {
      assert.deepEqual(paramsOf(template, `/${encodeURIComponent(v)}`), { v }, `${template} ${v}`)
    }
    for (const v of refused) {
      assert.equal(paramsOf(template, `/${encodeURIComponent(v)}`), undefined, `${template} ${v}`)
    }
  }
})

test('the most specific route wins, whatever the order they were added in', () => {
  const templates = ['a/{*r}', 'a/{id}', 'a/{id:int}', 'a/x-{id}', 'a/new', '{*all}', 'a/{id}/b']
  for (const order of [templates, templates.toReversed()]) {
    assert.equal(winnerOf(order, '/a/new'), 'a/new')
    assert.equal(winnerOf(order, '/a/12'), 'a/{id:int}')
    assert.equal(winnerOf(order, '/a/x-1'), 'a/x-{id}')
    assert.equal(winnerOf(order, '/a/other'), 'a/{id}')
    assert.equal(winnerOf(order, '/a/other/b'), 'a/{id}/b')
    assert.equal(winnerOf(order, '/a/other/c'), 'a/{*r}')
    assert.equal(winnerOf(order, '/b'), '{*all}')
  }
})

test('a path that matches with another method only says which methods it has', () => {
  const router = new Router<string>()
  router.add('get', 'a/{id}', 'read')
  router.add('PUT', 'a/{id}', 'write')
  assert.deepEqual(router.match('DELETE', '/a/1'), {
    kind: 'method-not-allowed',
    allowed: ['GET', 'PUT'],
  })
  assert.equal(router.match('PUT', '/a/1').kind, 'found')
  assert.deepEqual(router.match('GET', '/b'), { kind: 'not-found' })
})

test('a malformed template is refused with its column', () => {
  const cases: [string, number, RegExp][] = [
    ['a/{id', 3, /no matching/],
    ['a/id}', 5, /without/],
    ['a//b', 3, /twice in a row/],
    ['a/{}', 3, /not a parameter name/],
    ['{a}/{A}', 5, /more than once/],
    ['{a}{b}', 4, /between them/],
    ['{*a}/b', 1, /last segment/],
    ['x{*a}', 1, /of its own/],
    ['{*a?}', 1, /cannot be optional/],
    ['{a=1?}', 1, /default/],
    ['{a?}x', 5, /must end its segment/],
    ['{a}-{b?}', 5, /only '\.'/],
    ['a?b', 2, /'\?'/],
    ['{a:number}', 1, /'number' is not one of int/],
    ['{a:range(5)}', 1, /arguments/],
    ['{a:int(5)}', 1, /no argument/],
    ['{a:regex([)}', 1, /arguments/],
    ['~a', 1, /'~'/],
  ]
  for (const [template, column, message] of cases) {
    assert.throws(
      () => new Router<string>().add('GET', template, ''),
      (error) => {
        assert.ok(error instanceof RouteTemplateError, template)
        assert.equal(error.column, column, template)
        assert.match(error.message, message)
        return true
      },
    )
  }
})
