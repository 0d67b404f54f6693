import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { parseXml } from '../xml/parse-xml.ts'
import { compileStylesheet } from './stylesheet.ts'
import { needsLaterEngine, xsltVersion } from './version.ts'

function sheet(body: string): string {
  return `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">${body}</xsl:stylesheet>`
}

function fails(run: () => unknown, code: string, message: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof SourceError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  })
}

test('a stylesheet is compiled once and used with texts and trees', () => {
  const stylesheet = compileStylesheet(
    sheet(
      '<xsl:param name="p"/><xsl:template match="/"><o p="{$p}" n="{count(//a)}"/></xsl:template>',
    ),
  )
  const parameters = { p: 'x' }
  const first = stylesheet.transform('<r><a/></r>', { parameters })
  assert.equal(first.text, '<?xml version="1.0" encoding="utf-8"?><o p="x" n="1" />')
  assert.deepEqual([first.method, first.mediaType, first.encoding], ['xml', 'text/xml', 'utf-8'])
  const tree = parseXml('<r><a/><a/></r>')
  assert.match(stylesheet.transform(tree, { parameters: { p: 3 } }).text, /p="3" n="2"/)
})

test('blanks of a tree are stripped in a copy', () => {
  const tree = parseXml('<r> <a/> </r>')
  const stylesheet = compileStylesheet(
    sheet(
      '<xsl:strip-space elements="*"/><xsl:output method="text" media-type="text/csv"/><xsl:template match="/"><xsl:value-of select="count(r/node())"/></xsl:template>',
    ),
  )
  const { text, mediaType } = stylesheet.transform(tree)
  assert.deepEqual([text, mediaType], ['1', 'text/csv'])
  assert.equal(tree.children[0]?.children.length, 3)
})

test('the version of a stylesheet says which engine it needs', () => {
  const later = '<xsl:transform version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'
  assert.equal(xsltVersion(later), '3.0')
  assert.equal(xsltVersion(sheet('')), '1.0')
  assert.equal(
    xsltVersion('<o xmlns:x="http://www.w3.org/1999/XSL/Transform" x:version="2.0"/>'),
    '2.0',
  )
  assert.equal(xsltVersion('<map/>'), undefined)
  assert.deepEqual(['1.0', '1.1', '2.0', '3.0'].map(needsLaterEngine), [false, false, true, true])
  fails(() => compileStylesheet(later), 'UnsupportedStylesheet', /1:25: .*saxon-js/)
})

const endless: readonly (readonly [string, string, RegExp])[] = [
  [
    'a template that calls itself inside an element',
    '<xsl:template match="/" name="t"><a><xsl:call-template name="t"/></a></xsl:template>',
    /too deeply/,
  ],
  [
    'a template that ends with a call of itself',
    '<xsl:template match="/" name="t"><xsl:call-template name="t"/></xsl:template>',
    /too many steps/,
  ],
  [
    'rules that apply each other',
    '<xsl:template match="*"><xsl:apply-templates select="/*"/></xsl:template>',
    /too deeply/,
  ],
  [
    'a result that doubles',
    '<xsl:template match="/" name="t"><xsl:param name="x" select="\'xxxxxxxx\'"/><xsl:call-template name="t"><xsl:with-param name="x" select="concat($x, $x)"/></xsl:call-template></xsl:template>',
    /too long/,
  ],
  [
    'a fragment that doubles',
    '<xsl:template match="/" name="t"><xsl:param name="x" select="\'xxxxxxxx\'"/><xsl:call-template name="t"><xsl:with-param name="x"><xsl:value-of select="$x"/><xsl:value-of select="$x"/></xsl:with-param></xsl:call-template></xsl:template>',
    /too long|too many steps/,
  ],
  [
    'a huge result',
    `<xsl:template match="/"><xsl:for-each select="//a"><xsl:for-each select="//a"><xsl:for-each select="//a">${'z'.repeat(2000)}</xsl:for-each></xsl:for-each></xsl:for-each></xsl:template>`,
    /result is too long/,
  ],
  [
    'loops inside loops',
    '<xsl:template match="/"><xsl:for-each select="//a[count(//a[count(//a[count(//a) > 1]) > 1]) > 1]"/></xsl:template>',
    /too many steps/,
  ],
]

const longText = [
  'a long text taken apart character by character',
  '<xsl:template match="/"><xsl:call-template name="t"><xsl:with-param name="x" select="translate(concat($a,$a,$a,$a),\'a\',\'b\')"/></xsl:call-template></xsl:template><xsl:variable name="a"><xsl:for-each select="//a"><xsl:for-each select="//a">aaaaaaaa</xsl:for-each></xsl:for-each></xsl:variable><xsl:template name="t"><xsl:param name="x"/><xsl:if test="string-length($x) &gt; 0"><xsl:call-template name="t"><xsl:with-param name="x" select="substring($x, 2)"/></xsl:call-template></xsl:if></xsl:template>',
  /too many steps/,
] as const

for (const [name, body, message] of [...endless, longText]) {
  test(`what would not end is ended: ${name}`, () => {
    const input = `<r>${'<a/>'.repeat(200)}</r>`
    const code = name === 'a result that doubles' ? 'XPathFailed' : 'TransformFailed'
    fails(() => compileStylesheet(sheet(body)).transform(input), code, message)
  })
}

test('a deep document is copied', () => {
  const copy = compileStylesheet(
    sheet(
      '<xsl:output omit-xml-declaration="yes"/><xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>',
    ),
  )
  const depth = 400
  const input = `${'<a>'.repeat(depth)}x${'</a>'.repeat(depth)}`
  assert.equal(copy.transform(input).text, input)
})

test('bombs of entities and deep stylesheets are refused', () => {
  const bomb = `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(100_000)}">]><r>${'&a;'.repeat(50)}</r>`
  fails(() => compileStylesheet(sheet('')).transform(bomb), 'InvalidXml', /too much text/)
  const deep = `${'<a>'.repeat(500)}${'</a>'.repeat(500)}`
  fails(
    () => compileStylesheet(sheet(`<xsl:template match="/">${deep}</xsl:template>`)),
    'InvalidStylesheet',
    /nested too deeply/,
  )
})

test('what a stylesheet reads comes from the reader it was given', () => {
  const read: string[] = []
  const readFile = (path: string): string | undefined => {
    read.push(path)
    return path === 'maps/lib/codes.xml' ? '<c>1</c>' : undefined
  }
  const stylesheet = compileStylesheet(
    sheet(
      '<xsl:output method="text"/><xsl:template match="/"><xsl:value-of select="document(\'lib/codes.xml\')"/><xsl:value-of select="document(\'lib/codes.xml\')"/></xsl:template>',
    ),
    { name: 'maps/a.xslt', readFile },
  )
  assert.equal(stylesheet.transform('<r/>').text, '11')
  assert.deepEqual(read, ['maps/lib/codes.xml'])
})
