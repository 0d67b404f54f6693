import { DateTime } from '../dotnet/date-time.ts'
import { DotnetException } from '../dotnet/exceptions.ts'
import { TimeZoneInfo } from '../dotnet/time-zone.ts'
import { culturesMax } from './limits.ts'

/** A time zone by its name on Windows or at the IANA. */
export interface Zone {
  readonly id: string
  readonly isUtc: boolean
  readonly rules: TimeZoneInfo
}

const zones = new Map<string, Zone | undefined>()

/** The zone of a name; `undefined` for one that nobody knows. */
export function findZone(id: string): Zone | undefined {
  if (!zones.has(id)) {
    if (zones.size >= culturesMax) zones.clear()
    zones.set(id, makeZone(id))
  }
  return zones.get(id)
}

function makeZone(id: string): Zone | undefined {
  try {
    const rules = TimeZoneInfo.find(id)
    const sample = new DateTime(0n, 'Utc')
    return { id, isUtc: TimeZoneInfo.convertFromUtc(sample, rules).kind === 'Utc', rules }
  } catch (error) {
    if (error instanceof DotnetException) return undefined
    throw error
  }
}

/** The clock of a zone at a time that counts as UTC. */
export function fromUtc(time: DateTime, { rules }: Zone): DateTime {
  return TimeZoneInfo.convertFromUtc(time.toUniversalTime(), rules)
}

/**
 * The time at which the clocks of a zone show a time: of two such times the one in standard time, `undefined` where
 * the clocks skip it. https://learn.microsoft.com/dotnet/api/system.timezoneinfo.converttimetoutc
 */
export function toUtc(time: DateTime, zone: Zone): DateTime | undefined {
  const standard = new DateTime(time.ticks - zone.rules.baseUtcOffset.ticks, 'Utc')
  const candidates = [standard, TimeZoneInfo.convertToUtc(time, zone.rules)]
  return candidates.find((candidate) => fromUtc(candidate, zone).ticks === time.ticks)
}
