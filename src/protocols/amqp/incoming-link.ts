// Nothing here survives a crash: a message that was not settled is still its sender's.
import { AmqpError } from './amqp-error.ts'
import type { AmqpSession } from './amqp-session.ts'
import type { AmqpValue } from './amqp-value.ts'
import { parseDeliveryState } from './delivery-state.ts'
import type { DeliveryState } from './delivery-state.ts'
import { excessBytesMax, linkCreditMax } from './limits.ts'
import type { Attach, Flow, Transfer } from './performatives.ts'
import { parseTerminus } from './terminus.ts'
import type { Terminus } from './terminus.ts'

export interface IncomingLinkHandler {
  delivery(delivery: IncomingDelivery): void
  closed(): void
}

/** One message that a peer sent. */
export interface IncomingDelivery {
  readonly payload: Buffer
  readonly format: number
  readonly tag: Uint8Array
  /** The sender asks for no answer. */
  readonly isSettled: boolean
  /** What the sender says of it: the transaction it belongs to. */
  readonly state: DeliveryState | undefined
  settle(state: DeliveryState): void
}

interface Partial {
  readonly id: number
  readonly tag: Uint8Array
  readonly format: number
  readonly state: AmqpValue
  readonly parts: Buffer[]
  bytes: number
  heldBytes: number
  settled: boolean
}

/** A link on which we receive: the peer sends. */
export class IncomingLink {
  readonly role = 'incoming'
  readonly session: AmqpSession
  readonly name: string
  readonly source: Terminus | undefined
  readonly target: Terminus | undefined
  readonly properties: ReadonlyMap<AmqpValue, AmqpValue>
  readonly #attach: Attach
  #handler: IncomingLinkHandler | undefined
  #partial: Partial | undefined
  #bytesMax = 0
  #creditMax = linkCreditMax
  #credit = 0
  #unsettled = 0
  #deliveryCount: number
  #state: 'attaching' | 'open' | 'detaching' | 'closed' = 'attaching'

  constructor(session: AmqpSession, attach: Attach) {
    this.session = session
    this.#attach = attach
    this.name = attach.name
    this.source = parseTerminus(attach.source)
    this.target = parseTerminus(attach.target)
    this.properties = attach.properties
    this.#deliveryCount = attach.initialDeliveryCount
  }

  get handle(): number {
    return this.#attach.handle
  }

