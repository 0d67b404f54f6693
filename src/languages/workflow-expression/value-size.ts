import { ExpressionError } from './expression-error.ts'
import { textCharactersMax, valueDepthMax, valueNodesMax } from './limits.ts'
import { isArray, isObject, type Value } from './value.ts'

/**
 * The value, when it may be kept. A value that holds another one twice, and so on in a loop, grows to a size that
 * nobody could write, though it takes no memory before.
 */
export function checkSize(value: Value): Value {
  if (typeof value === 'object' && value !== null) new Measure().add(value, 0)
  return value
}

class Measure {
  #nodes = 0
  #characters = 0

  add(value: Value, depth: number): void {
    if (typeof value === 'string') this.#count(value.length)
    if (typeof value !== 'object' || value === null) return
    if (depth > valueDepthMax) {
      throw new ExpressionError(
        `The result of the template language expressions has more than '${valueDepthMax}' levels.`,
      )
    }
    if (isArray(value)) {
      this.#addNodes(value.length)
      for (const item of value) this.add(item, depth + 1)
    } else if (isObject(value)) {
      for (const name in value) {
        this.#addNodes(1)
        this.add(value[name] ?? null, depth + 1)
      }
    }
  }

  #addNodes(count: number): void {
    this.#nodes += count
    if (this.#nodes <= valueNodesMax) return
    throw new ExpressionError(
      `The result of the template language expressions has more than '${valueNodesMax}' values.`,
    )
  }

  #count(characters: number): void {
    this.#characters += characters
    if (this.#characters <= textCharactersMax) return
    throw new ExpressionError(
      `The result of the template language expressions exceeds the limit of '${textCharactersMax}' characters.`,
    )
  }
}
