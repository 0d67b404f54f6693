import type { Clock } from '../../base/clock.ts'
import { randomFraction } from '../../base/ids.ts'

const epochTicks = 621_355_968_000_000_000n
const ticksMax = 2n ** 63n - 1n

/** Makes run ids as the service does: each is less than the one before, so that the newest run sorts first. */
export class RunIds {
  readonly #clock: Clock
  #lastTicks = 0n

  constructor(clock: Clock) {
    this.#clock = clock
  }

  next(): string {
    const nowTicks = epochTicks + BigInt(Math.floor(this.#clock.preciseNow() * 10_000))
    // Two runs of one moment are still one after the other: pages of the history go on from an id.
    this.#lastTicks = nowTicks > this.#lastTicks ? nowTicks : this.#lastTicks + 1n
    const random = Math.floor(randomFraction() * 1e9)
    const ticks = (ticksMax - this.#lastTicks).toString().padStart(20, '0')
    return `${ticks}${random.toString().padStart(9, '0')}CU00`
  }
}
