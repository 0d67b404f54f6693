import { randomFraction } from '../../base/ids.ts'
import { argumentNull, argumentOutOfRange } from './exceptions.ts'
import type { DotnetObject } from './value.ts'

const intMax = 2_147_483_647
const seedStart = 161_803_398

/**
 * System.Random. With a seed it gives the numbers that .NET gives (Knuth's subtractive generator).
 * https://learn.microsoft.com/dotnet/api/system.random
 */
export class Random implements DotnetObject {
  readonly typeName = 'System.Random'
  readonly #state: number[] | undefined
  #first = 0
  #second = 21

  constructor(seed?: number) {
    if (seed !== undefined) this.#state = seededState(seed)
  }

  /** `Next()`, `Next(max)` and `Next(min, max)`. */
  next(): number {
    return this.#state === undefined
      ? Math.floor(randomFraction() * intMax)
      : this.#sample(this.#state)
  }

  nextBelow(max: number): number {
    if (max < 0) throw argumentOutOfRange('maxValue', "'maxValue' must be greater than zero.")
    return Math.trunc(this.nextDouble() * max)
  }

  nextBetween(min: number, max: number): number {
    if (min > max)
      throw argumentOutOfRange('minValue', "'minValue' cannot be greater than maxValue.")
    const range = max - min
    if (range <= intMax) return Math.trunc(this.nextDouble() * range) + min
    return Math.trunc(this.#largeSample() * range) + min
  }

  nextDouble(): number {
    if (this.#state === undefined) return randomFraction()
    return this.#sample(this.#state) * (1 / intMax)
  }

  nextBytes(buffer: Uint8Array | null): void {
    if (buffer === null) throw argumentNull('buffer')
    for (let index = 0; index < buffer.length; index += 1) buffer[index] = this.next() % 256
  }

  // A range wider than an Int32 needs more than the 31 bits of one sample.
  #largeSample(): number {
    if (this.#state === undefined) return randomFraction()
    const sample = this.#sample(this.#state)
    const negative = this.#sample(this.#state) % 2 === 0
    return ((negative ? -sample : sample) + intMax - 1) / (2 * intMax - 1)
  }

  #sample(state: number[]): number {
    this.#first = this.#first >= 55 ? 1 : this.#first + 1
    this.#second = this.#second >= 55 ? 1 : this.#second + 1
    let value = (state[this.#first] ?? 0) - (state[this.#second] ?? 0)
    if (value === intMax) value -= 1
    if (value < 0) value += intMax
    state[this.#first] = value
    return value
  }
}

function seededState(seed: number): number[] {
  const state = Array<number>(56).fill(0)
  let last = seedStart - (seed === -2_147_483_648 ? intMax : Math.abs(seed))
  state[55] = last
  let current = 1
  for (let index = 1; index < 55; index += 1) {
    const place = (21 * index) % 55
    state[place] = current
    current = last - current
    if (current < 0) current += intMax
    last = state[place]
  }
  for (let round = 1; round < 5; round += 1) {
    for (let index = 1; index < 56; index += 1) {
      const other = state[1 + ((index + 30) % 55)] ?? 0
      const value = ((state[index] ?? 0) - other) | 0
      state[index] = value < 0 ? value + intMax : value
    }
  }
  return state
}
