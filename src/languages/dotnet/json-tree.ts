import {
  argumentError,
  argumentNull,
  argumentOutOfRange,
  DotnetException,
  invalidOperation,
} from './exceptions.ts'
import { displayText } from './format.ts'
import { equalStrings, type StringComparison } from './comparison.ts'
import {
  JArray,
  JConstructor,
  JObject,
  JProperty,
  JValue,
  contentToken,
  isContainer,
  isToken,
  type JContainer,
  type JToken,
} from './json-token.ts'
import { KeyValuePair } from './key-value-pair.ts'
import { isEnumerable } from './sequence.ts'
import { quoteJson } from './json-writer.ts'

/** The children of a token; a JValue has none. */
export function childrenOf(token: JToken): readonly JToken[] {
  return isContainer(token) ? token.children : []
}

/** `HasValues`. */
export function hasValues(token: JToken): boolean {
  return childrenOf(token).length > 0
}

/** `First`; null where there are no children, InvalidOperationException for a JValue. */
export function firstChild(token: JToken): JToken | null {
  return requireContainer(token).children[0] ?? null
}

/** `Last`. */
export function lastChild(token: JToken): JToken | null {
  return requireContainer(token).children.at(-1) ?? null
}

function requireContainer(token: JToken): JContainer {
  if (isContainer(token)) return token
  throw invalidOperation(`Cannot access child value on ${token.typeName}.`)
}

/** `Next`. */
export function nextSibling(token: JToken): JToken | null {
  return sibling(token, 1)
}

/** `Previous`. */
export function previousSibling(token: JToken): JToken | null {
  return sibling(token, -1)
}

function sibling(token: JToken, step: number): JToken | null {
  if (token.parent === null) return null
  return token.parent.children[indexInParent(token) + step] ?? null
}

function indexInParent(token: JToken): number {
  return token.parent === null ? -1 : [...token.parent.children].indexOf(token)
}

/** `Root`. */
export function rootToken(token: JToken): JToken {
  let root = token
  while (root.parent !== null) root = root.parent
  return root
}

/** `Ancestors()`, from the parent up. */
export function* ancestorsOf(token: JToken): Generator<JToken> {
  for (let parent = token.parent; parent !== null; parent = parent.parent) yield parent
}

/** `Descendants()` in document order. */
export function* descendantsOf(token: JToken): Generator<JToken> {
  for (const child of Array.from(childrenOf(token))) {
    yield child
    yield* descendantsOf(child)
  }
}

/** `Path`: `items[0].name`, or `['a b']` for names that are no identifiers. */
export function pathOf(token: JToken): string {
  const steps: string[] = []
  for (let current: JToken = token; current.parent !== null; current = current.parent) {
    const { parent } = current
    if (current instanceof JProperty) steps.push(nameStep(current.name))
    else if (parent instanceof JArray || parent instanceof JConstructor)
      steps.push(`[${indexInParent(current)}]`)
  }
  return steps.toReversed().join('').replace(/^\./, '')
}

