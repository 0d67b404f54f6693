import { compareValues, equalValues, hashKey } from './comparison.ts'
import { argumentError } from './exceptions.ts'
import { displayText } from './format.ts'
import type { DotnetObject } from './value.ts'

/** System.Tuple of one to eight items; the eighth is the rest, a tuple itself. https://learn.microsoft.com/dotnet/api/system.tuple */
export class Tuple implements DotnetObject {
  readonly typeName: string
  readonly items: readonly unknown[]

  constructor(types: readonly string[], items: readonly unknown[]) {
    this.typeName = `System.Tuple<${types.join(',')}>`
    this.items = items
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Tuple &&
      other.typeName === this.typeName &&
      this.items.every((item, index) => equalValues(item, other.items[index]))
    )
  }

  hashKey(): string {
    return `${this.typeName} ${this.items.map((item) => String(hashKey(item))).join('\0')}`
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    if (!(other instanceof Tuple) || other.typeName !== this.typeName)
      throw argumentError(`Argument must be of type ${this.typeName}.`)
    for (const [index, item] of this.items.entries()) {
      const order = compareValues(item, other.items[index])
      if (order !== 0) return order
    }
    return 0
  }

  toString(): string {
    return `(${this.#texts().join(', ')})`
  }

  // The items of the rest follow those in front of it.
  #texts(): string[] {
    return this.items.flatMap((item, index) =>
      index === restIndex && item instanceof Tuple ? item.#texts() : [displayText(item)],
    )
  }
}

const restIndex = 7
