import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compareStrings,
  equalValues,
  compareValues,
  hashKey,
  stringComparer,
} from './comparison.ts'
import { decimalLiteral } from './decimal.ts'
import { DotnetException } from './exceptions.ts'
import { displayText } from './format.ts'
import { Guid } from './guid.ts'
import {
  contains,
  endsWith,
  indexOf,
  insert,
  join,
  lastIndexOf,
  padLeft,
  remove,
  replace,
  startsWith,
  substring,
  toCharArray,
  trim,
} from './string.ts'
import { split } from './string-split.ts'
import { StringBuilder } from './string-builder.ts'
import { StringReader } from './string-reader.ts'
import { toLowerInvariant, toUpperInvariant } from './letter-case.ts'
import { Uri } from './uri.ts'
import { escapeDataString, escapeUriString, unescapeDataString } from './uri-escape.ts'
import { htmlDecode, htmlEncode, urlDecode, urlEncode } from './web-utility.ts'
import { Encoding } from './encoding.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { IPAddress } from './ip-address.ts'
import { charOf, DotnetNumber, doubleOf } from './value.ts'

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

const comma = [charOf(44)]

test('parts of a text lie inside it', () => {
  assert.equal(substring('banana', 2), 'nana')
  assert.equal(substring('banana', 6), '')
  assert.equal(substring('banana', 1, 2), 'an')
  throws(() => substring('banana', 7), 'System.ArgumentOutOfRangeException')
  throws(() => substring('banana', 4, 5), 'System.ArgumentOutOfRangeException')
  throws(() => substring('banana', -1), 'System.ArgumentOutOfRangeException')
  assert.equal(remove('banana', 2), 'ba')
  assert.equal(insert('banana', 3, '-'), 'ban-ana')
  throws(() => padLeft('abc', -1), 'System.ArgumentOutOfRangeException')
})

test('searches go from a place, in a case or not', () => {
  assert.equal(indexOf('banana', 'an', { start: 2 }), 3)
  assert.equal(indexOf('banana', 'AN', { comparison: 'OrdinalIgnoreCase' }), 1)
  assert.equal(lastIndexOf('banana', 'an'), 3)
  assert.equal(lastIndexOf('banana', charOf(97), { start: 4 }), 3)
  assert.ok(contains('banana', 'nan'))
  assert.ok(startsWith('Bearer x', 'bearer ', 'OrdinalIgnoreCase'))
  assert.ok(endsWith('report.PDF', '.pdf', 'InvariantCultureIgnoreCase'))
  throws(() => indexOf('a', null), 'System.ArgumentNullException')
  throws(() => replace('a', '', 'b'), 'System.ArgumentException')
  assert.equal(replace('a$a', 'a', '$&'), '$&$$&')
})

test('split keeps or drops empty pieces, and stops at a count', () => {
  assert.deepEqual(split('alpha,beta,,gamma', comma).items, ['alpha', 'beta', '', 'gamma'])
  assert.deepEqual(split('a,,b', comma, { options: 'RemoveEmptyEntries' }).items, ['a', 'b'])
  assert.deepEqual(split('a,b,c', comma, { count: 2 }).items, ['a', 'b,c'])
  assert.deepEqual(split('a,,b,c', comma, { count: 2, options: 'RemoveEmptyEntries' }).items, [
    'a',
    'b,c',
  ])
  assert.deepEqual(split('one--two----three', ['--']).items, ['one', 'two', '', 'three'])
  assert.deepEqual(split('first\nsecond\r\nthird', ['\r\n', '\n']).items, [
    'first',
    'second',
    'third',
  ])
  assert.deepEqual(split('a b  c', []).items, ['a', 'b', '', 'c'])
  assert.deepEqual(split('', comma).items, [''])
  assert.deepEqual(split('', comma, { options: 'RemoveEmptyEntries' }).items, [])
})

test('trim removes white space or what it is told', () => {
  assert.equal(trim('\t a\u00a0'), 'a')
  assert.equal(trim('1.2300', 'end', [charOf(48)]), '1.23')
  assert.equal(trim('xxaxx', 'start', [charOf(120)]), 'axx')
  assert.equal(trim('  a ', 'both', []), 'a')
})

test('joins write values as ToString does', () => {
  assert.equal(
    join('|', [1, null, true, doubleOf(2.5), 'x', decimalLiteral('1.10')]),
    '1||True|2.5|x|1.10',
  )
})

test('case changes one character at a time', () => {
  assert.equal(toUpperInvariant('straße é'), 'STRAßE É')
  assert.equal(toLowerInvariant('ÀΣ'), 'àσ')
})

test('a builder and a reader work line by line', () => {
  const builder = new StringBuilder('a')
  builder.append(1).append(null).append(true).appendLine('x').insert(0, '>').replace('1', '2')
  assert.equal(builder.toString(), '>a2Truex\r\n')
  builder.length = 2
  assert.equal(builder.toString(), '>a')
  const reader = new StringReader('alpha\nbeta\r\ngamma')
  assert.deepEqual(
    [reader.readLine(), reader.readLine(), reader.readToEnd(), reader.readLine()],
    ['alpha', 'beta', 'gamma', null],
  )
})

test('values of different types are never equal', () => {
  assert.ok(equalValues(5, 5))
  assert.ok(!equalValues(5, 5n))
  assert.ok(!equalValues(5, doubleOf(5)))
  assert.ok(equalValues(doubleOf(NaN), doubleOf(NaN)))
  assert.ok(equalValues(decimalLiteral('1.0'), decimalLiteral('1.00')))
  assert.equal(hashKey(decimalLiteral('10.0')), hashKey(decimalLiteral('10')))
  assert.ok(equalValues(new DotnetNumber('Byte', 5), new DotnetNumber('Byte', 5)))
  assert.ok(
    equalValues(
      Guid.parse('6f9619ff-8b86-d011-b42d-00c04fc964ff'),
      Guid.parse('{6F9619FF-8B86-D011-B42D-00C04FC964FF}'),
    ),
  )
})

