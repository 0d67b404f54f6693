import type { Value } from '../values.ts'
import { formatByPattern } from './date-time-format.ts'
import {
  floorDivide,
  formatDateTime,
  parseDateTime,
  partsOf,
  ticksOf,
  ticksPerMillisecond,
  type DateTimeParts,
  type Ticks,
} from './date-time-value.ts'
import type { FunctionContext, FunctionDefinition, FunctionTable } from './function-definition.ts'
import { isInteger } from './integer.ts'

/** Date and time functions: https://learn.microsoft.com/azure/cosmos-db/nosql/query/datetimeadd and its neighbours. */
export const dateTimeFunctions: FunctionTable = {
  AGO: atNow(2, 2, (moment, [part, count]) =>
    typeof count === 'number' ? shifted(moment, part, -count) : undefined,
  ),
  DATETIMEADD: { minimum: 3, maximum: 3, evaluate: dateTimeAdd },
  DATETIMEBIN: { minimum: 2, maximum: 4, evaluate: dateTimeBin },
  DATETIMEDIFF: { minimum: 3, maximum: 3, evaluate: dateTimeDiff },
  DATETIMEFORMAT: { minimum: 2, maximum: 2, evaluate: dateTimeFormat },
  DATETIMEFROMPARTS: { minimum: 3, maximum: 7, evaluate: dateTimeFromParts },
  DATETIMEPART: { minimum: 2, maximum: 2, evaluate: dateTimePart },
  DATETIMETOTICKS: ofMoment(Number),
  DATETIMETOTIMESTAMP: ofMoment((moment) => Number(floorDivide(moment, ticksPerMillisecond))),
  DAY: ofMoment((moment) => partsOf(moment)?.day),
  MONTH: ofMoment((moment) => partsOf(moment)?.month),
  YEAR: ofMoment((moment) => partsOf(moment)?.year),
  GETCURRENTDATETIME: atNow(0, 0, formatDateTime),
  GETCURRENTTICKS: atNow(0, 0, Number),
  GETCURRENTTIMESTAMP: atNow(0, 0, (moment) => Number(moment / ticksPerMillisecond)),
  GETCURRENTDATETIMESTATIC: atStart(formatDateTime),
  GETCURRENTTICKSSTATIC: atStart(Number),
  GETCURRENTTIMESTAMPSTATIC: atStart((moment) => Number(moment / ticksPerMillisecond)),
  NOW: atNow(0, 2, (moment, [part, count]) =>
    part === undefined && count === undefined
      ? formatDateTime(moment)
      : shifted(moment, part, count),
  ),
  TICKSTODATETIME: {
    minimum: 1,
    maximum: 1,
    evaluate: (ticks) => (isInteger(ticks) ? formatDateTime(BigInt(ticks)) : undefined),
  },
  TIMESTAMPTODATETIME: {
    minimum: 1,
    maximum: 1,
    evaluate: (timestamp) =>
      isInteger(timestamp) ? formatDateTime(BigInt(timestamp) * ticksPerMillisecond) : undefined,
  },
}

type Part = keyof typeof partNames

const partNames = {
  year: ['year', 'yyyy', 'yy'],
  month: ['month', 'mm', 'm'],
  day: ['day', 'dd', 'd'],
  hour: ['hour', 'hh'],
  minute: ['minute', 'mi', 'n'],
  second: ['second', 'ss', 's'],
  millisecond: ['millisecond', 'ms'],
  microsecond: ['microsecond', 'mcs'],
  nanosecond: ['nanosecond', 'ns'],
} as const

const partsByName = new Map<string, Part>(
  Object.entries(partNames).flatMap(([part, names]) =>
    isPart(part) ? names.map((name): [string, Part] => [name, part]) : [],
  ),
)

function isPart(name: string): name is Part {
  return Object.hasOwn(partNames, name)
}

// Years and months have no fixed length, and a nanosecond is less than a tick.
const ticksPerPart = new Map<Part, Ticks>([
  ['day', 864_000_000_000n],
  ['hour', 36_000_000_000n],
  ['minute', 600_000_000n],
  ['second', 10_000_000n],
  ['millisecond', ticksPerMillisecond],
  ['microsecond', 10n],
])

function partOf(name: Value): Part | undefined {
  return typeof name === 'string' ? partsByName.get(name.toLowerCase()) : undefined
}

function momentOf(text: Value): Ticks | undefined {
  return typeof text === 'string' ? parseDateTime(text) : undefined
}

function ofMoment(evaluate: (moment: Ticks) => Value): FunctionDefinition {
  return {
    minimum: 1,
    maximum: 1,
    evaluate(text) {
      const moment = momentOf(text)
      return moment === undefined ? undefined : evaluate(moment)
    },
  }
}

