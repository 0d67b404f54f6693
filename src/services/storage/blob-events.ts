// Survives a crash: every event, from the commit of its blob until it was taken.
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { ClaimedMessage } from '../../store/messages.ts'
import type { Operation, Store } from '../../store/store.ts'
import type { BlobEvent } from './blob-event.ts'
import { eventBatchMax, eventLeaseMs, eventRetryMs } from './limits.ts'

const queue = 'storage/events'

/** Takes an event; it counts as delivered once the promise resolves. */
export type DeliverBlobEvent = (event: BlobEvent) => Promise<void>

/**
 * Hands events over at least once. Those of one blob keep their order; an event that is not taken is tried
 * again, and nothing after it overtakes it.
 */
export class BlobEvents {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #owner: string
  #deliver: DeliverBlobEvent | undefined
  #stopping: AbortController | undefined
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}
  #unlisten: () => void = () => {}

  constructor(parts: {
    readonly store: Store
    readonly clock: Clock
    readonly logger: Logger
    readonly owner: string
  }) {
    this.#store = parts.store
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#owner = parts.owner
  }

  /** From now on events are kept and given to it; without a listener none are. */
  listen(deliver: DeliverBlobEvent): void {
    this.#deliver = deliver
    if (this.#stopping) this.#run()
  }

  /** What a batch carries so that the event comes after its commit, and certainly. */
  operationsFor(event: () => BlobEvent): readonly Operation[] {
    if (!this.#deliver) return []
    const { trace, ...rest } = event()
    const message = { body: JSON.stringify(rest), properties: '{}' }
    return [{ kind: 'message.append', queue, ...message, ...(trace ? { trace } : {}) }]
  }

  async start(): Promise<void> {
    await this.#store.write([{ kind: 'owner.release', owner: this.#owner }])
    this.#stopping = new AbortController()
    this.#unlisten = this.#store.onCommit(({ queues }) => {
      if (queues.has(queue)) this.#wake()
    })
    if (this.#deliver) this.#run()
  }

  async stop(): Promise<void> {
    this.#unlisten()
    this.#stopping?.abort()
    this.#wake()
    await this.#loop
    this.#stopping = undefined
  }

  /** Events that were not taken yet. */
  async pending(): Promise<number> {
    const { ready, leased, scheduled } = await this.#store.countMessages(queue)
    return ready + leased + scheduled
  }

  #run(): void {
    const signal = this.#stopping?.signal
    const deliver = this.#deliver
    if (signal && deliver) this.#loop = this.#loop.then(() => this.#pump(signal, deliver))
  }

  async #pump(signal: AbortSignal, deliver: DeliverBlobEvent): Promise<void> {
    while (!signal.aborted) {
      const arrived = new Promise<void>((resolve) => (this.#wake = resolve))
      const taken = await this.#takeTurn(deliver).catch((error: unknown) => {
        this.#logger.warn({ queue }, `blob events wait: ${messageOf(error)}`)
        return 'failed' as const
      })
      if (signal.aborted || taken === 'some') continue
      if (taken === 'failed') await this.#clock.sleep(eventRetryMs, signal).catch(() => {})
      else await this.#idle(arrived)
    }
  }

  // A wake-up may be lost, so that the pump also looks now and then.
  async #idle(arrived: Promise<void>): Promise<void> {
    const wake = this.#wake
    const timer = this.#clock.after(eventLeaseMs, wake)
    await arrived
    timer.cancel()
  }

  async #takeTurn(deliver: DeliverBlobEvent): Promise<'some' | 'none' | 'failed'> {
    const untilMs = this.#clock.now() + eventLeaseMs
    const claim = { kind: 'message.claim', queue, count: eventBatchMax, untilMs } as const
    const [{ messages }] = await this.#store.write([{ ...claim, rules: {}, owner: this.#owner }])
    if (messages.length === 0) return 'none'
    const ends = await Promise.all(
      linesOf(messages).map((line) => this.#deliverInOrder(line, deliver)),
    )
    return ends.every(Boolean) ? 'some' : 'failed'
  }

  async #deliverInOrder(
    line: readonly ClaimedMessage[],
    deliver: DeliverBlobEvent,
  ): Promise<boolean> {
    for (const [index, message] of line.entries()) {
      try {
        await deliver(readEvent(message))
      } catch (error) {
        this.#logger.warn({ subject: subjectOf(message) }, `an event waits: ${messageOf(error)}`)
        await Promise.all(line.slice(index).map((each) => this.#settle(each, 'release')))
        return false
      }
      await this.#settle(message, 'remove')
    }
    return true
  }

  async #settle(message: ClaimedMessage, kind: 'remove' | 'release'): Promise<void> {
    const { sequence, token } = message
    const settle = { kind: 'message.settle', queue, sequence, token, rules: {} } as const
    await this.#store.write([{ ...settle, outcome: { kind } }])
  }
}

/** The messages of each blob, in their order. */
function linesOf(messages: readonly ClaimedMessage[]): readonly (readonly ClaimedMessage[])[] {
  const lines = new Map<string, ClaimedMessage[]>()
  for (const message of messages) {
    const subject = subjectOf(message)
    const line = lines.get(subject)
    if (line) line.push(message)
    else lines.set(subject, [message])
  }
  return [...lines.values()]
}

function readEvent(message: ClaimedMessage): BlobEvent {
  const event: BlobEvent = JSON.parse(String(message.body))
  return message.trace === undefined ? event : { ...event, trace: message.trace }
}

function subjectOf(message: ClaimedMessage): string {
  return readEvent(message).subject
}
