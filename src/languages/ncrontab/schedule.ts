import {
  namesWallTime,
  nextWallTime,
  parseCronExpression,
  type CronExpression,
  type WallTime,
} from './cron-expression.ts'
import { ScheduleError } from './schedule-error.ts'
import { parseTimeSpan } from './time-span.ts'
import type { TimeZone } from './time-zone.ts'

/** When a timer fires: at the times an expression names, or again and again after a while. */
export type Schedule =
  | {
      readonly kind: 'cron'
      readonly text: string
      /** The first instant after another, in milliseconds; `Infinity` for a schedule that never comes. */
      next(afterMs: number, timeZone: TimeZone): number
    }
  | { readonly kind: 'interval'; readonly text: string; readonly everyMs: number }

/**
 * Reads the `schedule` of a timer trigger: an NCRONTAB expression or a TimeSpan; a fault is a `ScheduleError`.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#usage
 */
export function parseSchedule(text: string): Schedule {
  const everyMs = parseTimeSpan(text)
  if (everyMs !== undefined) {
    if (everyMs > 0) return { kind: 'interval', text, everyMs }
    throw new ScheduleError(text, 'The time between two runs must be longer than zero.')
  }
  if (text.trim() !== '' && !/\s/.test(text.trim())) {
    throw new ScheduleError(text, `expected a duration hh:mm:ss or an expression of six fields.`, {
      column: text.indexOf(text.trim()) + 1,
      word: text.trim(),
    })
  }
  const expression = parseCronExpression(text)
  return {
    kind: 'cron',
    text,
    next: (afterMs, timeZone) => nextInstant(expression, afterMs, timeZone),
  }
}

/**
 * Clocks that change, as the host treats them. A time that a clock skips when daylight saving begins comes as much
 * later as the clock jumps (02:30 at 03:30). In the hour that is repeated when it ends, a schedule with a rhythm
 * (every ten minutes) runs in both passes, one for a time of the day (01:30) only in the first.
 */
function nextInstant(expression: CronExpression, afterMs: number, timeZone: TimeZone): number {
  const afterWall = afterMs + timeZone.offsetMs(afterMs)
  const [first, second] = instantsOf(afterWall, timeZone)
  const inFirstPass = second !== undefined && first !== undefined && afterMs < second
  const wall = nextWallTime(expression, afterWall)
  if (inFirstPass && expression.isInterval) {
    const repeated = firstOfSecondPass(expression, first, second, timeZone)
    if (wall === undefined) return repeated ?? Number.POSITIVE_INFINITY
    const here = instantsOf(wall, timeZone)
    if (here.length < 2 && repeated !== undefined) return repeated
  }
  return wall === undefined
    ? Number.POSITIVE_INFINITY
    : instantAfter(expression, wall, afterMs, timeZone)
}

function instantAfter(
  expression: CronExpression,
  start: WallTime,
  afterMs: number,
  timeZone: TimeZone,
): number {
  for (
    let wall: WallTime | undefined = start;
    wall !== undefined;
    wall = nextWallTime(expression, wall)
  ) {
    const [first, second] = instantsOf(wall, timeZone)
    if (first !== undefined && first > afterMs) return first
    if (second !== undefined && second > afterMs && expression.isInterval) return second
  }
  return Number.POSITIVE_INFINITY
}

/** The instants at which clocks show a wall time: two when it is repeated, and for a skipped one its replacement. */
function instantsOf(wall: WallTime, timeZone: TimeZone): number[] {
  const before = timeZone.offsetMs(wall - 86_400_000)
  const after = timeZone.offsetMs(wall + 86_400_000)
  const candidates = before === after ? [wall - before] : [wall - before, wall - after]
  const instants = candidates
    .filter((instant) => instant + timeZone.offsetMs(instant) === wall)
    .toSorted((a, b) => a - b)
  return instants.length > 0 ? instants : [wall - before]
}

/** Where the schedule first comes in the second pass of a repeated hour, `first` and `second` being one wall time. */
function firstOfSecondPass(
  expression: CronExpression,
  first: number,
  second: number,
  timeZone: TimeZone,
): number | undefined {
  const change = changeBetween(first, second, timeZone)
  const wallAtChange = change + timeZone.offsetMs(change)
  const wallEnd = change + timeZone.offsetMs(change - 1)
  const wall = namesWallTime(expression, wallAtChange)
    ? wallAtChange
    : nextWallTime(expression, wallAtChange)
  return wall !== undefined && wall < wallEnd ? change + (wall - wallAtChange) : undefined
}

/** The instant between two others at which the offset changes. */
function changeBetween(first: number, second: number, timeZone: TimeZone): number {
  const offset = timeZone.offsetMs(second)
  let [low, high] = [first, second]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (timeZone.offsetMs(middle) === offset) high = middle
    else low = middle
  }
  return high
}
