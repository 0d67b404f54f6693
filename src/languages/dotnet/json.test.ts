import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnonymousObject } from './anonymous-object.ts'
import { displayText } from './format.ts'
import { DotnetException } from './exceptions.ts'
import { castToken, valueAt } from './json-cast.ts'
import { deserializeObject, tokenToObject } from './json-deserialize.ts'
import { selectToken, selectTokens } from './json-path.ts'
import { parseArray, parseObject, parseToken } from './json-reader.ts'
import { serializeObject, tokenFromObject } from './json-serialize.ts'
import { JArray, JObject, JProperty, JValue, cloneToken } from './json-token.ts'
import {
  addAfterSelf,
  addContent,
  addFirst,
  addProperty,
  deepEquals,
  descendantsOf,
  mergeContent,
  newArray,
  newObject,
  newProperty,
  pathOf,
  removeToken,
  replaceToken,
  setTokenAt,
  tokenAt,
} from './json-tree.ts'
import { writeToken } from './json-writer.ts'
import { Dictionary } from './dictionary.ts'
import { List } from './list.ts'
import { doubleOf } from './value.ts'
import { decimalLiteral } from './decimal.ts'

function compact(token: Parameters<typeof writeToken>[0]): string {
  return writeToken(token, { indented: false })
}

function throws(run: () => unknown, typeName: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof DotnetException, String(error))
    assert.equal(error.typeName, typeName)
    return true
  })
}

