/**
 * Dates and times: texts with seven digits after the second, formats of .NET, zones of Windows and of the IANA.
 * https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference#date-time-functions
 */
import { ticksPerMillisecond, unixEpochTicks } from '../../dotnet/calendar.ts'
import { DateTime } from '../../dotnet/date-time.ts'
import { DotnetException } from '../../dotnet/exceptions.ts'
import { formatTimeSpan } from '../../dotnet/time-span-format.ts'
import { tryParseTimeSpan } from '../../dotnet/time-span.ts'
import { integerArgument, optionalString, stringArgument, wrongArgument } from '../arguments.ts'
import type { ArgumentIndex } from '../arguments.ts'
import type { Culture } from '../culture.ts'
import { dateText, readDateTime, readDateTimeBy } from '../date-value.ts'
import type { ExpressionEnvironment } from '../environment.ts'
import { ExpressionError, functionError, usage } from '../expression-error.ts'
import type { FunctionBody, FunctionFamily } from '../function-body.ts'
import { cultureArgument } from '../number-culture.ts'
import { findZone, fromUtc, toUtc, type Zone } from '../time-zones.ts'
import { makeInteger, type Value } from '../value.ts'

export const dateFunctions: FunctionFamily = {
  utcNow: (args, environment) => formatted('utcNow', now(environment), args, 0),
  getFutureTime: (args, environment) =>
    formatted('getFutureTime', shift('getFutureTime', now(environment), args, 0), args, 2),
  getPastTime: (args, environment) =>
    formatted('getPastTime', shift('getPastTime', now(environment), negated(args, 0), 0), args, 2),
  addToTime: (args, environment) =>
    formatted(
      'addToTime',
      shift('addToTime', timestamp('addToTime', args, 0, environment), args, 1),
      args,
      3,
    ),
  subtractFromTime: (args, environment) => {
    const time = timestamp('subtractFromTime', args, 0, environment)
    return formatted(
      'subtractFromTime',
      shift('subtractFromTime', time, negated(args, 1), 1),
      args,
      3,
    )
  },
  addSeconds: addUnit('addSeconds', 'second'),
  addMinutes: addUnit('addMinutes', 'minute'),
  addHours: addUnit('addHours', 'hour'),
  addDays: addUnit('addDays', 'day'),
  dateDifference: (args, environment) => {
    const start = timestamp('dateDifference', args, 0, environment)
    const end = timestamp('dateDifference', args, 1, environment)
    return formatTimeSpan(end.ticks - start.ticks, 'c')
  },
  convertTimeZone: (args, environment) => {
    const name = 'convertTimeZone'
    const utc = universal(name, timestamp(name, args, 0, environment), args)
    return formatted(name, fromUtc(utc, zoneArgument(name, args, 2)), args, 3)
  },
  convertToUtc: (args, environment) => {
    const utc = universal('convertToUtc', timestamp('convertToUtc', args, 0, environment), args)
    return formatted('convertToUtc', utc, args, 2)
  },
  convertFromUtc: (args, environment) => {
    const time = timestamp('convertFromUtc', args, 0, environment)
    const zone = zoneArgument('convertFromUtc', args, 1)
    if (time.kind === 'Local') throw notInUtc(stringArgument('convertFromUtc', args, 0))
    return formatted('convertFromUtc', fromUtc(time, zone), args, 2)
  },
  formatDateTime: (args, environment) => {
    const time = timestamp('formatDateTime', args, 0, environment)
    const locale = optionalString('formatDateTime', args, 2) ?? 'en-US'
    return written('formatDateTime', time, {
      format: optionalString('formatDateTime', args, 1),
      culture: cultureArgument('formatDateTime', locale),
    })
  },
  parseDateTime: (args) => {
    const text = dateString('parseDateTime', args, 0)
    const locale = optionalString('parseDateTime', args, 1) ?? 'en-US'
    const format = optionalString('parseDateTime', args, 2)
    const culture = cultureArgument('parseDateTime', locale)
    const time =
      format === undefined ? readDateTime(text, culture) : readDateTimeBy(text, format, culture)
    if (time === undefined) throw notADate('parseDateTime', text)
    return formatted('parseDateTime', time, [], 0)
  },
  startOfHour: startOf('startOfHour', (time) => time.addTicks(-(time.ticks % 36_000_000_000n))),
  startOfDay: startOf('startOfDay', (time) => time.date),
  startOfMonth: startOf('startOfMonth', (time) => time.date.addUnits(1 - time.day, 'days')),
  dayOfWeek: partOf('dayOfWeek', (time) => time.dayOfWeek),
  dayOfMonth: partOf('dayOfMonth', (time) => time.day),
  dayOfYear: partOf('dayOfYear', (time) => time.dayOfYear),
  ticks: partOf('ticks', (time) => makeInteger(time.ticks)),
  formatTimeSpan: (args) => formatSpan(args),
}

