import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, newTrace } from '../../base/trace-context.ts'
import type { StoredMessage } from '../../store/messages.ts'
import type { Store } from '../../store/store.ts'
import { storeQueuePrefix } from './entities.ts'
import type { MessageSource } from './entities.ts'
import { textOf } from './body-text.ts'
import { deadLetterPageMax } from './limits.ts'
import { toReceivedMessage } from './received-message.ts'

/**
 * Tells the trace of each message that it ended in a dead-letter queue and why, however it came there: by its
 * receiver, by too many deliveries, by its expiry or on its way. Looks at the queues, since some of these are
 * decided in the store's commit.
 */
export class DeadLetterWatch {
  readonly #store: Store
  readonly #telemetry: Telemetry
  readonly #logger: Logger
  readonly #sources: () => Iterable<MessageSource & { readonly path: string }>
  readonly #startedMs: number
  /** The next sequence number to report, per queue. */
  readonly #next = new Map<string, number>()
  #turn: Promise<void> = Promise.resolve()
  #stopListening: (() => void) | undefined

  constructor(options: {
    store: Store
    clock: Clock
    telemetry: Telemetry
    logger: Logger
    sources: () => Iterable<MessageSource & { readonly path: string }>
  }) {
    this.#store = options.store
    this.#telemetry = options.telemetry
    this.#logger = options.logger
    this.#sources = options.sources
    this.#startedMs = options.clock.now()
  }

  start(): void {
    this.#stopListening = this.#store.onCommit(({ queues }) => {
      for (const queue of queues) {
        const isDeadLetter = queue.endsWith('/$deadletterqueue')
        if (isDeadLetter && queue.startsWith(storeQueuePrefix)) this.#look(queue)
      }
    })
  }

  async stop(): Promise<void> {
    this.#stopListening?.()
    await this.#turn
  }

  /** Lets go of a queue that was deleted: one that is made again under its name counts from 1 again. */
  forget(queue: string): void {
    this.#turn = this.#turn.then(() => void this.#next.delete(queue))
  }

  #look(queue: string): void {
    this.#turn = this.#turn
      .then(() => this.#report(queue))
      .catch((error: unknown) => {
        this.#logger.error(
          { queue, reason: messageOf(error) },
          'dead letters could not be reported',
        )
      })
  }

  async #report(queue: string): Promise<void> {
    const path = this.#pathOf(queue)
    if (path === undefined) return
    let from = this.#next.get(queue) ?? (await this.#firstSinceStart(queue))
    for (;;) {
      const messages = await this.#store.browse({ queue, from, limit: deadLetterPageMax })
      for (const message of messages) this.#span(path, message)
      from = (messages.at(-1)?.sequence ?? from - 1) + 1
      this.#next.set(queue, from)
      if (messages.length < deadLetterPageMax) return
    }
  }

  #pathOf(queue: string): string | undefined {
    for (const source of this.#sources()) {
      if (source.queue === queue) return source.path
    }
    return undefined
  }

  // What an earlier run left there was reported then. Sequence numbers rise with time, so halving finds the place.
  async #firstSinceStart(queue: string): Promise<number> {
    let low = 1
    let high = 1
    while (await this.#isOlder(queue, high)) high *= 2
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (await this.#isOlder(queue, middle)) low = middle + 1
      else high = middle
    }
    return low
  }

  async #isOlder(queue: string, sequence: number): Promise<boolean> {
    const [message] = await this.#store.browse({ queue, from: sequence, limit: 1 })
    return message !== undefined && message.enqueuedMs < this.#startedMs
  }

  #span(path: string, stored: StoredMessage): void {
    const message = toReceivedMessage(stored)
    const { trace, deadLetterReason: reason, deadLetterErrorDescription: description } = message
    this.#telemetry.span({
      context: trace ? childOf(trace) : newTrace(),
      ...(trace ? { parentSpanId: trace.spanId } : {}),
      service: 'service-bus',
      operation: 'dead-letter',
      resource: path,
      startMs: message.enqueuedTimeMs,
      durationMs: 0,
      status: 'error',
      reason: [reason, description].filter((part) => part !== undefined).join(': '),
      payload: textOf(message.body),
    })
  }
}
