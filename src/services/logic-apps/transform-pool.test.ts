import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { TransformPool } from './transform-pool.ts'
import type { TransformAnswer, TransformRequest } from './transform-request.ts'

const stylesheet = (content: string): string =>
  `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:output method="text"/>${content}</xsl:stylesheet>`

// Its template calls itself and then goes on, so that each call needs a place on the stack.
const deep = stylesheet(`
<xsl:template match="/"><xsl:call-template name="t"><xsl:with-param name="n" select="number(/n)"/></xsl:call-template></xsl:template>
<xsl:template name="t"><xsl:param name="n"/><xsl:if test="$n &gt; 0">
<xsl:call-template name="t"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>.</xsl:if></xsl:template>`)

const endless = stylesheet(`
<xsl:template match="/"><xsl:call-template name="t"/></xsl:template>
<xsl:template name="t"><xsl:for-each select="//i"><xsl:if test="count(//i[. = current()]) = -1">x</xsl:if></xsl:for-each><xsl:call-template name="t"/></xsl:template>`)

const schema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"><xs:complexType><xs:sequence>
<xs:element name="i" type="xs:int" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>`

const flat = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="http://schemas.microsoft.com/BizTalk/2003"><xs:element name="R">
<xs:annotation><xs:appinfo><b:recordInfo structure="delimited" child_delimiter_type="hex" child_delimiter="0x0A" child_order="postfix"/></xs:appinfo></xs:annotation>
<xs:complexType><xs:sequence><xs:element name="L" type="xs:string" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element></xs:schema>`

interface PoolFixture {
  readonly pool: TransformPool
  readonly request: (
    kind: 'decode' | 'encode' | 'validate',
    name: string,
    input: string,
  ) => TransformRequest
  readonly map: (name: string, input: string) => TransformRequest
}

function open(t: TestContext, options: { msMax?: number } = {}): PoolFixture {
  const dir = mkdtempSync(join(tmpdir(), 'interline-pool-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const files = { 'Maps/deep.xslt': deep, 'Maps/endless.xslt': endless }
  const schemas = { 'Schemas/r.xsd': schema, 'Schemas/flat.xsd': flat, 'Schemas/bad.xsd': '<a/>' }
  for (const [name, text] of Object.entries({ ...files, ...schemas })) {
    const file = join(dir, 'Artifacts', name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const pool = new TransformPool(options)
  t.after(() => pool.stop())
  const app = { dir, version: '1' }
  return {
    pool,
    request: (kind, name, input) => ({ ...app, kind, name, input }),
    map: (name, input) => ({ ...app, kind: 'map', name, input, parameters: {} }),
  }
}

const items = (count: number): string => `<r>${'<i>1</i>'.repeat(count)}</r>`

function codeOf(answer: TransformAnswer): string {
  return 'error' in answer ? answer.code : 'none'
}

test('a map that needs a deeper stack than the main thread has runs in a thread', async (t) => {
  const { pool, map } = open(t)
  const small = await pool.run(map('deep', '<n>50</n>'))
  assert.equal('text' in small && small.text.replaceAll('\n', ''), '.'.repeat(50))
  const large = await pool.run(map('deep', '<n>2500</n>'))
  assert.equal('text' in large && large.text.replaceAll('\n', ''), '.'.repeat(2_500))
  const tooDeep = await pool.run(map('deep', '<n>100000</n>'))
  assert.match('error' in tooDeep ? tooDeep.error : '', /deep/)
})

test('a map that does not end is ended, and the next one runs', async (t) => {
  const { pool, map, request } = open(t, { msMax: 1_000 })
  const answers = await Promise.all([
    pool.run(map('endless', items(20_000))),
    pool.run(map('endless', items(20_000))),
    pool.run(request('validate', 'r', items(20_000))),
  ])
  assert.deepEqual(answers.map(codeOf), ['TransformTimedOut', 'TransformTimedOut', 'none'])
})

test('an action that is cancelled ends its transformation, running or waiting', async (t) => {
  const { pool, map, request } = open(t)
  const abort = new AbortController()
  const running = [1, 2, 3].map(async () => pool.run(map('endless', items(20_000)), abort.signal))
  await new Promise((resolve) => setImmediate(resolve))
  abort.abort(new Error('cancelled'))
  const ends = await Promise.allSettled(running)
  assert.ok(ends.every((end) => end.status === 'rejected' && /cancelled/.test(String(end.reason))))
  assert.equal(codeOf(await pool.run(request('validate', 'r', items(20_000)))), 'none')
  await assert.rejects(
    async () => pool.run(map('endless', items(20_000)), abort.signal),
    /cancelled/,
  )
})

test('large documents are validated, and large files decoded, while the platform goes on', async (t) => {
  const { pool, request } = open(t)
  let turns = 0
  let isDone = false
  const turn = (): void => {
    turns += 1
    if (!isDone) setImmediate(turn)
  }
  turn()
  const answers = await Promise.all([
    pool.run(request('validate', 'r', items(200_000))),
    pool.run(request('decode', 'flat', 'line\n'.repeat(200_000))),
  ])
  isDone = true
  assert.deepEqual(answers.map(codeOf), ['none', 'none'])
  assert.ok(turns > 20, `${turns} turns`)
})

test('documents that mean harm do not pass the validation', async (t) => {
  const { pool, request } = open(t)
  const laughs = Array.from(
    { length: 30 },
    (_, level) => `<!ENTITY e${level + 1} "&e${level};&e${level};&e${level};&e${level};">`,
  )
  const bomb = `<!DOCTYPE r [<!ENTITY e0 "1">${laughs.join('')}]><r><i>&e30;</i></r>`
  const outside = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><i>&x;</i></r>'
  const elsewhere =
    '<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://127.0.0.1:9/x.xsd"><i>x</i></r>'
  const nested = '<r>'.repeat(20_000) + '</r>'.repeat(20_000)
  const long = `<r><i>${'9'.repeat(100_000)}</i></r>`
  for (const input of [
    bomb,
    outside,
    elsewhere,
    nested,
    long,
    '<r',
    '',
    '\u0000',
    `<r a="${'x'.repeat(200_000)}"/>`,
  ]) {
    const answer = await pool.run(request('validate', 'r', input))
    assert.match(codeOf(answer), /^(?:InvalidXml|XmlValidationFailed)$/, input.slice(0, 60))
    assert.ok('error' in answer && answer.error.length < 100_000)
  }
  assert.equal(codeOf(await pool.run(request('validate', 'bad', '<r/>'))), 'InvalidSchema')
  assert.equal(codeOf(await pool.run(request('validate', 'r', '<r><i>1</i></r>'))), 'none')
})
