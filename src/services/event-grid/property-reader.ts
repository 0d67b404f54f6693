import { isJsonObject } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { invalidRequest } from './errors.ts'

/**
 * Reads the properties of a resource one by one, and at the end refuses those that nobody read: a property that
 * changes behaviour is never silently ignored. Faults name the property with its path.
 */
export class PropertyReader {
  readonly #properties: JsonObject
  readonly #path: string
  readonly #unread: Set<string>

  /** `path` names the object in faults: `properties.filter`. */
  constructor(properties: JsonObject, path: string) {
    this.#properties = properties
    this.#path = path
    this.#unread = new Set(Object.keys(properties))
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.value(name)
    if (value === undefined) return otherwise
    if (typeof value !== 'boolean') throw this.#invalid(name, 'true or false')
    return value
  }

  text(name: string): string | undefined {
    const value = this.value(name)
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'string') throw this.#invalid(name, 'a string')
    return value
  }

  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw invalidRequest(`The property '${this.label(name)}' is required.`)
    return value
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const word = words.find((candidate) => candidate.toLowerCase() === value.toLowerCase())
    if (!word) throw this.#invalid(name, `one of ${words.join(', ')}`)
    return word
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    const { min, max } = range
    const isWhole = typeof value === 'number' && Number.isInteger(value)
    if (!isWhole || value < min || value > max) {
      throw this.#invalid(name, `a whole number between ${min} and ${max}`)
    }
    return value
  }

  /** A section with its own reader; an empty one where there is none. */
  section(name: string): PropertyReader {
    return new PropertyReader(this.object(name) ?? {}, this.label(name))
  }

  object(name: string): JsonObject | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    if (!isJsonObject(value)) throw this.#invalid(name, 'an object')
    return value
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.value(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw this.#invalid(name, 'an array of strings')
    return value.map((item) => {
      if (typeof item !== 'string') throw this.#invalid(name, 'an array of strings')
      return item
    })
  }

  /** The objects of a list, each with its own reader. */
  sections(name: string): readonly PropertyReader[] {
    const value = this.value(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw this.#invalid(name, 'an array of objects')
    return value.map((item, index) => {
      if (!isJsonObject(item)) throw this.#invalid(name, 'an array of objects')
      return new PropertyReader(item, `${this.label(name)}[${index}]`)
    })
  }

  /** The value as it stands; `undefined` for null too. */
  value(name: string): JsonValue | undefined {
    const found = Object.keys(this.#properties).find(
      (each) => each.toLowerCase() === name.toLowerCase(),
    )
    if (found === undefined) return undefined
    this.#unread.delete(found)
    const value = this.#properties[found]
    return value === null ? undefined : value
  }

  /** Takes what says nothing about one's own machine, or what Azure only reads back. */
  skip(...names: readonly string[]): void {
    for (const name of names) this.value(name)
  }

  refuse(name: string, why: string): void {
    const value = this.value(name)
    const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0)
    if (!isEmpty)
      throw invalidRequest(`The property '${this.label(name)}' is not supported: ${why}`)
  }

  /** Ends the reading: what nobody asked for is refused by name. */
  end(): void {
    const [unknown] = this.#unread
    if (unknown === undefined) return
    throw invalidRequest(`The property '${this.label(unknown)}' is not supported.`)
  }

  label(name: string): string {
    return `${this.#path}.${name}`
  }

  #invalid(name: string, expected: string): Error {
    const found = JSON.stringify(this.value(name) ?? null)
    return invalidRequest(
      `The value ${found.slice(0, 200)} of '${this.label(name)}' is not valid: it must be ${expected}.`,
    )
  }
}
