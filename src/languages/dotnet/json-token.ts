import { hashKey } from './comparison.ts'
import { argumentError, invalidOperation } from './exceptions.ts'
import { displayText, formatValue } from './format.ts'
import { compareContents, kindOfContent, type JsonTokenType } from './json-kind.ts'
import { writeToken } from './json-writer.ts'
import type { DotnetObject } from './value.ts'

/** A node of a Newtonsoft.Json tree. https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm */
export type JToken = JObject | JArray | JProperty | JValue

/** A token that has children. */
export type JContainer = JObject | JArray | JProperty

/** `JValue`: a primitive value; `type` tells what it was read as. */
export class JValue implements DotnetObject {
  readonly typeName: string
  parent: JContainer | null = null
  #content: unknown
  #type: JsonTokenType
  /** The text of a string that was read as a date. */
  readonly rawText: string | undefined

  constructor(content: unknown, type: JsonTokenType = kindOfContent(content), rawText?: string) {
    this.typeName = `Newtonsoft.Json.Linq.${type === 'Raw' ? 'JRaw' : 'JValue'}`
    this.#content = content
    this.#type = type
    this.rawText = rawText
  }

  get type(): JsonTokenType {
    return this.#type
  }

  /** `Value`: the content as a value of .NET. */
  get value(): unknown {
    return this.#content
  }

  set value(content: unknown) {
    this.#content = content
    this.#type = kindOfContent(content)
  }

  get convertibleValue(): unknown {
    return this.#content
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
    return formatValue(this.#content, format)
  }

  /** The bare content: no quotes. */
  toString(): string {
    return displayText(this.#content)
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

/** `JArray`. */
export class JArray implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JArray'
  readonly type = 'Array'
  parent: JContainer | null = null
  readonly #items: JToken[] = []

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

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JToken> {
    return guarded(this.#items)
  }
}

/** `JObject`: properties in the order in which they were added. Iterating gives them as JProperty. */
export class JObject implements DotnetObject {
  readonly typeName = 'Newtonsoft.Json.Linq.JObject'
  readonly type = 'Object'
  parent: JContainer | null = null
  readonly #properties: JProperty[] = []
  readonly #byName = new Map<string, JProperty>()

  get children(): readonly JProperty[] {
    return this.#properties
  }

  get count(): number {
    return this.#properties.length
  }

  /** `Property(name)`. */
  property(name: string): JProperty | null {
    return this.#byName.get(name) ?? null
  }

  /** The value of a property, or null where there is none. */
  get(name: string): JToken | null {
    return this.#byName.get(name)?.value ?? null
  }

  /** `this[name] = value`. */
  set(name: string, content: unknown): void {
    const property = this.#byName.get(name)
    if (property) property.value = content
    else this.insertAt(this.#properties.length, new JProperty(name, content))
  }

  insertAt(index: number, token: JToken): void {
    const property = requireProperty(token)
    if (this.#byName.has(property.name)) throw duplicateProperty(property.name)
    const adopted = adopt(this, property)
    if (!(adopted instanceof JProperty)) return
    this.#properties.splice(index, 0, adopted)
    this.#byName.set(adopted.name, adopted)
  }

  removeAt(index: number): void {
    const [removed] = this.#properties.splice(index, 1)
    if (!removed) return
    this.#byName.delete(removed.name)
    removed.parent = null
  }

  replaceAt(index: number, token: JToken): void {
    const old = this.#properties[index]
    const property = requireProperty(token)
    if (old === property) return
    if (old?.name !== property.name && this.#byName.has(property.name)) {
      throw duplicateProperty(property.name)
    }
    this.removeAt(index)
    this.insertAt(index, property)
  }

  toString(): string {
    return writeToken(this, { indented: true })
  }

  [Symbol.iterator](): Iterator<JProperty> {
    return guarded(this.#properties)
  }
}

/** True for any token. */
export function isToken(value: unknown): value is JToken {
  return value instanceof JValue || isContainer(value)
}

/** True for a token with children. */
export function isContainer(value: unknown): value is JContainer {
  return value instanceof JObject || value instanceof JArray || value instanceof JProperty
}

/** A token for what `Add` and the constructors get: itself, or a JValue. */
export function contentToken(content: unknown): JToken {
  return isToken(content) ? content : new JValue(content)
}

// A token that hangs elsewhere already is copied, as Newtonsoft does it.
function adopt(parent: JContainer, token: JToken): JToken {
  const own = token.parent !== null || token === rootOf(parent) ? cloneToken(token) : token
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
  if (token instanceof JValue) return new JValue(token.value, token.type, token.rawText)
  if (token instanceof JProperty) return new JProperty(token.name, cloneToken(token.value))
  const copy = token instanceof JObject ? new JObject() : new JArray()
  for (const child of token.children) copy.insertAt(copy.count, cloneToken(child))
  return copy
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
function* guarded<Item>(items: readonly Item[]): Generator<Item> {
  const length = items.length
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    if (item !== undefined) yield item
    if (items.length !== length) {
      throw invalidOperation('Collection was modified; enumeration operation may not execute.')
    }
  }
}
