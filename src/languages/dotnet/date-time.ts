import type { Clock } from '../../base/clock.ts'
import {
  countOfDay,
  dayFromCount,
  daysInMonth,
  ticksMax,
  ticksPerDay,
  ticksPerHour,
  ticksPerMillisecond,
  ticksPerMinute,
  ticksPerSecond,
  unixEpochTicks,
  type CalendarDay,
} from './calendar.ts'
import { formatDate } from './date-format.ts'
import { argumentError, argumentOutOfRange, systemException } from './exceptions.ts'
import { TimeSpan, ticksOfMilliseconds, type TimeSpanUnit } from './time-span.ts'
import type { DotnetObject } from './value.ts'

/** `DateTimeKind`. Local time is UTC. */
export type DateTimeKind = 'Unspecified' | 'Utc' | 'Local'

/** The numbers of a date and time; months and days count from 1. */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  readonly millisecond?: number
}

/** System.DateTime: ticks and a kind. https://learn.microsoft.com/dotnet/api/system.datetime */
export class DateTime implements DotnetObject {
  static get minValue(): DateTime {
    return new DateTime(0n)
  }

  static get maxValue(): DateTime {
    return new DateTime(ticksMax)
  }

  readonly typeName = 'System.DateTime'
  readonly ticks: bigint
  readonly kind: DateTimeKind

  constructor(ticks: bigint, kind: DateTimeKind = 'Unspecified') {
    if (ticks < 0n || ticks > ticksMax) {
      throw argumentOutOfRange(
        'ticks',
        'Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.',
      )
    }
    this.ticks = ticks
    this.kind = kind
  }

  /** `new DateTime(year, month, day, ...)`. */
  static of(parts: DateParts, kind: DateTimeKind = 'Unspecified'): DateTime {
    return new DateTime(ticksOfParts(parts), kind)
  }

  /** `DateTime.UtcNow`. */
  static utcNow(clock: Clock): DateTime {
    return DateTime.fromUnixMilliseconds(clock.now())
  }

  /** `DateTime.Now`: local time is UTC. */
  static now(clock: Clock): DateTime {
    return new DateTime(DateTime.utcNow(clock).ticks, 'Local')
  }

  /** `DateTime.Today`. */
  static today(clock: Clock): DateTime {
    return DateTime.now(clock).date
  }

  /** A time in UTC from milliseconds since 1970, as `Clock` counts. */
  static fromUnixMilliseconds(milliseconds: number): DateTime {
    return new DateTime(unixEpochTicks + BigInt(milliseconds) * ticksPerMillisecond, 'Utc')
  }

  /** `DateTime.SpecifyKind`. */
  static specifyKind(value: DateTime, kind: DateTimeKind): DateTime {
    return new DateTime(value.ticks, kind)
  }

  /** `DateTime.DaysInMonth`. */
  static daysInMonth(year: number, month: number): number {
    if (month < 1 || month > 12) {
      throw argumentOutOfRange('month', 'Month must be between one and twelve.')
    }
    checkYear(year)
    return daysInMonth(year, month)
  }

