import { findTimeZone, type TimeZone } from '../../languages/ncrontab/time-zone.ts'
import { type Value, isArray, isInteger } from '../../languages/workflow-expression/value.ts'
import { unitMs } from './time-unit.ts'
import { integerOf, listOf, objectOf, textOf } from './workflow-value.ts'

/** When a trigger fires: https://learn.microsoft.com/azure/logic-apps/concepts-schedule-automated-recurring-tasks-workflows */
export interface Recurrence {
  readonly frequency: 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'
  readonly interval: number
  readonly startMs?: number
  readonly endMs?: number
  readonly timeZone?: string
  readonly schedule?: {
    readonly hours: readonly number[]
    readonly minutes: readonly number[]
    readonly weekDays: readonly number[]
    readonly monthDays: readonly number[]
  }
}

const frequencies = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const
const weekDays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

const dayMs = 86_400_000
/** Days that a search for the next time looks at before it gives up. */
const searchDaysMax = 366 * 28

export function parseRecurrence(value: Value): Recurrence | undefined {
  const text = textOf(value, 'frequency')?.toLowerCase()
  const frequency = frequencies.find((each) => each === text)
  const interval = integerOf(value, 'interval') ?? 1
  if (!frequency || !Number.isInteger(interval) || interval < 1 || interval > 1_000)
    return undefined
  const timeZone = textOf(value, 'timeZone')
  if (timeZone !== undefined && !zoneOf(timeZone)) return undefined
  const startMs = timeOf(textOf(value, 'startTime'), timeZone)
  const endMs = timeOf(textOf(value, 'endTime'), timeZone)
  const schedule = objectOf(value, 'schedule')
  const hasSchedule = Object.keys(schedule).length > 0
  return {
    frequency,
    interval,
    ...(startMs === undefined ? {} : { startMs }),
    ...(endMs === undefined ? {} : { endMs }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(hasSchedule
      ? {
          schedule: {
            hours: numbers(schedule, 'hours'),
            minutes: numbers(schedule, 'minutes'),
            weekDays: listOf(schedule, 'weekDays').map((day) =>
              weekDays.indexOf(textOf({ day }, 'day')?.toLowerCase() ?? ''),
            ),
            monthDays: numbers(schedule, 'monthDays'),
          },
        }
      : {}),
  }
}

/** The first time after another; `anchorMs` is a time that the intervals count from. */
export function nextOccurrence(recurrence: Recurrence, afterMs: number, anchorMs: number): number {
  if (recurrence.schedule) return nextInSchedule(recurrence, afterMs, anchorMs)
  const { frequency, interval } = recurrence
  if (frequency === 'month' || frequency === 'year') {
    const months = frequency === 'month' ? interval : interval * 12
    for (let step = 0; step < searchDaysMax; step += 1) {
      const next = addMonths(anchorMs, step * months)
      if (next > afterMs) return next
    }
    return Number.MAX_SAFE_INTEGER
  }
  const zone = zoneOf(recurrence.timeZone)
  const unit = unitMs(frequency) ?? dayMs
  if (!zone || unit < dayMs) return stepAfter(anchorMs, afterMs, unit * interval)
  // Days keep their hour of the day when the clocks change.
  const local = stepAfter(
    anchorMs + zone.offsetMs(anchorMs),
    afterMs + zone.offsetMs(afterMs),
    unit * interval,
  )
  return toInstant(local, zone)
}

function stepAfter(anchorMs: number, afterMs: number, stepMs: number): number {
  if (afterMs < anchorMs) return anchorMs
  return anchorMs + (Math.floor((afterMs - anchorMs) / stepMs) + 1) * stepMs
}

function nextInSchedule(recurrence: Recurrence, afterMs: number, anchorMs: number): number {
  const { schedule, frequency, interval } = recurrence
  const zone = zoneOf(recurrence.timeZone)
  const offset = (ms: number): number => zone?.offsetMs(ms) ?? 0
  const localAfter = afterMs + offset(afterMs)
  const localAnchor = anchorMs + offset(anchorMs)
  const anchor = new Date(localAnchor)
  const hours = schedule?.hours.length ? schedule.hours : [anchor.getUTCHours()]
  const minutes = schedule?.minutes.length
    ? schedule.minutes
    : [schedule?.hours.length ? 0 : anchor.getUTCMinutes()]
  const times = hours
    .flatMap((hour) => minutes.map((minute) => hour * 60 + minute))
    .toSorted((a, b) => a - b)
  const firstDay = Math.floor(localAfter / dayMs)
  for (let day = firstDay; day < firstDay + searchDaysMax; day += 1) {
    if (
      !isDay(recurrence, { day, anchorDay: Math.floor(localAnchor / dayMs), frequency, interval })
    )
      continue
    for (const minute of times) {
      const local = day * dayMs + minute * 60_000
      const instant = zone ? toInstant(local, zone) : local
      if (instant > afterMs && instant >= anchorMs) return instant
    }
  }
  return Number.MAX_SAFE_INTEGER
}

function isDay(
  recurrence: Recurrence,
  at: { day: number; anchorDay: number; frequency: Recurrence['frequency']; interval: number },
): boolean {
  const { schedule } = recurrence
  const date = new Date(at.day * dayMs)
  if (at.day < at.anchorDay) return false
  if (at.frequency === 'week') {
    const days = schedule?.weekDays.length
      ? schedule.weekDays
      : [new Date(at.anchorDay * dayMs).getUTCDay()]
    const weeks = Math.floor((at.day - weekStart(at.anchorDay)) / 7)
    return days.includes(date.getUTCDay()) && weeks % at.interval === 0
  }
  if (at.frequency === 'month') {
    const anchor = new Date(at.anchorDay * dayMs)
    const days = schedule?.monthDays.length ? schedule.monthDays : [anchor.getUTCDate()]
    const months =
      (date.getUTCFullYear() - anchor.getUTCFullYear()) * 12 +
      date.getUTCMonth() -
      anchor.getUTCMonth()
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    const isOne = days.some((day) => (day < 0 ? last + 1 + day : day) === date.getUTCDate())
    return isOne && months % at.interval === 0
  }
  return (at.day - at.anchorDay) % at.interval === 0
}

// 1970-01-01 was a Thursday; weeks begin on Sunday.
function weekStart(day: number): number {
  return day - ((day + 4) % 7)
}

function toInstant(localMs: number, zone: TimeZone): number {
  const guess = localMs - zone.offsetMs(localMs)
  return localMs - zone.offsetMs(guess)
}

function addMonths(ms: number, months: number): number {
  const date = new Date(ms)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime()
}

function timeOf(text: string | undefined, timeZone: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text)
  const ms = Date.parse(hasOffset ? text : `${text}Z`)
  if (Number.isNaN(ms)) return undefined
  const zone = hasOffset ? undefined : zoneOf(timeZone)
  return zone ? toInstant(ms, zone) : ms
}

function zoneOf(name: string | undefined): TimeZone | undefined {
  if (name === undefined || name === '') return undefined
  try {
    return findTimeZone(name)
  } catch {
    return undefined
  }
}

function numbers(schedule: Value, name: string): number[] {
  const list = listOf(schedule, name)
  const items = isArray(list) ? list : []
  return items
    .map((item) =>
      isInteger(item) ? Number(item) : Number.parseInt(typeof item === 'string' ? item : '', 10),
    )
    .filter((item) => !Number.isNaN(item))
}
