import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../base/clock.ts'
import { openService, type OpenedService, type Owner } from './service-fixture.ts'

// The policies of the workshop, word for word.
const validateJwt = `<validate-jwt header-name="Authorization" failed-validation-httpcode="401" failed-validation-error-message="Unauthorized. Access token is missing or invalid." require-scheme="Bearer">
            <openid-config url="https://login.microsoftonline.com/{{tenant}}/.well-known/openid-configuration" />
            <issuers>
                <issuer>https://login.microsoftonline.com/{{tenant}}/v2.0</issuer>
                <issuer>https://sts.windows.net/{{tenant}}/</issuer>
            </issuers>
        </validate-jwt>`
const credit = `<set-variable name="creditValue" value="{{credit}}" />
        <!-- Check if the credit value is greater than 0 -->
        <choose>
            <when condition="@(int.Parse((string)context.Variables.GetValueOrDefault("creditValue")) > 0)">
                <set-variable name="newCreditValue" value="@(int.Parse((string)context.Variables.GetValueOrDefault("creditValue")) - 1)" />
                <send-request mode="new" response-variable-name="credit" timeout="60" ignore-error="false">
                    <set-url>https://management.azure.com/subscriptions/{{subscription}}/resourceGroups/{{resourcegroup}}/providers/Microsoft.ApiManagement/service/{{apim}}/namedValues/credit?api-version=2024-05-01</set-url>
                    <set-method>PATCH</set-method>
                    <set-header name="Content-Type" exists-action="override">
                        <value>application/json</value>
                    </set-header>
                    <set-body template="liquid">
                    {
                        "properties": {
                        "value": "{{context.Variables["newCreditValue"]}}"
                        }
                    }
                    </set-body>
                    <authentication-managed-identity resource="https://management.azure.com" />
                </send-request>
            </when>
            <otherwise>
                <return-response>
                    <set-status code="429" reason="Too Many Requests" />
                    <set-header name="Content-Type" exists-action="override">
                        <value>application/json</value>
                    </set-header>
                    <set-body>{"error": {"code": "CREDIT_LIMIT_EXCEEDED","message": "Your credit limit is insufficient. Please check your account or contact support."}}</set-body>
                </return-response>
            </otherwise>
        </choose>`
const rateLimit =
  '<rate-limit-by-key calls="5" renewal-period="60" counter-key="@(context.Subscription.Id)" />'

function inbound(policies: string): string {
  return `<policies><inbound><base />${policies}</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>`
}

/** The orders API with its two products, as the workshop makes it. */
async function openOrders(owner: Owner, options: { manualClock?: ManualClock } = {}) {
  const service = await openService(owner, options)
  const values = {
    tenant: 'tenant-1',
    subscription: 'sub-1',
    resourcegroup: 'rg-1',
    apim: 'apim-1',
    credit: '0',
  }
  for (const [displayName, value] of Object.entries(values)) {
    await service.put(`namedValues/${displayName}`, { displayName, value })
  }
  await service.put('apis/orders', {
    displayName: 'Orders API',
    path: 'orders',
    serviceUrl: `${service.backendUrl}/api`,
  })
  await service.put('apis/orders/operations/fetch', {
    displayName: 'FetchOrders',
    method: 'GET',
    urlTemplate: '/FetchOrders',
  })
  await service.put('apis/orders/policies/policy', {
    format: 'rawxml',
    value: inbound(validateJwt),
  })
  for (const [id, policy] of [
    ['Basic', rateLimit],
    ['Premium', credit],
  ]) {
    await service.put(`products/${id}`, { displayName: id ?? '', state: 'published' })
    await service.put(`products/${id}/apis/orders`)
    await service.put(`products/${id}/groups/developers`)
    await service.put(`subscriptions/${id}-Subscription`, {
      displayName: `${id}-Subscription`,
      scope: `/products/${id}`,
      primaryKey: `${id}-key`,
    })
    await service.put(`products/${id}/policies/policy`, {
      format: 'rawxml',
      value: inbound(policy ?? ''),
    })
  }
  return service
}

