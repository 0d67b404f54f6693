import { systemException } from '../../dotnet/exceptions.ts'
import { parseArray, parseObject } from '../../dotnet/json-reader.ts'
import { arrayFromObject, objectFromObject } from '../../dotnet/json-serialize.ts'
import { cloneToken, isToken, JArray, JObject, type JToken } from '../../dotnet/json-token.ts'
import * as tree from '../../dotnet/json-tree.ts'
import { Sequence } from '../../dotnet/sequence.ts'
import { type Implementation } from '../type-model.ts'
import { comparison, given, instance, int, contents, reference, textOrNull } from './guards.ts'

type Members = Record<string, Implementation>

function token(value: unknown): JToken {
  if (isToken(value)) return value
  throw systemException('NullReferenceException')
}

function tokens(source: Iterable<unknown>): Sequence {
  return new Sequence(() => source[Symbol.iterator](), 'Newtonsoft.Json.Linq.JToken')
}

/** The members of JObject. */
export function objectMembers(): Members {
  const object = (value: unknown): JObject => instance(value, JObject)
  return {
    'new()': () => tree.newObject(),
    'new(JObject other)': (other) => cloneToken(token(other)),
    'new(object content)': (content) => tree.newObject([content]),
    'new(params object[] content)': (content) => tree.newObject(contents(content)),
    'static JObject Parse(string json)': (json) => parseObject(given(json, 's')),
    'static JObject FromObject(object o)': (value) => objectFromObject(value),
    'JToken this[string propertyName]': (self, name) =>
      self instanceof JObject && typeof name === 'string'
        ? self.get(name)
        : tree.tokenAt(object(self), name),
    'set JToken this[string propertyName]': (self, name, value) =>
      tree.setTokenAt(object(self), name, value),
    'void Add(string propertyName, JToken value)': (self, name, value) =>
      tree.addProperty(object(self), textOrNull(name), value),
    'bool Remove(string propertyName)': (self, name) =>
      tree.removeProperty(object(self), textOrNull(name)),
    'bool ContainsKey(string propertyName)': (self, name) =>
      object(self).property(given(name, 'propertyName')) !== null,
    'JProperty Property(string name)': (self, name) =>
      object(self).property(textOrNull(name) ?? ''),
    'IEnumerable<JProperty> Properties()': (self) =>
      new Sequence(
        () => object(self).children[Symbol.iterator](),
        'Newtonsoft.Json.Linq.JProperty',
      ),
    'IJEnumerable<JToken> PropertyValues()': (self) =>
      tokens(object(self).children.map((property) => property.value)),
    'JToken GetValue(string propertyName)': (self, name) =>
      object(self).get(textOrNull(name) ?? ''),
    'JToken GetValue(string propertyName, StringComparison comparison)': (self, name, how) =>
      tree.getValue(object(self), textOrNull(name), comparison(how)),
    'bool TryGetValue(string propertyName, out JToken value)': (self, name, out) => {
      const found = object(self).get(textOrNull(name) ?? '')
      reference(out).value = found
      return found !== null
    },
    'bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)': (
      self,
      name,
      how,
      out,
    ) => {
      const found = tree.getValue(object(self), textOrNull(name), comparison(how))
      reference(out).value = found
      return found !== null
    },
  }
}

/** The members of JArray. */
export function arrayMembers(): Members {
  const array = (value: unknown): JArray => instance(value, JArray)
  return {
    'new()': () => tree.newArray(),
    'new(JArray other)': (other) => cloneToken(token(other)),
    'new(object content)': (content) => tree.newArray([content]),
    'new(params object[] content)': (content) => tree.newArray(contents(content)),
    'static JArray Parse(string json)': (json) => parseArray(given(json, 's')),
    'static JArray FromObject(object o)': (value) => arrayFromObject(value),
    'JToken this[int index]': (self, index) => tree.tokenAt(array(self), int(index)),
    'set JToken this[int index]': (self, index, value) =>
      tree.setTokenAt(array(self), int(index), value),
    'int Count': (self) => array(self).count,
    'void Add(JToken item)': (self, item) => tree.addContent(array(self), item),
    'void Insert(int index, JToken item)': (self, index, item) =>
      insertAt(array(self), int(index), item),
    'bool Remove(JToken item)': (self, item) => removeItem(array(self), item),
    'void RemoveAt(int index)': (self, index) => removeAt(array(self), int(index)),
    'bool Contains(JToken item)': (self, item) =>
      array(self).children.some((child) => child === item),
    'int IndexOf(JToken item)': (self, item) =>
      array(self).children.findIndex((child) => child === item),
    'void Clear()': (self) => tree.removeAll(array(self)),
  }
}

function insertAt(array: JArray, index: number, item: unknown): null {
  const next = array.children[index]
  if (next) tree.addBeforeSelf(next, item)
  else if (index === array.count) tree.addContent(array, item)
  else throw systemException('ArgumentOutOfRangeException')
  return null
}

function removeItem(array: JArray, item: unknown): boolean {
  const found = array.children.find((child) => child === item)
  if (found) tree.removeToken(found)
  return found !== undefined
}

function removeAt(array: JArray, index: number): null {
  const found = array.children[index]
  if (!found) throw systemException('ArgumentOutOfRangeException')
  tree.removeToken(found)
  return null
}