function ticksNow(context: FunctionContext): Ticks {
  return BigInt(Math.round(context.now() * 1000)) * 10n
}

/** A function of the current time, asked for each row. */
function atNow(
  minimum: number,
  maximum: number,
  evaluate: (moment: Ticks, values: readonly Value[]) => Value,
): FunctionDefinition {
  return {
    minimum,
    maximum,
    evaluate: () => undefined,
    bind:
      (context) =>
      (...values) =>
        evaluate(ticksNow(context), values),
  }
}

/** A function of the time at which the query began, the same for all rows. */
function atStart(evaluate: (moment: Ticks) => Value): FunctionDefinition {
  return {
    minimum: 0,
    maximum: 0,
    evaluate: () => undefined,
    bind(context) {
      const value = evaluate(ticksNow(context))
      return () => value
    },
  }
}

function dateTimeAdd(part: Value, count: Value, text: Value): Value {
  const moment = momentOf(text)
  return moment === undefined ? undefined : shifted(moment, part, count)
}

function shifted(moment: Ticks, name: Value, count: Value): Value {
  const part = partOf(name)
  if (part === undefined || !isInteger(count)) return undefined
  const shiftedMoment = shift(moment, part, count)
  return shiftedMoment === undefined ? undefined : formatDateTime(shiftedMoment)
}

function shift(moment: Ticks, part: Part, count: number): Ticks | undefined {
  if (part === 'year') return shiftMonths(moment, count * 12)
  if (part === 'month') return shiftMonths(moment, count)
  if (part === 'nanosecond') return moment + BigInt(count) / 100n
  return moment + BigInt(count) * (ticksPerPart.get(part) ?? 0n)
}

// The 31st becomes the last day of a shorter month.
function shiftMonths(moment: Ticks, count: number): Ticks | undefined {
  const parts = partsOf(moment)
  if (!parts) return undefined
  const months = parts.year * 12 + (parts.month - 1) + count
  const [year, month] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1]
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return ticksOf({ ...parts, year, month, day: Math.min(parts.day, lastDay) })
}

// Windows counts time from here, and so do bins.
const firstBinStart = parseDateTime('1601-01-01') ?? 0n

function dateTimeBin(
  text: Value,
  name: Value,
  size: Value = 1,
  start: Value = '1970-01-01',
): Value {
  const [moment, from, part] = [momentOf(text), momentOf(start), partOf(name)]
  if (moment === undefined || from === undefined || part === undefined) return undefined
  if (!isInteger(size) || size <= 0 || from < firstBinStart) return undefined
  const binTicks = binLength(part, size)
  if (binTicks === undefined) return undefined
  return formatDateTime(floorDivide(moment - from, binTicks) * binTicks + from)
}

function binLength(part: Part, size: number): Ticks | undefined {
  if (part === 'nanosecond') return size >= 100 ? BigInt(size) / 100n : 1n
  const ticks = ticksPerPart.get(part)
  return ticks === undefined ? undefined : ticks * BigInt(size)
}

// Counts the boundaries between two moments, not the time: 23:59 and 00:01 are a day apart.
function dateTimeDiff(name: Value, startText: Value, endText: Value): Value {
  const [part, start, end] = [partOf(name), momentOf(startText), momentOf(endText)]
  if (part === undefined || start === undefined || end === undefined) return undefined
  if (part === 'nanosecond') return Number((end - start) * 100n)
  const ticks = ticksPerPart.get(part)
  if (ticks !== undefined) return Number(floorDivide(end, ticks) - floorDivide(start, ticks))
  const [from, to] = [partsOf(start), partsOf(end)]
  if (!from || !to) return undefined
  const years = to.year - from.year
  return part === 'year' ? years : years * 12 + to.month - from.month
}

function dateTimeFormat(text: Value, pattern: Value): Value {
  const moment = momentOf(text)
  const parts = moment === undefined ? undefined : partsOf(moment)
  return parts && typeof pattern === 'string' ? formatByPattern(parts, pattern) : undefined
}

function dateTimeFromParts(...values: Value[]): Value {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length !== values.length) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ticks = 0] = numbers
  const moment = ticksOf({ year, month, day, hour, minute, second, ticks })
  return moment === undefined ? undefined : formatDateTime(moment)
}

function dateTimePart(name: Value, text: Value): Value {
  const [part, moment] = [partOf(name), momentOf(text)]
  const parts = moment === undefined ? undefined : partsOf(moment)
  return part === undefined || !parts ? undefined : readPart(parts, part)
}

function readPart(parts: DateTimeParts, part: Part): number {
  switch (part) {
    case 'millisecond':
      return Math.floor(parts.ticks / 10_000)
    case 'microsecond':
      return Math.floor(parts.ticks / 10)
    case 'nanosecond':
      return parts.ticks * 100
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
    case 'second':
      return parts[part]
  }
}
