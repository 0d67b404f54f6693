import { daysInMonth, monthNames, dayNames, ticksMax, ticksPerMinute } from './calendar.ts'
import { DateTime, ticksOfParts } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { argumentNull, formatError } from './exceptions.ts'

/** `DateTimeStyles` that change what parsing gives. */
export type DateTimeStyle =
  | 'None'
  | 'AssumeLocal'
  | 'AssumeUniversal'
  | 'AdjustToUniversal'
  | 'RoundtripKind'

/** What a text says: parts that it does not name are missing. */
export interface ParsedDate {
  readonly year?: number
  readonly month?: number
  readonly day?: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  /** 100 ns. */
  readonly fractionTicks?: number
  readonly weekday?: number
  readonly zone?: 'Utc' | number
}

const notADate = 'String was not recognized as a valid DateTime.'

/**
 * `DateTime.Parse` in the invariant culture. A text with a zone gives local time, which is UTC.
 * https://learn.microsoft.com/dotnet/api/system.datetime.parse
 */
export function parseDateTime(
  text: string | null,
  styles: readonly DateTimeStyle[] = [],
): DateTime {
  if (text === null) throw argumentNull('s')
  const value = tryParseDateTime(text, styles)
  if (value === undefined) throw formatError(notADate)
  return value
}

/** `DateTime.TryParse`. */
export function tryParseDateTime(
  text: string | null,
  styles: readonly DateTimeStyle[] = [],
): DateTime | undefined {
  const parsed = text === null ? undefined : readDate(text)
  return parsed === undefined ? undefined : dateTimeOf(parsed, styles)
}

/** `DateTimeOffset.Parse`: a text without a zone is local time, which is UTC. */
export function parseDateTimeOffset(
  text: string | null,
  styles: readonly DateTimeStyle[] = [],
): DateTimeOffset {
  if (text === null) throw argumentNull('input')
  const value = tryParseDateTimeOffset(text, styles)
  if (value === undefined) throw formatError(notADate)
  return value
}

/** `DateTimeOffset.TryParse`. */
export function tryParseDateTimeOffset(
  text: string | null,
  styles: readonly DateTimeStyle[] = [],
): DateTimeOffset | undefined {
  const parsed = text === null ? undefined : readDate(text)
  return parsed === undefined ? undefined : dateTimeOffsetOf(parsed, styles)
}

/** A DateTime from what a text says; `undefined` when there is no such time. */
export function dateTimeOf(
  parsed: ParsedDate,
  styles: readonly DateTimeStyle[] = [],
): DateTime | undefined {
  const ticks = ticksOfParsed(parsed)
  if (ticks === undefined) return undefined
  if (parsed.zone === undefined) {
    if (styles.includes('AssumeUniversal')) {
      return new DateTime(ticks, styles.includes('AdjustToUniversal') ? 'Utc' : 'Local')
    }
    return new DateTime(ticks, styles.includes('AssumeLocal') ? 'Local' : 'Unspecified')
  }
  const utc = parsed.zone === 'Utc' ? ticks : ticks - BigInt(parsed.zone) * ticksPerMinute
  if (utc < 0n || utc > ticksMax) return undefined
  const keepsUtc = styles.includes('RoundtripKind') && parsed.zone === 'Utc'
  return new DateTime(utc, keepsUtc || styles.includes('AdjustToUniversal') ? 'Utc' : 'Local')
}

/** A DateTimeOffset from what a text says. */
export function dateTimeOffsetOf(
  parsed: ParsedDate,
  styles: readonly DateTimeStyle[] = [],
): DateTimeOffset | undefined {
  const ticks = ticksOfParsed(parsed)
  const offset = typeof parsed.zone === 'number' ? parsed.zone : 0
  if (ticks === undefined || Math.abs(offset) > 14 * 60) return undefined
  const utc = ticks - BigInt(offset) * ticksPerMinute
  if (utc < 0n || utc > ticksMax) return undefined
  const value = new DateTimeOffset(ticks, offset)
  return styles.includes('AdjustToUniversal') ? value.toUniversalTime() : value
}

// A text that names only a time means the first day: the caller has no clock to ask for today.
function ticksOfParsed(parsed: ParsedDate): bigint | undefined {
  const { year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parsed
  const exists =
    year >= 1 &&
    year <= 9999 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysInMonth(year, month)
  if (!exists || hour > 24 || minute > 59 || second > 59) return undefined
  if (hour === 24) return undefined
  const ticks =
    ticksOfParts({ year, month, day, hour, minute, second }) + BigInt(parsed.fractionTicks ?? 0)
  if (parsed.weekday !== undefined && new DateTime(ticks).dayOfWeek !== parsed.weekday)
    return undefined
  return ticks
}

interface Reading {
  year?: number
  month?: number
  day?: number
  hour?: number
  minute?: number
  second?: number
  fractionTicks?: number
  weekday?: number
  zone?: 'Utc' | number
  numbers: string[]
  monthNamedAt?: number
}

/** What any of the invariant culture's usual forms says; `undefined` for other text. */
export function readDate(text: string): ParsedDate | undefined {
  const reading: Reading = { numbers: [] }
  let rest = text.replaceAll('\0', '').trim()
  if (rest === '') return undefined
  while (rest !== '') {
    const length = readPiece(reading, rest)
    if (length === 0) return undefined
    rest = rest.slice(length)
  }
  return placeNumbers(reading) ? reading : undefined
}

const clockPattern =
  /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,}))?)?(?:\s*([aApP])[mM]?(?![A-Za-z]))?(?![\d:])/
