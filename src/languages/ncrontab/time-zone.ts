import { windowsTimeZones } from './windows-time-zones.ts'

/** A time zone: how far its clocks are ahead of UTC at an instant. */
export interface TimeZone {
  /** IANA name. */
  readonly name: string
  /** Milliseconds to add to UTC; negative west of Greenwich. */
  offsetMs(instantMs: number): number
}

/** A time zone whose name is neither of the IANA's nor of Windows'. */
class UnknownTimeZone extends Error {
  override readonly name = 'UnknownTimeZone'

  constructor(zone: string) {
    super(`The time zone ID '${zone}' was not found on the local computer.`)
  }
}

export const utc: TimeZone = { name: 'UTC', offsetMs: () => 0 }

/**
 * Finds a time zone by its IANA name (`Europe/Oslo`) or its Windows name (`W. Europe Standard Time`), as the
 * setting `WEBSITE_TIME_ZONE` takes them on Linux and on Windows.
 * https://learn.microsoft.com/azure/azure-functions/functions-app-settings#website_time_zone
 */
export function findTimeZone(name: string): TimeZone {
  const windows = windowsTimeZones[name.trim().toLowerCase()]
  const format = formatOf(windows ?? name.trim(), name)
  const resolved = format.resolvedOptions().timeZone
  if (resolved === 'UTC') return utc
  return { name: resolved, offsetMs: (instantMs) => offsetAt(format, instantMs) }
}

function formatOf(zone: string, asked: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) throw new UnknownTimeZone(asked)
    throw error
  }
}

function offsetAt(format: Intl.DateTimeFormat, instantMs: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(instantMs)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  return wall - Math.floor(instantMs / 1000) * 1000
}
