import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectMember, stringMember } from '../../base/json.ts'
import { requestWorkflow, startApp, type AppFixture } from './app-fixture.ts'

const map = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output omit-xml-declaration="yes"/>
<xsl:template match="/"><sum><xsl:value-of select="sum(//i)"/></sum></xsl:template>
</xsl:stylesheet>`

const workflow = requestWorkflow({
  Map: {
    type: 'Xslt',
    inputs: {
      content: "@triggerBody()?['xml']",
      map: { source: 'LogicApp', name: "@triggerBody()?['map']" },
    },
    runAfter: {},
  },
  Answer: {
    type: 'Response',
    inputs: {
      statusCode: 200,
      body: { sum: "@string(coalesce(body('Map'), actions('Map').error))" },
    },
    runAfter: { Map: ['Succeeded', 'Failed'] },
  },
})

const files = {
  'Artifacts/Maps/sum.xslt': map,
  'Artifacts/Maps/wrong.xslt': '<no-stylesheet/>',
  'w/workflow.json': workflow,
}

function listOf(count: number): string {
  return `<r>${'<i>1</i>'.repeat(count)}</r>`
}

function testMap(fixture: AppFixture, name: string, xml: string) {
  const $content = Buffer.from(xml).toString('base64')
  const body = { InputInstanceMessage: { '$content-type': 'application/xml', $content } }
  return fixture.manage(`/maps/${name}/testMap`, { method: 'POST', body })
}

test('a small document is transformed in place and a large one in a thread, with the same result', async (t) => {
  const fixture = await startApp(t, { files })
  for (const count of [3, 30_000]) {
    const answer = await fixture.call('w', { body: { map: 'sum', xml: listOf(count) } })
    assert.equal(await answer.text(), `{"sum":"<sum>${count}</sum>"}`)
    const wrong = await fixture.call('w', { body: { map: 'wrong', xml: listOf(count) } })
    assert.match(await wrong.text(), /XsltTransformFailed/)
  }
})

test('a map is tested by the management', async (t) => {
  const fixture = await startApp(t, { files })
  for (const count of [2, 30_000]) {
    const { status, body } = await testMap(fixture, 'sum', listOf(count))
    assert.equal(status, 200)
    const content = stringMember(objectMember(body, 'outputInstance'), '$content') ?? ''
    assert.equal(Buffer.from(content, 'base64').toString(), `<sum>${count}</sum>`)
  }
  const codes = await Promise.all([
    testMap(fixture, 'ghost', '<r/>'),
    testMap(fixture, 'wrong', '<r/>'),
    testMap(fixture, 'sum', '<r>'),
    fixture.manage('/maps/sum/testMap', { method: 'POST', body: {} }),
  ])
  assert.deepEqual(
    codes.map(({ body }) => stringMember(objectMember(body, 'error'), 'code')),
    ['MapNotFound', 'XsltTransformFailed', 'XsltTransformFailed', 'InvalidTestMapInput'],
  )
})
