import type { RunSummary } from '../../engines/workflow/run-history.ts'
import { invalidFilter } from './errors.ts'
import { readHeader } from './run-header.ts'

/**
 * Reads the `$filter` of a list of runs: `status eq 'Failed' and startTime ge 2026-01-01T00:00:00Z`.
 * https://learn.microsoft.com/rest/api/logic/workflow-runs/list
 */
export function parseRunFilter(text: string | null): ((run: RunSummary) => boolean) | undefined {
  if (text === null || text.trim() === '') return undefined
  const parts = text.trim().split(/\s+and\s+/i)
  const tests = parts.map((part) => {
    const match = /^\(?\s*(\w+(?:\/\w+)?)\s+(eq|ne|gt|ge|lt|le)\s+'?([^'()]*)'?\s*\)?$/i.exec(part)
    const [, name = '', operator = '', value = ''] = match ?? []
    const test = testOf(name.toLowerCase(), operator.toLowerCase(), value)
    if (!test) throw invalidFilter(text)
    return test
  })
  return (run) => tests.every((test) => test(run))
}

function testOf(
  name: string,
  operator: string,
  value: string,
): ((run: RunSummary) => boolean) | undefined {
  if (name === 'status') return textTest((run) => run.end?.status ?? 'Running', operator, value)
  if (name === 'clienttrackingid') {
    return textTest((run) => readHeader(run.header).clientTrackingId, operator, value)
  }
  if (name !== 'starttime') return undefined
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) return undefined
  const compare = comparisons[operator]
  return compare && ((run) => compare(run.startMs, ms))
}

function textTest(
  read: (run: RunSummary) => string,
  operator: string,
  value: string,
): ((run: RunSummary) => boolean) | undefined {
  const lower = value.toLowerCase()
  if (operator === 'eq') return (run) => read(run).toLowerCase() === lower
  if (operator === 'ne') return (run) => read(run).toLowerCase() !== lower
  return undefined
}

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  gt: (one, other) => one > other,
  ge: (one, other) => one >= other,
  lt: (one, other) => one < other,
  le: (one, other) => one <= other,
}
