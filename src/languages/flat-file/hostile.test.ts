/** Schemas and flat files that mean harm: they end in bounded time, with a fault that names what is wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../../base/errors.ts'
import { decodeFlatFile } from './decode.ts'
import { encodeFlatFile } from './encode.ts'
import { FlatFileError } from './flat-file-error.ts'
import { readFlatFileSchema } from './read-schema.ts'

const record = (name: string, layout: string, content: string, more = ''): string =>
  `<xs:element name="${name}"${more}><xs:annotation><xs:appinfo><b:recordInfo ${layout}/></xs:appinfo></xs:annotation>
   <xs:complexType><xs:sequence>${content}</xs:sequence></xs:complexType></xs:element>`

const schemaOf = (content: string): string =>
  `<xs:schema xmlns="urn:h" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:b="http://schemas.microsoft.com/BizTalk/2003" targetNamespace="urn:h">${content}</xs:schema>`

const lines = 'structure="delimited" child_delimiter_type="hex" child_delimiter="0x0A"'
const commas = 'structure="delimited" child_delimiter_type="char" child_delimiter=","'
const field = '<xs:element name="F" type="xs:string" minOccurs="0"/>'

test('a file of many lines is read in time that grows with it', () => {
  const row = record('L', commas, field.repeat(3), ' maxOccurs="unbounded"')
  const schema = readFlatFileSchema(schemaOf(record('R', `${lines} child_order="postfix"`, row)))
  const started = performance.now()
  const xml = decodeFlatFile('a,b,c\n'.repeat(50_000), schema)
  assert.equal(xml.match(/<L /g)?.length, 50_000)
  assert.ok(performance.now() - started < 5_000)
})

test('a file that fits its schema in very many ways is given up', () => {
  let inner = record('E', 'structure="delimited" tag_name="END"', field)
  for (let level = 0; level < 12; level += 1) {
    const part = record(`P${level}`, commas, inner, ' minOccurs="0" maxOccurs="unbounded"')
    inner = part + part + inner
    if (inner.length > 400_000) break
  }
  const schema = readFlatFileSchema(schemaOf(record('R', lines, inner)))
  const started = performance.now()
  assert.throws(() => decodeFlatFile(',\n'.repeat(2_000), schema), FlatFileError)
  assert.ok(performance.now() - started < 10_000)
})

test('records that may be empty and come again do not go on for ever', () => {
  const again = ' minOccurs="0" maxOccurs="unbounded"'
  const schema = readFlatFileSchema(
    schemaOf(record('R', 'structure="delimited"', record('A', commas, field, again))),
  )
  assert.throws(
    () => decodeFlatFile('\n\n\n', schema) && decodeFlatFile(',,,,x', schema),
    FlatFileError,
  )
  const nothing = readFlatFileSchema(
    schemaOf(record('R', lines, `<xs:sequence${again}>${field}</xs:sequence>`)),
  )
  assert.match(decodeFlatFile('', nothing), /<R xmlns="urn:h">/)
})

test('wrapped text that never ends, and characters that XML cannot hold, are faults', () => {
  const wrapped =
    '<xs:element name="F" type="xs:string"><xs:annotation><xs:appinfo><b:fieldInfo wrap_char_type="char" wrap_char="&quot;"/></xs:appinfo></xs:annotation></xs:element>'
  const schema = readFlatFileSchema(schemaOf(record('R', commas, wrapped)))
  assert.throws(() => decodeFlatFile(`"${'x'.repeat(1_000_000)}`, schema), {
    name: 'FlatFileError',
    definition: 'F',
    line: 1,
  })
  assert.throws(() => decodeFlatFile('a\u0000b', schema), /hexadecimal value 0x00/)
  assert.throws(() => decodeFlatFile('a\ud800b', schema), /hexadecimal value 0xD800/)
  assert.equal(decodeFlatFile('<&">', schema).includes('&lt;&amp;&quot;&gt;'), true)
})

test('schemas that grow without bound, or are none, are refused with their place', () => {
  const refused = (text: string, code: string): void => {
    assert.throws(
      () => readFlatFileSchema(text),
      (error) => error instanceof SourceError && error.code === code && error.position.line >= 1,
    )
  }
  const doubling = Array.from(
    { length: 25 },
    (_, level) =>
      `<xs:complexType name="T${level}"><xs:sequence><xs:element name="A" type="T${level + 1}"/><xs:element name="B" type="T${level + 1}"/></xs:sequence></xs:complexType>`,
  ).join('')
  const last = '<xs:complexType name="T25"><xs:sequence/></xs:complexType>'
  refused(
    schemaOf(`<xs:element name="R" type="T0"/>${doubling}${last}`),
    'UnsupportedFlatFileSchema',
  )
  refused('<a/>', 'InvalidFlatFileSchema')
  refused('<a', 'InvalidXml')
  refused(schemaOf(''), 'InvalidFlatFileSchema')
  refused(schemaOf(record('R', `${lines} other_delimiter="x"`, field)), 'UnsupportedFlatFileSchema')
  refused(
    schemaOf(
      record('R', `structure="delimited" child_delimiter_type="hex" child_delimiter="0xZZ"`, field),
    ),
    'InvalidFlatFileSchema',
  )
  refused(
    schemaOf(
      record(
        'R',
        `structure="delimited" child_delimiter_type="char" child_delimiter="${'x'.repeat(101)}"`,
        field,
      ),
    ),
    'InvalidFlatFileSchema',
  )
  refused(
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">&c;</xs:schema>',
    'InvalidXml',
  )
})

test('XML that is none, or of another schema, is a fault', () => {
  const schema = readFlatFileSchema(schemaOf(record('R', commas, field)))
  assert.throws(() => encodeFlatFile('<R', schema), SourceError)
  assert.throws(() => encodeFlatFile('<R xmlns="urn:h"><X/></R>', schema), FlatFileError)
  assert.throws(() => encodeFlatFile('<R/>', schema), FlatFileError)
})
