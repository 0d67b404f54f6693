import type { Clock } from '../base/clock.ts'
import type { FunctionApps } from '../services/functions/service.ts'
import type { ServiceBus } from '../services/service-bus/service.ts'

/** How often the platform looks whether it is idle, and how many looks in a row must say so. */
const lookIntervalMs = 50
const quietLooks = 3

/** What the work came to when it had drained. */
export interface IdleReport {
  /** Dead-lettered messages, by entity: each is a reason for a run to fail. */
  readonly deadLetters: ReadonlyMap<string, number>
}

/** Tells when no accepted message, event or feed change waits for anyone. */
export class IdleWatch {
  readonly #functions: FunctionApps
  readonly #serviceBus: ServiceBus
  readonly #clock: Clock

  constructor(options: { functions: FunctionApps; serviceBus: ServiceBus; clock: Clock }) {
    this.#functions = options.functions
    this.#serviceBus = options.serviceBus
    this.#clock = options.clock
  }

  async untilIdle(signal?: AbortSignal): Promise<IdleReport> {
    for (let quiet = 0; quiet < quietLooks;) {
      quiet = (await this.#isIdle()) ? quiet + 1 : 0
      await this.#clock.sleep(lookIntervalMs, signal)
    }
    return { deadLetters: await this.#deadLetters() }
  }

  async #isIdle(): Promise<boolean> {
    const failed = this.#functions.apps().find((app) => app.state === 'failed')
    if (failed) throw new Error(`the function app '${failed.name}' failed: ${failed.failure ?? ''}`)
    return (await this.#functions.pending()) === 0
  }

  async #deadLetters(): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    for (const namespace of this.#serviceBus.namespaces()) {
      for (const entity of namespace.list()) {
        if (entity.kind === 'topic') continue
        const { deadLetterMessageCount } = await namespace.counts(entity.path)
        if (deadLetterMessageCount > 0)
          counts.set(`${namespace.name}/${entity.path}`, deadLetterMessageCount)
      }
    }
    return counts
  }
}
