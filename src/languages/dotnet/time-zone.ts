import { findTimeZone, utc, type TimeZone } from '../ncrontab/time-zone.ts'
import { ticksPerDay, ticksPerMillisecond, unixEpochTicks } from './calendar.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { argumentError, argumentNull, systemException } from './exceptions.ts'
import { TimeSpan } from './time-span.ts'
import { findRule, type AdjustmentRule } from './time-zone-rules.ts'
import type { DotnetObject } from './value.ts'

/** The names of a zone that a program made. */
export interface ZoneNames {
  readonly display: string
  readonly standard: string
}

/** System.TimeZoneInfo, by the names of Windows and of the IANA. https://learn.microsoft.com/dotnet/api/system.timezoneinfo */
export class TimeZoneInfo implements DotnetObject {
  readonly typeName = 'System.TimeZoneInfo'
  readonly id: string
  readonly #zone: TimeZone
  readonly #names: ZoneNames | undefined

  constructor(id: string, zone: TimeZone, names?: ZoneNames) {
    this.id = id
    this.#zone = zone
    this.#names = names
  }

  /** `TimeZoneInfo.Utc`, and `Local`, which is the same. */
  static get utc(): TimeZoneInfo {
    return new TimeZoneInfo('UTC', utc)
  }

  /** `FindSystemTimeZoneById`. */
  static find(id: string | null): TimeZoneInfo {
    if (id === null) throw argumentNull('id')
    try {
      return new TimeZoneInfo(id, findTimeZone(id))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw systemException(
        'TimeZoneNotFoundException',
        `The time zone ID '${id}' was not found on the local computer.`,
      )
    }
  }

  /** `ConvertTimeFromUtc(dateTime, zone)`. */
  static convertFromUtc(time: DateTime, zone: TimeZoneInfo): DateTime {
    if (time.kind === 'Local') throw wrongKind()
    return new DateTime(
      time.ticks + zone.#offsetTicks(time.ticks),
      zone.#isUtc ? 'Utc' : 'Unspecified',
    )
  }

