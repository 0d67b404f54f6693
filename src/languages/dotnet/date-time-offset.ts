import type { Clock } from '../../base/clock.ts'
import {
  ticksMax,
  ticksPerMillisecond,
  ticksPerMinute,
  ticksPerSecond,
  unixEpochTicks,
} from './calendar.ts'
import { formatDate, offsetText } from './date-format.ts'
import { DateTime, ticksOfParts, type DateParts } from './date-time.ts'
import { argumentError, argumentOutOfRange } from './exceptions.ts'
import { TimeSpan, type TimeSpanUnit } from './time-span.ts'
import type { DotnetObject } from './value.ts'

const offsetMinutesMax = 14 * 60

/** System.DateTimeOffset: a clock time and its distance from UTC. https://learn.microsoft.com/dotnet/api/system.datetimeoffset */
export class DateTimeOffset implements DotnetObject {
  static get minValue(): DateTimeOffset {
    return new DateTimeOffset(0n, 0)
  }

  static get maxValue(): DateTimeOffset {
    return new DateTimeOffset(ticksMax, 0)
  }

  readonly typeName = 'System.DateTimeOffset'
  /** The clock time. */
  readonly ticks: bigint
  readonly offsetMinutes: number

  constructor(ticks: bigint, offsetMinutes: number) {
    if (Math.abs(offsetMinutes) > offsetMinutesMax) {
      throw argumentOutOfRange('offset', 'Offset must be within plus or minus 14 hours.')
    }
    const utc = ticks - BigInt(offsetMinutes) * ticksPerMinute
    if (utc < 0n || utc > ticksMax || ticks < 0n || ticks > ticksMax) {
      throw argumentOutOfRange(
        'offset',
        'The UTC time represented when the offset is applied must be between year 0 and 10,000.',
      )
    }
    this.ticks = ticks
    this.offsetMinutes = offsetMinutes
  }

  /** `new DateTimeOffset(dateTime)` and `(dateTime, offset)`. */
  static fromDateTime(value: DateTime, offset: TimeSpan = TimeSpan.zero): DateTimeOffset {
    if (value.kind === 'Utc' && offset.ticks !== 0n) {
      throw argumentError(
        'The UTC Offset for Utc DateTime instances must be 0.\nParameter name: offset',
      )
    }
    if (value.kind === 'Local' && offset.ticks !== 0n) {
      throw argumentError(
        'The UTC Offset of the local dateTime parameter does not match the offset argument.\nParameter name: offset',
      )
    }
    return new DateTimeOffset(value.ticks, minutesOf(offset))
  }

  /** `new DateTimeOffset(year, month, day, hour, minute, second, offset)`. */
  static of(parts: DateParts, offset: TimeSpan): DateTimeOffset {
    return new DateTimeOffset(ticksOfParts(parts), minutesOf(offset))
  }

  static utcNow(clock: Clock): DateTimeOffset {
    return DateTimeOffset.fromDateTime(DateTime.utcNow(clock))
  }

  static fromUnixTimeSeconds(seconds: bigint): DateTimeOffset {
    checkUnix(seconds, ticksPerSecond, 'seconds')
    return new DateTimeOffset(unixEpochTicks + seconds * ticksPerSecond, 0)
  }

  static fromUnixTimeMilliseconds(milliseconds: bigint): DateTimeOffset {
    checkUnix(milliseconds, ticksPerMillisecond, 'milliseconds')
    return new DateTimeOffset(unixEpochTicks + milliseconds * ticksPerMillisecond, 0)
  }

  get utcTicks(): bigint {
    return this.ticks - BigInt(this.offsetMinutes) * ticksPerMinute
  }

  get offset(): TimeSpan {
    return new TimeSpan(BigInt(this.offsetMinutes) * ticksPerMinute)
  }

  /** The clock time without a zone: `DateTime`, and source of `Year`, `Hour`, `DayOfWeek` ... */
  get dateTime(): DateTime {
    return new DateTime(this.ticks)
  }

  get utcDateTime(): DateTime {
    return new DateTime(this.utcTicks, 'Utc')
  }

  get localDateTime(): DateTime {
    return new DateTime(this.utcTicks, 'Local')
  }

  toUnixTimeSeconds(): bigint {
    return this.utcTicks / ticksPerSecond - unixEpochTicks / ticksPerSecond
  }

  toUnixTimeMilliseconds(): bigint {
    return this.utcTicks / ticksPerMillisecond - unixEpochTicks / ticksPerMillisecond
  }

  toOffset(offset: TimeSpan): DateTimeOffset {
    const minutes = minutesOf(offset)
    return new DateTimeOffset(this.utcTicks + BigInt(minutes) * ticksPerMinute, minutes)
  }

  toUniversalTime(): DateTimeOffset {
    return new DateTimeOffset(this.utcTicks, 0)
  }

  addUnits(value: number, unit: TimeSpanUnit): DateTimeOffset {
    return this.#with(this.dateTime.addUnits(value, unit))
  }

  addTicks(ticks: bigint): DateTimeOffset {
    return this.#with(this.dateTime.addTicks(ticks))
  }

  add(span: TimeSpan): DateTimeOffset {
    return this.addTicks(span.ticks)
  }

  subtractSpan(span: TimeSpan): DateTimeOffset {
    return this.addTicks(-span.ticks)
  }

  subtract(other: DateTimeOffset): TimeSpan {
    return new TimeSpan(this.utcTicks - other.utcTicks)
  }

  addMonths(months: number): DateTimeOffset {
    return this.#with(this.dateTime.addMonths(months))
  }

  addYears(years: number): DateTimeOffset {
    return this.#with(this.dateTime.addYears(years))
  }

  #with(time: DateTime): DateTimeOffset {
    return new DateTimeOffset(time.ticks, this.offsetMinutes)
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    if (!(other instanceof DateTimeOffset))
      throw argumentError('Object must be of type DateTimeOffset.')
    return this.utcTicks < other.utcTicks ? -1 : this.utcTicks > other.utcTicks ? 1 : 0
  }

  equals(other: unknown): boolean {
    return other instanceof DateTimeOffset && other.utcTicks === this.utcTicks
  }

  /** `EqualsExact`: the same time and the same offset. */
  equalsExact(other: DateTimeOffset): boolean {
    return this.equals(other) && this.offsetMinutes === other.offsetMinutes
  }

  hashKey(): string {
    return `DateTimeOffset ${this.utcTicks}`
  }

  format(format: string | null): string {
    const wanted = format || 'MM/dd/yyyy HH:mm:ss zzz'
    const { offsetMinutes } = this
    // The formats that end in GMT or Z write the time in UTC.
    const ticks = /^[rRuU]$/.test(wanted) ? this.utcTicks : this.ticks
    return formatDate({ ticks, zone: offsetText(offsetMinutes), offsetMinutes }, wanted)
  }

  toString(): string {
    return this.format(null)
  }
}

function minutesOf(offset: TimeSpan): number {
  if (offset.ticks % ticksPerMinute !== 0n) {
    throw argumentError('Offset must be specified in whole minutes.\nParameter name: offset')
  }
  return Number(offset.ticks / ticksPerMinute)
}

function checkUnix(value: bigint, unit: bigint, parameter: string): void {
  const min = -unixEpochTicks / unit
  const max = (ticksMax - unixEpochTicks) / unit
  if (value < min || value > max) {
    throw argumentOutOfRange(parameter, `Valid values are between ${min} and ${max}, inclusive.`)
  }
}
