import type { JsonObject, JsonValue } from '../../base/json.ts'
import { hashKey } from './comparison.ts'
import { argumentError, invalidOperation } from './exceptions.ts'
import { displayText, formatValue } from './format.ts'
import { compareContents, kindOfContent, type JsonTokenType } from './json-kind.ts'
import { writeToken } from './json-writer.ts'
import type { DotnetObject } from './value.ts'
import { countWork } from './work-limit.ts'

/** A node of a Newtonsoft.Json tree. https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm */
export type JToken = JObject | JArray | JConstructor | JProperty | JValue

/** A token that has children. */
export type JContainer = JObject | JArray | JConstructor | JProperty

/** `JValue`: a primitive value; `type` tells what it was read as. */
export class JValue implements DotnetObject {
  readonly typeName: string
  parent: JContainer | null = null
  #content: unknown
  #type: JsonTokenType
  #whole: number | undefined
  /** The text of a string that was read as a date. */
  readonly rawText: string | undefined

  constructor(content: unknown, type: JsonTokenType = kindOfContent(content), rawText?: string) {
    this.typeName = type === 'Raw' ? 'Newtonsoft.Json.Linq.JRaw' : 'Newtonsoft.Json.Linq.JValue'
    this.#content = content
    this.#type = type
    this.rawText = rawText
  }

  /** An Int64 that a JavaScript number holds exactly; its bigint is made when somebody asks for it. */
  static ofWhole(whole: number): JValue {
    const made = new JValue(undefined, 'Integer')
    made.#whole = whole
    return made
  }

  get type(): JsonTokenType {
    return this.#type
  }

  /** The Int64 that it was read as, where a JavaScript number holds it exactly. */
  get whole(): number | undefined {
    return this.#whole
  }

  /** `Value`: the content as a value of .NET. */
  get value(): unknown {
    if (this.#content === undefined && this.#whole !== undefined)
      this.#content = BigInt(this.#whole)
    return this.#content
  }

  set value(content: unknown) {
    this.#content = content
    this.#whole = undefined
    this.#type = kindOfContent(content)
  }

  get convertibleValue(): unknown {
    return this.value
  }

  /** Equal content of the same type. */
  equals(other: unknown): boolean {
    if (other === this) return true
    if (!(other instanceof JValue) || other.type !== this.type) return false
    return compareContents(this.type, this.value, other.value) === 0
  }

  hashKey(): string {
    return `JValue ${this.type} ${String(hashKey(this.value))}`
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    return compareContents(this.type, this.value, other instanceof JValue ? other.value : other)
  }

  format(format: string | null): string {
    return formatValue(this.value, format)
  }

  /** The bare content: no quotes. */
  toString(): string {
    return displayText(this.value)
  }

  [Symbol.iterator](): Iterator<unknown> {
    return [][Symbol.iterator]()
  }
}

/** `JProperty`: a name and a token. */
export class JProperty implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JProperty'
  readonly type = 'Property'
  readonly name: string
  parent: JContainer | null = null
  #value: JToken

  constructor(name: string, content: unknown) {
    this.name = name
    this.#value = adopt(this, contentToken(content))
  }

  get value(): JToken {
    return this.#value
  }

  set value(content: unknown) {
    this.#value.parent = null
    this.#value = adopt(this, contentToken(content))
  }

  get children(): readonly JToken[] {
    return [this.#value]
  }

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JToken> {
    return this.children[Symbol.iterator]()
  }
}

/** The content of a container that nobody has looked at yet, as `JSON.parse` gives it. */
export interface UnreadJson<Plain> {
  readonly plain: Plain
  readonly tokenOf: (plain: JsonValue) => JToken
}

/** `JArray`. */
export class JArray implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JArray'
  readonly type = 'Array'
  parent: JContainer | null = null
  #unread: UnreadJson<readonly JsonValue[]> | undefined
  readonly #items: JToken[] = []

  constructor(unread?: UnreadJson<readonly JsonValue[]>) {
    this.#unread = unread
  }

  get children(): readonly JToken[] {
    return this.#unread ? this.#read(this.#unread) : this.#items
  }

  get count(): number {
    return this.children.length
  }

  insertAt(index: number, token: JToken): void {
    this.#changed().splice(index, 0, adopt(this, token))
  }

  removeAt(index: number): void {
    const [removed] = this.#changed().splice(index, 1)
    if (removed) removed.parent = null
  }

  replaceAt(index: number, token: JToken): void {
    const old = this.children[index]
    if (old === token) return
    this.#changed()[index] = adopt(this, token)
    if (old) old.parent = null
  }

  copy(): JArray {
    if (this.#unread) return new JArray(this.#unread)
    const copy = new JArray()
    for (const item of this.#items) copy.insertAt(copy.count, cloneToken(item))
    return copy
  }

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JToken> {
    return new GuardedIterator(this.children)
  }

  #changed(): JToken[] {
    return this.#unread ? this.#read(this.#unread) : this.#items
  }

  #read({ plain, tokenOf }: UnreadJson<readonly JsonValue[]>): JToken[] {
    this.#unread = undefined
    for (const each of plain) {
      countWork()
      const token = tokenOf(each)
      token.parent = this
      this.#items.push(token)
    }
    return this.#items
  }
}

