import { isJsonObject } from '../../base/json.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { parseIsoDuration } from '../../base/iso-duration.ts'
import { badRequest } from './errors.ts'

/**
 * Reads the properties of a resource one by one, and at the end refuses those that nobody read: a property
 * that changes behaviour is never silently ignored. Names are those of the resource type's schema.
 */
export class PropertyReader {
  readonly #properties: JsonObject
  readonly #what: string
  readonly #unread: Set<string>

  constructor(properties: JsonObject, what: string) {
    this.#properties = properties
    this.#what = what
    this.#unread = new Set(Object.keys(properties))
  }

  boolean(name: string): boolean {
    const value = this.#take(name)
    if (value === undefined) return false
    if (typeof value !== 'boolean') throw this.#invalid(name, 'true or false')
    return value
  }

  optionalBoolean(name: string): boolean | undefined {
    return this.#properties[name] === undefined ? undefined : this.boolean(name)
  }

  text(name: string): string | undefined {
    const value = this.#take(name)
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'string') throw this.#invalid(name, 'a string')
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
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw this.#invalid(name, 'an integer')
    }
    if (value < range.min || value > range.max) {
      throw this.#invalid(name, `between ${range.min} and ${range.max}`)
    }
    return value
  }

  /** An ISO 8601 duration, as milliseconds. */
  durationMs(
    name: string,
    range: { readonly min: number; readonly max?: number },
  ): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const ms = parseIsoDuration(text)
    if (ms === undefined) throw this.#invalid(name, 'an ISO 8601 duration such as PT5M')
    if (ms < range.min || ms > (range.max ?? Number.MAX_SAFE_INTEGER)) {
      const most = range.max === undefined ? '' : ` and at most ${range.max / 1000} seconds`
      throw this.#invalid(name, `at least ${range.min / 1000} seconds${most}`)
    }
    return ms
  }

  object(name: string): JsonObject | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (!isJsonObject(value)) throw this.#invalid(name, 'an object')
    return value
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw this.#invalid(name, 'an array of strings')
    return value.map((item) => {
      if (typeof item !== 'string') throw this.#invalid(name, 'an array of strings')
      return item
    })
  }

  /** Properties that Azure writes and reads back: a template made from a read may carry them. */
  skip(names: readonly string[]): void {
    for (const name of names) this.#unread.delete(name)
  }

  /** Ends the reading: what nobody asked for is refused by name. */
  end(): void {
    const [unknown] = this.#unread
    if (unknown === undefined) return
    throw badRequest(`The property '${unknown}' of ${this.#what} is not supported.`)
  }

  #take(name: string): JsonValue | undefined {
    this.#unread.delete(name)
    const value = this.#properties[name]
    return value === null ? undefined : value
  }

  #invalid(name: string, expected: string): Error {
    const found = JSON.stringify(this.#properties[name])
    return badRequest(
      `The value ${found} of the property '${name}' of ${this.#what} is not valid: it must be ${expected}.`,
    )
  }
}