function nameStep(name: string): string {
  return /[ '/"[\]()\t\n\r\f\b\\\u0085\u2028\u2029.]/.test(name)
    ? `['${name.replaceAll("'", "\\'")}']`
    : `.${name}`
}

/** `token[key]`: a name on an object, an index on an array; the exceptions of Newtonsoft for anything else. */
export function tokenAt(token: JToken, key: unknown): JToken | null {
  if (token instanceof JObject) return token.get(objectKey(key, 'Accessed'))
  if (token instanceof JArray || token instanceof JConstructor) {
    const found = token.children[arrayIndex(token, key, 'Accessed')]
    return found ?? null
  }
  throw invalidOperation(`Cannot access child value on ${token.typeName}.`)
}

/** `token[key] = value`. */
export function setTokenAt(token: JToken, key: unknown, content: unknown): void {
  if (token instanceof JObject) token.set(objectKey(key, 'Set'), content)
  else if (token instanceof JArray || token instanceof JConstructor) {
    token.replaceAt(arrayIndex(token, key, 'Set'), contentToken(content))
  } else throw invalidOperation(`Cannot set child value on ${token.typeName}.`)
}

function objectKey(key: unknown, verb: string): string {
  if (typeof key === 'string') return key
  if (key === null) throw argumentNull(verb === 'Set' ? 'key' : 'propertyName')
  throw argumentError(
    `${verb} JObject values with invalid key value: ${keyText(key)}. Object property name expected.`,
  )
}

function arrayIndex(array: JArray | JConstructor, key: unknown, verb: string): number {
  if (typeof key !== 'number') {
    throw argumentError(
      `${verb} ${array instanceof JArray ? 'JArray' : 'JConstructor'} values with invalid key value: ${keyText(key)}. Array position index expected.`,
    )
  }
  if (key < 0 || key >= array.count) throw indexOutside()
  return key
}

function indexOutside(): Error {
  return argumentOutOfRange(
    'index',
    'Index was out of range. Must be non-negative and less than the size of the collection.',
  )
}

function keyText(key: unknown): string {
  return typeof key === 'string' ? quoteJson(key) : displayText(key)
}

/** `Remove()`: takes a token out of its parent. A property's value becomes null. */
export function removeToken(token: JToken): void {
  const { parent } = token
  if (parent === null) throw invalidOperation('The parent is missing.')
  if (parent instanceof JProperty) throw cannotRemove()
  parent.removeAt(indexInParent(token))
}

function cannotRemove(): DotnetException {
  return new DotnetException(
    'Newtonsoft.Json.JsonException',
    'Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.',
  )
}

/** `Replace(value)`. */
export function replaceToken(token: JToken, content: unknown): void {
  const { parent } = token
  if (parent === null) throw invalidOperation('The parent is missing.')
  if (parent instanceof JProperty) parent.value = content
  else parent.replaceAt(indexInParent(token), contentToken(content))
}

/** `Add(content)` and the constructors: what can be enumerated is added item by item. */
export function addContent(container: JContainer, content: unknown): void {
  insertContent(container, container.children.length, content)
}

/** `AddFirst(content)`. */
export function addFirst(container: JContainer, content: unknown): void {
  insertContent(container, 0, content)
}

/** `AddAfterSelf(content)`. */
export function addAfterSelf(token: JToken, content: unknown): void {
  if (token.parent === null) throw invalidOperation('The parent is missing.')
  insertContent(token.parent, indexInParent(token) + 1, content)
}

/** `AddBeforeSelf(content)`. */
export function addBeforeSelf(token: JToken, content: unknown): void {
  if (token.parent === null) throw invalidOperation('The parent is missing.')
  insertContent(token.parent, indexInParent(token), content)
}

function insertContent(container: JContainer, index: number, content: unknown): void {
  let at = index
  for (const item of itemsOf(content)) {
    if (container instanceof JProperty) throw multipleValues()
    container.insertAt(at, contentToken(item))
    at += 1
  }
}

function* itemsOf(content: unknown): Generator<unknown> {
  const multiple =
    isEnumerable(content) &&
    typeof content !== 'string' &&
    !(content instanceof Uint8Array) &&
    !isToken(content)
  if (!multiple) yield content
  else for (const item of content) yield* itemsOf(item)
}

function multipleValues(): DotnetException {
  return new DotnetException(
    'Newtonsoft.Json.JsonException',
    'Newtonsoft.Json.Linq.JProperty cannot have multiple values.',
  )
}

/** `new JArray(content)`: one token that is an array is copied, several are added. */
export function newArray(content: readonly unknown[] = []): JArray {
  const array = new JArray()
  const [only] = content
  const source = content.length === 1 && only instanceof JArray ? [...only.children] : content
  for (const item of source) addContent(array, item)
  return array
}

/** `new JObject(content)`: properties, sequences of them, or an object to copy. */
export function newObject(content: readonly unknown[] = []): JObject {
  const object = new JObject()
  const [only] = content
  const source = content.length === 1 && only instanceof JObject ? [...only.children] : content
  for (const item of source) addContent(object, item)
  return object
}

/** `new JConstructor(name, content)`. */
export function newConstructor(
  name: string | null,
  content: readonly unknown[] = [],
): JConstructor {
  if (name === null) throw argumentNull('name')
  if (name === '') throw argumentError('Constructor name cannot be empty.')
  const made = new JConstructor(name)
  for (const item of content) addContent(made, item)
  return made
}

/** `new JProperty(name, content)`: several values, or a sequence, make an array. */
export function newProperty(name: string | null, content: readonly unknown[]): JProperty {
  if (name === null) throw argumentNull('name')
  const [only] = content
  if (content.length === 1 && !isSequence(only)) return new JProperty(name, only)
  return new JProperty(name, newArray(content.length === 1 ? [...itemsOf(only)] : content))
}

function isSequence(value: unknown): boolean {
  return (
    isEnumerable(value) &&
    typeof value !== 'string' &&
    !(value instanceof Uint8Array) &&
    !isToken(value)
  )
}

/** `JObject.Add(name, value)`. */
export function addProperty(object: JObject, name: string | null, content: unknown): void {
  if (name === null) throw argumentNull('propertyName')
  object.insertAt(object.count, new JProperty(name, content))
}

/** `JObject.Remove(name)`. */
export function removeProperty(object: JObject, name: string | null): boolean {
  if (name === null) throw argumentNull('propertyName')
  const property = object.property(name)
  if (property === null) return false
  removeToken(property)
  return true
}

/** `RemoveAll()`. */
export function removeAll(container: JContainer): void {
  if (container instanceof JProperty) throw cannotRemove()
  while (container.count > 0) container.removeAt(container.count - 1)
}

/** `JObject.GetValue(name, comparison)`: an exact name first, then by the comparison. */
export function getValue(
  object: JObject,
  name: string | null,
  comparison: StringComparison = 'Ordinal',
): JToken | null {
  if (name === null) return null
  const exact = object.get(name)
  if (exact !== null || comparison === 'Ordinal') return exact
  const found = object.children.find((property) => equalStrings(property.name, name, comparison))
  return found?.value ?? null
}

/** The entries of an object, as `foreach` over a JObject gives them. */
export function pairsOf(object: JObject): KeyValuePair[] {
  return object.children.map(
    (property) =>
      new KeyValuePair(property.name, property.value, [
        'System.String',
        'Newtonsoft.Json.Linq.JToken',
      ]),
  )
}

/** `JToken.DeepEquals`: properties in any order, values by type and content. */
export function deepEquals(left: JToken | null, right: JToken | null): boolean {
  if (left === null || right === null) return left === right
  if (left instanceof JValue) return left.equals(right)
  if (left instanceof JProperty) {
    return (
      right instanceof JProperty && left.name === right.name && deepEquals(left.value, right.value)
    )
  }
  if (left instanceof JArray || left instanceof JConstructor) {
    if (left instanceof JConstructor && !sameName(left, right)) return false
    if (!isList(right) || right.type !== left.type || right.count !== left.count) return false
    return left.children.every((item, index) => deepEquals(item, right.children[index] ?? null))
  }
  if (!(right instanceof JObject) || right.count !== left.count) return false
  return left.children.every((property) => deepEquals(property.value, right.get(property.name)))
}

function isList(token: JToken): token is JArray | JConstructor {
  return token instanceof JArray || token instanceof JConstructor
}

function sameName(left: JConstructor, right: JToken): boolean {
  return right instanceof JConstructor && right.name === left.name
}

/** How `Merge` treats arrays. */
export type MergeArrayHandling = 'Concat' | 'Union' | 'Replace' | 'Merge'

/** `JContainer.Merge(content)`. */
export function mergeContent(
  container: JContainer,
  content: unknown,
  arrays: MergeArrayHandling = 'Concat',
): void {
  if (container instanceof JObject && content instanceof JObject)
    mergeObject(container, content, arrays)
  else if (container instanceof JArray && isEnumerable(content))
    mergeArray(container, content, arrays)
  else if (container instanceof JProperty && content instanceof JProperty) {
    mergeProperty(container, content.value, arrays)
  }
}

function mergeObject(target: JObject, source: JObject, arrays: MergeArrayHandling): void {
  for (const { name, value } of source.children) {
    const existing = target.property(name)
    if (existing === null) addProperty(target, name, value)
    else mergeProperty(existing, value, arrays)
  }
}

// A null in the source changes nothing.
function mergeProperty(target: JProperty, value: JToken, arrays: MergeArrayHandling): void {
  if (value.type === 'Null') return
  if (isContainer(target.value) && target.value.type === value.type)
    mergeContent(target.value, value, arrays)
  else target.value = value
}

function mergeArray(target: JArray, source: Iterable<unknown>, arrays: MergeArrayHandling): void {
  const items = Array.from(source)
  if (arrays === 'Replace') removeAll(target)
  if (arrays === 'Merge') return mergeByIndex(target, items)
  for (const item of items) {
    const token = contentToken(item)
    const known = arrays === 'Union' && target.children.some((other) => deepEquals(other, token))
    if (!known) addContent(target, token)
  }
}

function mergeByIndex(target: JArray, items: readonly unknown[]): void {
  for (const [index, item] of items.entries()) {
    const existing = target.children[index]
    const token = contentToken(item)
    if (existing === undefined) addContent(target, token)
    else if (isContainer(existing) && existing.type === token.type)
      mergeContent(existing, token, 'Merge')
    else if (token.type !== 'Null') target.replaceAt(index, token)
  }
}