  get #day(): CalendarDay {
    return dayFromCount(Number(this.ticks / ticksPerDay))
  }

  get year(): number {
    return this.#day.year
  }

  get month(): number {
    return this.#day.month
  }

  get day(): number {
    return this.#day.day
  }

  get hour(): number {
    return Number((this.ticks / ticksPerHour) % 24n)
  }

  get minute(): number {
    return Number((this.ticks / ticksPerMinute) % 60n)
  }

  get second(): number {
    return Number((this.ticks / ticksPerSecond) % 60n)
  }

  get millisecond(): number {
    return Number((this.ticks / ticksPerMillisecond) % 1000n)
  }

  /** Sunday is 0. */
  get dayOfWeek(): number {
    return Number((this.ticks / ticksPerDay + 1n) % 7n)
  }

  get dayOfYear(): number {
    const first = countOfDay({ year: this.year, month: 1, day: 1 })
    return Number(this.ticks / ticksPerDay) - first + 1
  }

  get date(): DateTime {
    return new DateTime(this.ticks - (this.ticks % ticksPerDay), this.kind)
  }

  get timeOfDay(): TimeSpan {
    return new TimeSpan(this.ticks % ticksPerDay)
  }

  get unixMilliseconds(): number {
    return Number((this.ticks - unixEpochTicks) / ticksPerMillisecond)
  }

  /** `AddDays` and its kin: rounded to whole milliseconds. */
  addUnits(value: number, unit: TimeSpanUnit): DateTime {
    const limit = 315_537_897_600_000
    const size = Math.abs(value)
    if (size > limit || Number.isNaN(value)) {
      throw argumentOutOfRange('value', 'Value to add was out of range.')
    }
    return this.addTicks(ticksOfMilliseconds(value, unit))
  }

  addTicks(ticks: bigint): DateTime {
    const sum = this.ticks + ticks
    if (sum < 0n || sum > ticksMax) {
      throw argumentOutOfRange(
        'value',
        'The added or subtracted value results in an un-representable DateTime.',
      )
    }
    return new DateTime(sum, this.kind)
  }

  add(span: TimeSpan): DateTime {
    return this.addTicks(span.ticks)
  }

  subtractSpan(span: TimeSpan): DateTime {
    return this.addTicks(-span.ticks)
  }

  subtract(other: DateTime): TimeSpan {
    return new TimeSpan(this.ticks - other.ticks)
  }

  addMonths(months: number): DateTime {
    if (Math.abs(months) > 120_000) {
      throw argumentOutOfRange('months', 'Months value must be between +/-120000.')
    }
    const { year, month, day } = this.#day
    const total = year * 12 + (month - 1) + months
    const target = { year: Math.floor(total / 12), month: (((total % 12) + 12) % 12) + 1 }
    if (target.year < 1 || target.year > 9999) {
      throw argumentOutOfRange(
        'months',
        'The added or subtracted value results in an un-representable DateTime.',
      )
    }
    const last = Math.min(day, daysInMonth(target.year, target.month))
    const days = countOfDay({ ...target, day: last })
    return new DateTime(BigInt(days) * ticksPerDay + (this.ticks % ticksPerDay), this.kind)
  }

  addYears(years: number): DateTime {
    if (Math.abs(years) > 10_000) {
      throw argumentOutOfRange('years', 'Years value must be between +/-10000.')
    }
    return this.addMonths(years * 12)
  }

  toUniversalTime(): DateTime {
    return new DateTime(this.ticks, 'Utc')
  }

  toLocalTime(): DateTime {
    return new DateTime(this.ticks, 'Local')
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    if (!(other instanceof DateTime)) throw argumentError('Object must be of type DateTime.')
    return this.ticks < other.ticks ? -1 : this.ticks > other.ticks ? 1 : 0
  }

  equals(other: unknown): boolean {
    return other instanceof DateTime && other.ticks === this.ticks
  }

  hashKey(): string {
    return `DateTime ${this.ticks}`
  }

  format(format: string | null): string {
    const zone = this.kind === 'Utc' ? 'Z' : this.kind === 'Local' ? '+00:00' : ''
    return formatDate({ ticks: this.ticks, zone, offsetMinutes: 0 }, format || 'G')
  }

  toString(): string {
    return this.format('G')
  }
}

/** The ticks of a date and time; ArgumentOutOfRangeException when there is no such time. */
export function ticksOfParts(parts: DateParts): bigint {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = parts
  const exists =
    year >= 1 &&
    year <= 9999 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month)
  if (!exists) throw unrepresentable('Year, Month, and Day')
  const onClock = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60
  if (!onClock) throw unrepresentable('Hour, Minute, and Second')
  if (millisecond < 0 || millisecond > 999) {
    throw argumentOutOfRange('millisecond', 'Valid values are between 0 and 999, inclusive.')
  }
  const seconds = ((countOfDay({ year, month, day }) * 24 + hour) * 60 + minute) * 60 + second
  return BigInt(seconds) * ticksPerSecond + BigInt(millisecond) * ticksPerMillisecond
}

function checkYear(year: number): void {
  if (year < 1 || year > 9999) {
    throw argumentOutOfRange('year', 'Year must be between 1 and 9999.')
  }
}

function unrepresentable(what: string): Error {
  return systemException(
    'ArgumentOutOfRangeException',
    `${what} parameters describe an un-representable DateTime.`,
  )
}