function now({ clock }: ExpressionEnvironment): DateTime {
  const ms = clock.preciseNow()
  const whole = Math.floor(ms)
  const fraction = BigInt(Math.floor((ms - whole) * Number(ticksPerMillisecond)))
  return new DateTime(unixEpochTicks + BigInt(whole) * ticksPerMillisecond + fraction, 'Utc')
}

function english(): Culture {
  return cultureArgument('', 'en-US')
}

function dateString(name: string, args: readonly Value[], index: ArgumentIndex): string {
  const value = args[index]
  if (typeof value === 'string') return value
  const what = name === 'formatDateTime' ? 'of type string' : 'a string that contains the time'
  throw wrongArgument(name, index, { what, value })
}

function timestamp(
  name: string,
  args: readonly Value[],
  index: ArgumentIndex,
  environment: ExpressionEnvironment,
): DateTime {
  const text = dateString(name, args, index)
  // A time without a date is one of today.
  const dated = timeOnly.test(text) ? `${now(environment).format('yyyy-MM-dd')} ${text}` : text
  const time = readDateTime(dated, english())
  if (time === undefined) throw notADate(name, text)
  return time
}

const timeOnly = /^\s*\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?\s*(?:[ap]m?)?\s*$/i

function notADate(name: string, text: string): ExpressionError {
  return new ExpressionError(
    `In function '${name}', the value provided for date time string '${text}' was not valid. The datetime string must match ISO 8601 format.`,
  )
}

function formatted(
  name: string,
  time: DateTime,
  args: readonly Value[],
  index: ArgumentIndex,
): string {
  return written(name, time, { format: optionalString(name, args, index), culture: english() })
}

function written(
  name: string,
  time: DateTime,
  { format = 'o', culture }: { format: string | undefined; culture: Culture },
): string {
  const text = dateText(time, format === '' ? 'o' : format, culture)
  if (text !== undefined) return text
  throw new ExpressionError(
    `In function '${name}', the value provided for date time format '${format}' was not valid.`,
  )
}

const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const

type TimeUnit = (typeof units)[number]

function addUnit(name: string, unit: TimeUnit): FunctionBody {
  return (args, environment) => {
    const time = timestamp(name, args, 0, environment)
    return formatted(
      name,
      moved(name, time, { count: integerArgument(name, args, 1), unit }),
      args,
      2,
    )
  }
}

// The interval of a call, and the unit behind it.
function shift(name: string, time: DateTime, args: readonly Value[], index: 0 | 1): DateTime {
  const count = integerArgument(name, args, index)
  const unitText = stringArgument(name, args, index === 0 ? 1 : 2)
  const unit = units.find((known) => known === unitText.toLowerCase())
  if (unit !== undefined) return moved(name, time, { count, unit })
  throw new ExpressionError(
    `In function '${name}', the value provided for the time unit '${unitText}' was not valid. The time unit must be one of 'Second', 'Minute', 'Hour', 'Day', 'Week', 'Month', 'Year'.`,
  )
}

