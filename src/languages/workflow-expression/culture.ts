import { dayNames, monthNames } from '../dotnet/calendar.ts'
import { culturesMax } from './limits.ts'

/** How a culture writes numbers. */
export interface NumberSigns {
  readonly point: string
  readonly group: string
  /** Digits in the group before the point, and in those further left. */
  readonly groupSizes: readonly [last: number, others: number]
  readonly infinity: string
}

/** How a culture writes dates: names, and patterns for the standard formats. */
export interface DateSigns {
  readonly months: readonly string[]
  readonly shortMonths: readonly string[]
  readonly days: readonly string[]
  readonly shortDays: readonly string[]
  readonly halves: readonly [morning: string, afternoon: string]
  readonly order: 'dmy' | 'mdy' | 'ymd'
  /** What `/` and `:` of a format stand for. */
  readonly dateSeparator: string
  readonly timeSeparator: string
  readonly patterns: DatePatterns
}

/** The patterns behind the standard formats d, D, t, T, M and Y. */
export interface DatePatterns {
  readonly d: string
  readonly D: string
  readonly t: string
  readonly T: string
  readonly M: string
  readonly Y: string
}

/** A culture by its name, `en-US`; the invariant one has the empty name. */
export interface Culture {
  readonly name: string
  readonly numbers: NumberSigns
  readonly dates: DateSigns
}

const cultures = new Map<string, Culture | undefined>()

/**
 * The culture of a name; `undefined` for one that nobody knows.
 * https://learn.microsoft.com/dotnet/api/system.globalization.cultureinfo
 */
export function findCulture(name: string): Culture | undefined {
  const lower = name.trim().toLowerCase()
  if (!cultures.has(lower)) {
    if (cultures.size >= culturesMax) cultures.clear()
    cultures.set(lower, makeCulture(lower))
  }
  return cultures.get(lower)
}

function makeCulture(lower: string): Culture | undefined {
  if (lower === '') return { name: '', numbers: invariantNumbers, dates: invariantDates }
  const [name] = supported(lower)
  if (name === undefined) return undefined
  return {
    name,
    numbers: numberSigns(name),
    dates: /^en(?:-us)?$/.test(lower) ? americanDates : dateSigns(name),
  }
}

function supported(name: string): readonly string[] {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([name])
  } catch {
    return []
  }
}

const invariantNumbers: NumberSigns = {
  point: '.',
  group: ',',
  groupSizes: [3, 3],
  infinity: 'Infinity',
}

function numberSigns(name: string): NumberSigns {
  const format = new Intl.NumberFormat(name, { useGrouping: true, minimumFractionDigits: 1 })
  const parts = format.formatToParts(1234567890.5)
  const sizes = parts.filter(({ type }) => type === 'integer').map(({ value }) => value.length)
  const sign = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
  return {
    point: sign('decimal') || '.',
    // .NET has a no-break space where Unicode has a narrow one.
    group: (sign('group') || ',').replace('\u202f', '\u00a0'),
    groupSizes: [sizes.at(-1) ?? 3, sizes.at(-2) ?? 3],
    infinity: '∞',
  }
}

const englishNames = {
  months: monthNames,
  shortMonths: monthNames.map((month) => month.slice(0, 3)),
  days: dayNames,
  shortDays: dayNames.map((day) => day.slice(0, 3)),
  halves: ['AM', 'PM'],
  dateSeparator: '/',
  timeSeparator: ':',
} as const

const invariantDates: DateSigns = {
  ...englishNames,
  order: 'mdy',
  patterns: {
    d: 'MM/dd/yyyy',
    D: 'dddd, dd MMMM yyyy',
    t: 'HH:mm',
    T: 'HH:mm:ss',
    M: 'MMMM dd',
    Y: 'yyyy MMMM',
  },
}

/** The dates of en-US. */
export const americanDates: DateSigns = {
  ...englishNames,
  order: 'mdy',
  patterns: {
    d: 'M/d/yyyy',
    D: 'dddd, MMMM d, yyyy',
    t: 'h:mm tt',
    T: 'h:mm:ss tt',
    M: 'MMMM d',
    Y: 'MMMM yyyy',
  },
}

