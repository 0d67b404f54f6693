import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isJsonObject, stringMember } from '../../base/json.ts'
import { type OpenedService, openService } from './service-fixture.ts'

async function open(t: Parameters<typeof openService>[0]): Promise<OpenedService> {
  const service = await openService(t)
  const values = [
    ['alpha', { value: 'one', tags: ['key', 'auto'] }],
    ['beta', { value: 'two', tags: ['key'] }],
    ['gamma', { value: 'hidden', secret: true }],
    ['zero', { value: "it's" }],
  ] as const
  for (const [displayName, properties] of values) {
    await service.put(`namedValues/${displayName}`, {
      displayName,
      ...properties,
      tags: [...('tags' in properties ? properties.tags : [])],
    })
  }
  return service
}

/** The names in a list, and the count of all that there are; or the message that it cannot be had. */
async function ask(
  service: OpenedService,
  list: string,
  query: Record<string, string>,
): Promise<string> {
  const answer = await service.manage('GET', `${list}?${String(new URLSearchParams(query))}`)
  const body: unknown = await answer.json()
  assert(isJsonObject(body))
  if (answer.status !== 200) return `${answer.status} ${JSON.stringify(body)}`
  const { value, count } = body
  const names = (Array.isArray(value) ? value : []).map((each) => stringMember(each, 'name'))
  return `${names.join(' ')} of ${JSON.stringify(count)}`
}

test('a list is filtered by what the REST documents', async (t) => {
  const service = await open(t)
  const cases: readonly (readonly [filter: string, names: string])[] = [
    ["displayName eq 'alpha'", 'alpha of 1'],
    ["DisplayName eq 'ALPHA'", 'alpha of 1'],
    ["properties/displayName ne 'alpha'", 'beta gamma zero of 3'],
    ["name ge 'beta' and name lt 'zero'", 'beta gamma of 2'],
    ["contains(displayName, 'et')", 'beta of 1'],
    ["startswith(name,'a') or endswith(name,'mma')", 'alpha gamma of 2'],
    ["substringof('lph', name) eq true", 'alpha of 1'],
    ["not (contains(name, 'a'))", 'zero of 1'],
    ["value eq 'it''s'", 'zero of 1'],
    ["tags/any(t: t eq 'auto')", 'alpha of 1'],
    ["tags/any(t:t eq 'key') and tags/all(t:t ne 'auto')", 'beta of 1'],
    ["contains(value, 'o')", 'alpha beta of 2'],
    ['state eq null', 'alpha beta gamma zero of 4'],
  ]
  for (const [filter, names] of cases) {
    assert.equal(await ask(service, 'namedValues', { $filter: filter }), names, filter)
  }
})

test('a filter finds nothing out about a secret', async (t) => {
  const service = await open(t)
  assert.equal(await ask(service, 'namedValues', { $filter: "startswith(value, 'h')" }), ' of 0')
  await service.put('subscriptions/one', {
    displayName: 'One',
    scope: '/apis',
    primaryKey: 'hidden',
  })
  const $filter = "primaryKey eq 'hidden'"
  assert.match(await ask(service, 'subscriptions', { $filter }), /^400 .*named 'primaryKey'/)
})

test('lists of subscriptions, users and links have fields that are in no property', async (t) => {
  const service = await open(t)
  await service.put('products/basic', { displayName: 'Basic' })
  await service.put('apis/orders', { path: 'orders', displayName: 'Orders' })
  await service.put('products/basic/apis/orders')
  await service.put('subscriptions/one', { displayName: 'One', scope: '/products/basic' })
  const filters: readonly (readonly [list: string, filter: string, names: string])[] = [
    ['subscriptions', "productId eq 'basic'", 'one of 1'],
    ['subscriptions', "state eq 'active' and scope eq '/'", 'master of 1'],
    ['products/basic/apis', "apiId eq 'orders'", 'orders of 1'],
    ['apis/orders/products', "startswith(displayName, 'b')", 'basic of 1'],
    ['apis', 'isCurrent eq true', 'orders of 1'],
    ['apis', 'isCurrent eq false', ' of 0'],
  ]
  for (const [list, $filter, names] of filters) {
    assert.equal(await ask(service, list, { $filter }), names, $filter)
  }
})

test('parts of a list are counted from zero beginning, after the filter', async (t) => {
  const service = await open(t)
  const query = { $filter: "contains(name, 'a')", $top: '1', $skip: '1' }
  assert.equal(await ask(service, 'namedValues', query), 'beta of 3')
  assert.equal(await ask(service, 'namedValues', { $skip: '9' }), ' of 4')
  for (const [name, value] of [
    ['$top', '0'],
    ['$top', 'all'],
    ['$skip', '-1'],
  ] as const) {
    assert.match(await ask(service, 'namedValues', { [name]: value }), /^400 .*ValidationError/)
  }
})

test('a filter that cannot be read is refused', async (t) => {
  const service = await open(t)
  for (const $filter of [
    "displayName eq 'open",
    'displayName',
    "displayName is 'a'",
    "length(displayName) eq 'a'",
    "contains(displayName 'a')",
    "unknown eq 'a'",
    "displayName eq 'a' displayName eq 'b'",
    `${'('.repeat(1000)}name eq 'a'${')'.repeat(1000)}`,
    `${'not '.repeat(1000)}name eq 'a'`,
    `name eq '${'a'.repeat(10_000)}'`,
  ]) {
    assert.match(await ask(service, 'namedValues', { $filter }), /^400 .*Invalid filter/, $filter)
  }
})
