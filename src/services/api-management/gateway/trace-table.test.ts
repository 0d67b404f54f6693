import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../base/clock.ts'
import { type JsonObject, isJsonObject, parseJson, stringMember } from '../../../base/json.ts'
import { type OpenedService, type Owner, openService } from '../service-fixture.ts'

const policies = `<policies>
  <inbound>
    <base />
    <set-header name="x-secret-part" exists-action="override"><value>{{password}}</value></set-header>
    <trace source="checkout" severity="information">
      <message>@("password is {{password}}, tracing " + context.Tracing)</message>
      <metadata name="Order" value="7" />
    </trace>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>`

const ownKey = { 'Ocp-Apim-Subscription-Key': 'subscription-key-1' }

async function openTraced(owner: Owner, manualClock?: ManualClock): Promise<OpenedService> {
  const service = await openService(owner, manualClock ? { manualClock } : {})
  await service.put('namedValues/password', {
    displayName: 'password',
    value: 'hunter2-hunter2',
    secret: true,
  })
  for (const api of ['shop', 'other']) {
    await service.put(`apis/${api}`, { path: api, serviceUrl: service.backendUrl })
    await service.put(`apis/${api}/operations/get`, { method: 'GET', urlTemplate: '/a' })
  }
  await service.put('apis/shop/policies/policy', { format: 'rawxml', value: policies })
  await service.put('subscriptions/one', {
    displayName: 'One',
    scope: '/apis',
    primaryKey: 'subscription-key-1',
    allowTracing: true,
  })
  return service
}

async function jsonOf(response: Response): Promise<JsonObject> {
  const value = parseJson(await response.text())
  assert(isJsonObject(value))
  return value
}

async function tokenFor(service: OpenedService, api: string): Promise<string> {
  const response = await service.manage('POST', 'gateways/managed/listDebugCredentials', {
    apiId: `/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/apim-1/apis/${api}`,
    purposes: ['tracing'],
    credentialsExpireAfter: 'PT30M',
  })
  assert.equal(response.status, 200)
  return stringMember(await jsonOf(response), 'token') ?? ''
}

test('a call with a debug token is traced, and the trace tells no secret', async (t) => {
  const service = await openTraced(t)
  const token = await tokenFor(service, 'shop')
  const headers = { ...ownKey, 'Apim-Debug-Authorization': token, Authorization: 'Bearer abc' }
  const response = await service.call('/shop/a?sig=very-hidden', { headers })
  const traceId = response.headers.get('Apim-Trace-Id')
  assert.equal(service.seen[0]?.headers['apim-debug-authorization'], undefined)
  const answer = await service.manage('POST', 'gateways/managed/listTrace', { traceId })
  const text = await answer.text()
  const trace = parseJson(text)
  assert(isJsonObject(trace) && isJsonObject(trace['traceEntries']))
  assert.equal(trace['serviceName'], 'apim-1')
  assert.deepEqual(Object.keys(trace['traceEntries']), ['inbound', 'backend', 'outbound'])
  const steps = [...text.matchAll(/"source":"([^"]+)"/g)].map(([, source]) => source)
  assert.deepEqual(steps, [
    'api-inspector',
    'api-inspector',
    'set-header',
    'checkout',
    'trace',
    'forward-request',
    'forward-request',
    'forward-request',
    'transfer-response',
  ])
  assert.match(text, /"message":"password is \*\*\*, tracing True"/)
  assert.match(text, /"elapsed":"00:00:0\d\.\d{7}"/)
  for (const secret of ['hunter2', 'subscription-key-1', 'Bearer abc', 'very-hidden', token]) {
    assert.ok(!text.includes(secret), secret)
  }
})

test('a debug token is for one API and for a while', async (t) => {
  const clock = new ManualClock()
  const service = await openTraced(t, clock)
  const headers = { ...ownKey, 'Apim-Debug-Authorization': await tokenFor(service, 'shop') }
  const other = await service.call('/other/a', { headers })
  assert.match(other.headers.get('Apim-Debug-Authorization-WrongAPI') ?? '', /'other'/)
  await clock.advance(31 * 60_000)
  const late = await service.call('/shop/a', { headers })
  assert.match(late.headers.get('Apim-Debug-Authorization-Expired') ?? '', /expired/)
  assert.equal(late.headers.get('Apim-Trace-Id'), null)
})

test('a debug token that somebody made up is worth nothing', async (t) => {
  const service = await openTraced(t)
  for (const token of ['', 'x', 'aid=shop&p=tracing&ex=99999999999999&s=AAAA']) {
    const headers = { ...ownKey, 'Apim-Debug-Authorization': token }
    const response = await service.call('/shop/a', { headers })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('Apim-Trace-Id'), null)
  }
})

test('a subscription that allows tracing gets the address of the trace', async (t) => {
  const service = await openTraced(t)
  const headers = { ...ownKey, 'Ocp-Apim-Trace': 'true' }
  const response = await service.call('/shop/a', { headers })
  const location = response.headers.get('Ocp-Apim-Trace-Location') ?? ''
  assert.equal((await jsonOf(await fetch(location)))['serviceName'], 'apim-1')
  assert.equal((await fetch(location.slice(0, -1))).status, 404)
  await service.instance.patch({
    kind: 'subscriptions',
    names: ['one'],
    properties: { allowTracing: false },
  })
  const silent = await service.call('/shop/a', { headers })
  assert.equal(silent.headers.get('Ocp-Apim-Trace-Location'), null)
})
