import type { LogLine } from '../../base/telemetry.ts'

const logLevels: ReadonlySet<string> = new Set<LogLine['level']>([
  'trace',
  'debug',
  'information',
  'warning',
  'error',
  'critical',
])

/** Whether a text is one of the levels of a log line. */
export function isLogLevel(text: string): text is LogLine['level'] {
  return logLevels.has(text)
}
