import type { Clock } from '../../base/clock.ts'

const ticksPerMs = 10_000n
const unixEpochTicks = 621_355_968_000_000_000n

/** Times in 100 ns that never come twice: etags, snapshots, versions and the order of events are made of them. */
export class Ticks {
  readonly #clock: Clock
  #last = 0n

  constructor(clock: Clock) {
    this.#clock = clock
  }

  next(): bigint {
    const now = BigInt(this.#clock.now()) * ticksPerMs + unixEpochTicks
    this.#last = now > this.#last ? now : this.#last + 1n
    return this.#last
  }
}

/** An etag as the service writes them: `"0x8DC1F5A3B2E4D60"`. */
export function etagOf(ticks: bigint): string {
  return `"0x${ticks.toString(16).toUpperCase()}"`
}

/** `2026-01-01T00:00:00.0000000Z` */
export function momentOf(ticks: bigint): string {
  const unix = ticks - unixEpochTicks
  const seconds = new Date(Number(unix / ticksPerMs)).toISOString().slice(0, 19)
  return `${seconds}.${String(unix % 10_000_000n).padStart(7, '0')}Z`
}

/** A place in the order of events, as Event Grid writes it. */
export function sequencerOf(ticks: bigint): string {
  return ticks.toString(16).toUpperCase().padStart(32, '0') + '00000000'
}
