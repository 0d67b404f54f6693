import { argumentError, systemException } from '../../dotnet/exceptions.ts'
import {
  isTokenOfType,
  tokenCast,
  valueAt,
  valueOfToken,
  valuesOfTokens,
} from '../../dotnet/json-cast.ts'
import { tokenToObject } from '../../dotnet/json-deserialize.ts'
import { selectToken, selectTokens } from '../../dotnet/json-path.ts'
import { parseToken } from '../../dotnet/json-reader.ts'
import { serializeObject, tokenFromObject } from '../../dotnet/json-serialize.ts'
import {
  cloneToken,
  isContainer,
  isToken,
  JConstructor,
  JObject,
  JProperty,
  JValue,
  type JContainer,
  type JToken,
} from '../../dotnet/json-token.ts'
import * as tree from '../../dotnet/json-tree.ts'
import { writeToken } from '../../dotnet/json-writer.ts'
import { List } from '../../dotnet/list.ts'
import { integerOf, isIntegerKind } from '../../dotnet/numbers.ts'
import { enumerate, Sequence } from '../../dotnet/sequence.ts'
import { DotnetEnum, DotnetNumber } from '../../dotnet/value.ts'
import {
  declareEnum,
  declareType,
  type Implementation,
  type TypeDeclaration,
} from '../type-model.ts'
import { defaultValue } from '../conversions.ts'
import { arrayMembers, objectMembers } from './json-container-types.ts'
import { bool, callOf, enumName, given, instance, contents, text, textOrNull } from './guards.ts'

const tokenName = 'Newtonsoft.Json.Linq.JToken'

const tokenKinds = [
  'None',
  'Object',
  'Array',
  'Constructor',
  'Property',
  'Comment',
  'Integer',
  'Float',
  'String',
  'Boolean',
  'Null',
  'Undefined',
  'Date',
  'Raw',
  'Bytes',
  'Guid',
  'Uri',
  'TimeSpan',
]

type Members = Record<string, Implementation>

function token(value: unknown): JToken {
  if (isToken(value)) return value
  throw systemException('NullReferenceException')
}

function tokenOrNull(value: unknown): JToken | null {
  return isToken(value) ? value : null
}

function container(value: unknown): JContainer {
  if (isContainer(value)) return value
  throw systemException('NullReferenceException')
}

function tokens(source: Iterable<unknown>): Sequence {
  return new Sequence(() => source[Symbol.iterator](), tokenName)
}

/** The names of simple types that tokens convert to and from, with their full names. */
const contentTypes: readonly (readonly [string, string])[] = [
  ['bool', 'System.Boolean'],
  ['byte', 'System.Byte'],
  ['sbyte', 'System.SByte'],
  ['short', 'System.Int16'],
  ['ushort', 'System.UInt16'],
  ['int', 'System.Int32'],
  ['uint', 'System.UInt32'],
  ['long', 'System.Int64'],
  ['ulong', 'System.UInt64'],
  ['float', 'System.Single'],
  ['double', 'System.Double'],
  ['decimal', 'System.Decimal'],
  ['char', 'System.Char'],
  ['DateTime', 'System.DateTime'],
  ['DateTimeOffset', 'System.DateTimeOffset'],
  ['TimeSpan', 'System.TimeSpan'],
  ['Guid', 'System.Guid'],
]

