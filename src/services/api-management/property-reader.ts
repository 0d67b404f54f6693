import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { type FieldFault, validationError } from './errors.ts'

/** Reads the properties of an entity, each with its type; what is wrong is a `ValidationError` that names the field. */
export class PropertyReader {
  readonly #properties: JsonObject

  constructor(properties: JsonObject) {
    this.#properties = properties
  }

  /** A string, or `undefined` when it is absent or null. */
  text(name: string): string | undefined {
    const value = this.#properties[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw wrong(name, 'a string')
    return value
  }

  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') {
      throw validationError([{ target: name, message: `'${name}' must not be empty.` }])
    }
    return value
  }

  flag(name: string): boolean | undefined {
    const value = this.#properties[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'boolean') throw wrong(name, 'true or false')
    return value
  }

  count(name: string): number | undefined {
    const value = this.#properties[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(name, 'a whole number')
    return value
  }

  number(name: string): number | undefined {
    const value = this.#properties[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !(value >= 0)) throw wrong(name, 'a number from 0 up')
    return value
  }

  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = choices.find((each) => each.toLowerCase() === value.toLowerCase())
    if (found === undefined) throw wrong(name, `one of ${choices.join(', ')}`)
    return found
  }

  texts(name: string): readonly string[] {
    return this.items(name).map((item) => {
      if (typeof item !== 'string') throw wrong(name, 'a list of strings')
      return item
    })
  }

  items(name: string): readonly JsonValue[] {
    const value = this.#properties[name]
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) throw wrong(name, 'a list')
    return value
  }

  member(name: string): JsonObject {
    const value = this.#properties[name]
    if (value === undefined || value === null) return {}
    if (!isJsonObject(value)) throw wrong(name, 'an object')
    return value
  }
}

function wrong(target: string, expected: string): Error {
  const fault: FieldFault = { target, message: `'${target}' must be ${expected}.` }
  return validationError([fault])
}
