import { waterfallDurationMs } from './waterfall.ts'
import type { WaterfallRow } from './waterfall.ts'

export interface WaterfallTextOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
}

/** Rows of one trace beyond these are only counted. */
const rowsMax = 60

const labelShare = 0.55
const timeColumns = 10
const gapColumns = 2

/** Draws a waterfall for a terminal: what happened, when, and for how many milliseconds. */
export function renderWaterfall(
  rows: readonly WaterfallRow[],
  options: WaterfallTextOptions,
): string[] {
  const paint = options.color ? paintAnsi : (text: string) => text
  const labelColumnsMax = Math.floor(options.width * labelShare)
  const indent = longestLabel(rows, 2) <= labelColumnsMax ? 2 : 1
  const labelColumns = Math.min(longestLabel(rows, indent), labelColumnsMax)
  const barColumns = Math.max(options.width - labelColumns - timeColumns - 2 * gapColumns, 1)
  const totalMs = waterfallDurationMs(rows)
  const gap = ' '.repeat(gapColumns)
  const lines = rows.slice(0, rowsMax).flatMap((row) => {
    const label = paintLabel(fit(labelOf(row, indent), labelColumns), row.depth * indent, paint)
    const bar = drawBar(row, { totalMs, columns: barColumns })
    const time = formatMs(row.durationMs).padStart(timeColumns)
    const color = row.status === 'error' ? 'red' : 'cyan'
    const line = `${label}${gap}${paint(bar, color)}${gap}${paint(time, 'bold')}`
    if (row.reason === undefined) return [line]
    const reason = fit(`${' '.repeat((row.depth + 1) * indent)}└ ${row.reason}`, options.width)
    return [line, paint(reason.trimEnd(), row.status === 'error' ? 'red' : 'dim')]
  })
  if (rows.length > rowsMax) lines.push(paint(`… ${rows.length - rowsMax} more`, 'dim'))
  return lines
}

/** `0.42 ms`, `12.3 ms`, `134 ms`, `2.41 s` */
export function formatMs(durationMs: number): string {
  if (durationMs >= 10_000) return `${(durationMs / 1000).toFixed(1)} s`
  if (durationMs >= 1000) return `${(durationMs / 1000).toFixed(2)} s`
  if (durationMs >= 100) return `${durationMs.toFixed(0)} ms`
  return `${durationMs.toFixed(durationMs >= 10 ? 1 : 2)} ms`
}

function labelOf(row: WaterfallRow, indent: number): string {
  return `${' '.repeat(row.depth * indent)}${row.span.service}  ${row.label}`
}

function longestLabel(rows: readonly WaterfallRow[], indent: number): number {
  return rows.reduce((longest, row) => Math.max(longest, labelOf(row, indent).length), 0)
}

// The service is dimmed, so that what was done stands out.
function paintLabel(label: string, start: number, paint: Paint): string {
  const end = label.indexOf('  ', start)
  return end < 0 ? label : paint(label.slice(0, end), 'dim') + label.slice(end)
}

// At least one mark long, and never beyond the right edge.
function drawBar(row: WaterfallRow, scale: { totalMs: number; columns: number }): string {
  const perMs = scale.totalMs > 0 ? scale.columns / scale.totalMs : 0
  const start = Math.min(Math.floor(row.offsetMs * perMs), scale.columns - 1)
  const length = Math.max(1, Math.round(row.durationMs * perMs))
  const end = Math.min(start + length, scale.columns)
  const bar = length === 1 ? '╸' : '━'.repeat(end - start)
  return `${' '.repeat(start)}${bar}`.padEnd(scale.columns)
}

function fit(text: string, columns: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ')
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line.padEnd(columns)
}

type Color = 'red' | 'cyan' | 'dim' | 'bold'
type Paint = (text: string, color: Color) => string

const ansi: Readonly<Record<Color, readonly [number, number]>> = {
  red: [31, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
}

function paintAnsi(text: string, color: Color): string {
  const [on, off] = ansi[color]
  return `\u001b[${on}m${text}\u001b[${off}m`
}