/** Newtonsoft.Json and Newtonsoft.Json.Linq. */
export const jsonTypes: readonly TypeDeclaration[] = [
  declareEnum('Newtonsoft.Json.Formatting', { None: 0, Indented: 1 }),
  declareEnum(
    'Newtonsoft.Json.Linq.JTokenType',
    Object.fromEntries(tokenKinds.map((name, index) => [name, index])),
  ),
  declareType('static Newtonsoft.Json.JsonConvert', convertMembers()),
  declareType('interface Newtonsoft.Json.Linq.IJEnumerable<T> : IEnumerable<T>'),
  declareType('class Newtonsoft.Json.Linq.JToken : IEnumerable<JToken>', {
    ...tokenMembers(),
    ...moving(),
    ...casts(),
  }),
  declareType('class Newtonsoft.Json.Linq.JContainer : JToken, IEnumerable<JToken>', {
    'int Count': (self) => container(self).children.length,
    'void Add(object content)': (self, content) => tree.addContent(container(self), content),
    'void AddFirst(object content)': (self, content) => tree.addFirst(container(self), content),
    'void RemoveAll()': (self) => tree.removeAll(container(self)),
    'void ReplaceAll(object content)': (self, content) => {
      tree.removeAll(container(self))
      tree.addContent(container(self), content)
    },
    'IEnumerable<JToken> Descendants()': (self) =>
      tokens({ [Symbol.iterator]: () => tree.descendantsOf(container(self)) }),
    'void Merge(object content)': (self, content) => tree.mergeContent(container(self), content),
  }),
  declareType(
    'class Newtonsoft.Json.Linq.JObject : JContainer, IEnumerable<KeyValuePair<string,JToken>>',
    objectMembers(),
  ),
  declareType('class Newtonsoft.Json.Linq.JArray : JContainer, IList<JToken>', arrayMembers()),
  declareType('class Newtonsoft.Json.Linq.JProperty : JContainer', {
    'new(string name, object content)': (name, content) =>
      tree.newProperty(textOrNull(name), [content]),
    'new(string name, params object[] content)': (name, content) =>
      tree.newProperty(textOrNull(name), contents(content)),
    'new(JProperty other)': (other) => cloneToken(token(other)),
    'string Name': (self) => instance(self, JProperty).name,
    'JToken Value': (self) => instance(self, JProperty).value,
    'set JToken Value': (self, value) => {
      instance(self, JProperty).value = value
    },
  }),
  declareType('class Newtonsoft.Json.Linq.JValue : JToken, System.IComparable', valueMembers()),
  declareType('class Newtonsoft.Json.Linq.JRaw : JValue', {
    'new(JRaw other)': (other) => cloneToken(token(other)),
    'new(object rawJson)': (value) => new JValue(value, 'Raw'),
  }),
  declareType('class Newtonsoft.Json.Linq.JConstructor : JContainer', constructorMembers()),
  declareType('static Newtonsoft.Json.Linq.Extensions', extensionMembers()),
]

function constructorMembers(): Members {
  const constructor = (value: unknown): JConstructor => instance(value, JConstructor)
  return {
    'new()': () => new JConstructor(),
    'new(JConstructor other)': (other) => cloneToken(token(other)),
    'new(string name)': (name) => tree.newConstructor(textOrNull(name)),
    'new(string name, object content)': (name, content) =>
      tree.newConstructor(textOrNull(name), [content]),
    'new(string name, params object[] content)': (name, content) =>
      tree.newConstructor(textOrNull(name), contents(content)),
    'string Name': (self) => constructor(self).name,
    'set string Name': (self, name) => {
      constructor(self).name = textOrNull(name)
    },
  }
}

function layout(value: unknown): { indented: boolean } {
  return { indented: enumName(value) === 'Indented' }
}

function convertMembers(): Members {
  return {
    'static string SerializeObject(object value)': (value) =>
      serializeObject(value, { indented: false }),
    'static string SerializeObject(object value, Formatting formatting)': (value, formatting) =>
      serializeObject(value, layout(formatting)),
    'static object DeserializeObject(string value)': (value) => contentOf(parseToken(given(value))),
    'static T DeserializeObject<T>(string value)': (value, call) =>
      toObject(given(value) === '' ? null : parseToken(text(value)), call),
  }
}

function contentOf(value: JToken): unknown {
  return value instanceof JValue ? value.value : value
}

function toObject(value: JToken | null, call: unknown): unknown {
  const type = callOf(call).types[0]
  if (!type) return value
  if (value === null) return null
  return tokenToObject(value, type.name)
}