function fetchOrders(service: OpenedService, key: string, token?: string): Promise<Response> {
  const headers = {
    'Ocp-Apim-Subscription-Key': key,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  return service.call('/orders/FetchOrders', { headers })
}

test('a call without a key is answered with the bytes of Azure', async (t) => {
  const service = await openOrders(t)
  const response = await service.call('/orders/FetchOrders')
  assert.equal(response.status, 401)
  assert.equal(
    await response.text(),
    '{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }',
  )
  assert.equal(
    response.headers.get('www-authenticate'),
    'AzureApiManagementKey realm="https://apim-1.azure-api.net/orders",name="Ocp-Apim-Subscription-Key",type="header"',
  )
})

test('a call with a wrong key is told that the key is invalid', async (t) => {
  const service = await openOrders(t)
  const response = await fetchOrders(service, 'nobody')
  assert.equal(response.status, 401)
  assert.equal(
    await response.text(),
    '{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }',
  )
})

test('a path or a method that no operation has is not found', async (t) => {
  const service = await openOrders(t)
  for (const init of [
    { path: '/orders/Nothing' },
    { path: '/orders/FetchOrders', method: 'POST' },
  ]) {
    const { path, ...rest } = init
    const response = await service.call(path, rest)
    assert.equal(response.status, 404)
    assert.equal(await response.text(), '{ "statusCode": 404, "message": "Resource not found" }')
  }
})

test('a call with a key and no token is answered with the message of the policy', async (t) => {
  const service = await openOrders(t)
  const response = await fetchOrders(service, 'Basic-key')
  assert.equal(response.status, 401)
  assert.equal(
    await response.text(),
    '{ "statusCode": 401, "message": "Unauthorized. Access token is missing or invalid." }',
  )
})

test('a call with key and token reaches the backend', async (t) => {
  const service = await openOrders(t)
  const response = await fetchOrders(service, 'Basic-key', service.token())
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '{"ok":true}')
  const [request] = service.seen
  assert.equal(request?.url, '/api/FetchOrders')
  const forward = service.spans.find(({ operation }) => operation === 'forward-request')
  assert.equal(request?.headers['traceparent']?.toString().split('-')[2], forward?.context.spanId)
})

test('a token of another issuer, an expired one and a broken one are refused', async (t) => {
  const service = await openOrders(t)
  const good = service.token()
  for (const token of [
    service.token({ iss: 'https://example.org/' }),
    service.token({ exp: 1 }),
    `${good.slice(0, -4)}AAAA`,
    'x.y.z',
  ]) {
    assert.equal((await fetchOrders(service, 'Basic-key', token)).status, 401)
  }
})

test('the sixth call within a minute is told when to come again, and the window opens after it', async (t) => {
  const manualClock = new ManualClock()
  const service = await openOrders(t, { manualClock })
  const token = service.token()
  for (let call = 0; call < 5; call += 1) {
    assert.equal((await fetchOrders(service, 'Basic-key', token)).status, 200)
  }
  await manualClock.advance(3_000)
  const refused = await fetchOrders(service, 'Basic-key', token)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '57')
  assert.equal(
    await refused.text(),
    '{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds." }',
  )
  await manualClock.advance(57_000)
  assert.equal((await fetchOrders(service, 'Basic-key', token)).status, 200)
})

test('a premium call without credit is refused, and paid when the named value is set', async (t) => {
  const service = await openOrders(t)
  const token = service.token()
  const refused = await fetchOrders(service, 'Premium-key', token)
  assert.equal(refused.status, 429)
  assert.equal(
    await refused.text(),
    '{"error": {"code": "CREDIT_LIMIT_EXCEEDED","message": "Your credit limit is insufficient. Please check your account or contact support."}}',
  )
  await service.manage('PATCH', 'namedValues/credit', { properties: { value: '1' } })
  assert.equal((await fetchOrders(service, 'Premium-key', token)).status, 200)
  assert.equal((await fetchOrders(service, 'Premium-key', token)).status, 429)
})

test('of 200 concurrent calls with a credit of 100 exactly 100 succeed', async (t) => {
  const service = await openOrders(t)
  await service.manage('PATCH', 'namedValues/credit', { properties: { value: '100' } })
  const token = service.token()
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const response = await fetchOrders(service, 'Premium-key', token)
      await response.arrayBuffer()
      return response.status
    }),
  )
  assert.equal(statuses.filter((status) => status === 200).length, 100)
  assert.equal(statuses.filter((status) => status === 429).length, 100)
})
