// Nothing here survives a crash.
import { AmqpError } from './amqp-error.ts'
import type { AmqpConnection } from './amqp-connection.ts'
import { exact } from './amqp-value.ts'
import type { AmqpValue } from './amqp-value.ts'
import type { AmqpWriter } from './amqp-writer.ts'
import { errorValue, parseDeliveryState, stateValue } from './delivery-state.ts'
import type { DeliveryState } from './delivery-state.ts'
import { IncomingLink } from './incoming-link.ts'
import { incomingWindow, linkNameLengthMax, linksPerSessionMax } from './limits.ts'
import { OutgoingLink, symbolKeys } from './outgoing-link.ts'
import type { AttachAnswer, OutgoingDelivery } from './outgoing-link.ts'
import {
  codes,
  parseAttach,
  parseBegin,
  parseDetach,
  parseDisposition,
  parseFlow,
  parseTransfer,
} from './performatives.ts'
import type { Begin, Flow } from './performatives.ts'

export type AmqpLink = IncomingLink | OutgoingLink

interface Unsettled {
  readonly delivery: OutgoingDelivery
  readonly onState: (state: DeliveryState | undefined, settled: boolean) => void
}

/** A run of deliveries that were accepted one after the other: one disposition says so of all. */
interface Run {
  readonly isReceiver: boolean
  readonly first: number
  last: number
}

/** Half the space of delivery ids: a distance beyond it means that an id lies behind. */
const half = 0x8000_0000
/** What a transfer frame takes beside its payload and its tag. */
const transferBytes = 64

/** One session of a connection: windows, delivery ids, and the links on it. */
export class AmqpSession {
  readonly connection: AmqpConnection
  readonly channel: number
  readonly #links = new Map<number, AmqpLink>()
  readonly #unsettled = new Map<number, Unsettled>()
  readonly #queue: OutgoingTransfer[] = []
  #run: Run | undefined
  #nextIncomingId: number
  #incomingWindow = incomingWindow
  #nextOutgoingId = 0
  #nextDeliveryId = 0
  #remoteWindow: number
  #isEnding = false

  constructor(connection: AmqpConnection, channel: number, begin: Begin) {
    this.connection = connection
    this.channel = channel
    this.#nextIncomingId = begin.nextOutgoingId
    this.#remoteWindow = begin.incomingWindow
    connection.writeFrame(channel, (writer) => {
      writer.composite(codes.begin, [
        exact('ushort', channel),
        exact('uint', 0),
        exact('uint', incomingWindow),
        exact('uint', incomingWindow),
        exact('uint', linksPerSessionMax - 1),
      ])
    })
  }

  get unsettledCount(): number {
    return this.#unsettled.size
  }

  /** False while the peer or its socket does not take more. */
  get canSend(): boolean {
    return this.#queue.length === 0 && this.#remoteWindow > 0 && !this.connection.isBlocked
  }

  links(): Iterable<AmqpLink> {
    return this.#links.values()
  }

  /** Counts bytes of messages that are not settled. */
  hold(bytes: number): void {
    this.connection.hold(bytes)
  }

