import type { Clock } from '../../base/clock.ts'
import { randomFraction } from '../../base/ids.ts'

const epochTicks = 621_355_968_000_000_000n
const ticksMax = 2n ** 63n - 1n

/** A run id as the service makes them: descending in time, so that the newest run sorts first. */
export function newRunId(clock: Clock): string {
  const ticks = epochTicks + BigInt(Math.floor(clock.preciseNow() * 10_000))
  const random = Math.floor(randomFraction() * 1e9)
  return `${(ticksMax - ticks).toString().padStart(20, '0')}${random.toString().padStart(9, '0')}CU00`
}
