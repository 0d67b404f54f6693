import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isExceptionOf, DotnetException } from './exceptions.ts'
import { jsonToXml } from './json-to-xml.ts'
import { decodeXmlName, encodeXmlName } from './xml-convert.ts'
import { loadXml, outerXml } from './xml-document.ts'
import { xmlToJson } from './xml-to-json.ts'

function textOrNull(leaf: unknown): string | null {
  return typeof leaf === 'string' ? leaf : null
}

function toXml(value: object): string {
  return jsonToXml(value, {
    textOf: (leaf) => (typeof leaf === 'number' ? String(leaf) : textOrNull(leaf)),
  })
}

test('attributes, texts, nulls and repeated names have their forms in JSON', () => {
  assert.deepEqual(xmlToJson('<o id="7"><i>a</i><i/><n></n>t</o>'), {
    o: { '@id': '7', i: ['a', null], n: '', '#text': 't' },
  })
})

test('JSON becomes XML and comes back', () => {
  const value = { o: { '@id': '7', i: ['a', { b: null }], n: '', '#text': 't' } }
  assert.equal(toXml(value), '<o id="7"><i>a</i><i><b /></i><n></n>t</o>')
  assert.deepEqual(xmlToJson(toXml(value)), value)
})

test('namespaces stay attributes, and prefixes parts of names', () => {
  const value = { 'a:o': { '@xmlns:a': 'u', '@xmlns': 'v', 'a:i': { '@a:x': '1' }, i: null } }
  const text = '<a:o xmlns:a="u" xmlns="v"><a:i a:x="1" /><i /></a:o>'
  assert.equal(toXml(value), text)
  assert.deepEqual(xmlToJson(text), value)
})

test('an attribute of Newtonsoft makes one element an array', () => {
  const json = 'xmlns:json="http://james.newtonking.com/projects/json"'
  assert.deepEqual(
    xmlToJson(`<r ${json}><i json:Array="true">1</i><j json:Array="false">2</j></r>`),
    {
      r: { i: ['1'], j: '2' },
    },
  )
})

test('an array in an array is an element that holds the items', () => {
  assert.equal(toXml({ r: { a: [[1, 2], 3] } }), '<r><a><a>1</a><a>2</a></a><a>3</a></r>')
})

test('a document is written as it was read, without the blanks between elements', () => {
  const text =
    '<?xml version="1.0"?>\n<!DOCTYPE r>\n<r>\n  <a x=\'"\'/>\n  <![CDATA[<]]><!--c--><?p q?>\n</r>'
  assert.equal(
    outerXml(loadXml(text)),
    '<?xml version="1.0"?><!DOCTYPE r[]><r><a x="&quot;" /><![CDATA[<]]><!--c--><?p q?></r>',
  )
})

test('what is no XML, and what has no form in XML, are exceptions of .NET', () => {
  for (const [run, type, message] of [
    [() => xmlToJson('<a>'), 'System.Xml.XmlException', /not closed: a\. Line 1, position 4\./],
    [
      () => toXml({ a: 1, b: 2 }),
      'Newtonsoft.Json.JsonSerializationException',
      /multiple properties/,
    ],
    [
      () => toXml({ '@a': 1 }),
      'Newtonsoft.Json.JsonSerializationException',
      /root object has property '@a'/,
    ],
    [
      () => toXml({ a: { '@b': {} } }),
      'Newtonsoft.Json.JsonSerializationException',
      /token type 'StartObject'/,
    ],
    [
      () => toXml({ a: { '': 1 } }),
      'Newtonsoft.Json.JsonSerializationException',
      /empty property name/,
    ],
  ] as const) {
    assert.throws(run, (error) => {
      assert.ok(error instanceof DotnetException && isExceptionOf(error.typeName, type))
      assert.match(error.message, message)
      return true
    })
  }
})

test('names are encoded character by character and decoded again', () => {
  for (const [name, encoded] of [
    ['Order Details', 'Order_x0020_Details'],
    ['9a', '_x0039_a'],
    ['a:b-c.d_e', 'a:b-c.d_e'],
    ['_x0020_', '_x005F_x0020_'],
    ['a😀', 'a😀'],
  ] as const) {
    assert.equal(encodeXmlName(name), encoded)
    assert.equal(decodeXmlName(encoded), name)
  }
})
