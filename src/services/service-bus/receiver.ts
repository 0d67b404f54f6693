// Survives a crash: the messages, their locks and delivery counts (all in the store). Lost: the wait itself.
import type { Clock } from '../../base/clock.ts'
import type {
  ClaimedMessage,
  MessageMove,
  RenewMessage,
  SettleMessage,
  SettleOutcome,
} from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { isAborted } from './arrivals.ts'
import type { Arrivals } from './arrivals.ts'
import { sourceOf } from './entities.ts'
import type { MessageSource, Queue, SubQueue, Subscription } from './entities.ts'
import { decodeEnvelope, encodeEnvelope, encodeNote } from './envelope.ts'
import {
  argumentError,
  entityDisabled,
  invalidOperation,
  messageLockLost,
  messageNotFound,
  serviceStopped,
} from './errors.ts'
import { deadLetterTextMax, receiveCountMax, waitMsMax } from './limits.ts'
import type { ApplicationProperties, LockedMessage, ReceivedMessage } from './message.ts'
import { lookAgainMs, mayHaveReady } from './ready-messages.ts'
import { toReceivedMessage } from './received-message.ts'
import type { Settlement } from './settlement.ts'

export interface ReceiveOptions {
  readonly maxCount: number
  /** How long to wait for the first message. */
  readonly waitMs: number
  /** Ends the wait; what was locked by then is still given. */
  readonly signal?: AbortSignal
}

export interface DeadLetterReason {
  readonly reason?: string | undefined
  readonly description?: string | undefined
  readonly properties?: ApplicationProperties | undefined
}

/** What a receiver works with; `entity` is asked each time, so that a changed or deleted one is noticed. */
export interface ReceiverContext {
  readonly store: Store
  readonly clock: Clock
  readonly arrivals: Arrivals
  readonly entity: () => Queue | Subscription
  /** The largest state that a session may keep. */
  readonly stateBytesMax: () => number
}

export interface ReceiverOptions {
  readonly mode: 'peekLock' | 'receiveAndDelete'
  readonly subQueue?: SubQueue | undefined
  /** The running instance: when it dies its locks are given back by the next one that starts. */
  readonly owner?: string | undefined
  /** The lock of the session whose messages are received. */
  readonly session?: { readonly key: string; readonly token: string } | undefined
  /** What a caller is told whose lock has gone. */
  readonly lockLost?: () => Error
}

/** Receives and settles: https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-transfers-locks-settlement */
export interface Receiver {
  /** Gives up to `maxCount` messages as soon as there is one, or none when the wait is over. */
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>
  /** Locks messages that were deferred, by their sequence numbers: all of them or none. */
  receiveDeferred(sequences: readonly number[]): Promise<readonly ReceivedMessage[]>
  complete(message: LockedMessage): Promise<void>
  /** Gives the message back for the next receiver, with changed application properties where given. */
  abandon(message: LockedMessage, properties?: ApplicationProperties): Promise<void>
  /** Sets the message aside: from now on it is received only by its sequence number. */
  defer(message: LockedMessage, properties?: ApplicationProperties): Promise<void>
  deadLetter(message: LockedMessage, why?: DeadLetterReason): Promise<void>
  settle(settlement: Settlement): Promise<void>
  /** What settling writes, for whoever writes it together with more. */
  settlementOf(settlement: Settlement): Promise<SettleMessage>
  /** Locks the message anew for the entity's lock duration; gives the time until which it is locked. */
  renewLock(message: LockedMessage): Promise<number>
  /** Ends waiting receives. Locks of messages stay until they run out, as they do in Azure. */
  close(): Promise<void>
}

/** A receiver of a queue, a subscription or one of their sub-queues. */
export class MessageReceiver implements Receiver {
  readonly #context: ReceiverContext
  readonly #options: ReceiverOptions
  readonly #closed = new AbortController()

