/**
 * Maps of XSLT 3.0. The package `saxon-js` is none of the platform's: these tests use it where it is installed, beside the
 * platform (`npm install --no-save saxon-js`) or in the folder that `INTERLINE_SAXON_DIR` names, and say when it is not.
 */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { requestWorkflow, startApp, writeFiles, type AppFixture } from './app-fixture.ts'
import { findSaxon } from './saxon.ts'

const beside = findSaxon(process.cwd())
const engine = findSaxon(process.env['INTERLINE_SAXON_DIR'] ?? process.cwd())
const skip = engine === undefined && 'saxon-js is not installed: maps of XSLT 3.0 were NOT tested'

const groups = `<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" expand-text="yes">
<xsl:import href="part.xslt"/><xsl:param name="unit" select="'none'"/><xsl:output omit-xml-declaration="yes"/>
<xsl:template match="/"><xsl:message>told</xsl:message><sums unit="{$unit}"><xsl:for-each-group select="//i" group-by="@k">
<sum k="{current-grouping-key()}"><xsl:call-template name="part"/></sum></xsl:for-each-group></sums></xsl:template>
</xsl:stylesheet>`

const part = `<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template name="part"><xsl:value-of select="sum(current-group())"/></xsl:template></xsl:stylesheet>`

// What the Data Mapper makes of a map from JSON to JSON.
const json = `<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="http://www.w3.org/2005/xpath-functions" expand-text="yes">
<xsl:output indent="yes" media-type="text/json" method="text" omit-xml-declaration="yes"/>
<xsl:template match="/"><xsl:variable name="in" select="json-to-xml(/)"/><xsl:variable name="out"><xsl:apply-templates select="$in" mode="m"/></xsl:variable>
<xsl:value-of select="xml-to-json($out, map{'indent': true()})"/></xsl:template>
<xsl:template match="/" mode="m"><map><string key="name">{/*/*[@key='n']}</string><number key="count">{count(/*/*[@key='list']/*)}</number></map></xsl:template>
</xsl:stylesheet>`

const wrong = groups.replace('sum(', 'summ(').replace('version="3.0"', 'version="2.0"')

const workflowOf = (name: string) =>
  requestWorkflow({
    Map: {
      type: 'Xslt',
      kind: 'DataMapper',
      inputs: {
        content: "@triggerBody()?['content']",
        map: { source: 'LogicApp', name },
        transformParameters: { unit: 'kg' },
      },
      runAfter: {},
    },
    Answer: {
      type: 'Response',
      inputs: {
        statusCode: 200,
        body: { made: "@coalesce(body('Map'), actions('Map').error)" },
      },
      runAfter: { Map: ['Succeeded', 'Failed'] },
    },
  })

const files = {
  'Artifacts/Maps/groups.xslt': groups,
  'Artifacts/Maps/part.xslt': part,
  'Artifacts/Maps/json.xslt': json,
  'Artifacts/Maps/wrong.xslt': wrong.replace('name="part"/>', 'name="nobody"/>'),
  'groups/workflow.json': workflowOf('groups.xslt'),
  'json/workflow.json': workflowOf('json.xslt'),
  'wrong/workflow.json': workflowOf('wrong.xslt'),
}

/** An app with the package in its own folder. */
async function startWithSaxon(t: TestContext): Promise<AppFixture> {
  assert.ok(engine !== undefined)
  const fixture = await startApp(t, { files: { 'host.json': { version: '2.0' } } })
  mkdirSync(join(fixture.dir, 'node_modules'))
  symlinkSync(dirname(engine), join(fixture.dir, 'node_modules', 'saxon-js'))
  writeFiles(fixture.dir, files)
  await fixture.app.reload()
  return fixture
}

test('a map of XSLT 3.0 runs by the package in the folder of the app', { skip }, async (t) => {
  const fixture = await startWithSaxon(t)
  const content = '<a><i k="x">1</i><i k="y">2</i><i k="x">3</i></a>'
  const answer = await fixture.call('groups', { body: { content } })
  const body: unknown = await answer.json()
  assert.match(JSON.stringify(body), /application\/xml/)
  const { $content } = Object(body).made
  assert.equal(
    Buffer.from(String($content), 'base64').toString().replaceAll('\n', ''),
    '<sums unit="kg"><sum k="x">4</sum><sum k="y">2</sum></sums>',
  )
})

test('a map of the Data Mapper takes JSON and gives JSON', { skip }, async (t) => {
  const fixture = await startWithSaxon(t)
  const content = { n: 'a<&b', list: [1, 2, 3] }
  for (const given of [content, JSON.stringify(content)]) {
    const answer = await fixture.call('json', { body: { content: given } })
    assert.deepEqual(await answer.json(), { made: { name: 'a<&b', count: 3 } })
  }
})

test('a wrong map, and a wrong document, fail the action with the reason', { skip }, async (t) => {
  const fixture = await startWithSaxon(t)
  const bad = await fixture.call('wrong', { body: { content: '<a/>' } })
  assert.match(await bad.text(), /XsltTransformFailed.*nobody/)
  const document = await fixture.call('groups', { body: { content: '<a' } })
  assert.match(await document.text(), /XsltTransformFailed.*FODC0006/)
  const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(50)}"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>`
  assert.match(await (await fixture.call('groups', { body: { content: bomb } })).text(), /made/)
})

const isThere = beside !== undefined && 'saxon-js is installed beside the platform'

test(
  'without the package a workflow with such a map is refused and told what to install',
  { skip: isThere },
  async (t) => {
    const fixture = await startApp(t, { files })
    const loaded = fixture.app.find('groups')
    assert.ok(loaded && 'error' in loaded)
    assert.match(loaded.error.message, /npm install saxon-js/)
    assert.match(loaded.error.line, /groups\/workflow\.json:\d+:\d+: actions\/Map/)
  },
)

test('a map with a script is refused by name when its workflow is loaded', async (t) => {
  const script = `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:msxsl="urn:schemas-microsoft-com:xslt" xmlns:u="urn:u">
<msxsl:script language="C#" implements-prefix="u">public int f() { return 1; }</msxsl:script>
<xsl:template match="/"><a><xsl:value-of select="u:f()"/></a></xsl:template></xsl:stylesheet>`
  const fixture = await startApp(t, {
    files: { 'Artifacts/Maps/s.xslt': script, 'w/workflow.json': workflowOf('s.xslt') },
  })
  const loaded = fixture.app.find('w')
  assert.ok(loaded && 'error' in loaded)
  assert.match(loaded.error.message, /s\.xslt:2:1: .*script/)
})
