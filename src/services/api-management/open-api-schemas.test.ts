import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OpenedService, openService } from './service-fixture.ts'

const openApi = `
openapi: 3.0.3
info: { title: Orders, version: '1' }
paths:
  /orders/{id}:
    put:
      operationId: putOrder
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer } }
        - { name: size, in: query, schema: { type: integer, minimum: 1, maximum: 10 } }
      requestBody:
        content:
          application/json: { schema: { $ref: '#/components/schemas/order' } }
          application/merge-patch+json: { schema: { type: object, required: [note] } }
      responses:
        '200': { description: ok }
components:
  schemas:
    order:
      type: object
      required: [sku]
      properties:
        sku: { type: string, nullable: true }
        count: { type: integer, minimum: 0, exclusiveMinimum: true }
`

const swagger = JSON.stringify({
  swagger: '2.0',
  info: { title: 'Orders', version: '1' },
  consumes: ['application/json'],
  paths: {
    '/orders/{id}': {
      put: {
        operationId: 'putOrder',
        parameters: [
          { name: 'id', in: 'path', required: true, type: 'integer' },
          { name: 'size', in: 'query', type: 'integer', minimum: 1, maximum: 10 },
          { name: 'body', in: 'body', schema: { $ref: '#/definitions/order' } },
        ],
        responses: { 200: { description: 'ok' } },
      },
    },
  },
  definitions: { order: { type: 'object', required: ['sku'] } },
})

async function importAndCheck(
  service: OpenedService,
  format: string,
  value: string,
): Promise<void> {
  await service.put('apis/one', {
    path: 'one',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
    format,
    value,
  })
  await service.put('apis/one/policies/policy', {
    format: 'rawxml',
    value: `<policies><inbound>
      <validate-parameters specified-parameter-action="prevent" unspecified-parameter-action="ignore" />
      <validate-content unspecified-content-type-action="prevent" max-size="1000" size-exceeded-action="prevent">
        <content validate-as="json" action="prevent" />
      </validate-content>
    </inbound><backend><base /></backend></policies>`,
  })
}

async function put(service: OpenedService, path: string, body: string, type = 'application/json') {
  const headers = { 'content-type': type }
  const response = await service.call(`/one${path}`, { method: 'PUT', body, headers })
  return `${response.status} ${await response.text()}`
}

for (const [format, value] of [
  ['openapi', openApi],
  ['swagger-json', swagger],
] as const) {
  test(`messages are checked by the schemas of an imported definition: ${format}`, async (t) => {
    const service = await openService(t)
    await importAndCheck(service, format, value)
    assert.match(await put(service, '/orders/7?size=10', '{"sku":"a"}'), /^200 /)
    assert.match(
      await put(service, '/orders/7', '{}'),
      /^400 .*definition order, .* missing from object: sku/,
    )
    assert.match(await put(service, '/orders/x', '{"sku":"a"}'), /^400 .*path parameter id/)
    assert.match(
      await put(service, '/orders/7?size=11', '{"sku":"a"}'),
      /Integer 11 exceeds maximum value of 10/,
    )
  })
}

test('a schema that stands in an operation is one of the API, too, and goes with the definition', async (t) => {
  const service = await openService(t)
  await importAndCheck(service, 'openapi', openApi)
  const type = 'application/merge-patch+json'
  assert.match(await put(service, '/orders/7', '{}', type), /missing from object: note/)
  assert.match(await put(service, '/orders/7', '{"sku":null,"count":1}'), /^200 /)
  assert.match(await put(service, '/orders/7', '{"sku":"a","count":0}'), /^400 /)
  assert.ok(service.instance.get('apis/schemas', ['one', 'definition']))
  await importAndCheck(service, 'openapi', 'openapi: 3.0.3\npaths: {}')
  assert.equal(service.instance.get('apis/schemas', ['one', 'definition']), undefined)
})
