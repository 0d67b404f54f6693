import { type JsonObject, type JsonValue, isJsonObject } from '../../../base/json.ts'
import { resolvedSchema } from './json-pointer.ts'

const depthMax = 8
const valuesMax = 1_000

/** A value that a schema describes, for an operation that has no example. */
export function sampleOf(schema: JsonObject, document: JsonObject): JsonValue {
  return new SampleMaker(document).valueOf(schema, 0)
}

class SampleMaker {
  readonly #document: JsonObject
  #count = 0

  constructor(document: JsonObject) {
    this.#document = document
  }

  valueOf(schema: JsonValue | undefined, depth: number): JsonValue {
    this.#count += 1
    if (!isJsonObject(schema) || depth > depthMax || this.#count > valuesMax) return null
    const own = resolvedSchema(schema, this.#document)
    const [given] = [own['example'], own['default'], own['const'], firstOf(own['enum'])].filter(
      (each) => each !== undefined,
    )
    if (given !== undefined) return given
    const { allOf: parts, ...rest } = own
    if (Array.isArray(parts)) {
      const samples = [...parts, rest].map((each) => this.valueOf(each, depth + 1))
      return Object.assign({}, ...samples.filter((each) => isJsonObject(each)))
    }
    const choice = firstOf(own['oneOf']) ?? firstOf(own['anyOf'])
    if (choice !== undefined) return this.valueOf(choice, depth + 1)
    return this.#plain(own, depth)
  }

  #plain({ type: given, properties, items, minimum }: JsonObject, depth: number): JsonValue {
    const type = Array.isArray(given) ? given.find((each) => each !== 'null') : given
    if (isJsonObject(properties)) {
      const members = Object.entries(properties).map(([name, each]) => [
        name,
        this.valueOf(each, depth + 1),
      ])
      return Object.fromEntries(members)
    }
    switch (typeof type === 'string' ? type : '') {
      case 'object':
        return {}
      case 'array':
        return items === undefined ? [] : [this.valueOf(items, depth + 1)]
      case 'integer':
      case 'number':
        return typeof minimum === 'number' ? minimum : 0
      case 'boolean':
        return true
      case 'string':
        return 'string'
      default:
        return null
    }
  }
}

function firstOf(list: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(list) ? list[0] : undefined
}