  /** Nobody has accepted or refused it yet. */
  get isAttaching(): boolean {
    return this.#state === 'attaching'
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  accept(
    handler: IncomingLinkHandler,
    options: {
      readonly maxMessageBytes: number
      readonly creditMax?: number
      readonly properties?: ReadonlyMap<string, AmqpValue>
    },
  ): void {
    if (this.#state !== 'attaching') return handler.closed()
    this.#handler = handler
    this.#bytesMax = options.maxMessageBytes
    this.#creditMax = options.creditMax ?? linkCreditMax
    this.#state = 'open'
    const { source, target } = this.#attach
    this.#answer({ source, target, properties: options.properties })
    this.#replenish()
  }

  refuse(error?: AmqpError): void {
    if (this.#state !== 'attaching') return
    this.#answer({ source: this.#attach.source, target: null })
    this.#state = 'open'
    this.close(error)
  }

  close(error?: AmqpError): void {
    if (this.#state === 'attaching') return this.refuse(error)
    if (this.#state !== 'open') return
    this.#state = 'detaching'
    this.#dropPartial()
    this.session.writeDetach(this.handle, error)
    this.#handler?.closed()
  }

  /** For the session. */
  onTransfer(transfer: Transfer, payload: Buffer): void {
    if (this.#state !== 'open') return
    const partial = this.#partial ?? this.#begin(transfer)
    if (!partial) return
    if (transfer.aborted) return this.#dropPartial()
    // The payload is a part of a larger buffer that the socket read: kept as it is, since most messages are whole.
    partial.bytes += payload.length
    partial.settled ||= transfer.settled
    if (partial.bytes <= this.#bytesMax) {
      this.session.hold(payload.length)
      partial.heldBytes += payload.length
      if (payload.length > 0) partial.parts.push(payload)
    } else if (partial.bytes > this.#bytesMax + excessBytesMax || partial.settled) {
      return this.close(this.#tooLarge(partial))
    }
    if (transfer.more) return
    this.#partial = undefined
    this.#deliver(partial)
  }

  /** For the session. */
  onFlow(flow: Flow): void {
    if (this.#state === 'open' && flow.echo) this.#writeFlow()
  }

  /** For the session: the peer detached, or everything below this link is gone. */
  onClosed(): void {
    const was = this.#state
    this.#state = 'closed'
    this.#dropPartial()
    if (was === 'open') this.#handler?.closed()
  }

  #begin(transfer: Transfer): Partial | undefined {
    if (transfer.deliveryId === undefined) {
      throw new AmqpError(
        'amqp:invalid-field',
        'The first transfer of a delivery has no delivery-id.',
      )
    }
    if (this.#credit <= 0) {
      this.close(
        new AmqpError('amqp:link:transfer-limit-exceeded', 'A message was sent without credit.'),
      )
      return undefined
    }
    this.#credit -= 1
    this.#deliveryCount = (this.#deliveryCount + 1) >>> 0
    this.#partial = {
      id: transfer.deliveryId,
      tag: transfer.deliveryTag ?? new Uint8Array(),
      format: transfer.messageFormat,
      state: transfer.state,
      parts: [],
      bytes: 0,
      heldBytes: 0,
      settled: false,
    }
    return this.#partial
  }

  #deliver(partial: Partial): void {
    const { id, tag, format, parts, bytes, heldBytes, settled } = partial
    if (bytes > this.#bytesMax) {
      this.session.hold(-heldBytes)
      // Read to its end and refused, so that the client knows which message it was, and goes on.
      const state: DeliveryState = { kind: 'rejected', error: this.#tooLarge(partial) }
      this.session.writeSettled({ isReceiver: true, id, state })
      return this.#replenish()
    }
    const [only] = parts
    const payload = parts.length === 1 && only ? only : Buffer.concat(parts)
    this.#unsettled += 1
    let isOver = false
    this.#handler?.delivery({
      payload,
      format,
      tag,
      isSettled: settled,
      state: parseDeliveryState(partial.state),
      settle: (state) => {
        if (isOver) return
        isOver = true
        this.#unsettled -= 1
        this.session.hold(-heldBytes)
        if (!settled && this.#state !== 'closed') {
          this.session.writeSettled({ isReceiver: true, id, state })
        }
        this.#replenish()
      },
    })
  }

  #tooLarge({ id, bytes }: Partial): AmqpError {
    return new AmqpError(
      'amqp:link:message-size-exceeded',
      `The received message (delivery-id:${id}, size:${bytes} bytes) exceeds the limit (${this.#bytesMax} bytes) currently allowed on the link.`,
    )
  }

  #dropPartial(): void {
    if (!this.#partial) return
    this.session.hold(-this.#partial.heldBytes)
    this.#partial = undefined
  }

  // Credit is for messages that are still to be taken: those not settled count, so that memory stays bounded.
  #replenish(): void {
    if (this.#state !== 'open') return
    const missing = this.#creditMax - this.#credit - this.#unsettled
    if (missing < Math.max(1, this.#creditMax / 2)) return
    this.#credit += missing
    this.#writeFlow()
  }

  #writeFlow(): void {
    this.session.writeLinkFlow({
      handle: this.handle,
      deliveryCount: this.#deliveryCount,
      credit: this.#credit,
      drain: false,
    })
  }

  #answer(options: {
    readonly source: AmqpValue
    readonly target: AmqpValue
    readonly properties?: ReadonlyMap<string, AmqpValue> | undefined
  }): void {
    this.session.writeAttach({
      name: this.name,
      handle: this.handle,
      isReceiver: true,
      senderSettleMode: this.#attach.senderSettleMode,
      // We settle first whatever was asked: what we accepted is on disk.
      receiverSettleMode: 0,
      maxMessageSize: this.#bytesMax,
      ...options,
    })
  }
}
