import { padded, type DateTimeParts } from './date-time-value.ts'

const monthNames = [
  'January February March April May June',
  'July August September October November December',
]
  .join(' ')
  .split(' ')
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/**
 * Writes a date by a pattern such as `yyyy-MM-dd HH:mm:ss.fff`; a backslash makes the next character plain text.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/datetimeformat
 */
export function formatByPattern(parts: DateTimeParts, pattern: string): string {
  return pattern.replace(/\\(.)|([yMdHhmsfFt])\2*/gs, (run: string, escaped?: string) =>
    escaped === undefined ? formatRun(parts, run) : escaped,
  )
}

function formatRun(parts: DateTimeParts, run: string): string {
  const { length } = run
  switch (run.charAt(0)) {
    case 'y':
      return length <= 2 ? padded(parts.year % 100, length) : padded(parts.year, length)
    case 'M':
      return formatMonth(parts.month, length)
    case 'd':
      return formatDay(parts, length)
    case 'H':
      return padded(parts.hour, Math.min(length, 2))
    case 'h':
      return padded(parts.hour % 12 || 12, Math.min(length, 2))
    case 'm':
      return padded(parts.minute, Math.min(length, 2))
    case 's':
      return padded(parts.second, Math.min(length, 2))
    case 'f':
      return padded(parts.ticks, 7).slice(0, length)
    case 'F':
      return padded(parts.ticks, 7).slice(0, length).replace(/0+$/, '')
    default:
      return (parts.hour < 12 ? 'AM' : 'PM').slice(0, Math.min(length, 2))
  }
}

function formatMonth(month: number, length: number): string {
  const name = monthNames[month - 1] ?? ''
  if (length <= 2) return padded(month, length)
  return length === 3 ? name.slice(0, 3) : name
}

function formatDay({ year, month, day }: DateTimeParts, length: number): string {
  if (length <= 2) return padded(day, length)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const name = dayNames[date.getUTCDay()] ?? ''
  return length === 3 ? name.slice(0, 3) : name
}
