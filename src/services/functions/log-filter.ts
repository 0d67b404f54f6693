import { minimumLogLevel, type LoggingOptions, type LogLevel } from './host-json.ts'

const order = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const

/**
 * Tells which log lines of an app are kept, by `logging.logLevel` of host.json.
 * https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels
 */
export class LogFilter {
  readonly #logging: LoggingOptions
  readonly #minimum = new Map<string, number>()

  constructor(logging: LoggingOptions) {
    this.#logging = logging
  }

  /** Categories are `Function.<name>.User` for what code logs, `Function.<name>` and `Host.*` for the host. */
  keeps(category: string, level: Exclude<LogLevel, 'none'>): boolean {
    let minimum = this.#minimum.get(category)
    if (minimum === undefined) {
      minimum = order.indexOf(minimumLogLevel(this.#logging, category))
      this.#minimum.set(category, minimum)
    }
    return order.indexOf(level) >= minimum
  }
}
