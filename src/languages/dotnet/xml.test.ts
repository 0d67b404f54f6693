import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DateTime } from './date-time.ts'
import { DotnetException } from './exceptions.ts'
import { displayText } from './format.ts'
import { TimeSpan } from './time-span.ts'
import { doubleOf } from './value.ts'
import { XName, XNamespace, xmlnsNamespace } from './xml-name.ts'
import { XCData, XComment, XDeclaration, XElement } from './xml-node.ts'
import { parseXmlDocument, parseXmlElement } from './xml-parse.ts'
import {
  childElement,
  childElements,
  descendantElements,
  documentOf,
  parentElement,
  xmlDeepEquals,
} from './xml-query.ts'
import {
  addXml,
  cloneElement,
  newAttribute,
  newDocument,
  newElement,
  removeAttribute,
  removeEach,
  removeNode,
  replaceNode,
  setAttributeValue,
  setElementText,
  setElementValue,
  findAttribute,
} from './xml-tree.ts'
import { castXml, xmlText } from './xml-value.ts'
import { writeXml, type WrittenNode } from './xml-write.ts'

function compact(node: WrittenNode): string {
  return writeXml(node, { indented: false })
}

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

const name = (text: string): XName => XName.get(text)

test('XML is written as it was read, without the blanks between elements', () => {
  const texts = [
    ['<a>\n  <b k="1"/>\n</a>', '<a><b k="1" /></a>'],
    ['<a></a>', '<a></a>'],
    ["<p:a xmlns:p='urn:q'><p:b p:k='v'/></p:a>", '<p:a xmlns:p="urn:q"><p:b p:k="v" /></p:a>'],
    ['<a xmlns="urn:q"><b xmlns=""/></a>', '<a xmlns="urn:q"><b xmlns="" /></a>'],
    ['<a>x &lt; y &amp; &#65;<b/> z</a>', '<a>x &lt; y &amp; A<b /> z</a>'],
    ['<a><![CDATA[5 < 6]]></a>', '<a><![CDATA[5 < 6]]></a>'],
    ['<?xml version="1.0"?><!-- c --><r/><?pi x?>', '<!-- c --><r /><?pi x?>'],
    ['<a k="&quot;&#xA;"/>', '<a k="&quot;&#xA;" />'],
  ]
  for (const [text = '', expected] of texts) assert.equal(compact(parseXmlDocument(text)), expected)
})

test('elements are indented unless there is text beside them', () => {
  assert.equal(
    parseXmlElement('<a><b><c/></b><d>t<e/></d></a>').toString(),
    '<a>\r\n  <b>\r\n    <c />\r\n  </b>\r\n  <d>t<e /></d>\r\n</a>',
  )
  assert.equal(newElement(name('a'), [new XCData('<raw>')]).toString(), '<a><![CDATA[<raw>]]></a>')
  const declared = newDocument([new XDeclaration('1.0', 'utf-8', null), newElement(name('r'))])
  assert.equal(declared.toString(), '<r />')
  assert.equal(String(declared.declaration), '<?xml version="1.0" encoding="utf-8"?>')
})

test('text that is no XML is an XmlException', () => {
  for (const text of [
    '',
    'plain',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a k=1/>',
    '<a k="1" k="2"/>',
    '<p:a/>',
    '<a>&nope;</a>',
    '<1/>',
    '</a>',
    '<a>\u0001</a>',
    '<a',
  ]) {
    throws(() => parseXmlElement(text), 'System.Xml.XmlException')
  }
  throws(() => parseXmlElement(null), 'System.ArgumentNullException')
  throws(() => parseXmlElement('<a>'.repeat(5000)), 'System.Xml.XmlException')
  assert.throws(() => parseXmlElement('<parcel><to></parcel>'), {
    message:
      "The 'to' start tag on line 1 position 10 does not match the end tag of 'parcel'. Line 1, position 15.",
  })
})

test('a name has a namespace', () => {
  assert.equal(String(parseXmlElement("<p:a xmlns:p='urn:q'/>").name), '{urn:q}a')
  assert.ok(name('{urn:q}b').equals(new XNamespace('urn:q').getName('b')))
  throws(() => name('a b'), 'System.Xml.XmlException')
  throws(() => name(''), 'System.ArgumentException')
})

