import { CronFieldError, parseCronField, type CronField, type CronFieldKind } from './cron-field.ts'
import { ScheduleError } from './schedule-error.ts'

/** The six fields of a schedule; one with five has the second 0. */
export interface CronExpression {
  readonly seconds: CronField
  readonly minutes: CronField
  readonly hours: CronField
  readonly days: CronField
  readonly months: CronField
  readonly daysOfWeek: CronField
  /**
   * True when it runs in a rhythm rather than at a time of the day: then it goes on through the hour that is
   * repeated when daylight saving ends. The host decides it so: a time field has two values in a row.
   */
  readonly isInterval: boolean
}

const fieldKinds: readonly CronFieldKind[] = [
  'second',
  'minute',
  'hour',
  'day',
  'month',
  'day-of-week',
]

/**
 * Parses `{second} {minute} {hour} {day} {month} {day-of-week}`, or the same without the second.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseCronExpression(text: string): CronExpression {
  const words = [...text.matchAll(/[^ ]+/g)].map((match) => ({ text: match[0], at: match.index }))
  if (words.length !== 5 && words.length !== 6) {
    throw new ScheduleError(
      text,
      `It must contain 6 components of a schedule in the sequence of seconds, minutes, hours, days, months, and days of week, or 5 without the seconds; found ${words.length}.`,
    )
  }
  const kinds = fieldKinds.slice(fieldKinds.length - words.length)
  const fields = new Map<CronFieldKind, CronField>()
  for (const [index, kind] of kinds.entries()) {
    const word = words[index] ?? { text: '', at: 0 }
    fields.set(kind, parseField(text, word, kind))
  }
  const field = (kind: CronFieldKind): CronField => fields.get(kind) ?? { values: [0] }
  const timeFields = kinds.slice(0, words.length === 6 ? 3 : 2).map(field)
  return {
    seconds: field('second'),
    minutes: field('minute'),
    hours: field('hour'),
    days: field('day'),
    months: field('month'),
    daysOfWeek: field('day-of-week'),
    isInterval: timeFields.some(hasNeighbours),
  }
}

/** Milliseconds as a clock on a wall would show them, counted as if it were in UTC. */
export type WallTime = number

const dayMs = 86_400_000
// Leap days fall on each day of the week within 28 years, or 40 where a century is in between.
const yearsMax = 40

/** The first wall time after another that the schedule names, or `undefined` for one that never comes. */
export function nextWallTime(expression: CronExpression, after: WallTime): WallTime | undefined {
  const start = Math.floor(after / 1000) * 1000 + 1000
  let day = Math.floor(start / dayMs) * dayMs
  const time = firstTimeOfDay(expression, start - day)
  if (time !== undefined && namesDay(expression, new Date(day))) return day + time
  const last = new Date(day).getUTCFullYear() + yearsMax
  for (;;) {
    const next = nextDay(expression, day + dayMs, last)
    if (next === undefined) return undefined
    const first = firstTimeOfDay(expression, 0)
    if (first !== undefined) return next + first
    day = next
  }
}

/** True for a wall time that the schedule names. */
export function namesWallTime(expression: CronExpression, wall: WallTime): boolean {
  return nextWallTime(expression, wall - 1000) === wall
}

function parseField(
  schedule: string,
  word: { text: string; at: number },
  kind: CronFieldKind,
): CronField {
  try {
    return parseCronField(word.text, kind)
  } catch (error) {
    if (!(error instanceof CronFieldError)) throw error
    const column = word.at + error.offset + 1
    throw new ScheduleError(schedule, error.message, { column, word: error.word || word.text })
  }
}

function hasNeighbours({ values }: CronField): boolean {
  return values.some((value, index) => values[index + 1] === value + 1)
}

function namesDay(expression: CronExpression, date: Date): boolean {
  return (
    expression.months.values.includes(date.getUTCMonth() + 1) &&
    expression.days.values.includes(date.getUTCDate()) &&
    expression.daysOfWeek.values.includes(date.getUTCDay())
  )
}

function nextDay(
  expression: CronExpression,
  from: WallTime,
  yearMax: number,
): WallTime | undefined {
  const date = new Date(from)
  while (date.getUTCFullYear() <= yearMax) {
    if (namesDay(expression, date)) return date.getTime()
    const month = expression.months.values.includes(date.getUTCMonth() + 1)
    if (month) date.setUTCDate(date.getUTCDate() + 1)
    else date.setUTCMonth(date.getUTCMonth() + 1, 1)
  }
  return undefined
}

/** The first time of the day that is not before `fromMs`, in milliseconds after midnight. */
function firstTimeOfDay(expression: CronExpression, fromMs: number): number | undefined {
  const [hour, minute, second] = [
    Math.floor(fromMs / 3_600_000),
    Math.floor(fromMs / 60_000) % 60,
    Math.floor(fromMs / 1000) % 60,
  ]
  for (const candidate of expression.hours.values) {
    if (candidate < hour) continue
    const from: [number, number] = candidate === hour ? [minute, second] : [0, 0]
    const rest = firstTimeOfHour(expression, ...from)
    if (rest !== undefined) return candidate * 3_600_000 + rest
  }
  return undefined
}

function firstTimeOfHour(
  expression: CronExpression,
  minute: number,
  second: number,
): number | undefined {
  for (const candidate of expression.minutes.values) {
    if (candidate < minute) continue
    const from = candidate === minute ? second : 0
    const found = expression.seconds.values.find((value) => value >= from)
    if (found !== undefined) return candidate * 60_000 + found * 1000
  }
  return undefined
}
