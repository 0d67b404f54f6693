import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openService } from './service-fixture.ts'

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
