import { DateTime } from './date-time.ts'
import { TimeSpan } from './time-span.ts'
import type { DotnetObject } from './value.ts'

/** `TimeZoneInfo.TransitionTime`: when clocks change, as a date, or as a weekday of a week of a month. */
export class TransitionTime implements DotnetObject {
  readonly typeName = 'System.TimeZoneInfo.TransitionTime'
  readonly timeOfDay: DateTime
  readonly month: number
  /** From 1; 5 is the last week of the month. */
  readonly week: number
  readonly day: number
  readonly dayOfWeek: number
  readonly isFixedDateRule: boolean

  constructor(
    timeOfDay: DateTime,
    when: { month: number; day: number } | { month: number; week: number; dayOfWeek: number },
  ) {
    this.timeOfDay = timeOfDay
    this.month = when.month
    this.isFixedDateRule = 'day' in when
    this.day = 'day' in when ? when.day : 1
    this.week = 'day' in when ? 1 : when.week
    this.dayOfWeek = 'day' in when ? 0 : when.dayOfWeek
  }

  /** The rule of a transition on a day: the last weekday of its kind in the month counts as week 5. */
  static of(clock: DateTime): TransitionTime {
    const isLast = clock.day + 7 > DateTime.daysInMonth(clock.year, clock.month)
    const week = isLast ? 5 : Math.ceil(clock.day / 7)
    const timeOfDay = new DateTime(clock.timeOfDay.ticks)
    return new TransitionTime(timeOfDay, { month: clock.month, week, dayOfWeek: clock.dayOfWeek })
  }

  equals(other: unknown): boolean {
    return other instanceof TransitionTime && other.hashKey() === this.hashKey()
  }

  hashKey(): string {
    const { month, week, day, dayOfWeek, isFixedDateRule } = this
    return `TransitionTime ${this.timeOfDay.ticks} ${[month, week, day, dayOfWeek, isFixedDateRule].join(' ')}`
  }
}

/** `TimeZoneInfo.AdjustmentRule`. */
export class AdjustmentRule implements DotnetObject {
  readonly typeName = 'System.TimeZoneInfo.AdjustmentRule'
  readonly dateStart: DateTime
  readonly dateEnd: DateTime
  readonly daylightDelta: TimeSpan
  readonly start: TransitionTime
  readonly end: TransitionTime

  constructor(
    range: { from: DateTime; to: DateTime },
    daylightDelta: TimeSpan,
    transitions: { start: TransitionTime; end: TransitionTime },
  ) {
    this.dateStart = range.from
    this.dateEnd = range.to
    this.daylightDelta = daylightDelta
    this.start = transitions.start
    this.end = transitions.end
  }

  equals(other: unknown): boolean {
    return other instanceof AdjustmentRule && other.hashKey() === this.hashKey()
  }

  hashKey(): string {
    const ticks = [this.dateStart.ticks, this.dateEnd.ticks, this.daylightDelta.ticks].join(' ')
    return `AdjustmentRule ${ticks} ${this.start.hashKey()} ${this.end.hashKey()}`
  }
}

const dayMs = 86_400_000
const year = 2024

/** The rule by which the offset of a zone changes within a year, or undefined where it stays. */
export function findRule(offsetMs: (instantMs: number) => number): AdjustmentRule | undefined {
  const changes: { at: number; before: number; after: number }[] = []
  const [first, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  for (let day = first; day < end; day += dayMs) {
    const [before, after] = [offsetMs(day), offsetMs(day + dayMs)]
    if (before !== after) changes.push({ at: changeBetween(offsetMs, day), before, after })
  }
  const forward = changes.find((change) => change.after > change.before)
  const back = changes.find((change) => change.after < change.before)
  if (!forward || !back) return undefined
  const clock = (change: { at: number; before: number }): DateTime =>
    DateTime.fromUnixMilliseconds(change.at + change.before)
  return new AdjustmentRule(
    { from: DateTime.minValue, to: DateTime.maxValue.date },
    TimeSpan.from(forward.after - forward.before, 'milliseconds'),
    { start: TransitionTime.of(clock(forward)), end: TransitionTime.of(clock(back)) },
  )
}

function changeBetween(offsetMs: (instantMs: number) => number, day: number): number {
  let [low, high] = [day, day + dayMs]
  const before = offsetMs(low)
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (offsetMs(middle) === before) low = middle
    else high = middle
  }
  return high
}
