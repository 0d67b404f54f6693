import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../base/json.ts'
import { openService } from '../service-fixture.ts'

const convert = (name: string, more = ''): string =>
  `<${name} apply="always" consider-accept-header="false" ${more}/>`

const copySheet = `<xsl-transform><xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()" /></xsl:copy></xsl:template>
</xsl:stylesheet></xsl-transform>`

const validate = (schema: string, language = 'json'): string =>
  `<validate-content unspecified-content-type-action="prevent" max-size="102400" size-exceeded-action="prevent">
    <content type="application/${language}" validate-as="${language}" schema-id="${schema}" action="prevent" />
  </validate-content>`

const branches = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`p${index}`, { $ref: '#' }]),
)

const schemas: Readonly<Record<string, JsonObject>> = {
  slow: { schemaType: 'json', document: { type: 'string', pattern: '^(a|a)*$' } },
  slower: {
    schemaType: 'json',
    document: { patternProperties: { '^(a+)+$': { type: 'string' } } },
  },
  itself: { schemaType: 'json', document: { $ref: '#' } },
  mutual: {
    schemaType: 'json',
    document: {
      definitions: { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } },
      $ref: '#/definitions/a',
    },
  },
  remote: { schemaType: 'json', document: { $ref: 'http://169.254.169.254/latest' } },
  file: { schemaType: 'json', document: { $ref: 'file:///etc/passwd' } },
  branches: { schemaType: 'json', document: { properties: branches } },
  broken: { schemaType: 'json', document: { type: 'nothing', pattern: '(' } },
  entities: {
    schemaType: 'xml',
    value:
      '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">&x;</xs:schema>',
  },
  any: {
    schemaType: 'xml',
    value:
      '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:string"/></xs:schema>',
  },
}

const bomb = `<!DOCTYPE a [<!ENTITY e0 "ha">${Array.from({ length: 12 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`).join('')}]><a>&e12;</a>`
const outside = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'

/** Policy, media type, body, and the status that the caller gets. */
const cases: readonly (readonly [
  name: string,
  policy: string,
  type: string,
  body: string,
  status: number,
])[] = [
  [
    'XML deeper than a reader goes',
    convert('xml-to-json', 'kind="direct"'),
    'xml',
    '<a>'.repeat(50_000),
    500,
  ],
  ['XML of entities in entities', convert('xml-to-json', 'kind="direct"'), 'xml', bomb, 500],
  ['XML with an entity of a file', convert('xml-to-json', 'kind="direct"'), 'xml', outside, 500],
  ['JSON deeper than a reader goes', convert('json-to-xml'), 'json', '['.repeat(50_000), 500],
  [
    'JSON with a name that is no name',
    convert('json-to-xml'),
    'json',
    '{"<!--":{"__proto__":"]]>"}}',
    200,
  ],
  [
    'XML larger than is converted',
    convert('xml-to-json', 'kind="direct"'),
    'xml',
    `<a>${'x'.repeat(9_000_000)}</a>`,
    413,
  ],
  ['XML of entities for a stylesheet', copySheet, 'xml', bomb, 500],
  ['XML with a file for a stylesheet', copySheet, 'xml', outside, 500],
  ['deep XML for a stylesheet', copySheet, 'xml', '<a>'.repeat(900) + '</a>'.repeat(900), 200],
  ['a slow pattern', validate('slow'), 'json', JSON.stringify('a'.repeat(60_000) + '!'), 400],
  [
    'a slow pattern of names',
    validate('slower'),
    'json',
    JSON.stringify({ ['a'.repeat(60) + '!']: 1 }),
    400,
  ],
  ['a schema that is itself', validate('itself'), 'json', '{}', 400],
  ['schemas that are each other', validate('mutual'), 'json', '{}', 400],
  ['a schema of another host', validate('remote'), 'json', '{}', 400],
  ['a schema of a file', validate('file'), 'json', '{}', 400],
  [
    'a schema that branches without end',
    validate('branches'),
    'json',
    '{"p1":{"p2":{"p3":{}}}}',
    200,
  ],
  ['a schema that is none', validate('broken'), 'json', '{}', 400],
  ['an XML schema with entities of files', validate('entities', 'xml'), 'xml', '<a/>', 400],
  ['XML of entities for a schema', validate('any', 'xml'), 'xml', bomb, 400],
  ['XML with a file for a schema', validate('any', 'xml'), 'xml', outside, 400],
  ['bytes that are no text', validate('any', 'xml'), 'xml', '\u0000\uFFFF', 400],
]

test('hostile bodies, schemas and stylesheets end in an error of the gateway, soon', async (t) => {
  const service = await openService(t)
  await service.put('apis/one', {
    path: 'one',
    serviceUrl: service.backendUrl,
    subscriptionRequired: false,
  })
  await service.put('apis/one/operations/post', { method: 'POST', urlTemplate: '/' })
  for (const [id, schema] of Object.entries(schemas)) await service.put(`schemas/${id}`, schema)
  for (const [name, policy, type, body, status] of cases) {
    await service.put('apis/one/policies/policy', {
      format: 'rawxml',
      value: `<policies><inbound>${policy}</inbound><backend><base /></backend></policies>`,
    })
    const headers = { 'content-type': `application/${type}` }
    const startMs = performance.now()
    const response = await service.call('/one/', { method: 'POST', headers, body })
    const text = await response.text()
    assert.equal(response.status, status, `${name}: ${text}`)
    assert.ok(performance.now() - startMs < 3_000, name)
    assert.ok(!/root:/.test(text + (service.seen.at(-1)?.body ?? '')), name)
  }
})
