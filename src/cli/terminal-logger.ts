import type { Logger } from '../base/logger.ts'

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const

type Level = keyof typeof ranks

/** Log lines for a person at a terminal: the sentence first, then the ids. */
export function newTerminalLogger(minimum: string): Logger {
  const least = isLevel(minimum) ? ranks[minimum] : ranks.error
  function write(level: Level, ids: object, message: string): void {
    if (ranks[level] < least) return
    const shown = Object.entries(ids)
      .filter(([name, value]) => name !== 'stack' && value !== undefined && value !== '')
      .map(([name, value]) => `${name}=${String(value)}`)
    const stack =
      'stack' in ids && typeof ids.stack === 'string' && ids.stack !== '' ? `\n${ids.stack}` : ''
    process.stderr.write(
      `${level.padEnd(5)} ${message}${shown.length > 0 ? `  (${shown.join(' ')})` : ''}${stack}\n`,
    )
  }
  return {
    debug: (ids, message) => write('debug', ids, message),
    info: (ids, message) => write('info', ids, message),
    warn: (ids, message) => write('warn', ids, message),
    error: (ids, message) => write('error', ids, message),
  }
}

function isLevel(text: string): text is Level {
  return text in ranks
}