  constructor(context: ReceiverContext, options: ReceiverOptions) {
    this.#context = context
    this.#options = options
    this.#source()
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { maxCount } = options
    if (!Number.isInteger(maxCount) || maxCount < 1) {
      throw argumentError(`The number of messages to receive must be at least 1, not ${maxCount}.`)
    }
    const { clock, arrivals } = this.#context
    if (arrivals.stopped) throw serviceStopped()
    const untilMs = clock.now() + Math.min(options.waitMs, waitMsMax)
    const closed = this.#closed.signal
    const signals = options.signal ? [closed, options.signal] : [closed]
    for (let first = true; ; first = false) {
      const source = this.#source()
      const seen = arrivals.version(source.queue)
      if (arrivals.stopped || isAborted(signals)) return []
      if (first || (await mayHaveReady(this.#context, source.queue))) {
        const claimed = await this.#claim(source, Math.min(maxCount, receiveCountMax))
        if (claimed.length > 0) return claimed.map(toReceivedMessage)
      }
      const waitMs = Math.min(untilMs - clock.now(), await lookAgainMs(this.#context, source.queue))
      if (waitMs <= 0 && untilMs <= clock.now()) return []
      await arrivals.changed(source.queue, seen, { waitMs, signals })
    }
  }

  async receiveDeferred(sequences: readonly number[]): Promise<readonly ReceivedMessage[]> {
    const source = this.#source()
    const { session, owner } = this.#options
    const batch = sequences.map((sequence) => ({
      kind: 'message.claimParked' as const,
      queue: source.queue,
      sequence,
      untilMs: this.#lockedUntilMs(),
      ...(session ? { group: session } : {}),
      ...(owner === undefined ? {} : { owner }),
      remove: this.#options.mode === 'receiveAndDelete',
    }))
    const results = await this.#context.store.write(batch).catch((error: unknown) => {
      if (!(error instanceof ExpectationFailed)) throw error
      throw messageNotFound(sequences[error.index] ?? 0)
    })
    return results.map(({ messages }, index) => {
      const [message] = messages
      if (!message) throw messageNotFound(sequences[index] ?? 0)
      return toReceivedMessage(message)
    })
  }

  complete(message: LockedMessage): Promise<void> {
    return this.settle({ kind: 'complete', message })
  }

  abandon(message: LockedMessage, properties?: ApplicationProperties): Promise<void> {
    return this.settle({ kind: 'abandon', message, properties })
  }

  defer(message: LockedMessage, properties?: ApplicationProperties): Promise<void> {
    return this.settle({ kind: 'defer', message, properties })
  }

  deadLetter(message: LockedMessage, why: DeadLetterReason = {}): Promise<void> {
    return this.settle({ kind: 'deadLetter', message, ...why })
  }

  async settle(settlement: Settlement): Promise<void> {
    await this.#lease(await this.settlementOf(settlement))
  }

  async settlementOf(settlement: Settlement): Promise<SettleMessage> {
    const { message } = settlement
    this.#mustLock(message)
    const { sequenceNumber: sequence, lockToken: token } = message
    // Settling is allowed whatever the status of the entity: what was handed out must come back.
    const source = sourceOf(this.#context.entity(), this.#options.subQueue)
    const outcome = await this.#outcomeOf(settlement)
    return { kind: 'message.settle', ...source, sequence, token, outcome }
  }

  async renewLock(message: LockedMessage): Promise<number> {
    this.#mustLock(message)
    const untilMs = this.#lockedUntilMs()
    const { sequenceNumber: sequence, lockToken: token } = message
    const { queue } = this.#source()
    await this.#lease({ kind: 'message.renew', queue, sequence, token, untilMs })
    return untilMs
  }

  async close(): Promise<void> {
    this.#closed.abort()
  }

  async #claim(source: MessageSource, count: number): Promise<readonly ClaimedMessage[]> {
    const { session, owner, mode } = this.#options
    const [claimed] = await this.#context.store
      .write([
        {
          kind: 'message.claim',
          ...source,
          count,
          untilMs: this.#lockedUntilMs(),
          ...(session ? { group: session } : {}),
          ...(owner === undefined ? {} : { owner }),
          remove: mode === 'receiveAndDelete',
        },
      ])
      .catch((error: unknown) => this.#rethrow(error))
    return claimed.messages
  }

  #source(): MessageSource {
    const entity = this.#context.entity()
    const { status, forwardTo } = entity.properties
    if (status === 'Disabled' || status === 'ReceiveDisabled') throw entityDisabled(entity.path)
    if (forwardTo !== undefined && this.#options.subQueue === undefined) {
      throw invalidOperation(
        `Cannot create a message receiver on an entity with auto-forwarding enabled: '${entity.path}'.`,
      )
    }
    return sourceOf(entity, this.#options.subQueue)
  }

  #lockedUntilMs(): number {
    return this.#context.clock.now() + this.#context.entity().properties.lockDurationMs
  }

  async #outcomeOf(settlement: Settlement): Promise<SettleOutcome> {
    const { kind, message, properties } = settlement
    const changed = await this.#changedProperties(message, properties)
    switch (kind) {
      case 'complete':
        return { kind: 'remove' }
      case 'abandon':
        return { kind: 'release', ...changed }
      case 'defer':
        return { kind: 'park', ...changed }
      case 'deadLetter':
        return { kind: 'move', move: this.#deadLetterMove(settlement), ...changed }
    }
  }

  #deadLetterMove({ reason, description }: Settlement): MessageMove {
    if (this.#options.subQueue !== undefined) {
      throw invalidOperation('A message of a dead-letter queue cannot be dead-lettered.')
    }
    const { path, sources } = this.#context.entity()
    const note = encodeNote({
      ...(reason === undefined ? {} : { reason: bounded(reason) }),
      ...(description === undefined ? {} : { description: bounded(description) }),
      source: path,
    })
    return { to: sources.deadLetter.queue, note }
  }

  async #lease(operation: SettleMessage | RenewMessage): Promise<void> {
    await this.#context.store.write([operation]).catch((error: unknown) => this.#rethrow(error))
  }

  #rethrow(error: unknown): never {
    if (!(error instanceof ExpectationFailed)) throw error
    throw this.#options.lockLost?.() ?? messageLockLost()
  }

  #mustLock(message: LockedMessage): void {
    if (message.lockToken !== '') return
    throw invalidOperation('The operation is only supported in PeekLock receive mode.')
  }

  async #changedProperties(
    message: LockedMessage,
    changed: ApplicationProperties | undefined,
  ): Promise<{ readonly properties?: string }> {
    if (!changed) return {}
    const { queue } = sourceOf(this.#context.entity(), this.#options.subQueue)
    const stored = await this.#context.store.getMessage(queue, message.sequenceNumber)
    if (!stored) throw this.#options.lockLost?.() ?? messageLockLost()
    const envelope = decodeEnvelope(stored.properties)
    const applicationProperties = { ...envelope.applicationProperties, ...changed }
    return { properties: encodeEnvelope({ ...envelope, applicationProperties }) }
  }
}

function bounded(text: string): string {
  if (text.length <= deadLetterTextMax) return text
  throw argumentError(
    `A dead-letter reason or description must not be longer than ${deadLetterTextMax} characters.`,
  )
}
