import { Decimal } from './decimal.ts'
import { DateTime } from './date-time.ts'
import { DateTimeOffset } from './date-time-offset.ts'
import { parseDateTime, parseDateTimeOffset } from './date-parse.ts'
import { argumentNull, formatError, invalidCast } from './exceptions.ts'
import { displayText } from './format.ts'
import { Guid } from './guid.ts'
import { isoDate, isoDateOffset } from './json-writer.ts'
import { formatNumber } from './number-format.ts'
import { parseNumber } from './number-parse.ts'
import { isNumeric, numericKindOf, type NumericValue } from './numbers.ts'
import { ticksPerDay, ticksPerHour, ticksPerMinute, ticksPerSecond } from './calendar.ts'
import { TimeSpan } from './time-span.ts'
import { isNumericName, typeArguments } from './types.ts'
import { DotnetNumber, doubleOf } from './value.ts'

/** What a value is in XML: `true`, `1.5`, ISO dates and durations. */
export function xmlText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof DateTime) return isoDate(value)
  if (value instanceof DateTimeOffset)
    return value.offsetMinutes === 0
      ? `${isoDateOffset(value).slice(0, -6)}Z`
      : isoDateOffset(value)
  if (value instanceof TimeSpan) return durationText(value)
  if (isNumeric(value)) return numberText(value)
  return displayText(value)
}

function numberText(value: NumericValue): string {
  const kind = numericKindOf(value)
  if (value instanceof Decimal || (kind !== 'Double' && kind !== 'Single'))
    return displayText(value)
  const text = formatNumber(value, 'R')
  return text.replace('Infinity', 'INF')
}

function durationText(value: TimeSpan): string {
  const size = value.duration().ticks
  const days = size / ticksPerDay
  const hours = (size / ticksPerHour) % 24n
  const minutes = (size / ticksPerMinute) % 60n
  const seconds = (size / ticksPerSecond) % 60n
  const fraction = (size % ticksPerSecond).toString().padStart(7, '0').replace(/0+$/, '')
  const clock =
    (hours > 0n ? `${hours}H` : '') +
    (minutes > 0n ? `${minutes}M` : '') +
    (seconds > 0n || fraction !== '' ? `${seconds}${fraction === '' ? '' : `.${fraction}`}S` : '')
  const date = days > 0n ? `${days}D` : ''
  if (date === '' && clock === '') return 'PT0S'
  return `${value.ticks < 0n ? '-' : ''}P${date}${clock === '' ? '' : `T${clock}`}`
}

/**
 * A cast of C# from an XElement or XAttribute, given its text: `(int)element`. Null text is a missing node.
 * https://learn.microsoft.com/dotnet/api/system.xml.linq.xelement.op_explicit
 */
export function castXml(text: string | null, typeName: string, parameter = 'element'): unknown {
  const nullable = typeName.startsWith('System.Nullable<')
  const name = (nullable ? (typeArguments(typeName)[0] ?? '') : typeName).replace(/^System\./, '')
  if (text === null) {
    if (nullable || name === 'String') return null
    throw argumentNull(parameter)
  }
  if (name === 'String') return text
  if (isNumericName(name)) return castNumberText(text.trim(), name)
  switch (name) {
    case 'Boolean':
      return castBoolean(text.trim().toLowerCase())
    case 'DateTime':
      return parseDateTime(text, ['RoundtripKind'])
    case 'DateTimeOffset':
      return parseDateTimeOffset(text)
    case 'TimeSpan':
      return parseDuration(text.trim())
    case 'Guid':
      return Guid.parse(text.trim())
    default:
      throw invalidCast()
  }
}

function castNumberText(text: string, name: Parameters<typeof parseNumber>[0]): NumericValue {
  if (name !== 'Double' && name !== 'Single') return parseNumber(name, text)
  if (text === 'INF' || text === '-INF') {
    const infinity = text === 'INF' ? Infinity : -Infinity
    return name === 'Double' ? doubleOf(infinity) : new DotnetNumber('Single', infinity)
  }
  if (text.includes(',')) throw formatError()
  return parseNumber(name, text)
}

function castBoolean(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw formatError(`The string '${text}' is not a valid Boolean value.`)
}

const durationPattern =
  /^(-)?P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/

/** An ISO 8601 duration as `XmlConvert.ToTimeSpan` reads it: a year has 365 days, a month 30. */
function parseDuration(text: string): TimeSpan {
  const match = durationPattern.exec(text)
  if (match === null) throw formatError(`The string '${text}' is not a valid TimeSpan value.`)
  const [
    ,
    sign,
    years = '0',
    months = '0',
    days = '0',
    hours = '0',
    minutes = '0',
    seconds = '0',
    fraction = '',
  ] = match
  const allDays = BigInt(years) * 365n + BigInt(months) * 30n + BigInt(days)
  const ticks =
    allDays * ticksPerDay +
    BigInt(hours) * ticksPerHour +
    BigInt(minutes) * ticksPerMinute +
    BigInt(seconds) * ticksPerSecond +
    BigInt(fraction.padEnd(7, '0').slice(0, 7))
  return new TimeSpan(sign === '-' ? -ticks : ticks)
}
