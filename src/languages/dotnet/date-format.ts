import {
  dayFromCount,
  dayNames,
  monthNames,
  ticksPerDay,
  ticksPerHour,
  ticksPerMinute,
  ticksPerSecond,
} from './calendar.ts'
import { formatError } from './exceptions.ts'

/** The clock time to write, and its distance from UTC where it has one. */
export interface WrittenTime {
  readonly ticks: bigint
  /** What `K` writes: `Z`, an offset, or nothing. */
  readonly zone: string
  readonly offsetMinutes: number
}

const standardFormats = new Map([
  ['d', 'MM/dd/yyyy'],
  ['D', 'dddd, dd MMMM yyyy'],
  ['f', 'dddd, dd MMMM yyyy HH:mm'],
  ['F', 'dddd, dd MMMM yyyy HH:mm:ss'],
  ['g', 'MM/dd/yyyy HH:mm'],
  ['G', 'MM/dd/yyyy HH:mm:ss'],
  ['m', 'MMMM dd'],
  ['M', 'MMMM dd'],
  ['o', "yyyy'-'MM'-'dd'T'HH':'mm':'ss.fffffffK"],
  ['O', "yyyy'-'MM'-'dd'T'HH':'mm':'ss.fffffffK"],
  ['r', "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'"],
  ['R', "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'"],
  ['s', "yyyy'-'MM'-'dd'T'HH':'mm':'ss"],
  ['t', 'HH:mm'],
  ['T', 'HH:mm:ss'],
  ['u', "yyyy'-'MM'-'dd HH':'mm':'ss'Z'"],
  ['U', 'dddd, dd MMMM yyyy HH:mm:ss'],
  ['y', 'yyyy MMMM'],
  ['Y', 'yyyy MMMM'],
])

/** The custom format that a standard one stands for; a format of several letters is its own. */
export function expandDateFormat(format: string): string {
  if (format.length !== 1) return format
  const custom = standardFormats.get(format)
  if (custom === undefined) throw formatError('Input string was not in a correct format.')
  return custom
}

/** A piece of a date format: a field such as `yyyy`, or text as it stands. */
export type DateToken =
  | { readonly type: 'field'; readonly letter: string; readonly width: number }
  | { readonly type: 'literal'; readonly text: string }

const tokenPattern =
  /\\([^]?)|'([^']*)('?)|"([^"]*)("?)|%([^]?)|(d+|f+|F+|h+|H+|m+|M+|s+|t+|y+|z+|g+|K)|[^]/g

const tokenCache = new Map<string, readonly DateToken[]>()
const tokenCacheMax = 200

/** The pieces of a custom format; remembered, since policies use the same few formats over and over. */
export function dateTokens(format: string): readonly DateToken[] {
  const known = tokenCache.get(format)
  if (known) return known
  const tokens = Array.from(format.matchAll(tokenPattern), dateToken)
  if (tokenCache.size >= tokenCacheMax) tokenCache.clear()
  tokenCache.set(format, tokens)
  return tokens
}

function dateToken(match: readonly (string | undefined)[]): DateToken {
  const [piece = '', escaped, single, singleEnd, double, doubleEnd, percent, field] = match
  if (escaped === '' || singleEnd === '' || doubleEnd === '' || percent === '' || percent === '%') {
    throw formatError('Input string was not in a correct format.')
  }
  const literal = escaped ?? single ?? double
  if (literal !== undefined) return { type: 'literal', text: literal }
  if (percent !== undefined) return fieldOrLiteral(percent)
  if (field !== undefined) return { type: 'field', letter: field[0] ?? '', width: field.length }
  return { type: 'literal', text: piece }
}

function fieldOrLiteral(letter: string): DateToken {
  if (/[dfFhHmMstyzgK]/.test(letter)) return { type: 'field', letter, width: 1 }
  return { type: 'literal', text: letter }
}

/**
 * A date and time by a standard or custom format of the invariant culture.
 * https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
 */
export function formatDate(time: WrittenTime, format: string): string {
  const fields = new DateFields(time)
  let text = ''
  for (const token of dateTokens(expandDateFormat(format))) {
    if (token.type === 'literal') text += token.text
    else if (token.letter === 'F' && fields.dropsFraction(token.width)) {
      // A point before a fraction that is left out goes too.
      if (text.endsWith('.')) text = text.slice(0, -1)
    } else text += fields.write(token.letter, token.width)
  }
  return text
}

class DateFields {
  readonly #time: WrittenTime
  readonly #days: number
  readonly #fraction: string

  constructor(time: WrittenTime) {
    this.#time = time
    this.#days = Number(time.ticks / ticksPerDay)
    this.#fraction = (time.ticks % ticksPerSecond).toString().padStart(7, '0')
  }

  dropsFraction(width: number): boolean {
    return Number(this.#fraction.slice(0, width)) === 0
  }

  write(letter: string, width: number): string {
    switch (letter) {
      case 'd':
        return this.#day(width)
      case 'M':
        return this.#month(width)
      case 'y':
        return this.#year(width)
      case 'f':
        return this.#exactFraction(width)
      case 'F':
        return this.#exactFraction(width).replace(/0+$/, '')
      case 't':
        return this.#clock(ticksPerHour, 24) < 12 ? 'AM'.slice(0, width) : 'PM'.slice(0, width)
      case 'z':
        return this.#offset(width)
      case 'g':
        return 'A.D.'
      case 'K':
        return this.#time.zone
      default:
        return this.#clockField(letter, width)
    }
  }

  #clock(unit: bigint, modulo: number): number {
    return Number((this.#time.ticks / unit) % BigInt(modulo))
  }

  #clockField(letter: string, width: number): string {
    const padded = Math.min(width, 2)
    const hours = this.#clock(ticksPerHour, 24)
    if (letter === 'H') return String(hours).padStart(padded, '0')
    if (letter === 'h') return String(hours % 12 || 12).padStart(padded, '0')
    const unit = letter === 'm' ? ticksPerMinute : ticksPerSecond
    return String(this.#clock(unit, 60)).padStart(padded, '0')
  }

  #day(width: number): string {
    if (width <= 2) return String(dayFromCount(this.#days).day).padStart(width, '0')
    const name = dayNames[(this.#days + 1) % 7] ?? ''
    return width === 3 ? name.slice(0, 3) : name
  }

  #month(width: number): string {
    const { month } = dayFromCount(this.#days)
    if (width <= 2) return String(month).padStart(width, '0')
    const name = monthNames[month - 1] ?? ''
    return width === 3 ? name.slice(0, 3) : name
  }

  #year(width: number): string {
    const { year } = dayFromCount(this.#days)
    return String(width <= 2 ? year % 100 : year).padStart(width, '0')
  }

  #exactFraction(width: number): string {
    if (width > 7) throw formatError('Input string was not in a correct format.')
    return this.#fraction.slice(0, width)
  }

  #offset(width: number): string {
    const { offsetMinutes } = this.#time
    const size = Math.abs(offsetMinutes)
    const hours = String(Math.floor(size / 60)).padStart(Math.min(width, 2), '0')
    const minutes = width >= 3 ? `:${String(size % 60).padStart(2, '0')}` : ''
    return `${offsetMinutes < 0 ? '-' : '+'}${hours}${minutes}`
  }
}

/** An offset from UTC as `+02:00`. */
export function offsetText(offsetMinutes: number): string {
  const size = Math.abs(offsetMinutes)
  const hours = String(Math.floor(size / 60)).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`
}