test('texts are ordered by culture or by code', () => {
  assert.ok(compareStrings('apple', 'APPLE', 'Ordinal') > 0)
  assert.ok(compareStrings('apple', 'Banana') < 0)
  assert.ok(compareStrings('apple', 'Banana', 'Ordinal') > 0)
  assert.equal(compareStrings('A', 'a', 'CurrentCultureIgnoreCase'), 0)
  assert.ok(compareStrings(null, '') < 0)
  assert.ok(compareValues(null, 1) < 0)
  assert.ok(stringComparer('OrdinalIgnoreCase').equals('a', 'A'))
  throws(() => compareValues({}, {}), 'System.ArgumentException')
})

test('an address has its parts', () => {
  const uri = new Uri('https://files.contoso.example:8443/a/b%20c/report.csv?sig=A%2BB%3D&v=2#top')
  assert.equal(uri.host, 'files.contoso.example')
  assert.equal(uri.port, 8443)
  assert.equal(uri.authority, 'files.contoso.example:8443')
  assert.equal(uri.absolutePath, '/a/b%20c/report.csv')
  assert.equal(uri.localPath, '/a/b c/report.csv')
  assert.equal(uri.query, '?sig=A%2BB%3D&v=2')
  assert.equal(uri.fragment, '#top')
  assert.deepEqual(uri.segments.items, ['/', 'a/', 'b%20c/', 'report.csv'])
  assert.equal(uri.getLeftPart('Authority'), 'https://files.contoso.example:8443')
  assert.equal(new Uri('https://EXAMPLE.org').absoluteUri, 'https://example.org/')
  assert.ok(new Uri('http://example.org:80/x').isDefaultPort)
  assert.ok(equalValues(new Uri('https://example.org/a'), new Uri('https://EXAMPLE.org/a')))
  assert.equal(
    Uri.resolve(new Uri('https://a.example/b/c'), '../d?x=1').absoluteUri,
    'https://a.example/d?x=1',
  )
  throws(() => new Uri(''), 'System.UriFormatException')
  throws(() => new Uri('/relative'), 'System.UriFormatException')
  throws(() => new Uri(null), 'System.ArgumentNullException')
})

test('texts are escaped for addresses and pages', () => {
  assert.equal(escapeDataString("a b&c/d'(é)!*"), 'a%20b%26c%2Fd%27%28%C3%A9%29%21%2A')
  assert.equal(escapeUriString('a b/c?d=é%20'), 'a%20b/c?d=%C3%A9%20')
  assert.equal(unescapeDataString('A%2BB%3D+%zz'), 'A+B=+%zz')
  assert.equal(urlEncode("a b&c/é~'(x)"), 'a+b%26c%2F%C3%A9%7E%27(x)')
  assert.equal(urlDecode('caf%c3%a9+x'), 'café x')
  assert.equal(
    htmlEncode(`<a href="x">'Q&A'</a>`),
    '&lt;a href=&quot;x&quot;&gt;&#39;Q&amp;A&#39;&lt;/a&gt;',
  )
  assert.equal(htmlDecode('&lt;&eacute;&#x41;&#66;&nope;&nbsp;'), '<éAB&nope;\u00a0')
})

test('bytes and texts change into each other', () => {
  assert.deepEqual([...new Encoding('utf-8').getBytes('é')], [0xc3, 0xa9])
  assert.deepEqual([...new Encoding('us-ascii').getBytes('é')], [63])
  assert.deepEqual([...new Encoding('utf-16').getBytes('a')], [97, 0])
  assert.equal(Encoding.byName('ISO-8859-1').getBytes('café').length, 4)
  throws(() => Encoding.byName('nope'), 'System.ArgumentException')
  assert.equal(toBase64(fromBase64(' YWJj\r\n')), 'YWJj')
  throws(() => fromBase64('@@not-base64@@'), 'System.FormatException')
  throws(() => fromBase64('abc'), 'System.FormatException')
  throws(() => fromBase64(null), 'System.ArgumentNullException')
})

test('Internet addresses are written in their short form', () => {
  const texts = [
    ['10.1.2.3', '10.1.2.3'],
    ['::1', '::1'],
    ['::', '::'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['1.2', '1.0.0.2'],
  ]
  for (const [text = '', expected] of texts)
    assert.equal(displayText(IPAddress.parse(text)), expected)
  throws(() => IPAddress.parse('1.2.3.999'), 'System.FormatException')
})

test('a GUID is written in five forms, and its first fields are little-endian', () => {
  const guid = Guid.parse('6f9619ff-8b86-d011-b42d-00c04fc964ff')
  assert.equal(guid.format('N'), '6f9619ff8b86d011b42d00c04fc964ff')
  assert.equal(guid.format('P'), '(6f9619ff-8b86-d011-b42d-00c04fc964ff)')
  assert.equal(
    guid.format('X'),
    '{0x6f9619ff,0x8b86,0xd011,{0xb4,0x2d,0x00,0xc0,0x4f,0xc9,0x64,0xff}}',
  )
  assert.equal(guid.toByteArray()[0], 0xff)
  assert.ok(Guid.fromBytes(guid.toByteArray()).equals(guid))
  throws(() => Guid.parse('x'), 'System.FormatException')
  assert.deepEqual(toCharArray('ab').items, [charOf(97), charOf(98)])
})