/** `JConstructor`: `new Date(1)`, a name with arguments, which Newtonsoft reads and writes though JSON has none. */
export class JConstructor implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JConstructor'
  readonly type = 'Constructor'
  name: string | null
  parent: JContainer | null = null
  readonly #items: JToken[] = []

  constructor(name: string | null = null) {
    this.name = name
  }

  get children(): readonly JToken[] {
    return this.#items
  }

  get count(): number {
    return this.#items.length
  }

  insertAt(index: number, token: JToken): void {
    this.#items.splice(index, 0, adopt(this, token))
  }

  removeAt(index: number): void {
    const [removed] = this.#items.splice(index, 1)
    if (removed) removed.parent = null
  }

  replaceAt(index: number, token: JToken): void {
    const old = this.#items[index]
    if (old === token) return
    this.#items[index] = adopt(this, token)
    if (old) old.parent = null
  }

  copy(): JConstructor {
    const copy = new JConstructor(this.name)
    for (const item of this.#items) copy.insertAt(copy.count, cloneToken(item))
    return copy
  }

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JToken> {
    return new GuardedIterator(this.#items)
  }
}

// A few names are found sooner by looking at each than in a map.
const listedCountMax = 8

/** `JObject`: properties in the order in which they were added. Iterating gives them as JProperty. */
export class JObject implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JObject'
  readonly type = 'Object'
  parent: JContainer | null = null
  #unread: UnreadJson<JsonObject> | undefined
  readonly #properties: JProperty[] = []
  #byName: Map<string, JProperty> | undefined

  constructor(unread?: UnreadJson<JsonObject>) {
    this.#unread = unread
  }

  get children(): readonly JProperty[] {
    return this.#unread ? this.#read(this.#unread) : this.#properties
  }

  get count(): number {
    return this.children.length
  }

  /** `Property(name)`. */
  property(name: string): JProperty | null {
    const { children } = this
    if (children.length > listedCountMax) return this.#names().get(name) ?? null
    for (let index = 0; index < children.length; index += 1) {
      const property = children[index]
      if (property?.name === name) return property
    }
    return null
  }

  /** The value of a property, or null where there is none. */
  get(name: string): JToken | null {
    return this.property(name)?.value ?? null
  }

  /** `this[name] = value`. */
  set(name: string, content: unknown): void {
    const property = this.property(name)
    if (property) property.value = content
    else this.insertAt(this.count, new JProperty(name, content))
  }

  insertAt(index: number, token: JToken): void {
    const property = requireProperty(token)
    if (this.property(property.name)) throw duplicateProperty(property.name)
    const adopted = adopt(this, property)
    if (!(adopted instanceof JProperty)) return
    this.#properties.splice(index, 0, adopted)
    this.#byName?.set(adopted.name, adopted)
  }

  removeAt(index: number): void {
    const removed = this.children[index]
    if (!removed) return
    this.#properties.splice(index, 1)
    this.#byName?.delete(removed.name)
    removed.parent = null
  }

  replaceAt(index: number, token: JToken): void {
    const old = this.children[index]
    const property = requireProperty(token)
    if (old === property) return
    if (old?.name !== property.name && this.property(property.name)) {
      throw duplicateProperty(property.name)
    }
    this.removeAt(index)
    this.insertAt(index, property)
  }

  copy(): JObject {
    if (this.#unread) return new JObject(this.#unread)
    const copy = new JObject()
    for (const property of this.#properties) copy.insertAt(copy.count, cloneToken(property))
    return copy
  }

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JProperty> {
    return new GuardedIterator(this.children)
  }

  #names(): Map<string, JProperty> {
    this.#byName ??= new Map(this.#properties.map((property) => [property.name, property]))
    return this.#byName
  }

  #read({ plain, tokenOf }: UnreadJson<JsonObject>): JProperty[] {
    this.#unread = undefined
    for (const [name, value] of Object.entries(plain)) {
      countWork()
      const property = new JProperty(name, tokenOf(value))
      property.parent = this
      this.#properties.push(property)
    }
    return this.#properties
  }
}

/** True for any token. */
export function isToken(value: unknown): value is JToken {
  return value instanceof JValue || isContainer(value)
}

/** True for a token with children. */
export function isContainer(value: unknown): value is JContainer {
  return (
    value instanceof JObject ||
    value instanceof JArray ||
    value instanceof JProperty ||
    value instanceof JConstructor
  )
}

/** A token for what `Add` and the constructors get: itself, or a JValue. */
export function contentToken(content: unknown): JToken {
  return isToken(content) ? content : new JValue(content)
}

// A token that hangs elsewhere already is copied, as Newtonsoft does it.
function adopt(parent: JContainer, token: JToken): JToken {
  const hangs = token.parent !== null || (isContainer(token) && token === rootOf(parent))
  const own = hangs ? cloneToken(token) : token
  own.parent = parent
  return own
}

function rootOf(token: JToken): JToken {
  let root = token
  while (root.parent !== null) root = root.parent
  return root
}

/** `DeepClone`. */
export function cloneToken(token: JToken): JToken {
  countWork()
  if (token instanceof JValue) return new JValue(token.value, token.type, token.rawText)
  if (token instanceof JProperty) return new JProperty(token.name, cloneToken(token.value))
  return token.copy()
}

function requireProperty(token: JToken): JProperty {
  if (token instanceof JProperty) return token
  throw argumentError(`Can not add ${token.typeName} to Newtonsoft.Json.Linq.JObject.`)
}

function duplicateProperty(name: string): Error {
  return argumentError(
    `Can not add property ${name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object.`,
  )
}

// A list of .NET refuses to go on when it was changed under its enumerator.
class GuardedIterator<Item> implements IterableIterator<Item> {
  readonly #items: readonly Item[]
  readonly #length: number
  #index = 0

  constructor(items: readonly Item[]) {
    this.#items = items
    this.#length = items.length
  }

  next(): IteratorResult<Item> {
    if (this.#index > 0 && this.#items.length !== this.#length) {
      throw invalidOperation('Collection was modified; enumeration operation may not execute.')
    }
    const value = this.#items[this.#index]
    if (value === undefined) return { done: true, value: undefined }
    this.#index += 1
    return { done: false, value }
  }

  [Symbol.iterator](): this {
    return this
  }
}
