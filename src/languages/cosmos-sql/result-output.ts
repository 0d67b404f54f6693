import type { JsonValue } from '../../base/json.ts'
import { canonicalText, type Value } from './values.ts'

/** Takes projected values in their final order and keeps those that DISTINCT, OFFSET and LIMIT leave. */
export class ResultOutput {
  #values: JsonValue[] = []
  #skip: number
  #left: number
  readonly #seen: Set<string> | undefined

  constructor(plan: {
    readonly distinct: boolean
    readonly offset: number
    readonly limit: number
  }) {
    this.#skip = plan.offset
    this.#left = plan.limit
    this.#seen = plan.distinct ? new Set() : undefined
  }

  /** True when no further value can be part of the result. */
  get isFull(): boolean {
    return this.#left <= 0
  }

  get size(): number {
    return this.#values.length
  }

  push(value: Value): void {
    if (value === undefined || this.#left <= 0 || this.#isRepeated(value)) return
    if (this.#skip > 0) {
      this.#skip -= 1
      return
    }
    this.#left -= 1
    this.#values.push(value)
  }

  /** Hands out what was kept since the last call. */
  take(): JsonValue[] {
    const values = this.#values
    this.#values = []
    return values
  }

  #isRepeated(value: JsonValue): boolean {
    if (!this.#seen) return false
    const text = canonicalText(value)
    if (this.#seen.has(text)) return true
    this.#seen.add(text)
    return false
  }
}