function negated(args: readonly Value[], index: 0 | 1): readonly Value[] {
  return args.map((arg, place) =>
    place === index && typeof arg === 'number' && Number.isSafeInteger(arg) ? -arg : arg,
  )
}

function moved(
  name: string,
  time: DateTime,
  { count, unit }: { count: number; unit: TimeUnit },
): DateTime {
  try {
    switch (unit) {
      case 'second':
        return time.addUnits(count, 'seconds')
      case 'minute':
        return time.addUnits(count, 'minutes')
      case 'hour':
        return time.addUnits(count, 'hours')
      case 'day':
        return time.addUnits(count, 'days')
      case 'week':
        return time.addUnits(count * 7, 'days')
      case 'month':
        return time.addMonths(count)
      case 'year':
        return time.addYears(count)
    }
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    throw functionError(
      name,
      `was invoked with an interval that is out of range: ${firstLine(error.message)}${usage(name)}`,
    )
  }
}

function startOf(name: string, cut: (time: DateTime) => DateTime): FunctionBody {
  return (args, environment) => formatted(name, cut(timestamp(name, args, 0, environment)), args, 1)
}

function partOf(name: string, read: (time: DateTime) => Value): FunctionBody {
  return (args, environment) => read(timestamp(name, args, 0, environment))
}

function zoneArgument(name: string, args: readonly Value[], index: ArgumentIndex): Zone {
  const id = stringArgument(name, args, index)
  const zone = findZone(id)
  if (zone !== undefined) return zone
  throw new ExpressionError(
    `In function '${name}', the value provided for the time zone id '${id}' was not valid.`,
  )
}

// The host counts this parameter wrongly.
function notInUtc(text: string): ExpressionError {
  return functionError(
    'convertFromUtc',
    `expects its second parameter to be a string that contains a UTC date time. The value was '${text}'.${usage('ConvertFromUtc')}`,
  )
}

/** A time of the source zone, the second argument, as UTC. */
function universal(name: string, time: DateTime, args: readonly Value[]): DateTime {
  const zone = zoneArgument(name, args, 1)
  if (time.kind === 'Local') return time.toUniversalTime()
  if (time.kind === 'Utc') {
    if (zone.isUtc) return time
    throw functionError(
      name,
      `expects its second parameter to be a time zone matching the time zone indicated by the timestamp. The provided value '${zone.id}' does not match.`,
    )
  }
  const utc = toUtc(time, zone)
  if (utc !== undefined) return utc
  throw functionError(
    name,
    'was invoked with a parameter that is not valid. The supplied DateTime represents an invalid time. For example, when the clock is adjusted forward, any time in the period that is skipped is invalid.',
  )
}

function formatSpan(args: readonly Value[]): string {
  const text = stringArgument('formatTimeSpan', args, 0)
  const span = tryParseTimeSpan(text)
  if (span === undefined) {
    throw new ExpressionError(
      `In function 'formatTimeSpan', the value provided for time span string '${text}' was not valid.`,
    )
  }
  const format = optionalString('formatTimeSpan', args, 1) ?? 'c'
  const culture = cultureArgument(
    'formatTimeSpan',
    optionalString('formatTimeSpan', args, 2) ?? 'en-US',
  )
  const { point } = culture.numbers
  try {
    const formattedText = formatTimeSpan(span.ticks, format)
    return /^[gG]$/.test(format) ? formattedText.replace('.', point) : formattedText
  } catch (error) {
    if (!(error instanceof DotnetException)) throw error
    throw new ExpressionError(
      `In function 'formatTimeSpan', the value provided for time span format '${format}' was not valid.`,
    )
  }
}

// Below the first line .NET names its own parameter.
function firstLine(message: string): string {
  return message.split(/\r?\n/, 1)[0] ?? ''
}
