const units: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  // As in .NET's durations; a recurrence counts real months.
  month: 30 * 86_400_000,
  year: 365 * 86_400_000,
}

/** The milliseconds of a unit of time: `Minute`, `Minutes`. */
export function unitMs(unit: string): number | undefined {
  return units[unit.toLowerCase().replace(/s$/, '')]
}
