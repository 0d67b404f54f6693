import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { parsePolicyDocument } from './policy-document.ts'

function attributeOf(text: string): unknown {
  const { kind, syntax, text: content } = parsePolicyDocument(text).attributes[0]?.value ?? {}
  return [kind, syntax, content]
}

test('raw C# with quotes stands in an attribute up to where its brackets balance', () => {
  assert.deepEqual(attributeOf('<a b="@(x["q"] == ")" && 1 < 2)" c="1"/>'), [
    'expression',
    'expression',
    'x["q"] == ")" && 1 < 2',
  ])
})

test('escaped C# is decoded', () => {
  assert.deepEqual(attributeOf('<a b="@(x[&quot;q&quot;] &amp;&amp; y)" />'), [
    'expression',
    'expression',
    'x["q"] && y',
  ])
})

test('a block stands raw in an element, generics and closing tags in strings included', () => {
  const { text } = parsePolicyDocument('<v>\n  @{ var a = b.As<JObject>(); return "</v>"; }\n</v>')
  assert.equal(text?.text, ' var a = b.As<JObject>(); return "</v>"; ')
  assert.deepEqual([text?.syntax, text?.line, text?.column], ['block', 2, 5])
})

test('an expression may stand in a CDATA section', () => {
  assert.equal(parsePolicyDocument('<v><![CDATA[ @(1 < 2) ]]></v>').text?.text, '1 < 2')
})

test('an expression with text behind it is a literal', () => {
  assert.deepEqual(attributeOf('<a b="@(1)ms"/>'), ['literal', 'expression', '@(1)ms'])
})

test('a body keeps the marks it is made of', () => {
  assert.equal(
    parsePolicyDocument('<set-body><a>{% if x < 1 %}</a></set-body>').text?.text,
    '<a>{% if x < 1 %}</a>',
  )
})

const faults: readonly (readonly [string, RegExp])[] = [
  ['<a><b></a>', /2?1:9: the start tag 'b'/],
  ['<a b="1" b="2"/>', /duplicate/],
  ['<!DOCTYPE a [<!ENTITY x "y">]><a/>', /document type/],
  ['<a><!DOCTYPE b></a>', /document type/],
  [`${'<a>'.repeat(2000)}`, /nested deeper/],
  ['<a b="@(1 + "/>', /does not end/],
  ['<a', /does not end/],
  ['', /starts with an element/],
  ['<a/>x', /nothing may follow/],
]

for (const [text, message] of faults) {
  test(`a document is refused with its place: ${text.slice(0, 30)}`, () => {
    assert.throws(
      () => parsePolicyDocument(text),
      (error: unknown) => error instanceof SourceError && message.test(error.message),
    )
  })
}

test('a document of many elements is read in a time that grows with its length only', () => {
  const document = `<p>\n${'<a b="@(1)"/>\n'.repeat(20_000)}</p>`
  const started = performance.now()
  const last = parsePolicyDocument(document).children.at(-1)
  assert.ok(performance.now() - started < 1000)
  assert.deepEqual([last?.line, last?.column], [20_001, 1])
  assert.deepEqual([last?.attributes[0]?.line, last?.attributes[0]?.column], [20_001, 4])
})
