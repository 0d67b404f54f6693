import { dayNames, monthNames } from '../dotnet/calendar.ts'

/** Reads a date of ISO 8601, with dashes or without, as milliseconds since the Unix epoch. */
export function parseDate(text: string): number | undefined {
  const match = datePattern.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  )
  return Number.isNaN(time) ? undefined : time - zoneOffsetMs(zone)
}

/** Adds an ISO 8601 duration: months and years by the calendar; `undefined` for other text. */
export function addDuration(timeMs: number, duration: string): number | undefined {
  const match = durationPattern.exec(duration)
  if (!match || /^[+-]?P(T)?$/.test(duration)) return undefined
  const sign = match[1] === '-' ? -1 : 1
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(2)
    .map((part) => sign * Number(part ?? 0))
  const date = new Date(timeMs)
  addMonths(date, (years ?? 0) * 12 + (months ?? 0))
  const dayCount = (weeks ?? 0) * 7 + (days ?? 0)
  const restMs =
    (((dayCount * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000
  return date.getTime() + restMs
}

/** The format string of a date that `parseDate` reads: what is computed from a date is written like it. */
export function formatOf(text: string): string {
  const [, , , , hour, , second, fraction, zone] = datePattern.exec(text.trim()) ?? []
  const date = text.includes('-', 4) && text.charAt(4) === '-' ? 'yyyy-MM-dd' : 'yyyyMMdd'
  const colon = /\d:\d/.test(text) ? ':' : ''
  const middle = /[T ]/i.exec(text)?.[0] ?? ''
  const seconds = second === undefined ? '' : `${colon}ss`
  const digits = fraction === undefined ? '' : `.${'f'.repeat(fraction.length)}`
  const time = hour === undefined ? '' : `'${middle}'HH${colon}mm${seconds}${digits}`
  if (zone === undefined) return date + time
  return date + time + (zone.toUpperCase() === 'Z' ? "'Z'" : 'zzz')
}

/** Writes a time in UTC with a format string of .NET. */
export function formatDate(timeMs: number, format: string): string {
  const date = new Date(timeMs)
  const standard = standardFormats[format]
  return (standard ?? format).replaceAll(partPattern, (part) => datePart(date, part))
}

const datePattern =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:\.(\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i
const durationPattern =
  /^([+-])?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const partPattern =
  /'[^']*'|"[^"]*"|\\.|yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f+|F+|tt|zzz|zz|z|K/g
const standardFormats: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
}
function zoneOffsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000
}

// 31 January and one month is the last day of February, as .NET counts.
function addMonths(date: Date, months: number): void {
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, lastDay))
}

function datePart(date: Date, part: string): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const hour12 = date.getUTCHours() % 12 || 12
  switch (part) {
    case 'yyyy':
      return String(date.getUTCFullYear()).padStart(4, '0')
    case 'yy':
      return two(date.getUTCFullYear() % 100)
    case 'MMMM':
      return monthNames[date.getUTCMonth()] ?? ''
    case 'MMM':
      return (monthNames[date.getUTCMonth()] ?? '').slice(0, 3)
    case 'MM':
      return two(date.getUTCMonth() + 1)
    case 'M':
      return String(date.getUTCMonth() + 1)
    case 'dddd':
      return dayNames[date.getUTCDay()] ?? ''
    case 'ddd':
      return (dayNames[date.getUTCDay()] ?? '').slice(0, 3)
    case 'dd':
      return two(date.getUTCDate())
    case 'd':
      return String(date.getUTCDate())
    case 'HH':
      return two(date.getUTCHours())
    case 'H':
      return String(date.getUTCHours())
    case 'hh':
      return two(hour12)
    case 'h':
      return String(hour12)
    case 'mm':
      return two(date.getUTCMinutes())
    case 'm':
      return String(date.getUTCMinutes())
    case 'ss':
      return two(date.getUTCSeconds())
    case 's':
      return String(date.getUTCSeconds())
    case 'tt':
      return date.getUTCHours() < 12 ? 'AM' : 'PM'
    case 'zzz':
      return '+00:00'
    case 'zz':
      return '+00'
    case 'z':
      return '+0'
    case 'K':
      return 'Z'
    default:
      return fractionOrText(date, part)
  }
}

function fractionOrText(date: Date, part: string): string {
  const isQuoted = part.startsWith("'") || part.startsWith('"')
  if (isQuoted) return part.slice(1, -1)
  if (part.startsWith('\\')) return part.slice(1)
  const digits = String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(part.length, '0')
  const kept = digits.slice(0, part.length)
  return part.startsWith('F') ? kept.replace(/0+$/, '') : kept
}
