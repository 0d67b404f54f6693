import {
  ticksPerDay,
  ticksPerHour,
  ticksPerMillisecond,
  ticksPerMinute,
  ticksPerSecond,
} from './calendar.ts'
import { argumentError, argumentNull, formatError, overflow } from './exceptions.ts'
import { formatTimeSpan } from './time-span-format.ts'
import type { DotnetObject } from './value.ts'

const longMax = 2n ** 63n - 1n
const longMin = -(2n ** 63n)
const millisecondsMax = 922_337_203_685_477

/** System.TimeSpan: a count of 100 ns ticks. https://learn.microsoft.com/dotnet/api/system.timespan */
export class TimeSpan implements DotnetObject {
  static get zero(): TimeSpan {
    return new TimeSpan(0n)
  }

  static get minValue(): TimeSpan {
    return new TimeSpan(longMin)
  }

  static get maxValue(): TimeSpan {
    return new TimeSpan(longMax)
  }

  readonly typeName = 'System.TimeSpan'
  readonly ticks: bigint

  constructor(ticks: bigint) {
    if (ticks > longMax || ticks < longMin) throw tooLong()
    this.ticks = ticks
  }

  /** `new TimeSpan(days, hours, minutes, seconds, milliseconds)`. */
  static of(parts: {
    days?: number
    hours?: number
    minutes?: number
    seconds?: number
    milliseconds?: number
  }): TimeSpan {
    const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = parts
    const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if (Math.abs(total) > millisecondsMax / 1000) throw tooLong()
    return new TimeSpan(BigInt(total) * ticksPerSecond + BigInt(milliseconds) * ticksPerMillisecond)
  }

  /** `FromDays` and its kin: rounded to whole milliseconds. */
  static from(value: number, unit: TimeSpanUnit): TimeSpan {
    return new TimeSpan(ticksOfMilliseconds(value, unit))
  }

  get days(): number {
    return Number(this.ticks / ticksPerDay)
  }

  get hours(): number {
    return Number((this.ticks / ticksPerHour) % 24n)
  }

  get minutes(): number {
    return Number((this.ticks / ticksPerMinute) % 60n)
  }

  get seconds(): number {
    return Number((this.ticks / ticksPerSecond) % 60n)
  }

  get milliseconds(): number {
    return Number((this.ticks / ticksPerMillisecond) % 1000n)
  }

  get totalDays(): number {
    return Number(this.ticks) / Number(ticksPerDay)
  }

  get totalHours(): number {
    return Number(this.ticks) / Number(ticksPerHour)
  }

  get totalMinutes(): number {
    return Number(this.ticks) / Number(ticksPerMinute)
  }

  get totalSeconds(): number {
    return Number(this.ticks) / Number(ticksPerSecond)
  }

  get totalMilliseconds(): number {
    return Number(this.ticks) / Number(ticksPerMillisecond)
  }

  add(other: TimeSpan): TimeSpan {
    return new TimeSpan(this.ticks + other.ticks)
  }

  subtract(other: TimeSpan): TimeSpan {
    return new TimeSpan(this.ticks - other.ticks)
  }

  negate(): TimeSpan {
    if (this.ticks === longMin)
      throw overflow('Negating the minimum value of a twos complement number is invalid.')
    return new TimeSpan(-this.ticks)
  }

  duration(): TimeSpan {
    return this.ticks < 0n ? this.negate() : this
  }

  compareTo(other: unknown): number {
    if (other === null) return 1
    if (!(other instanceof TimeSpan)) throw argumentError('Object must be of type TimeSpan.')
    return this.ticks < other.ticks ? -1 : this.ticks > other.ticks ? 1 : 0
  }

  equals(other: unknown): boolean {
    return other instanceof TimeSpan && other.ticks === this.ticks
  }

  hashKey(): string {
    return `TimeSpan ${this.ticks}`
  }

  format(format: string | null): string {
    return formatTimeSpan(this.ticks, format)
  }

  toString(): string {
    return formatTimeSpan(this.ticks, 'c')
  }
}

/** The units of `FromX` and `AddX`. */
export type TimeSpanUnit = 'days' | 'hours' | 'minutes' | 'seconds' | 'milliseconds'

const millisecondsOf: Readonly<Record<TimeSpanUnit, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
}

/** A count of units as ticks, rounded to whole milliseconds as .NET Framework does it. */
export function ticksOfMilliseconds(value: number, unit: TimeSpanUnit): bigint {
  if (Number.isNaN(value))
    throw argumentError('TimeSpan does not accept floating point Not-a-Number values.')
  const milliseconds = Math.trunc(value * millisecondsOf[unit] + (value >= 0 ? 0.5 : -0.5))
  if (Math.abs(milliseconds) > millisecondsMax) throw tooLong()
  return BigInt(milliseconds) * ticksPerMillisecond
}

function tooLong(): Error {
  return overflow('TimeSpan overflowed because the duration is too long.')
}

const spanPattern = /^\s*(-)?(?:(\d+)|(?:(\d+)[.:])?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?)\s*$/
const longForm = /^\s*(-)?(\d+):(\d+):(\d+):(\d+)(?:\.(\d{1,7}))?\s*$/
const wholeForm = /^\s*(-)?(\d+)\.(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?\s*$/
const clockForm = /^\s*(-)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?\s*$/

interface SpanParts {
  readonly negative: boolean
  readonly days: string
  readonly hours: string
  readonly minutes: string
  readonly seconds: string
  readonly fraction: string
}

/** `TimeSpan.Parse`: OverflowException for parts out of their range, FormatException for anything else. */
export function parseTimeSpan(text: string | null): TimeSpan {
  if (text === null) throw argumentNull('input')
  const parts = partsOf(text)
  if (parts === undefined) throw formatError('String was not recognized as a valid TimeSpan.')
  const span = spanOf(parts)
  if (span === undefined) {
    throw overflow(
      'The TimeSpan could not be parsed because at least one of the numeric components is out of range or contains too many digits.',
    )
  }
  return span
}

/** `TimeSpan.TryParse`. */
export function tryParseTimeSpan(text: string | null): TimeSpan | undefined {
  const parts = text === null ? undefined : partsOf(text)
  return parts === undefined ? undefined : spanOf(parts)
}

function partsOf(text: string): SpanParts | undefined {
  if (!spanPattern.test(text) && !longForm.test(text)) return undefined
  const long = longForm.exec(text)
  if (long) return named(long)
  const whole = wholeForm.exec(text)
  if (whole) return named(whole)
  const clock = clockForm.exec(text)
  if (clock) {
    const [all, sign, hours, minutes, seconds, fraction] = clock
    return named([all, sign, '0', hours, minutes, seconds, fraction])
  }
  const [, sign, days] = spanPattern.exec(text) ?? []
  return named(['', sign, days])
}

function named(match: readonly (string | undefined)[]): SpanParts {
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match
  return { negative: sign === '-', days, hours, minutes, seconds, fraction }
}

function spanOf(parts: SpanParts): TimeSpan | undefined {
  const [days, hours, minutes, seconds] = [
    Number(parts.days),
    Number(parts.hours),
    Number(parts.minutes),
    Number(parts.seconds),
  ]
  if (days > 10_675_199 || hours > 23 || minutes > 59 || seconds > 59) return undefined
  const whole = BigInt(((days * 24 + hours) * 60 + minutes) * 60 + seconds) * ticksPerSecond
  const ticks = whole + BigInt(parts.fraction.padEnd(7, '0'))
  const signed = parts.negative ? -ticks : ticks
  return signed > longMax || signed < longMin ? undefined : new TimeSpan(signed)
}
