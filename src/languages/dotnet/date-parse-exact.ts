import { dayNames, monthNames } from './calendar.ts'
import { dateTokens, expandDateFormat, type DateToken } from './date-format.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { dateTimeOf, dateTimeOffsetOf, type DateTimeStyle, type ParsedDate } from './date-parse.ts'
import { argumentNull, formatError } from './exceptions.ts'

const notADate = 'String was not recognized as a valid DateTime.'

/** `DateTime.ParseExact` with one format or several. */
export function parseDateTimeExact(
  text: string | null,
  formats: readonly string[],
  styles: readonly DateTimeStyle[] = [],
): DateTime {
  if (text === null) throw argumentNull('s')
  const value = tryParseDateTimeExact(text, formats, styles)
  if (value === undefined) throw formatError(notADate)
  return value
}

/** `DateTime.TryParseExact`. */
function tryParseDateTimeExact(
  text: string | null,
  formats: readonly string[],
  styles: readonly DateTimeStyle[] = [],
): DateTime | undefined {
  for (const format of formats) {
    const parsed = text === null ? undefined : readExact(text, format)
    const roundTrip = /^[oO]$/.test(format) ? [...styles, 'RoundtripKind' as const] : styles
    const value = parsed && dateTimeOf(parsed, roundTrip)
    if (value !== undefined) return value
  }
  return undefined
}

/** `DateTimeOffset.ParseExact`. */
export function parseDateTimeOffsetExact(
  text: string | null,
  formats: readonly string[],
  styles: readonly DateTimeStyle[] = [],
): DateTimeOffset {
  if (text === null) throw argumentNull('input')
  const value = tryParseDateTimeOffsetExact(text, formats, styles)
  if (value === undefined) throw formatError(notADate)
  return value
}

/** `DateTimeOffset.TryParseExact`. */
function tryParseDateTimeOffsetExact(
  text: string | null,
  formats: readonly string[],
  styles: readonly DateTimeStyle[] = [],
): DateTimeOffset | undefined {
  for (const format of formats) {
    const parsed = text === null ? undefined : readExact(text, format)
    const value = parsed && dateTimeOffsetOf(parsed, styles)
    if (value !== undefined) return value
  }
  return undefined
}

/** What a text says by a format; `undefined` when it does not follow it to the last character. */
export function readExact(text: string, format: string): ParsedDate | undefined {
  if (format === '') return undefined
  const reader = new ExactReader(text)
  for (const token of dateTokens(expandDateFormat(format))) {
    if (!reader.read(token)) return undefined
  }
  return reader.atEnd ? reader.result(format) : undefined
}

class ExactReader {
  readonly #text: string
  #position = 0
  #half: 'am' | 'pm' | undefined
  readonly #parsed: { -readonly [Name in keyof ParsedDate]: ParsedDate[Name] } = {}

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#position === this.#text.length
  }

  result(format: string): ParsedDate | undefined {
    const { hour } = this.#parsed
    if (this.#half !== undefined && hour !== undefined) {
      if (hour > 12) return undefined
      this.#parsed.hour = (hour % 12) + (this.#half === 'pm' ? 12 : 0)
    }
    // The formats R and u say in their letters that the time is UTC, but .NET reads them without a zone.
    return format === 'U' ? undefined : this.#parsed
  }

  read(token: DateToken): boolean {
    if (token.type === 'literal')
      return this.#take(new RegExp(escapeLiteral(token.text), 'y')) !== undefined
    return this.#readField(token.letter, token.width)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#position += found.length
    return found
  }

  #number(min: number, max: number): number | undefined {
    const digits = this.#take(new RegExp(`\\d{${min},${max}}`, 'y'))
    return digits === undefined ? undefined : Number(digits)
  }

  #readField(letter: string, width: number): boolean {
    switch (letter) {
      case 'y':
        return this.#readYear(width)
      case 'M':
        return width > 2 ? this.#readName('month', width) : this.#readInto('month', width)
      case 'd':
        return width > 2 ? this.#readName('weekday', width) : this.#readInto('day', width)
      case 'H':
      case 'h':
        return this.#readInto('hour', width)
      case 'm':
        return this.#readInto('minute', width)
      case 's':
        return this.#readInto('second', width)
      case 'f':
      case 'F':
        return this.#readFraction(letter, width)
      case 't':
        return this.#readHalf(width)
      case 'z':
      case 'K':
        return this.#readZone(letter)
      default:
        return this.#take(/A\.D\./y) !== undefined
    }
  }

  #readInto(part: 'month' | 'day' | 'hour' | 'minute' | 'second', width: number): boolean {
    const value = this.#number(Math.min(width, 2), 2)
    if (value === undefined) return false
    this.#parsed[part] = value
    return true
  }

  #readYear(width: number): boolean {
    const value = width > 2 ? this.#number(width, width) : this.#number(Math.min(width, 2), 2)
    if (value === undefined) return false
    this.#parsed.year = width > 2 ? value : value < 30 ? 2000 + value : 1900 + value
    return true
  }

  #readName(part: 'month' | 'weekday', width: number): boolean {
    const names = part === 'month' ? monthNames : dayNames
    for (const [index, name] of names.entries()) {
      const wanted = width === 3 ? name.slice(0, 3) : name
      if (this.#take(new RegExp(wanted, 'yi')) === undefined) continue
      this.#parsed[part] = part === 'month' ? index + 1 : index
      return true
    }
    return false
  }

  #readFraction(letter: string, width: number): boolean {
    const pattern = letter === 'f' ? `\\d{${width}}` : `\\d{0,${width}}`
    const digits = this.#take(new RegExp(pattern, 'y'))
    if (digits === undefined) return false
    this.#parsed.fractionTicks = Number(digits.padEnd(7, '0'))
    return true
  }

  #readHalf(width: number): boolean {
    const half = this.#take(width === 1 ? /[AP]/iy : /[AP]M/iy)
    if (half === undefined) return false
    this.#half = half[0]?.toLowerCase() === 'p' ? 'pm' : 'am'
    return true
  }

  #readZone(letter: string): boolean {
    if (this.#take(/Z/y) !== undefined) {
      this.#parsed.zone = 'Utc'
      return true
    }
    const offset = this.#take(/[+-]\d{1,2}(?::?\d{2})?/y)
    // `K` is empty for a time without a zone.
    if (offset === undefined) return letter === 'K'
    const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? []
    const size = Number(hours) * 60 + Number(minutes)
    this.#parsed.zone = sign === '-' ? -size : size
    return true
  }
}

function escapeLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
