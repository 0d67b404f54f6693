/** A time as the run history writes it: `2026-01-31T08:00:00.1234567Z`. */
export function timeText(ms: number): string {
  const whole = Math.floor(ms)
  const ticks = Math.floor((ms - whole) * 10_000)
  return `${new Date(whole).toISOString().slice(0, -1)}${String(ticks).padStart(4, '0')}Z`
}