function tokenMembers(): Members {
  return {
    'static JToken Parse(string json)': (json) => parseToken(given(json, 's')),
    'static JToken FromObject(object o)': (value) => tokenFromObject(value),
    'static bool DeepEquals(JToken t1, JToken t2)': (left, right) =>
      tree.deepEquals(tokenOrNull(left), tokenOrNull(right)),
    'JTokenType Type': (self) =>
      new DotnetEnum(
        'Newtonsoft.Json.Linq.JTokenType',
        token(self).type,
        tokenKinds.indexOf(token(self).type),
      ),
    'bool HasValues': (self) => tree.hasValues(token(self)),
    'JToken this[object key]': (self, key) =>
      self instanceof JObject && typeof key === 'string'
        ? self.get(key)
        : tree.tokenAt(token(self), key),
    'set JToken this[object key]': (self, key, value) => tree.setTokenAt(token(self), key, value),
    'string ToString(Formatting formatting)': (self, formatting) =>
      writeToken(token(self), layout(formatting)),
    'JToken DeepClone()': (self) => cloneToken(token(self)),
    'JToken SelectToken(string path)': (self, path) =>
      selectToken(token(self), given(path, 'path')),
    'JToken SelectToken(string path, bool errorWhenNoMatch)': (self, path, strict) =>
      selectToken(token(self), given(path, 'path'), { errorWhenNoMatch: bool(strict) }),
    'IEnumerable<JToken> SelectTokens(string path)': (self, path) =>
      tokens([...selectTokens(token(self), given(path, 'path'))]),
    'T ToObject<T>()': (self, call) => toObject(token(self), call),
    'T Value<T>(object key)': (self, key, call) =>
      valueFor(call, (name) => valueAt(token(self), key, name)),
    'IEnumerable<T> Values<T>()': (self, call) =>
      new Sequence(
        () => valuesOfTokens(tree.childrenOf(token(self)), callOf(call).types[0]?.name ?? ''),
        callOf(call).types[0]?.name,
      ),
    'IJEnumerable<JToken> Children()': (self) => tokens(tree.childrenOf(token(self))),
    'IJEnumerable<T> Children<T>()': (self, call) => {
      const name = callOf(call).types[0]?.name ?? tokenName
      return new Sequence(
        () =>
          tree
            .childrenOf(token(self))
            .filter((child) => isTokenOfType(child, name))
            [Symbol.iterator](),
        name,
      )
    },
  }
}

/** A value converted to T, or default(T) where there is none. */
function valueFor(call: unknown, read: (typeName: string) => unknown): unknown {
  const { types, world } = callOf(call)
  const [type] = types
  if (!type) return null
  const found = read(type.name)
  if (found !== null && found !== undefined) return found
  return defaultValue(world, type)
}

function moving(): Members {
  return {
    'JContainer Parent': (self) => token(self).parent,
    'JToken Root': (self) => tree.rootToken(token(self)),
    'JToken First': (self) => tree.firstChild(token(self)),
    'JToken Last': (self) => tree.lastChild(token(self)),
    'JToken Next': (self) => tree.nextSibling(token(self)),
    'JToken Previous': (self) => tree.previousSibling(token(self)),
    'string Path': (self) => tree.pathOf(token(self)),
    'void Remove()': (self) => tree.removeToken(token(self)),
    'void Replace(JToken value)': (self, value) => tree.replaceToken(token(self), value),
    'void AddAfterSelf(object content)': (self, content) => tree.addAfterSelf(token(self), content),
    'void AddBeforeSelf(object content)': (self, content) =>
      tree.addBeforeSelf(token(self), content),
    'IEnumerable<JToken> Ancestors()': (self) => tokens([...tree.ancestorsOf(token(self))]),
    'IEnumerable<JToken> AfterSelf()': (self) => tokens(siblings(token(self), tree.nextSibling)),
    'IEnumerable<JToken> BeforeSelf()': (self) =>
      tokens(siblings(token(self), tree.previousSibling).toReversed()),
  }
}

function siblings(start: JToken, step: (from: JToken) => JToken | null): JToken[] {
  const found: JToken[] = []
  for (let at = step(start); at !== null; at = step(at)) found.push(at)
  return found
}

function casts(): Members {
  const members: Members = {
    'implicit operator JToken(string value)': (value) => new JValue(value),
    'implicit operator JToken(byte[] value)': (value) => new JValue(value),
    'implicit operator JToken(Uri value)': (value) => new JValue(value),
    'explicit operator string(JToken value)': castTo('System.String'),
    'explicit operator byte[](JToken value)': castTo('System.Byte[]'),
    'explicit operator Uri(JToken value)': castTo('System.Uri'),
  }
  for (const [name, full] of contentTypes) {
    // There is none from a char.
    if (name !== 'char') {
      members[`implicit operator JToken(${name} value)`] = valueToken
      members[`implicit operator JToken(${name}? value)`] = valueToken
    }
    members[`explicit operator ${name}(JToken value)`] = castTo(full)
    members[`explicit operator ${name}?(JToken value)`] = castTo(`System.Nullable<${full}>`)
  }
  return members
}

function castTo(typeName: string): Implementation {
  const cast = tokenCast(typeName)
  // The usual ones are found here, where V8 compiles them into the expression.
  if (typeName === 'System.Int32') {
    return (value) => {
      const whole = value instanceof JValue ? value.whole : undefined
      return whole !== undefined && (whole | 0) === whole ? whole : cast(tokenOrNull(value))
    }
  }
  if (typeName === 'System.String') {
    return (value) => {
      const content = value instanceof JValue && value.whole === undefined ? value.value : null
      return typeof content === 'string' ? content : cast(tokenOrNull(value))
    }
  }
  return (value) => cast(tokenOrNull(value))
}

