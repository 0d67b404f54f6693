import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { decodeXml } from './decode-xml.ts'
import { parseXml } from './parse-xml.ts'
import type { XmlEvents } from './xml-events.ts'
import { nodesMax } from './limits.ts'
import { readXml } from './read-xml.ts'
import { writeXml } from './write-xml.ts'

function refused(text: string, message: RegExp): void {
  assert.throws(
    () => parseXml(text),
    (error: unknown) => {
      assert.ok(error instanceof SourceError, String(error))
      assert.equal(error.code, 'InvalidXml')
      assert.match(error.message, message)
      return true
    },
  )
}

const kept: readonly (readonly [string, string])[] = [
  ['<a></a>', '<a />'],
  ['<a b = "1"\n\tc=\'"\' />', '<a b="1" c="&quot;" />'],
  ['<a>x &lt; y &amp; &#65;&#x42;<b/> z</a>', '<a>x &lt; y &amp; AB<b /> z</a>'],
  ['<a><![CDATA[5 < 6]]> &gt; 4</a>', '<a>5 &lt; 6 &gt; 4</a>'],
  ['<?xml version="1.0" encoding="utf-8"?><!-- c --><r/><?pi x y?>', '<!-- c --><r /><?pi x y?>'],
  ['<a>1\r\n2\r3&#13;</a>', '<a>1\n2\n3&#xD;</a>'],
  ['<a b="1\n2&#10;"/>', '<a b="1 2&#xA;" />'],
  [
    '<p:a xmlns:p="u"><p:b p:c="1" xmlns="v"/></p:a>',
    '<p:a xmlns:p="u"><p:b xmlns="v" p:c="1" /></p:a>',
  ],
  ['<été ñ="ü">日本</été>', '<été ñ="ü">日本</été>'],
  ['\ufeff<a/>', '<a />'],
  ['<!DOCTYPE a [<!ENTITY e "x<b>y</b>z">]><a>1&e;2</a>', '<a>1x<b>y</b>z2</a>'],
  ['<!DOCTYPE a [<!ENTITY e "1"><!ENTITY f "&e;2">]><a b="&f;"/>', '<a b="12" />'],
  [
    '<!DOCTYPE a [<!ATTLIST a b CDATA "x" c NMTOKEN #IMPLIED>]><a c="  y  z "/>',
    '<a c="y z" b="x" />',
  ],
  ["<!DOCTYPE a [<!-- it's ] --><!ELEMENT a (b|c)*><!ENTITY % p ''>]><a/>", '<a />'],
  ['<!DOCTYPE a [<!ENTITY % p "<!ENTITY e \'v\'>"> %p;]><a>&e;</a>', '<a>v</a>'],
  ['<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "xhtml.dtd"><html/>', '<html />'],
]

for (const [text, expected] of kept) {
  test(`XML is read with everything it says: ${text.slice(0, 50)}`, () => {
    assert.equal(writeXml(parseXml(text)), expected)
  })
}

const faults: readonly (readonly [string, RegExp])[] = [
  ['', /1:1: Root element is missing/],
  ['text', /1:1: Data at the root level is invalid/],
  ['<a/>x', /1:5: Data at the root level/],
  ['<a/><b/>', /1:6: There are multiple root elements/],
  ['<a>\n<b></a>', /2:6: The 'b' start tag on line 2 position 2 does not match the end tag of 'a'/],
  ['<a>', /1:4: Unexpected end of file has occurred. The following elements are not closed: a/],
  ['<a b=1/>', /1:6: Unexpected character in the tag 'a'/],
  ['<a b="1"c="2"/>', /1:9: Unexpected character/],
  ['<a b="1" b="2"/>', /1:10: 'b' is a duplicate/],
  ['<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>', /'b' is a duplicate/],
  ['<p:a/>', /1:2: 'p' is an undeclared prefix/],
  ['<a xmlns:p=""/>', /cannot be bound to no namespace/],
  ['<a b="<"/>', /invalid attribute character/],
  ['<a>&nope;</a>', /1:5: Reference to undeclared entity 'nope'/],
  ['<a>a & b</a>', /An error occurred while parsing EntityName/],
  ['<a>&#0;</a>', /EntityName/],
  ['<a>\u0001</a>', /1:4: .*0x01, is an invalid character/],
  ['<a>]]></a>', /']]>' is not allowed/],
  ['<a><!-- -- --></a>', /An XML comment cannot contain/],
  ['<a><![CDATA[</a>', /CDATA/],
  [' <?xml version="1.0"?><a/>', /1:4: Unexpected XML declaration/],
  ['<?xml version="1.0" standalone="maybe"?><a/>', /XML declaration is invalid/],
  ['<1/>', /Name cannot begin/],
  ['<a><!DOCTYPE b></a>', /Unexpected DTD/],
  ['<!DOCTYPE a [ <!ENTITY ]><a/>', /1:15: Unexpected DTD declaration/],
  [
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    /external entity 'e' is not read/,
  ],
  ['<!DOCTYPE a [<!ENTITY e "&f;"><!ENTITY f "&e;">]><a>&e;</a>', /references itself/],
  ['<!DOCTYPE a [<!ENTITY e "<b>">]><a>&e;</a>', /does not close what it opens/],
]