const hourPattern = /^(\d{1,2})\s*([aApP])[mM]?(?![A-Za-z])/
const offsetPattern = /^([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)/

function readPiece(reading: Reading, rest: string): number {
  return (
    readClock(reading, rest) ||
    readZone(reading, rest) ||
    readName(reading, rest) ||
    readNumber(reading, rest) ||
    readSeparator(rest)
  )
}

function readClock(reading: Reading, rest: string): number {
  const clock = clockPattern.exec(rest)
  if (clock && reading.hour === undefined) {
    const [all, hour, minute, second = '0', fraction = '', half] = clock
    if (!setHour(reading, Number(hour), half)) return 0
    reading.minute = Number(minute)
    reading.second = Number(second)
    reading.fractionTicks = fractionTicks(fraction)
    return all.length
  }
  const hourOnly = hourPattern.exec(rest)
  if (!hourOnly || reading.hour !== undefined) return 0
  return setHour(reading, Number(hourOnly[1]), hourOnly[2]) ? hourOnly[0].length : 0
}

function fractionTicks(digits: string): number {
  return Math.round(Number(`0.${digits || '0'}`) * 10_000_000)
}

function setHour(reading: Reading, hour: number, half: string | undefined): boolean {
  if (half === undefined) reading.hour = hour
  else {
    if (hour > 12) return false
    reading.hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  }
  return true
}

function readZone(reading: Reading, rest: string): number {
  if (reading.zone !== undefined) return 0
  const named = /^(?:Z|GMT|UTC)(?![A-Za-z])/i.exec(rest)
  if (named && (reading.hour !== undefined || named[0].length > 1)) {
    reading.zone = 'Utc'
    return named[0].length
  }
  const offset = offsetPattern.exec(rest)
  if (!offset || reading.hour === undefined) return 0
  const [all, sign, hours, minutes = '0'] = offset
  if (Number(minutes) > 59 || Number(hours) > 14) return 0
  const size = Number(hours) * 60 + Number(minutes)
  reading.zone = sign === '-' ? -size : size
  return all.length
}

function readName(reading: Reading, rest: string): number {
  const word = /^[A-Za-z]+/.exec(rest)?.[0]
  if (word === undefined) return 0
  if (/^T$/i.test(word)) return reading.numbers.length >= 2 ? 1 : 0
  const month = indexOfName(monthNames, word)
  if (month >= 0 && reading.month === undefined) {
    reading.month = month + 1
    reading.monthNamedAt = reading.numbers.length
    return word.length
  }
  const weekday = indexOfName(dayNames, word)
  if (weekday < 0 || reading.weekday !== undefined) return 0
  reading.weekday = weekday
  return word.length
}

function indexOfName(names: readonly string[], word: string): number {
  const lower = word.toLowerCase()
  return names.findIndex((name) => {
    const full = name.toLowerCase()
    return full === lower || full.slice(0, 3) === lower
  })
}

function readNumber(reading: Reading, rest: string): number {
  const digits = /^\d{1,4}(?!\d)/.exec(rest)?.[0]
  if (digits === undefined || reading.numbers.length >= 3) return 0
  reading.numbers.push(digits)
  return digits.length
}

function readSeparator(rest: string): number {
  return /^(?:\s+|[,/.-])/.exec(rest)?.[0].length ?? 0
}

// Month first, as the invariant culture writes dates, unless a number of three or four digits is the year.
function placeNumbers(reading: Reading): boolean {
  const { numbers } = reading
  if (numbers.length === 0) return reading.month === undefined && reading.hour !== undefined
  if (reading.month !== undefined) return placeBesideName(reading)
  const [first = '', second = '', third] = numbers
  if (numbers.length < 2) return false
  if (first.length > 2) {
    reading.year = Number(first)
    reading.month = Number(second)
    reading.day = Number(third ?? '1')
    return true
  }
  reading.month = Number(first)
  if (third === undefined && second.length > 2) reading.year = Number(second)
  else {
    reading.day = Number(second)
    if (third === undefined) return false
    reading.year = fullYear(third)
  }
  return true
}

function placeBesideName(reading: Reading): boolean {
  const { numbers } = reading
  const [first = '', second] = numbers
  if (numbers.length > 2) return false
  if (second === undefined) {
    if (first.length > 2) reading.year = Number(first)
    else return false
    return true
  }
  const yearFirst = first.length > 2
  reading.year = fullYear(yearFirst ? first : second)
  reading.day = Number(yearFirst ? second : first)
  return true
}

// Two digits mean the years from 1930 to 2029.
function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length > 2) return year
  return year < 30 ? 2000 + year : 1900 + year
}
