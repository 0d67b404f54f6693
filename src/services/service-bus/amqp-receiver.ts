// Survives a crash: the locks of what was sent, until they run out. Nothing else is kept.
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import { AmqpError } from '../../protocols/amqp/amqp-error.ts'
import { textOf } from '../../protocols/amqp/amqp-value.ts'
import type { Encoded } from '../../protocols/amqp/amqp-value.ts'
import type { AmqpValue } from '../../protocols/amqp/amqp-value.ts'
import { accepted } from '../../protocols/amqp/delivery-state.ts'
import type { DeliveryState, Outcome } from '../../protocols/amqp/delivery-state.ts'
import type { OutgoingDelivery, OutgoingLink } from '../../protocols/amqp/outgoing-link.ts'
import { toAmqpError } from './amqp-errors.ts'
import { encodeReceived, toApplicationProperties, toDeliveryTag } from './amqp-messages.ts'
import type { Transactions } from './amqp-transactions.ts'
import type { Settlement } from './settlement.ts'
import { claimCountMax, waitMsMax } from './limits.ts'
import type { ReceivedMessage } from './message.ts'
import type { Receiver } from './receiver.ts'

export interface ReceiverLinkOptions {
  readonly link: OutgoingLink
  readonly path: string
  readonly receiver: Receiver
  readonly transactions: Transactions
  readonly logger: Logger
  readonly onClosed?: () => Promise<void>
}

/** Sends the messages of a queue, a subscription or a session to a client as it gives credit, and settles them. */
export class ReceiverLink {
  readonly #options: ReceiverLinkOptions
  /** Claimed, and waiting for credit that was taken back meanwhile. */
  readonly #ready: ReceivedMessage[] = []
  #wake: (() => void) | undefined
  #waiting: AbortController | undefined
  #isClosed = false

  constructor(options: ReceiverLinkOptions) {
    this.#options = options
  }

  start(answer: { source?: Encoded; properties?: ReadonlyMap<string, AmqpValue> } = {}): void {
    const handler = { credit: () => this.#onCredit(), closed: () => this.#onClosed() }
    this.#options.link.accept(handler, answer)
    this.#run().catch((error: unknown) => this.#fail(error))
  }

  async #run(): Promise<void> {
    const { link } = this.#options
    while (!this.#isClosed) {
      if (link.available === 0) await this.#creditCame()
      else if (this.#ready.length > 0) this.#send()
      else await this.#claim()
    }
    await this.#giveBack()
  }

  async #claim(): Promise<void> {
    const { link, receiver } = this.#options
    const { isDraining } = link
    this.#waiting = new AbortController()
    const messages = await receiver.receive({
      maxCount: Math.min(link.available, claimCountMax),
      waitMs: isDraining ? 0 : waitMsMax,
      signal: this.#waiting.signal,
    })
    this.#waiting = undefined
    this.#ready.push(...messages)
    if (messages.length === 0 && isDraining) link.drained()
  }

  #send(): void {
    const { link } = this.#options
    while (link.available > 0) {
      const message = this.#ready.shift()
      if (!message) return
      this.#sendOne(message)
    }
  }

  #sendOne(message: ReceivedMessage): void {
    const { link } = this.#options
    const payload = encodeReceived(message, { isPeeked: false })
    const tag = toDeliveryTag(message)
    if (message.lockToken === '') {
      link.send({ payload, tag })
      return
    }
    const delivery: OutgoingDelivery = link.send({
      payload,
      tag,
      onState: (state) => void this.#onState(message, delivery, state),
    })
  }

  async #onState(
    message: ReceivedMessage,
    delivery: OutgoingDelivery,
    state: DeliveryState | undefined,
  ): Promise<void> {
    // A peer that only says it is done with a delivery leaves its lock to run out.
    if (!state || state.kind === 'received' || state.kind === 'declared') return
    const { receiver, transactions } = this.#options
    try {
      if (state.kind === 'transactional') {
        const { outcome } = state
        if (!outcome) return
        const settlement = toSettlement(message, outcome)
        transactions.get(state.transactionId).settle({ receiver, settlement })
        delivery.settle(state)
        return
      }
      await receiver.settle(toSettlement(message, state))
      // Whatever became of the message, what the client asked for was done.
      delivery.settle(accepted)
    } catch (error) {
      delivery.settle({ kind: 'rejected', error: this.#asRefusal(error) })
    }
  }

  #asRefusal(error: unknown): AmqpError {
    try {
      return toAmqpError(error)
    } catch {
      const { logger, path } = this.#options
      logger.error({ entity: path, error }, `a message could not be settled: ${messageOf(error)}`)
      return new AmqpError('amqp:internal-error', 'The service was unable to process the request.')
    }
  }

  #onCredit(): void {
    const { link } = this.#options
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
    // A wait that the client no longer wants ends: what there is by then is sent, and the credit given back.
    if (link.isDraining) {
      this.#waiting?.abort()
      if (link.available === 0) link.drained()
    }
  }

  #creditCame(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #onClosed(): void {
    this.#isClosed = true
    this.#waiting?.abort()
    this.#wake?.()
  }

  async #giveBack(): Promise<void> {
    const { receiver, onClosed } = this.#options
    for (const message of this.#ready.splice(0)) {
      if (message.lockToken !== '') await receiver.abandon(message).catch(() => undefined)
    }
    await receiver.close()
    await onClosed?.()
  }

  #fail(error: unknown): void {
    const { link, logger, path } = this.#options
    if (!this.#isClosed) link.close(this.#asRefusal(error))
    this.#giveBack().catch((reason: unknown) => {
      logger.warn({ entity: path, reason: messageOf(reason) }, 'a receiver could not be closed')
    })
  }
}

function toSettlement(message: ReceivedMessage, outcome: Outcome): Settlement {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'complete', message }
    case 'released':
      return { kind: 'abandon', message }
    case 'modified': {
      const properties = toApplicationProperties(outcome.annotations)
      return { kind: outcome.undeliverableHere ? 'defer' : 'abandon', message, properties }
    }
    case 'rejected':
      return { kind: 'deadLetter', message, ...deadLetterOf(outcome.error) }
  }
}

const reasonName = 'DeadLetterReason'
const descriptionName = 'DeadLetterErrorDescription'

/** A client that knows Service Bus says why in the error's map, any other in the error itself. */
function deadLetterOf(
  error: AmqpError | undefined,
): Pick<Settlement, 'reason' | 'description' | 'properties'> {
  if (!error) return {}
  const info = new Map(error.info)
  const reason = textOf(info.get(reasonName))
  const description = textOf(info.get(descriptionName))
  info.delete(reasonName)
  info.delete(descriptionName)
  const isOwn = error.condition === 'com.microsoft:dead-letter'
  return {
    reason: reason ?? (isOwn ? undefined : error.condition),
    description: description ?? (isOwn ? undefined : error.message),
    properties: toApplicationProperties(info),
  }
}
