/** A moment as Cosmos DB counts it: ticks of 100 nanoseconds since the Unix epoch. */
export type Ticks = bigint

export const ticksPerMillisecond = 10_000n

const dateTimePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?)?Z?$/

/** Year to second, and the ticks after the second. */
export interface DateTimeParts {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly ticks: number
}

/** Reads `YYYY-MM-DDThh:mm:ss.fffffffZ`: https://learn.microsoft.com/azure/cosmos-db/nosql/query/is-datetime */
export function parseDateTime(text: string): Ticks | undefined {
  const match = dateTimePattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match
  return ticksOf({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ticks: Number(fraction.padEnd(7, '0')),
  })
}

/** The moment that parts name, or `undefined` when there is no such date or time. */
export function ticksOf(parts: DateTimeParts): Ticks | undefined {
  const { year, month, day, hour, minute, second, ticks } = parts
  if (!Object.values(parts).every(Number.isInteger) || year < 1 || year > 9999) return undefined
  if (ticks < 0 || ticks > 9_999_999) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second, 0)
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  return isReal ? BigInt(date.getTime()) * ticksPerMillisecond + BigInt(ticks) : undefined
}

const firstTicks = BigInt(Date.UTC(2000, 0, 1) - 63_082_281_600_000) * ticksPerMillisecond
const lastTicks = BigInt(Date.UTC(10_000, 0, 1)) * ticksPerMillisecond

/** Takes a moment apart, or `undefined` when it is outside the years 1 to 9999. */
export function partsOf(moment: Ticks): DateTimeParts | undefined {
  if (moment < firstTicks || moment >= lastTicks) return undefined
  const ticksPerSecond = ticksPerMillisecond * 1000n
  const ticks = floorModulo(moment, ticksPerSecond)
  const date = new Date(Number((moment - ticks) / ticksPerMillisecond))
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    ticks: Number(ticks),
  }
}

/** Writes `YYYY-MM-DDThh:mm:ss.fffffffZ`. */
export function formatDateTime(moment: Ticks): string | undefined {
  const parts = partsOf(moment)
  if (!parts) return undefined
  const { year, month, day, hour, minute, second, ticks } = parts
  const date = `${padded(year, 4)}-${padded(month)}-${padded(day)}`
  return `${date}T${padded(hour)}:${padded(minute)}:${padded(second)}.${padded(ticks, 7)}Z`
}

/** A number with zeros before it, two digits when nothing else is said. */
export function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0')
}

function floorModulo(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor
  return rest < 0n ? rest + divisor : rest
}

export function floorDivide(value: bigint, divisor: bigint): bigint {
  return (value - floorModulo(value, divisor)) / divisor
}