// 2 January 2006 is a Monday; a time after noon with two digits everywhere.
const sampleMs = Date.UTC(2006, 0, 2, 15, 4, 5)

function dateSigns(name: string): DateSigns {
  const pattern = (options: Intl.DateTimeFormatOptions): string => patternOf(name, options)
  const short = pattern({ year: 'numeric', month: '2-digit', day: '2-digit' })
  const time = pattern({ timeStyle: 'short' })
  return {
    ...namesOf(name),
    order: orderOf(short),
    dateSeparator: separatorOf(short) ?? '/',
    timeSeparator: separatorOf(time) ?? ':',
    patterns: {
      d: short,
      D: name === 'en-GB' ? 'dd MMMM yyyy' : pattern({ dateStyle: 'full' }),
      t: time,
      T: pattern({ timeStyle: 'medium' }),
      M: pattern({ month: 'long', day: 'numeric' }),
      Y: pattern({ year: 'numeric', month: 'long' }),
    },
  }
}

function namesOf(
  name: string,
): Pick<DateSigns, 'months' | 'shortMonths' | 'days' | 'shortDays' | 'halves'> {
  const part = (options: Intl.DateTimeFormatOptions, ms: number, type: string): string => {
    const format = new Intl.DateTimeFormat(name, { ...options, timeZone: 'UTC' })
    return format.formatToParts(ms).find((found) => found.type === type)?.value ?? ''
  }
  const months = [...Array(12).keys()].map((month) => Date.UTC(2006, month, 2))
  const days = [...Array(7).keys()].map((day) => Date.UTC(2006, 0, 1 + day))
  const half = (hour: number): string =>
    part({ hour: 'numeric', hour12: true }, Date.UTC(2006, 0, 2, hour), 'dayPeriod')
  return {
    months: months.map((ms) => part({ month: 'long', day: 'numeric' }, ms, 'month')),
    shortMonths: months.map((ms) => part({ month: 'short', day: 'numeric' }, ms, 'month')),
    days: days.map((ms) => part({ weekday: 'long' }, ms, 'weekday')),
    shortDays: days.map((ms) => part({ weekday: 'short' }, ms, 'weekday')),
    halves: [half(3), half(15)],
  }
}

const fields: Readonly<Record<string, (value: string) => string>> = {
  year: () => 'yyyy',
  month: (value) => (/^\d+$/.test(value) ? 'M'.repeat(value.length) : 'MMMM'),
  day: (value) => 'd'.repeat(value.length),
  weekday: () => 'dddd',
  minute: () => 'mm',
  second: () => 'ss',
  dayPeriod: () => 'tt',
  era: () => 'gg',
}

function patternOf(name: string, options: Intl.DateTimeFormatOptions): string {
  const format = new Intl.DateTimeFormat(name, { ...options, timeZone: 'UTC' })
  const parts = format.formatToParts(sampleMs)
  const isHalf = parts.some(({ type }) => type === 'dayPeriod')
  return parts
    .map(({ type, value }) => {
      if (type === 'hour') return isHalf ? 'h'.repeat(value.length) : 'HH'
      return fields[type]?.(value) ?? literalOf(value)
    })
    .join('')
}

// Letters would be fields; narrow spaces are plain ones in .NET's patterns.
function literalOf(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll(/\p{L}+/gu, (word) => `'${word}'`)
}

// The sign between the first two numbers.
function separatorOf(pattern: string): string | undefined {
  return /^[A-Za-z]+([^A-Za-z'\s]+)\s?[A-Za-z]/.exec(pattern)?.[1]
}

function orderOf(pattern: string): DateSigns['order'] {
  const letters = pattern.replaceAll(/[^dMy]/g, '')
  if (letters.startsWith('y')) return 'ymd'
  return letters.startsWith('d') ? 'dmy' : 'mdy'
}
