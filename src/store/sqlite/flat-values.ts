import { strict as assert } from 'node:assert'

/** Plain data that crosses to another thread. */
export type FlatValue = string | number | boolean | undefined | Uint8Array | object

/**
 * Reads a flat list of values in the order they were written. Between threads a list of plain values is
 * copied several times faster than the same in objects, whose property names are copied each time.
 */
export class FlatReader {
  readonly #values: readonly FlatValue[]
  #next = 0

  constructor(values: readonly FlatValue[]) {
    this.#values = values
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#values.length
  }

  value(): FlatValue {
    const value = this.#values[this.#next]
    this.#next += 1
    return value
  }

  text(): string {
    const value = this.value()
    assert(typeof value === 'string')
    return value
  }

  number(): number {
    const value = this.value()
    assert(typeof value === 'number')
    return value
  }

  flag(): boolean {
    const value = this.value()
    assert(typeof value === 'boolean')
    return value
  }

  bodyValue(): string | Uint8Array {
    const value = this.value()
    assert(typeof value === 'string' || value instanceof Uint8Array)
    return value
  }

  optionalText(): string | undefined {
    const value = this.value()
    assert(value === undefined || typeof value === 'string')
    return value
  }

  optionalNumber(): number | undefined {
    const value = this.value()
    assert(value === undefined || typeof value === 'number')
    return value
  }
}