  /** `ConvertTimeToUtc(dateTime, zone)`. */
  static convertToUtc(time: DateTime, zone: TimeZoneInfo = TimeZoneInfo.utc): DateTime {
    if (time.kind === 'Utc') return time
    if (time.kind === 'Local' && !zone.#isUtc) throw wrongKind()
    return new DateTime(zone.#utcTicks(time), 'Utc')
  }

  /** `ConvertTime(dateTime, zone)`: a time without a kind is local, which is UTC. */
  static convert(time: DateTime, zone: TimeZoneInfo): DateTime {
    return TimeZoneInfo.convertFromUtc(new DateTime(time.ticks, 'Utc'), zone)
  }

  /** `ConvertTime(dateTimeOffset, zone)`. */
  static convertOffset(time: DateTimeOffset, zone: TimeZoneInfo): DateTimeOffset {
    return time.toOffset(new TimeSpan(zone.#offsetTicks(time.utcTicks)))
  }

  get #isUtc(): boolean {
    return this.#zone.name === 'UTC'
  }

  get displayName(): string {
    if (this.#names) return this.#names.display
    return this.#isUtc ? '(UTC) Coordinated Universal Time' : `(${this.#baseText()}) ${this.id}`
  }

  get standardName(): string {
    if (this.#names) return this.#names.standard
    return this.#isUtc ? 'Coordinated Universal Time' : this.id
  }

  get daylightName(): string {
    return this.#isUtc ? 'Coordinated Universal Time' : this.id.replace('Standard', 'Daylight')
  }

  /** The offset outside of daylight saving time. */
  get baseUtcOffset(): TimeSpan {
    return new TimeSpan(this.#baseTicks())
  }

  get supportsDaylightSavingTime(): boolean {
    const [winter, summer] = halfYears.map((ms) => this.#zone.offsetMs(ms))
    return winter !== summer
  }

  /** `GetUtcOffset(dateTime)`: a time without a kind is one of this zone. */
  getUtcOffset(time: DateTime | DateTimeOffset): TimeSpan {
    if (time instanceof DateTimeOffset) return new TimeSpan(this.#offsetTicks(time.utcTicks))
    if (time.kind !== 'Unspecified') return new TimeSpan(this.#offsetTicks(time.ticks))
    return new TimeSpan(time.ticks - this.#utcTicks(time))
  }

  /** `CreateCustomTimeZone(id, baseUtcOffset, displayName, standardDisplayName)`: a zone of one offset. */
  static custom(id: string | null, offset: TimeSpan, names: ZoneNames): TimeZoneInfo {
    if (id === null || id === '') throw argumentNull('id')
    const ms = offset.totalMilliseconds
    return new TimeZoneInfo(id, { name: id, offsetMs: () => ms }, names)
  }

  /** `GetAdjustmentRules()`: the rule of today, as if it had always been so. */
  get adjustmentRules(): AdjustmentRule[] {
    const rule = findRule((ms) => this.#zone.offsetMs(ms))
    return rule ? [rule] : []
  }

  /** `IsAmbiguousTime`: a time that the clocks show twice. */
  isAmbiguousTime(time: DateTime): boolean {
    return this.ambiguousOffsets(time).length > 1
  }

  /** The offsets that a clock time can have. */
  ambiguousOffsets(time: DateTime): TimeSpan[] {
    return this.#possibleOffsets(time).map((ticks) => new TimeSpan(ticks))
  }

  /** `IsInvalidTime`: a time that the clocks skip. */
  isInvalidTime(time: DateTime): boolean {
    return this.#possibleOffsets(time).length === 0
  }

  #possibleOffsets(time: DateTime): bigint[] {
    const around = [-1n, 1n].map((sign) => this.#offsetTicks(time.ticks + sign * ticksPerDay))
    const found = [...new Set(around)].filter(
      (offset) => this.#offsetTicks(time.ticks - offset) === offset,
    )
    return found.toSorted((left, right) => (left < right ? -1 : 1))
  }

  isDaylightSavingTime(time: DateTime | DateTimeOffset): boolean {
    return this.getUtcOffset(time).ticks !== this.#baseTicks()
  }

  #offsetTicks(utcTicks: bigint): bigint {
    const ms = Number((utcTicks - unixEpochTicks) / ticksPerMillisecond)
    return BigInt(this.#zone.offsetMs(ms)) * ticksPerMillisecond
  }

  // The offset at the clock time as if it were UTC leads near enough to ask again.
  #utcTicks(time: DateTime): bigint {
    const guess = time.ticks - this.#offsetTicks(time.ticks)
    const utcTicks = time.ticks - this.#offsetTicks(guess)
    // A time that the clocks skip: standard time counts.
    return utcTicks + this.#offsetTicks(utcTicks) === time.ticks
      ? utcTicks
      : time.ticks - this.#baseTicks()
  }

  #baseTicks(): bigint {
    const offsets = halfYears.map((ms) => this.#zone.offsetMs(ms))
    return BigInt(Math.min(...offsets)) * ticksPerMillisecond
  }

  #baseText(): string {
    const minutes = Number(this.#baseTicks() / ticksPerMillisecond) / 60_000
    const size = Math.abs(minutes)
    const clock = `${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
    return `UTC${minutes < 0 ? '-' : '+'}${clock}`
  }

  /** `HasSameRules`. */
  hasSameRules(other: TimeZoneInfo): boolean {
    if (this.#baseTicks() !== other.#baseTicks()) return false
    const [own, theirs] = [this.adjustmentRules[0], other.adjustmentRules[0]]
    return own && theirs ? own.equals(theirs) : own === theirs
  }

  equals(other: unknown): boolean {
    return other instanceof TimeZoneInfo && other.id === this.id
  }

  hashKey(): string {
    return `TimeZoneInfo ${this.id}`
  }

  toString(): string {
    return this.displayName
  }
}

const halfYears = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)]

function wrongKind(): Error {
  return argumentError(
    'The conversion could not be completed because the supplied DateTime did not have the Kind property set correctly.',
  )
}