  end(error?: AmqpError): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.flushRun()
    this.connection.writeFrame(this.channel, (writer) => {
      writer.composite(codes.end, error ? [errorValue(error)] : [])
    })
    this.#closeLinks()
  }

  sendDelivery(
    link: OutgoingLink,
    message: {
      readonly payload: Uint8Array
      readonly tag: Uint8Array
      readonly format?: number
      readonly onState?: Unsettled['onState']
    },
  ): OutgoingDelivery {
    const id = this.#nextDeliveryId
    this.#nextDeliveryId = (id + 1) >>> 0
    const delivery: OutgoingDelivery = {
      id,
      settle: (state) => {
        if (!this.#unsettled.delete(id) || this.#isEnding) return
        this.writeSettled({ isReceiver: false, id, state })
      },
    }
    const { onState } = message
    if (onState) this.#unsettled.set(id, { delivery, onState })
    this.#cut(link.handle, { ...message, id, settled: !onState })
    this.#pump()
    return delivery
  }

  writeSettled(settled: {
    readonly isReceiver: boolean
    readonly id: number
    readonly state: DeliveryState | undefined
  }): void {
    const { isReceiver, id, state } = settled
    if (this.#isEnding) return
    const run = this.#run
    if (
      state?.kind === 'accepted' &&
      run?.isReceiver === isReceiver &&
      id === (run.last + 1) >>> 0
    ) {
      run.last = id
      return
    }
    this.flushRun()
    if (state?.kind === 'accepted') {
      this.#run = { isReceiver, first: id, last: id }
      this.connection.flushLater(this)
      return
    }
    this.#writeDisposition({ isReceiver, first: id, last: id }, state ? stateValue(state) : null)
  }

  /** Writes the disposition that was held back for more of its kind. */
  flushRun(): void {
    const run = this.#run
    if (!run) return
    this.#run = undefined
    this.#writeDisposition(run, stateValue({ kind: 'accepted' }))
  }

  writeAttach(answer: AttachAnswer): void {
    const { initialDeliveryCount, maxMessageSize } = answer
    this.connection.writeFrame(this.channel, (writer) => {
      writer.composite(codes.attach, [
        answer.name,
        exact('uint', answer.handle),
        answer.isReceiver,
        exact('ubyte', answer.senderSettleMode),
        exact('ubyte', answer.receiverSettleMode),
        answer.source,
        answer.target,
        null,
        null,
        initialDeliveryCount === undefined ? null : exact('uint', initialDeliveryCount),
        maxMessageSize === undefined ? null : exact('ulong', maxMessageSize),
        null,
        null,
        symbolKeys(answer.properties),
      ])
    })
  }

  writeDetach(handle: number, error?: AmqpError): void {
    this.flushRun()
    this.connection.writeFrame(this.channel, (writer) => {
      writer.composite(codes.detach, [
        exact('uint', handle),
        true,
        error ? errorValue(error) : null,
      ])
    })
  }

  writeLinkFlow(link: {
    readonly handle: number
    readonly deliveryCount: number
    readonly credit: number
    readonly drain: boolean
  }): void {
    this.#writeFlow([
      exact('uint', link.handle),
      exact('uint', link.deliveryCount),
      exact('uint', link.credit),
      null,
      link.drain,
    ])
  }

  /** For the connection: one performative of this channel. */
  onPerformative(code: number, fields: readonly AmqpValue[], payload: Buffer): void {
    if (this.#isEnding) return
    switch (code) {
      case codes.transfer:
        return this.#onTransfer(fields, payload)
      case codes.disposition:
        return this.#onDisposition(fields)
      case codes.flow:
        return this.#onFlow(parseFlow(fields))
      case codes.attach:
        return this.#onAttach(fields)
      case codes.detach:
        return this.#onDetach(fields)
      default:
        throw new AmqpError('amqp:not-allowed', 'A performative came where it is not allowed.')
    }
  }

  /** For the connection: the peer ended the session, or the connection is gone. */
  onEnded(): void {
    const wasEnding = this.#isEnding
    this.#isEnding = true
    this.#run = undefined
    this.#queue.length = 0
    if (!wasEnding) this.#closeLinks()
  }

  /** For the connection: its socket takes more again. */
  onRoom(): void {
    this.#pump()
    this.#tellRoom()
  }

  #onAttach(fields: readonly AmqpValue[]): void {
    const attach = parseAttach(fields)
    if (this.#links.has(attach.handle)) {
      throw new AmqpError('amqp:session:handle-in-use', `The handle ${attach.handle} is in use.`)
    }
    const isTooMany = this.#links.size >= linksPerSessionMax || attach.handle >= linksPerSessionMax
    if (isTooMany || attach.name.length > linkNameLengthMax) {
      return this.end(
        new AmqpError(
          'amqp:resource-limit-exceeded',
          `A session has at most ${linksPerSessionMax} links.`,
        ),
      )
    }
    const link = attach.isReceiver ? new OutgoingLink(this, attach) : new IncomingLink(this, attach)
    this.#links.set(attach.handle, link)
    this.connection.attached(link)
  }

  #onDetach(fields: readonly AmqpValue[]): void {
    const { handle } = parseDetach(fields)
    const link = this.#links.get(handle)
    if (!link) throw unattached(handle)
    this.#links.delete(handle)
    // A peer that gives up before it has an answer still waits for one.
    if (link.isAttaching) link.refuse()
    const wasOpen = link.isOpen
    link.onClosed()
    if (wasOpen) this.writeDetach(handle)
  }

  #onFlow(flow: Flow): void {
    const seen = flow.nextIncomingId ?? 0
    this.#remoteWindow = Math.max(0, (seen + flow.incomingWindow - this.#nextOutgoingId) | 0)
    if (flow.incomingWindow > half) this.#remoteWindow = half
    this.#pump()
    if (flow.handle === undefined) {
      if (flow.echo) this.#writeFlow([])
      return this.#tellRoom()
    }
    const link = this.#links.get(flow.handle)
    if (!link) throw unattached(flow.handle)
    link.onFlow(flow)
  }

  #onTransfer(fields: readonly AmqpValue[], payload: Buffer): void {
    const transfer = parseTransfer(fields)
    this.#nextIncomingId = (this.#nextIncomingId + 1) >>> 0
    this.#incomingWindow -= 1
    if (this.#incomingWindow < 0) {
      return this.end(
        new AmqpError('amqp:session:window-violation', 'More was sent than the window takes.'),
      )
    }
    const link = this.#links.get(transfer.handle)
    if (link?.role !== 'incoming') throw unattached(transfer.handle)
    link.onTransfer(transfer, payload)
    if (this.#incomingWindow > incomingWindow / 2) return
    this.#incomingWindow = incomingWindow
    this.#writeFlow([])
  }

  #onDisposition(fields: readonly AmqpValue[]): void {
    const disposition = parseDisposition(fields)
    // What a sender says of its own deliveries changes nothing: we settled them first.
    if (!disposition.isReceiver) return
    const { first, last, settled } = disposition
    const state = parseDeliveryState(disposition.state)
    const count = ((last - first) >>> 0) + 1
    if (count > half) return
    const ids =
      count <= this.#unsettled.size ? between(first, count) : this.#idsBetween(first, count)
    for (const id of ids) {
      const unsettled = this.#unsettled.get(id)
      if (settled) this.#unsettled.delete(id)
      unsettled?.onState(state, settled)
    }
  }

  #idsBetween(first: number, count: number): readonly number[] {
    return [...this.#unsettled.keys()].filter((id) => (id - first) >>> 0 < count)
  }

  #cut(
    handle: number,
    message: {
      readonly id: number
      readonly payload: Uint8Array
      readonly tag: Uint8Array
      readonly format?: number
      readonly settled: boolean
    },
  ): void {
    const { id, payload, tag, format = 0, settled } = message
    const room = this.connection.remoteFrameBytesMax - transferBytes - tag.length
    for (let start = 0; start === 0 || start < payload.length; start += room) {
      const more = start + room < payload.length
      const first = start === 0 ? { id, tag, format, settled } : undefined
      const part = more || start > 0 ? payload.subarray(start, start + room) : payload
      this.#queue.push({ handle, first, more, payload: part })
    }
  }

  #pump(): void {
    let sent = 0
    for (const transfer of this.#queue) {
      if (this.#remoteWindow <= 0) break
      this.#remoteWindow -= 1
      this.#nextOutgoingId = (this.#nextOutgoingId + 1) >>> 0
      sent += 1
      const write = (writer: AmqpWriter): void => writeTransfer(writer, transfer)
      this.connection.writeFrame(this.channel, write, transfer.payload)
    }
    if (sent === this.#queue.length) this.#queue.length = 0
    else if (sent > 0) this.#queue.splice(0, sent)
  }

  #tellRoom(): void {
    if (!this.canSend) return
    for (const link of this.#links.values()) if (link.role === 'outgoing') link.onRoom()
  }

  #writeFlow(link: readonly AmqpValue[]): void {
    this.connection.writeFrame(this.channel, (writer) => {
      writer.composite(codes.flow, [
        exact('uint', this.#nextIncomingId),
        exact('uint', this.#incomingWindow),
        exact('uint', this.#nextOutgoingId),
        exact('uint', incomingWindow),
        ...link,
      ])
    })
  }

  #writeDisposition(run: Readonly<Run>, state: AmqpValue): void {
    const { isReceiver, first, last } = run
    this.connection.writeFrame(this.channel, (writer) => {
      writer.composite(codes.disposition, [
        isReceiver,
        exact('uint', first),
        last === first ? null : exact('uint', last),
        true,
        state,
      ])
    })
  }

  #closeLinks(): void {
    const links = [...this.#links.values()]
    this.#links.clear()
    this.#unsettled.clear()
    for (const link of links) link.onClosed()
  }
}

export function openSession(
  connection: AmqpConnection,
  channel: number,
  fields: readonly AmqpValue[],
): AmqpSession {
  return new AmqpSession(connection, channel, parseBegin(fields))
}

/** A transfer that waits for room in the peer's window. */
interface OutgoingTransfer {
  readonly handle: number
  /** What only the first transfer of a delivery says. */
  readonly first:
    | {
        readonly id: number
        readonly tag: Uint8Array
        readonly format: number
        readonly settled: boolean
      }
    | undefined
  readonly more: boolean
  readonly payload: Uint8Array
}

// Field by field and not as a list of values: there is one for each message.
function writeTransfer(writer: AmqpWriter, { handle, first, more }: OutgoingTransfer): void {
  writer.descriptor(codes.transfer)
  const list = writer.beginList()
  writer.uint(handle)
  if (first) {
    writer.uint(first.id)
    writer.binary(first.tag)
    writer.uint(first.format)
    writer.boolean(first.settled)
  } else {
    for (let field = 0; field < 4; field += 1) writer.null()
  }
  writer.boolean(more)
  writer.endList(list, 6)
}

function* between(first: number, count: number): Iterable<number> {
  for (let index = 0; index < count; index += 1) yield (first + index) >>> 0
}

function unattached(handle: number): AmqpError {
  return new AmqpError(
    'amqp:session:unattached-handle',
    `There is no link with the handle ${handle}.`,
  )
}
