import { ticksPerDay, ticksPerHour, ticksPerMinute, ticksPerSecond } from './calendar.ts'
import { formatError } from './exceptions.ts'

interface SpanFields {
  readonly negative: boolean
  readonly days: bigint
  readonly hours: bigint
  readonly minutes: bigint
  readonly seconds: bigint
  readonly fraction: string
}

/**
 * A TimeSpan as text: the formats c, g, G and custom ones.
 * https://learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings
 */
export function formatTimeSpan(ticks: bigint, format: string | null): string {
  const fields = fieldsOf(ticks)
  switch (format) {
    case null:
    case '':
    case 'c':
    case 't':
    case 'T':
      return constantFormat(fields)
    case 'g':
      return shortFormat(fields)
    case 'G':
      return longFormat(fields)
    default:
      if (format.length === 1) throw badFormat()
      return customFormat(fields, format)
  }
}

function fieldsOf(ticks: bigint): SpanFields {
  const size = ticks < 0n ? -ticks : ticks
  return {
    negative: ticks < 0n,
    days: size / ticksPerDay,
    hours: (size / ticksPerHour) % 24n,
    minutes: (size / ticksPerMinute) % 60n,
    seconds: (size / ticksPerSecond) % 60n,
    fraction: (size % ticksPerSecond).toString().padStart(7, '0'),
  }
}

function two(value: bigint): string {
  return value.toString().padStart(2, '0')
}

function constantFormat(fields: SpanFields): string {
  const { negative, days, hours, minutes, seconds, fraction } = fields
  const clock = `${two(hours)}:${two(minutes)}:${two(seconds)}`
  const tail = Number(fraction) === 0 ? '' : `.${fraction}`
  return `${negative ? '-' : ''}${days === 0n ? '' : `${days}.`}${clock}${tail}`
}

function shortFormat(fields: SpanFields): string {
  const { negative, days, hours, minutes, seconds, fraction } = fields
  const tail = Number(fraction) === 0 ? '' : `.${fraction.replace(/0+$/, '')}`
  const clock = `${hours}:${two(minutes)}:${two(seconds)}${tail}`
  return `${negative ? '-' : ''}${days === 0n ? '' : `${days}:`}${clock}`
}

function longFormat(fields: SpanFields): string {
  const { negative, days, hours, minutes, seconds, fraction } = fields
  const clock = `${two(hours)}:${two(minutes)}:${two(seconds)}.${fraction}`
  return `${negative ? '-' : ''}${days}:${clock}`
}

const customToken = /\\([^])|'([^']*)'|"([^"]*)"|%?(d{1,8}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7})|[^]/g

// Custom formats never write the sign; every other character must be escaped or quoted.
function customFormat(fields: SpanFields, format: string): string {
  let text = ''
  for (const [, escaped, single, double, field] of format.matchAll(customToken)) {
    const literal = escaped ?? single ?? double
    if (literal !== undefined) text += literal
    else if (field !== undefined) text += customField(fields, field)
    else throw badFormat()
  }
  return text
}

function customField(fields: SpanFields, field: string): string {
  const width = field.length
  switch (field[0] ?? '') {
    case 'd':
      return fields.days.toString().padStart(width, '0')
    case 'h':
      return fields.hours.toString().padStart(width, '0')
    case 'm':
      return fields.minutes.toString().padStart(width, '0')
    case 's':
      return fields.seconds.toString().padStart(width, '0')
    case 'f':
      return fields.fraction.slice(0, width)
    default:
      return fields.fraction.slice(0, width).replace(/0+$/, '')
  }
}

function badFormat(): Error {
  return formatError('Input string was not in a correct format.')
}
