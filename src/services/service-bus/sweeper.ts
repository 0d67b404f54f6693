// Survives a crash: nothing needs to; what has come due is in the store and is found again.
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Store } from '../../store/store.ts'
import { storeQueuePrefix } from './entities.ts'
import type { MessageSource } from './entities.ts'
import { sweepMs } from './limits.ts'

/**
 * Applies schedules, expiries and worn-out deliveries to queues that nobody receives from; where somebody does,
 * each claim applies them. Only queues that hold messages are looked at.
 */
export class Sweeper {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sources: () => Iterable<MessageSource>
  readonly #filled = new Set<string>()
  #timer: Timer | undefined
  #turn: Promise<void> = Promise.resolve()
  #stopListening: (() => void) | undefined

  constructor(options: {
    store: Store
    clock: Clock
    logger: Logger
    sources: () => Iterable<MessageSource>
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#sources = options.sources
  }

  start(): void {
    for (const { queue } of this.#sources()) this.#filled.add(queue)
    this.#stopListening = this.#store.onCommit((commit) => {
      for (const queue of commit.queues) {
        if (queue.startsWith(storeQueuePrefix)) this.#filled.add(queue)
      }
    })
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopListening?.()
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#turn
  }

  #schedule(): void {
    this.#timer = this.#clock.after(sweepMs, () => {
      this.#turn = this.#sweep()
        .catch((error: unknown) => {
          this.#logger.error({ reason: messageOf(error) }, 'a sweep of Service Bus queues failed')
        })
        .then(() => {
          if (this.#timer) this.#schedule()
        })
    })
  }

  async #sweep(): Promise<void> {
    if (this.#filled.size === 0) return
    const filled = new Set(this.#filled)
    for (const source of this.#sources()) {
      if (filled.delete(source.queue)) await this.#sweepQueue(source)
    }
    // What is left is a queue whose entity was deleted, or one that has no rules: a dead-letter queue.
    for (const queue of filled) this.#filled.delete(queue)
  }

  async #sweepQueue(source: MessageSource): Promise<void> {
    const { queue } = source
    const dueMs = await this.#store.nextDue(queue)
    if (dueMs !== undefined && dueMs <= this.#clock.now()) {
      await this.#store.write([{ kind: 'queue.sweep', ...source }])
    }
    const { ready, leased, scheduled, parked } = await this.#store.countMessages(queue)
    if (ready + leased + scheduled + parked === 0) this.#filled.delete(queue)
  }
}