// The constructor that Newtonsoft calls for any whole number but UInt64 is that of Int64.
function valueToken(value: unknown): JValue {
  const isLong = value instanceof DotnetNumber ? isShortKind(value.kind) : typeof value === 'number'
  return new JValue(isLong ? integerOf(value) : value)
}

function isShortKind(kind: string): boolean {
  return isIntegerKind(kind) && kind !== 'UInt64'
}

function valueMembers(): Members {
  const make = (value: unknown): JValue => new JValue(value)
  const members: Members = {
    'new(object value)': make,
    'new(JValue other)': (other) => cloneToken(token(other)),
    'new(string value)': make,
    // A whole number is an Int64 in a JValue, a Single a Double.
    'new(long value)': make,
    'new(ulong value)': make,
    'new(double value)': make,
    'new(decimal value)': make,
    'new(bool value)': make,
    'new(char value)': make,
    'new(DateTime value)': make,
    'new(DateTimeOffset value)': make,
    'new(Guid value)': make,
    'new(Uri value)': make,
    'new(TimeSpan value)': make,
    'static JValue CreateNull()': () => new JValue(null),
    'static JValue CreateString(string value)': (value) => new JValue(value, 'String'),
    'object Value': (self) => instance(self, JValue).value,
    'set object Value': (self, value) => {
      instance(self, JValue).value = value
    },
    'bool Equals(JValue other)': (self, other) => instance(self, JValue).equals(other),
    'int CompareTo(JValue obj)': (self, other) => instance(self, JValue).compareTo(other),
    'string ToString(string format)': (self, format) =>
      instance(self, JValue).format(textOrNull(format)),
    'string ToString(string format, System.IFormatProvider provider)': (self, format) =>
      instance(self, JValue).format(textOrNull(format)),
  }
  return members
}

function extensionMembers(): Members {
  return {
    'static T Value<T>(this IEnumerable<JToken> value)': (value, call) =>
      valueFor(call, (name) => valueOfToken(tokenOrNull(value), name)),
    'static U Value<T,U>(this IEnumerable<T> value)': (value, call) => {
      const found = tokenOrNull(value)
      if (!found) throw argumentError('Source value must be a JToken.')
      return valueOfToken(found, callOf(call).types[1]?.name ?? '')
    },
    'static IEnumerable<U> Values<U>(this IEnumerable<JToken> source)': (source, call) =>
      new Sequence(
        () => valuesOfTokens(childrenOfAll(source), callOf(call).types[0]?.name ?? ''),
        callOf(call).types[0]?.name,
      ),
    'static IJEnumerable<JToken> Values(this IEnumerable<JToken> source)': (source) =>
      tokens(childrenOfAll(source)),
    'static IJEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)': (
      source,
      key,
    ) => tokens([...enumerate(source)].flatMap((one) => tree.tokenAt(token(one), key) ?? [])),
    'static IEnumerable<U> Values<U>(this IEnumerable<JToken> source, object key)': (
      source,
      key,
      call,
    ) => {
      const { types } = callOf(call)
      const found = [...enumerate(source)].flatMap((one) => tree.tokenAt(token(one), key) ?? [])
      return new List(
        types[0]?.name,
        found.map((one) => valueOfToken(one, types[0]?.name ?? '')),
      )
    },
    'static IJEnumerable<JToken> Children(this IEnumerable<JToken> source)': (source) =>
      tokens(childrenOfAll(source)),
    'static IJEnumerable<JToken> Descendants(this IEnumerable<JContainer> source)': (source) =>
      tokens(
        [...enumerate(source)].flatMap((one) =>
          isContainer(one) ? [...tree.descendantsOf(one)] : [],
        ),
      ),
    'static IJEnumerable<JProperty> Properties(this IEnumerable<JObject> source)': (source) =>
      tokens([...enumerate(source)].flatMap((one) => [...instance(one, JObject).children])),
    'static IJEnumerable<T> AsJEnumerable<T>(this IEnumerable<T> source)': (source) => source,
  }
}

function childrenOfAll(source: unknown): JToken[] {
  return [...enumerate(source)].flatMap((one) => (isToken(one) ? [...tree.childrenOf(one)] : []))
}
