const pattern =
  /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

const dayMs = 86_400_000

/**
 * Reads an ISO 8601 duration (`PT5M`, `P14D`) as milliseconds, or gives `undefined` for text that is none.
 * A year counts 365 days and a month 30, as .NET's `XmlConvert.ToTimeSpan` counts them.
 */
export function parseIsoDuration(text: string): number | undefined {
  const match = pattern.exec(text)
  if (!match || text.endsWith('P') || text.endsWith('T')) return undefined
  const [, sign, years, months, weeks, days, , hours, minutes, seconds] = match
  const totalDays =
    Number(years ?? 0) * 365 + Number(months ?? 0) * 30 + Number(weeks ?? 0) * 7 + Number(days ?? 0)
  const ms =
    totalDays * dayMs +
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * 1000
  return sign ? -ms : ms
}

/** Writes milliseconds as the shortest ISO 8601 duration in days, hours, minutes and seconds. */
export function formatIsoDuration(ms: number): string {
  const days = Math.floor(ms / dayMs)
  const hours = Math.floor((ms % dayMs) / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1000
  const date = days > 0 ? `${days}D` : ''
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    seconds > 0 ? `${seconds}S` : '',
  ].join('')
  if (date === '' && time === '') return 'PT0S'
  return time === '' ? `P${date}` : `P${date}T${time}`
}
