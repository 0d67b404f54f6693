import { pino } from 'pino'

/** Structured log lines: an object of ids first, then a sentence. */
export interface Logger {
  info(ids: object, message: string): void
  warn(ids: object, message: string): void
  error(ids: object, message: string): void
  debug(ids: object, message: string): void
}

/** Writes JSON lines to standard error, so that standard output stays what the command prints. */
export function newLogger(options: { level: string; name: string }): Logger {
  return pino(
    { name: options.name, level: options.level },
    pino.destination({ dest: 2, sync: true }),
  )
}
