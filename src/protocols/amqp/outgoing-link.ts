// Nothing here survives a crash: what was sent and not settled is whoever's it was before.
import assert from 'node:assert/strict'
import { AmqpError } from './amqp-error.ts'
import type { AmqpSession } from './amqp-session.ts'
import { symbol } from './amqp-value.ts'
import type { AmqpValue, Encoded } from './amqp-value.ts'
import type { DeliveryState } from './delivery-state.ts'
import { unsettledMax } from './limits.ts'
import type { Attach, Flow } from './performatives.ts'
import { parseTerminus } from './terminus.ts'
import type { Terminus } from './terminus.ts'

/** What a link tells whoever serves it. */
export interface OutgoingLinkHandler {
  /** There may be credit now, or the peer wants what is left of it back (`isDraining`). */
  credit(): void
  closed(): void
}

export interface OutgoingDelivery {
  readonly id: number
  /** Tells the peer that the delivery is over, and how. */
  settle(state?: DeliveryState): void
}

/** A link on which we send: the peer receives. */
export class OutgoingLink {
  readonly role = 'outgoing'
  readonly session: AmqpSession
  readonly name: string
  readonly source: Terminus | undefined
  readonly target: Terminus | undefined
  readonly properties: ReadonlyMap<AmqpValue, AmqpValue>
  /** The peer asks for messages that are settled when they are sent. */
  readonly isPresettled: boolean
  readonly #attach: Attach
  #handler: OutgoingLinkHandler | undefined
  #credit = 0
  #deliveryCount = 0
  #draining = false
  #state: 'attaching' | 'open' | 'detaching' | 'closed' = 'attaching'

  constructor(session: AmqpSession, attach: Attach) {
    this.session = session
    this.#attach = attach
    this.name = attach.name
    this.source = parseTerminus(attach.source)
    this.target = parseTerminus(attach.target)
    this.properties = attach.properties
    this.isPresettled = attach.senderSettleMode === 1
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

  get isDraining(): boolean {
    return this.#draining
  }

  /** How many messages may be sent now: none while the peer does not read what it was sent. */
  get available(): number {
    if (this.#state !== 'open' || !this.session.canSend) return 0
    return this.session.unsettledCount < unsettledMax ? this.#credit : 0
  }

  accept(
    handler: OutgoingLinkHandler,
    options: {
      /** Tells the peer which filters are in force. */
      readonly source?: Encoded
      readonly properties?: ReadonlyMap<string, AmqpValue>
    } = {},
  ): void {
    if (this.#state !== 'attaching') return handler.closed()
    this.#handler = handler
    this.#state = 'open'
    const { name, senderSettleMode, receiverSettleMode, source, target } = this.#attach
    this.session.writeAttach({
      name,
      handle: this.handle,
      isReceiver: false,
      senderSettleMode,
      receiverSettleMode,
      source: options.source ?? source,
      target,
      initialDeliveryCount: 0,
      properties: options.properties,
    })
    if (this.#credit > 0) handler.credit()
  }

  /** Answers the attach and closes the link at once, as the standard asks. */
  refuse(error?: AmqpError): void {
    if (this.#state !== 'attaching') return
    const { name, senderSettleMode, receiverSettleMode, target } = this.#attach
    this.session.writeAttach({
      name,
      handle: this.handle,
      isReceiver: false,
      senderSettleMode,
      receiverSettleMode,
      source: null,
      target,
      initialDeliveryCount: 0,
    })
    this.#state = 'open'
    this.close(error)
  }

  send(message: {
    readonly payload: Uint8Array
    readonly tag: Uint8Array
    readonly format?: number
    /** Called with what the peer says of the delivery, until it is settled. */
    readonly onState?: (state: DeliveryState | undefined, settled: boolean) => void
  }): OutgoingDelivery {
    assert(
      this.#state === 'open' && this.#credit > 0,
      'a message is sent only where there is credit',
    )
    this.#credit -= 1
    this.#deliveryCount = (this.#deliveryCount + 1) >>> 0
    return this.session.sendDelivery(this, message)
  }

  /** Gives credit back that there are no messages for. */
  drained(): void {
    if (!this.#draining || this.#state !== 'open') return
    this.#deliveryCount = (this.#deliveryCount + this.#credit) >>> 0
    this.#credit = 0
    this.#draining = false
    this.session.writeLinkFlow({
      handle: this.handle,
      deliveryCount: this.#deliveryCount,
      credit: 0,
      drain: true,
    })
  }

  close(error?: AmqpError): void {
    if (this.#state === 'attaching') return this.refuse(error)
    if (this.#state !== 'open') return
    this.#state = 'detaching'
    this.session.writeDetach(this.handle, error)
    this.#handler?.closed()
  }

  /** For the session. */
  onFlow(flow: Flow): void {
    if (this.#state === 'detaching' || this.#state === 'closed') return
    if (flow.linkCredit !== undefined) {
      const seen = flow.deliveryCount ?? 0
      this.#credit = Math.max(0, (seen + flow.linkCredit - this.#deliveryCount) | 0)
    }
    this.#draining = flow.drain
    if (flow.echo) {
      this.session.writeLinkFlow({
        handle: this.handle,
        deliveryCount: this.#deliveryCount,
        credit: this.#credit,
        drain: flow.drain,
      })
    }
    if (this.#state === 'open') this.#handler?.credit()
  }

  /** For the session: room to send has come back. */
  onRoom(): void {
    if (this.#state === 'open' && this.#credit > 0) this.#handler?.credit()
  }

  /** For the session: the peer detached, or everything below this link is gone. */
  onClosed(): void {
    const was = this.#state
    this.#state = 'closed'
    if (was === 'open') this.#handler?.closed()
  }
}

/** What a session writes when it answers an attach. */
export interface AttachAnswer {
  readonly name: string
  readonly handle: number
  readonly isReceiver: boolean
  readonly senderSettleMode: number
  readonly receiverSettleMode: number
  readonly source: AmqpValue
  readonly target: AmqpValue
  readonly initialDeliveryCount?: number
  readonly maxMessageSize?: number
  readonly properties?: ReadonlyMap<string, AmqpValue> | undefined
}

export function symbolKeys(properties: ReadonlyMap<string, AmqpValue> | undefined): AmqpValue {
  if (!properties || properties.size === 0) return null
  return new Map<AmqpValue, AmqpValue>(
    [...properties].map(([name, value]) => [symbol(name), value]),
  )
}
