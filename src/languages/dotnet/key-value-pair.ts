import { partKey } from './anonymous-object.ts'
import { equalValues } from './comparison.ts'
import { displayText } from './format.ts'
import type { DotnetObject } from './value.ts'

/** System.Collections.Generic.KeyValuePair. */
export class KeyValuePair implements DotnetObject {
  readonly typeName: string
  readonly key: unknown
  readonly value: unknown

  constructor(
    key: unknown,
    value: unknown,
    types: readonly [string, string] = ['System.Object', 'System.Object'],
  ) {
    this.typeName = `System.Collections.Generic.KeyValuePair<${types[0]},${types[1]}>`
    this.key = key
    this.value = value
  }

  equals(other: unknown): boolean {
    return (
      other instanceof KeyValuePair &&
      equalValues(this.key, other.key) &&
      equalValues(this.value, other.value)
    )
  }

  hashKey(): string {
    return `KeyValuePair ${partKey(this.key)}\0${partKey(this.value)}`
  }

  toString(): string {
    return `[${displayText(this.key)}, ${displayText(this.value)}]`
  }
}
