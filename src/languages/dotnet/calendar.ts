/** Ticks are 100 ns, counted from the first day of year 1. */
export const ticksPerMillisecond = 10_000n
export const ticksPerSecond = 10_000_000n
export const ticksPerMinute = 600_000_000n
export const ticksPerHour = 36_000_000_000n
export const ticksPerDay = 864_000_000_000n
/** The last tick of year 9999. */
export const ticksMax = 3_155_378_975_999_999_999n
/** Ticks at 1970-01-01. */
export const unixEpochTicks = 621_355_968_000_000_000n

/** A day in the Gregorian calendar. */
export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

const daysIn400Years = 146_097
const daysTo0001March = 306

/** The day that lies `days` after 0001-01-01. */
export function dayFromCount(days: number): CalendarDay {
  // Counted from 1 March of year 0, so that the leap day is the last of its year.
  const shifted = days + daysTo0001March
  const era = Math.floor(shifted / daysIn400Years)
  const dayOfEra = shifted - era * daysIn400Years
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

/** How many days a day lies after 0001-01-01. */
export function countOfDay({ year, month, day }: CalendarDay): number {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * daysIn400Years + dayOfEra - daysTo0001March
}

/** True for a leap year. */
function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The count of days of a month from 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthDays[month - 1] ?? 0)
}

/** English names, as the invariant culture has them. */
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** Sunday first, as DayOfWeek counts. */
export const dayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const
