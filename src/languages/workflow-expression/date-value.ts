import { dayNames, monthNames } from '../dotnet/calendar.ts'
import { tryParseDateTime } from '../dotnet/date-parse.ts'
import { dateTokens, formatDate } from '../dotnet/date-format.ts'
import { readExact } from '../dotnet/date-parse-exact.ts'
import { dateTimeOf } from '../dotnet/date-parse.ts'
import { DateTime } from '../dotnet/date-time.ts'
import { DotnetException } from '../dotnet/exceptions.ts'
import { americanDates, type Culture } from './culture.ts'
import { dateCharactersMax } from './limits.ts'

/**
 * The time that a text says: with `Z` it is UTC, with an offset it becomes UTC and is written with `+00:00`, without
 * both it has no zone. https://learn.microsoft.com/dotnet/api/system.datetime.parse
 */
export function readDateTime(text: string, culture: Culture): DateTime | undefined {
  if (text.length > dateCharactersMax) return undefined
  return tryParseDateTime(inEnglish(text, culture), ['RoundtripKind'])
}

/** The time in a text that follows a format. */
export function readDateTimeBy(
  text: string,
  format: string,
  culture: Culture,
): DateTime | undefined {
  if (text.length > dateCharactersMax) return undefined
  const parsed = readExact(namesInEnglish(text, culture), expand(format, culture))
  return parsed && dateTimeOf(parsed, ['RoundtripKind'])
}

// The reader knows English names and month-first dates.
function inEnglish(text: string, culture: Culture): string {
  const english = namesInEnglish(text, culture)
  if (culture.dates.order !== 'dmy') return english
  return english.replace(/^(\s*)(\d{1,2})([./-])(\d{1,2})\3(\d{2,4})(?!\d)/, '$1$4/$2/$5')
}

function namesInEnglish(text: string, { name, dates }: Culture): string {
  if (name === '' || name.toLowerCase().startsWith('en')) return text
  let english = text.normalize('NFC')
  const lists = [
    [dates.months, monthNames],
    [dates.days, dayNames],
    [dates.shortMonths, monthNames],
    [dates.shortDays, dayNames],
  ] as const
  for (const [own, names] of lists) {
    for (const [index, word] of own.entries()) {
      if (word === '') continue
      const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      english = english.replace(
        new RegExp(`(?<!\\p{L})${escaped}(?!\\p{L})`, 'iu'),
        names[index] ?? word,
      )
    }
  }
  return english.replaceAll(/(?<!\p{L})(?:de|du)(?!\p{L})/giu, ' ')
}

/** A time by a standard or custom format in a culture; `undefined` for a format that is none. */
export function dateText(time: DateTime, format: string, culture: Culture): string | undefined {
  try {
    return written(time, format, culture)
  } catch (error) {
    if (error instanceof DotnetException) return undefined
    throw error
  }
}

function written(time: DateTime, format: string, culture: Culture): string {
  const zone = time.kind === 'Utc' ? 'Z' : time.kind === 'Local' ? '+00:00' : ''
  const fields = { ticks: time.ticks, zone, offsetMinutes: 0 }
  // The formats o, R, s and u are the same everywhere; other single letters are none.
  if (format.length === 1 && !/[dDfFgGmMtTyYU]/.test(format)) return formatDate(fields, format)
  const custom = expand(format, culture)
  if (culture.dates === americanDates || culture.name === '') return formatDate(fields, custom)
  let text = ''
  for (const token of dateTokens(custom)) {
    if (token.type === 'literal') text += literalText(token.text, culture)
    else {
      const { letter, width } = token
      text += nameOf(time, letter, width, culture) ?? formatDate(fields, widthOf(letter, width))
    }
  }
  return text
}

function literalText(text: string, { dates }: Culture): string {
  if (text === '/') return dates.dateSeparator
  return text === ':' ? dates.timeSeparator : text
}

function widthOf(letter: string, width: number): string {
  return width === 1 ? `%${letter}` : letter.repeat(width)
}

function nameOf(
  time: DateTime,
  letter: string,
  width: number,
  { dates }: Culture,
): string | undefined {
  if (letter === 'M' && width > 2) {
    return (width === 3 ? dates.shortMonths : dates.months)[time.month - 1]
  }
  if (letter === 'd' && width > 2) {
    return (width === 3 ? dates.shortDays : dates.days)[time.dayOfWeek]
  }
  if (letter !== 't') return undefined
  const half = dates.halves[time.hour < 12 ? 0 : 1]
  return width === 1 ? half.slice(0, 1) : half
}

/** The custom format that a standard one stands for in a culture. */
function expand(format: string, { dates }: Culture): string {
  const { d, D, t, T, M, Y } = dates.patterns
  switch (format) {
    case 'd':
      return patternOf(d)
    case 'D':
      return patternOf(D)
    case 'f':
      return `${D} ${t}`
    case 'F':
    case 'U':
      return `${D} ${T}`
    case 'g':
      return `${d} ${t}`
    case 'G':
      return `${d} ${T}`
    case 'm':
    case 'M':
      return patternOf(M)
    case 't':
      return patternOf(t)
    case 'T':
      return patternOf(T)
    case 'y':
    case 'Y':
      return patternOf(Y)
    default:
      return format
  }
}

// A pattern of one letter would be taken for a standard format again.
function patternOf(pattern: string): string {
  return pattern.length === 1 ? `%${pattern}` : pattern
}