test('a namespace without a prefix becomes the default one where it is needed', () => {
  const ns = new XNamespace('urn:x')
  assert.equal(
    compact(newElement(ns.getName('a'), [newElement(ns.getName('b'), [1])])),
    '<a xmlns="urn:x"><b>1</b></a>',
  )
  const soap = new XNamespace('http://soap')
  const envelope = newElement(soap.getName('Envelope'), [
    newAttribute(new XName('soap', xmlnsNamespace), soap.namespaceName),
    newElement(soap.getName('Body'), [newElement(name('Track'))]),
  ])
  assert.equal(
    compact(envelope),
    '<soap:Envelope xmlns:soap="http://soap"><soap:Body><Track /></soap:Body></soap:Envelope>',
  )
  const plain = newElement(ns.getName('a'), [newElement(name('b'))])
  assert.equal(compact(plain), '<a xmlns="urn:x"><b xmlns="" /></a>')
})

test('a tree is changed in place', () => {
  const element = parseXmlElement("<a k='1' l='2'><b>1</b><b>2</b><c/></a>")
  const k = findAttribute(element, name('k'))
  assert.ok(k)
  removeAttribute(k)
  setAttributeValue(element, name('l'), null)
  setAttributeValue(element, name('m'), true)
  const first = childElement(element, name('b'))
  assert.ok(first)
  replaceNode(first, newElement(name('n'), ['new']))
  removeEach(childElements(element, name('b')))
  setElementValue(element, name('c'), doubleOf(1.5))
  assert.equal(compact(element), '<a m="true"><n>new</n><c>1.5</c></a>')
  setElementText(element, '')
  assert.equal(compact(element), '<a m="true"></a>')
  throws(() => removeNode(element), 'System.InvalidOperationException')
  throws(
    () => newDocument([newElement(name('a')), newElement(name('b'))]),
    'System.InvalidOperationException',
  )
})

test('a node that has a parent is copied when it is added elsewhere', () => {
  const source = parseXmlElement('<p><v>1</v></p>')
  const copy = cloneElement(source)
  const v = childElement(copy, name('v'))
  assert.ok(v)
  setElementText(v, '2')
  assert.equal(source.value + copy.value, '12')
  const other = newElement(name('o'), [v, [newAttribute(name('x'), 1), null, 'text', 'more']])
  assert.equal(compact(other), '<o x="1"><v>2</v>textmore</o>')
  addXml(other, new XComment('c'))
  assert.equal(v.parent, copy)
})

test('nodes are found below and above', () => {
  const document = parseXmlDocument('<a><b><c/></b><c/></a>')
  const found = [...descendantElements(document, name('c'))]
  assert.equal(found.length, 2)
  const [inner] = found
  assert.ok(inner)
  assert.equal(parentElement(inner)?.name.localName, 'b')
  assert.equal(documentOf(inner), document)
  assert.ok(document.root instanceof XElement)
  assert.ok(
    xmlDeepEquals(parseXmlElement("<a x='1'><b/></a>"), parseXmlElement('<a x="1">  <b/></a>')),
  )
  assert.ok(!xmlDeepEquals(parseXmlElement('<a>1</a>'), parseXmlElement('<a>2</a>')))
})

test('values are written and cast as XML Schema has them', () => {
  assert.equal(
    xmlText(DateTime.of({ year: 2024, month: 1, day: 2 }, 'Utc')),
    '2024-01-02T00:00:00Z',
  )
  assert.equal(xmlText(TimeSpan.of({ days: 1, hours: 2, seconds: 3 })), 'P1DT2H3S')
  assert.equal(castXml(' 5 ', 'System.Int32'), 5)
  assert.equal(castXml('1', 'System.Boolean'), true)
  assert.equal(castXml(null, 'System.String'), null)
  assert.equal(displayText(castXml('PT1H30M', 'System.TimeSpan')), '01:30:00')
  throws(() => castXml('x', 'System.Int32'), 'System.FormatException')
  throws(() => castXml(null, 'System.Int32'), 'System.ArgumentNullException')
})