for (const [text, message] of faults) {
  test(`what is no XML is refused with its place: ${JSON.stringify(text).slice(0, 50)}`, () => {
    refused(text, message)
  })
}

test('entities that stand for gigabytes are refused', () => {
  const levels = Array.from('bcdefghij', (name, index) => {
    const inner = 'abcdefghi'[index]
    return `<!ENTITY ${name} "${`&${inner};`.repeat(10)}">`
  })
  const bomb = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${levels.join('')}]>`
  refused(`${bomb}<r>&j;</r>`, /expand to too much text/)
  refused(`${bomb}<r k="&j;"/>`, /expand to too much text/)
  refused(
    `<!DOCTYPE r [<!ENTITY a "${'a'.repeat(50_000)}">]><r>${'&a;'.repeat(100)}</r>`,
    /too much text/,
  )
})

test('depth, marks without end and long prologs are refused in no time', () => {
  refused('<a>'.repeat(5000), /nested too deeply/)
  refused(`<a ${' '.repeat(200_000)}`, /Unexpected character/)
  refused(`<?p${' '.repeat(200_000)}`, /PI/)
  refused(`<!DOCTYPE a [${'<!---->'.repeat(20_000)}`, /Unexpected DTD/)
  const many = Array.from({ length: 600 }, (_, index) => `xmlns:p${index}="u"`).join(' ')
  refused(`<a ${many}><b ${many.replaceAll('p', 'q')}/></a>`, /Too many namespaces/)
  refused(`<!DOCTYPE a [${'<!ELEMENT b ANY>'.repeat(20_000)}]><a/>`, /too many declarations/)
})

test('a document has a limit of nodes', () => {
  const nothing = (): void => {}
  const events: XmlEvents = {
    declaration: nothing,
    documentType: nothing,
    startElement: nothing,
    endElement: nothing,
    text: nothing,
    cdata: nothing,
    comment: nothing,
    instruction: nothing,
  }
  assert.throws(() => readXml(`<a>${'<?b?>'.repeat(nodesMax)}`, events), /too many nodes/)
})

test('the encoding of bytes comes from their mark, their declaration, else it is UTF-8', () => {
  const utf16 = Buffer.from('\ufeff<a>é</a>', 'utf16le')
  assert.equal(decodeXml(utf16), '<a>é</a>')
  assert.equal(decodeXml(utf16.subarray(0).swap16()), '<a>é</a>')
  const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
  assert.ok(decodeXml(latin).endsWith('<a>é</a>'))
  assert.equal(decodeXml(Buffer.from('<a>é</a>')), '<a>é</a>')
})

test('bytes that are not in their encoding are refused', () => {
  const broken = [
    Buffer.from('<a>é</a>', 'latin1'),
    Buffer.from('<?xml version="1.0" encoding="klingon"?><a/>'),
    Buffer.from('<?xml version="1.0" encoding="utf-16"?><a/>'),
  ]
  for (const bytes of broken) assert.throws(() => decodeXml(bytes), { code: 'InvalidXml' })
})

test('blanks are kept, stripped where told, and kept again under xml:space', () => {
  const text = '<a>\n <b> </b>\n <c xml:space="preserve"> <d> </d></c>x </a>'
  assert.equal(writeXml(parseXml(text)), text)
  assert.equal(
    writeXml(parseXml(text, { stripsBlanks: () => true })),
    '<a><b /><c xml:space="preserve"> <d> </d></c>x </a>',
  )
})
