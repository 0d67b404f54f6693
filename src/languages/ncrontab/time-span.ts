const dayMs = 86_400_000
const hourMs = 3_600_000
const minuteMs = 60_000

const timeSpanPattern =
  /^(?<sign>-)?(?:(?<days>\d{1,8})\.(?=\d+:))?(?<parts>\d{1,8}(?::\d{1,2}){0,3})(?:\.(?<fraction>\d{1,7}))?$/

/**
 * The milliseconds of a .NET TimeSpan text, or `undefined` when the text is not one: `hh:mm:ss`, `d.hh:mm:ss`,
 * and, when the first number is 24 or more, `dd:hh:mm`; a lone number counts days.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#timespan
 */
export function parseTimeSpan(text: string): number | undefined {
  const groups = timeSpanPattern.exec(text.trim())?.groups
  const numbers = groups?.['parts']?.split(':').map(Number)
  if (!groups || !numbers) return undefined
  const fields = assignFields(numbers, groups['days'])
  if (!fields) return undefined
  const [days, hours, minutes, seconds] = fields
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  if (groups['fraction'] !== undefined && numbers.length < 3) return undefined
  const fractionMs = Math.trunc(Number(`0.${groups['fraction'] ?? '0'}`) * 1000)
  const totalMs = days * dayMs + hours * hourMs + minutes * minuteMs + seconds * 1000 + fractionMs
  return groups['sign'] && totalMs > 0 ? -totalMs : totalMs
}

/** A duration as .NET writes a TimeSpan: `00:05:00`, `1.00:00:00`. */
export function formatTimeSpan(durationMs: number): string {
  const absoluteMs = Math.abs(durationMs)
  const days = Math.floor(absoluteMs / dayMs)
  const clock = [
    Math.floor(absoluteMs / hourMs) % 24,
    Math.floor(absoluteMs / minuteMs) % 60,
    Math.floor(absoluteMs / 1000) % 60,
  ]
  const milliseconds = absoluteMs % 1000
  const fraction = milliseconds > 0 ? `.${String(milliseconds).padStart(3, '0')}0000` : ''
  const time = clock.map((part) => String(part).padStart(2, '0')).join(':')
  return `${durationMs < 0 ? '-' : ''}${days > 0 ? `${days}.` : ''}${time}${fraction}`
}

type Fields = readonly [days: number, hours: number, minutes: number, seconds: number]

function assignFields(parts: readonly number[], daysText: string | undefined): Fields | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = parts
  if (daysText !== undefined) {
    return parts.length < 4 ? [Number(daysText), first, second, third] : undefined
  }
  if (parts.length === 1) return [first, 0, 0, 0]
  if (parts.length === 4) return [first, second, third, fourth]
  if (parts.length === 3 && first > 23) return [first, second, third, 0]
  return [0, first, second, third]
}
