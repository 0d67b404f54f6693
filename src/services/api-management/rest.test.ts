import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type OpenedService, openService } from './service-fixture.ts'

const serviceId =
  '/subscriptions/sub-1/resourceGroups/rg-1/providers/Microsoft.ApiManagement/service/apim-1'

test('the management REST wants a bearer token', async (t) => {
  const { managementUrl } = await openService(t)
  const url = `${managementUrl}${serviceId}/namedValues/credit?api-version=2024-05-01`
  for (const authorization of ['', 'Basic YTpi', 'Bearer wrong']) {
    const response = await fetch(url, { headers: { authorization } })
    assert.equal(response.status, 401)
    assert.match(await response.text(), /^{"error":{"code":"AuthenticationFailed"/)
  }
})

test('a request without an API version is refused', async (t) => {
  const { managementUrl } = await openService(t)
  const response = await fetch(`${managementUrl}${serviceId}/namedValues`, {
    headers: { authorization: 'Bearer management-token' },
  })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /MissingApiVersionParameter/)
})

test('a named value is changed without If-Match, and its new value is read at once', async (t) => {
  const service = await openService(t)
  await service.put('namedValues/credit', { displayName: 'credit', value: '1' })
  const patched = await service.manage('PATCH', 'namedValues/credit', {
    properties: { value: '5' },
  })
  assert.equal(patched.status, 200)
  const value = await service.manage('POST', 'namedValues/credit/listValue')
  assert.deepEqual(await value.json(), { value: '5' })
})

test('a secret is told by listValue only', async (t) => {
  const service = await openService(t)
  await service.put('namedValues/key', { displayName: 'key', value: 'hidden', secret: true })
  const read = await service.manage('GET', 'namedValues/key')
  assert.ok(!(await read.text()).includes('hidden'))
  await service.put('subscriptions/one', {
    displayName: 'One',
    scope: '/apis',
    primaryKey: 'hidden',
  })
  const subscription = await service.manage('GET', 'subscriptions/one')
  assert.ok(!(await subscription.text()).includes('hidden'))
})

test('a named value that a policy reads cannot be deleted', async (t) => {
  const service = await openService(t)
  await service.put('namedValues/greeting', { displayName: 'greeting', value: 'hello' })
  await service.put('apis/one', { path: 'one' })
  await service.put('apis/one/policies/policy', {
    value: '<policies><inbound><set-variable name="a" value="{{greeting}}" /></inbound></policies>',
  })
  assert.equal((await service.manage('DELETE', 'namedValues/greeting')).status, 400)
})

test('an unknown kind and an operation of something that is not there are refused', async (t) => {
  const service = await openService(t)
  assert.equal((await service.manage('PUT', 'gadgets/one', { properties: {} })).status, 400)
  const body = { properties: { displayName: 'a', method: 'GET', urlTemplate: '/' } }
  assert.equal((await service.manage('PUT', 'apis/none/operations/a', body)).status, 404)
})

test('entities are read again after a restart', async (t) => {
  const service = await openService(t)
  await service.put('namedValues/credit', { displayName: 'credit', value: '7' })
  await service.apiManagement.stop()
  await service.apiManagement.start()
  const value = await service.manage('POST', 'namedValues/credit/listValue')
  assert.deepEqual(await value.json(), { value: '7' })
})

const quotaPolicies = `<policies>
  <inbound>
    <quota-by-key calls="2" renewal-period="3600" counter-key="@(context.Request.Headers.GetValueOrDefault("x-who", "a"))" />
    <return-response><set-status code="200" /></return-response>
  </inbound>
</policies>`

async function openQuota(t: TestContext): Promise<OpenedService> {
  const service = await openService(t)
  await service.put('apis/one', { path: 'one', subscriptionRequired: false })
  await service.put('apis/one/operations/get', { method: 'GET', urlTemplate: '/' })
  await service.put('apis/one/policies/policy', { format: 'rawxml', value: quotaPolicies })
  return service
}

test('the counters of a quota survive a restart', async (t) => {
  const service = await openQuota(t)
  assert.equal((await service.call('/one')).status, 200)
  await service.apiManagement.stop()
  await service.apiManagement.start()
  assert.equal((await service.call('/one')).status, 200)
  const refused = await service.call('/one')
  assert.equal(refused.status, 403)
  assert.match(await refused.text(), /Out of call volume quota. Quota will be replenished in 00:/)
})

test('of many calls at once a quota lets through what it allows', async (t) => {
  const service = await openQuota(t)
  const calls = await Promise.all(Array.from({ length: 20 }, () => service.call('/one')))
  assert.equal(calls.filter(({ status }) => status === 200).length, 2)
  assert.equal(calls.filter(({ status }) => status === 403).length, 18)
})

test('the periods of a quota are read and changed by its key', async (t) => {
  const service = await openQuota(t)
  await service.call('/one', { headers: { 'x-who': 'b/c' } })
  const list = await (await service.manage('GET', 'quotas/b%2Fc')).text()
  assert.match(list, /"callsCount":1,"kbTransferred":0}}],"count":1}$/)
  const [, periodKey] = /"periodKey":"(\d+_PT1H)"/.exec(list) ?? []
  const path = `quotas/b%2Fc/periods/${periodKey}`
  const body = { properties: { callsCount: 0, kbTransferred: 1.5 } }
  assert.equal((await service.manage('PATCH', path, body)).status, 200)
  const changed = await (await service.manage('GET', path)).text()
  assert.match(changed, /"value":{"callsCount":0,"kbTransferred":1.5}}$/)
  assert.equal((await service.manage('GET', 'quotas/nobody')).status, 404)
})