test('JSON is written as it was read, numbers with their kind', () => {
  const texts = [
    ['{"a":1,"b":[true,null,"x"],"e":1.50}', '{"a":1,"b":[true,null,"x"],"e":1.5}'],
    ['[7.0,1e3,-0.5,100000000000000000000]', '[7.0,1000.0,-0.5,100000000000000000000]'],
    ['["2024-01-02T03:04:05Z","2024-01-02T03:04:05","2024-01-02"]', undefined],
    ['["2024-01-02T03:04:05.120+02:00"]', '["2024-01-02T01:04:05.12+00:00"]'],
    ['{a:\'x\',"b":0x1F,c:[1,2,],}', '{"a":"x","b":31,"c":[1,2]}'],
    ['[1,/* two */3]', '[1,/* two */3]'],
    ['{"a":/* c */1}', '{"a":1}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    [String.raw`["\u00e9\n\t\"\/"]`, String.raw`["é\n\t\"/"]`],
  ]
  for (const [text = '', expected] of texts)
    assert.equal(compact(parseToken(text)), expected ?? text)
})

test('text that is no JSON is a JsonReaderException', () => {
  for (const text of [
    '',
    '{"a":',
    '[1',
    '{"a" 1}',
    'plain',
    '{"a":1} x',
    '"a',
    '1.2.3',
    '{,}',
    '[}',
  ]) {
    throws(() => parseToken(text), 'Newtonsoft.Json.JsonReaderException')
  }
  throws(() => parseObject('[1]'), 'Newtonsoft.Json.JsonReaderException')
  throws(() => parseArray('{}'), 'Newtonsoft.Json.JsonReaderException')
  throws(() => parseToken(null), 'System.ArgumentNullException')
  throws(() => parseToken('['.repeat(100_000)), 'Newtonsoft.Json.JsonReaderException')
})

test('a container is written indented, a value bare', () => {
  assert.equal(
    String(parseToken('{"a":{"b":[1]},"c":[]}')),
    '{\r\n  "a": {\r\n    "b": [\r\n      1\r\n    ]\r\n  },\r\n  "c": []\r\n}',
  )
  assert.equal(String(parseToken('"x"')), 'x')
  assert.equal(String(parseToken('true')), 'True')
  assert.equal(String(parseToken('1.0')), '1')
  assert.equal(String(parseToken('null')), '')
  assert.equal(String(parseToken('"2024-01-02T03:04:05Z"')), '01/02/2024 03:04:05')
})

test('tokens are cast by the rules of Newtonsoft', () => {
  assert.equal(castToken(parseToken('"42"'), 'System.Int32'), 42)
  assert.equal(castToken(parseToken('2.5'), 'System.Int32'), 2)
  assert.equal(castToken(parseToken('3'), 'System.String'), '3')
  assert.equal(castToken(parseToken('true'), 'System.String'), 'True')
  assert.equal(castToken(parseToken('null'), 'System.String'), null)
  assert.equal(castToken(null, 'System.String'), null)
  assert.equal(castToken(null, 'System.Nullable<System.Int32>'), null)
  assert.equal(castToken(new JProperty('p', 5), 'System.Int32'), 5)
  throws(() => castToken(null, 'System.Int32'), 'System.ArgumentNullException')
  throws(() => castToken(parseToken('null'), 'System.Boolean'), 'System.ArgumentException')
  throws(() => castToken(parseToken('[1]'), 'System.String'), 'System.ArgumentException')
  throws(() => castToken(parseToken('"maybe"'), 'System.Boolean'), 'System.FormatException')
  throws(() => castToken(parseToken('"x"'), 'System.DateTime'), 'System.FormatException')
})

test('Value converts the child, and gives null where there is none', () => {
  const object = parseObject('{"n":7.0,"b":true,"o":{"x":1},"z":null}')
  assert.equal(displayText(valueAt(object, 'n', 'System.Double')), '7')
  assert.equal(valueAt(object, 'b', 'System.String'), 'True')
  assert.equal(valueAt(object, 'nope', 'System.Int32'), null)
  assert.equal(valueAt(object, 'z', 'System.String'), null)
  assert.ok(valueAt(object, 'o', 'Newtonsoft.Json.Linq.JObject') instanceof JObject)
  throws(() => valueAt(object, 'o', 'Newtonsoft.Json.Linq.JArray'), 'System.InvalidCastException')
  throws(() => valueAt(object, 'z', 'System.Int32'), 'System.InvalidCastException')
})

test('an indexer of the wrong kind has its own exception', () => {
  throws(() => tokenAt(new JValue('x'), 'sub'), 'System.InvalidOperationException')
  throws(() => tokenAt(new JArray(), 'x'), 'System.ArgumentException')
  throws(() => tokenAt(new JObject(), 0), 'System.ArgumentException')
  throws(() => tokenAt(newArray([1]), -1), 'System.ArgumentOutOfRangeException')
  assert.equal(tokenAt(new JObject(), 'none'), null)
})

test('a tree is changed in place', () => {
  const object = parseObject('{"a":1,"c":3}')
  const a = object.property('a')
  assert.ok(a)
  addAfterSelf(a, new JProperty('b', 2))
  addFirst(object, new JProperty('first', true))
  setTokenAt(object, 'c', 'three')
  assert.equal(compact(object), '{"first":true,"a":1,"b":2,"c":"three"}')
  replaceToken(a.value, newArray([1, 2]))
  removeToken(a)
  assert.equal(compact(object), '{"first":true,"b":2,"c":"three"}')
  throws(() => addProperty(object, 'b', 1), 'System.ArgumentException')
  throws(() => removeToken(new JValue(5)), 'System.InvalidOperationException')
  throws(() => addContent(object, 5), 'System.ArgumentException')
})

test('a token that has a parent is copied when it is added elsewhere', () => {
  const child = newObject([new JProperty('x', 1)])
  const first = newObject([new JProperty('c', child)])
  const second = newObject([new JProperty('c', child)])
  child.set('x', 2)
  assert.equal(compact(first), '{"c":{"x":2}}')
  assert.equal(compact(second), '{"c":{"x":1}}')
})

test('several values of a property make an array', () => {
  assert.equal(compact(newProperty('p', [1, 2])), '"p":[1,2]')
  assert.equal(compact(newProperty('p', [new List('System.Int32', [1])])), '"p":[1]')
  assert.equal(compact(newArray([newArray([1, 2])])), '[1,2]')
  assert.equal(compact(newArray([newArray([1]), 2])), '[[1],2]')
})

test('paths select tokens', () => {
  const store = parseObject(
    '{"s":{"book":[{"t":"A","p":8.95},{"t":"B","p":12.99,"i":"x"},{"t":"C","p":22}],"bike":{"p":19.95}},"a b":1}',
  )
  const texts = (path: string): string[] => Array.from(selectTokens(store, path), compact)
  assert.deepEqual(texts('s.book[0].t'), ['"A"'])
  assert.deepEqual(texts('$.s.book[*].t'), ['"A"', '"B"', '"C"'])
  assert.deepEqual(texts('$..p'), ['8.95', '12.99', '22', '19.95'])
  assert.deepEqual(texts("['a b']"), ['1'])
  assert.deepEqual(texts('$.s.book[?(@.p < 10)].t'), ['"A"'])
  assert.deepEqual(texts("$.s.book[?(@.t == 'B' || @.p > 20)].t"), ['"B"', '"C"'])
  assert.deepEqual(texts('$.s.book[?(@.i)].t'), ['"B"'])
  assert.deepEqual(texts('$.s.book[1:].t'), ['"B"', '"C"'])
  assert.deepEqual(texts('$.s.book[-1:].t'), ['"C"'])
  assert.deepEqual(texts('$.s.book[0,2].t'), ['"A"', '"C"'])
  assert.equal(selectToken(store, 'nope.deeper'), null)
  throws(
    () => selectToken(store, 'nope', { errorWhenNoMatch: true }),
    'Newtonsoft.Json.JsonException',
  )
  throws(() => selectToken(store, '$.s.book[*]'), 'Newtonsoft.Json.JsonException')
  throws(() => [...selectTokens(store, '$.s[')], 'Newtonsoft.Json.JsonException')
})

test('a token knows its path and its descendants', () => {
  const object = parseObject('{"a":[1,{"b c":2}]}')
  assert.deepEqual(
    Array.from(descendantsOf(object), (token) => `${token.type} ${pathOf(token)}`),
    [
      'Property a',
      'Array a',
      'Integer a[0]',
      'Object a[1]',
      "Property a[1]['b c']",
      "Integer a[1]['b c']",
    ],
  )
})

test('equality is deep, of properties in any order', () => {
  assert.ok(deepEquals(parseToken('{"a":1,"b":[2]}'), parseToken('{"b":[2],"a":1}')))
  assert.ok(!deepEquals(parseToken('[1,2]'), parseToken('[2,1]')))
  assert.ok(!deepEquals(parseToken('1'), parseToken('1.0')))
  const token = parseToken('{"a":{"b":1}}')
  assert.ok(deepEquals(token, cloneToken(token)))
})

test('objects are merged, arrays joined', () => {
  const target = parseObject('{"a":{"x":1},"l":[1],"k":5}')
  mergeContent(target, parseObject('{"a":{"y":2},"l":[2],"k":null,"n":3}'))
  assert.equal(compact(target), '{"a":{"x":1,"y":2},"l":[1,2],"k":5,"n":3}')
})

test('values become JSON', () => {
  const dictionary = new Dictionary('System.String', 'System.Object')
  dictionary.add('d', doubleOf(5))
  dictionary.add('m', decimalLiteral('2.20'))
  dictionary.add('w', decimalLiteral('5'))
  dictionary.add('b', Uint8Array.of(1, 2))
  dictionary.add('o', new AnonymousObject(new Map<string, unknown>([['N', null]])))
  assert.equal(serializeObject(dictionary), '{"d":5.0,"m":2.20,"w":5.0,"b":"AQI=","o":{"N":null}}')
  assert.equal(compact(tokenFromObject(new List('System.String', ['p']))), '["p"]')
})

test('JSON becomes values of the wanted type', () => {
  const map = deserializeObject(
    '{"a":"1","b":2}',
    'System.Collections.Generic.Dictionary<System.String,System.String>',
  )
  assert.ok(map instanceof Dictionary)
  assert.equal(map.get('b'), '2')
  const list = deserializeObject('[1,2,3]', 'System.Collections.Generic.List<System.Int32>')
  assert.ok(list instanceof List)
  assert.deepEqual(list.items, [1, 2, 3])
  assert.equal(deserializeObject('"2024-01-02T03:04:05Z"', 'System.String'), '2024-01-02T03:04:05Z')
  assert.ok(deserializeObject('{"a":1}') instanceof JObject)
  throws(
    () =>
      deserializeObject(
        '{"a":"x"}',
        'System.Collections.Generic.Dictionary<System.String,System.Int32>',
      ),
    'Newtonsoft.Json.JsonReaderException',
  )
  throws(
    () => tokenToObject(new JValue(34), 'System.Collections.Generic.List<System.Int32>'),
    'Newtonsoft.Json.JsonSerializationException',
  )
})