test('a release makes a revision the one that callers get', async (t) => {
  const service = await openService(t)
  const answer = (text: string) => ({
    format: 'rawxml',
    value: `<policies><inbound><return-response><set-body>${text}</set-body></return-response></inbound></policies>`,
  })
  for (const [api, text] of [
    ['one', 'first'],
    ['one;rev=2', 'second'],
  ] as const) {
    await service.put(`apis/${api}`, { path: 'one', subscriptionRequired: false })
    await service.put(`apis/${api}/operations/get`, { method: 'GET', urlTemplate: '/' })
    await service.put(`apis/${api}/policies/policy`, answer(text))
  }
  assert.equal(await (await service.call('/one')).text(), 'first')
  const body = { properties: { apiId: '/apis/one;rev=2', notes: 'better' } }
  assert.equal((await service.manage('PUT', 'apis/one/releases/r1', body)).status, 201)
  assert.equal(await (await service.call('/one')).text(), 'second')
  assert.equal(await (await service.call('/one;rev=1')).text(), 'first')
  const wrong = { properties: { apiId: '/apis/one;rev=9' } }
  assert.equal((await service.manage('PUT', 'apis/one/releases/r2', wrong)).status, 404)
})

test('what belongs together is listed from either side', async (t) => {
  const service = await openService(t)
  await service.put('products/basic', { displayName: 'Basic' })
  await service.put('apis/one', { path: 'one' })
  await service.put('products/basic/apis/one')
  await service.put('users/ann', { firstName: 'A', lastName: 'N', email: 'a@example.org' })
  await service.put('groups/staff', { displayName: 'Staff' })
  await service.put('groups/staff/users/ann')
  const subscription = { displayName: 'S', scope: '/products/basic', ownerId: '/users/ann' }
  await service.put('subscriptions/s', subscription)
  await service.put('tags/red', { displayName: 'Red' })
  await service.put('apis/one/tags/red')
  const names = async (path: string): Promise<string[]> => {
    const text = await (await service.manage('GET', path)).text()
    return [...text.matchAll(/"name":"([^"]+)"/g)].map(([, name = '']) => name)
  }
  assert.deepEqual(await names('apis/one/products'), ['basic'])
  assert.deepEqual(await names('products/basic/subscriptions'), ['s'])
  assert.deepEqual(await names('users/ann/groups'), ['staff'])
  assert.deepEqual(await names('users/ann/subscriptions'), ['s'])
  assert.deepEqual(await names('tagResources'), ['Red', 'one'])
})

test('the built-in groups stay, and two people have two addresses', async (t) => {
  const service = await openService(t)
  assert.equal((await service.manage('DELETE', 'groups/developers')).status, 400)
  const properties = { firstName: 'A', lastName: 'N', email: 'a@example.org', password: 'hidden' }
  const put = await service.manage('PUT', 'users/ann', { properties })
  assert.ok(!(await put.text()).includes('hidden'))
  assert.equal((await service.manage('PUT', 'users/bob', { properties })).status, 400)
})
