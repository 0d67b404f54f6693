// Survives a crash: a message is either still where it was or, by one commit, where it goes.
import type { Clock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, formatTraceparent, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { ClaimedMessage, SettleMessage, SettleOutcome } from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import type { Arrivals } from './arrivals.ts'
import { textOf } from './body-text.ts'
import { route, routeFromInbox } from './distribution.ts'
import type { MessageSource } from './entities.ts'
import { decodeEnvelope, decodeNote, encodeEnvelope, encodeNote } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { forwardBatchMax, forwardHopsMax, forwardRetryMs, lockDurationMsDefault } from './limits.ts'
import type { ApplicationProperties } from './message.ts'
import { lookAgainMs, mayHaveReady } from './ready-messages.ts'
import type { Sender } from './sender.ts'
import type { Parcel } from './sending.ts'

/** Where the forwarder takes messages and where it brings them. */
export interface Forwarding {
  readonly source: MessageSource
  /** The entity whose messages these are. */
  readonly path: string
  /** The queue or topic they go to: for a topic's own inbox the topic itself. */
  readonly destination: string
  /** Where a message goes that its destination does not take; an inbox has no such place. */
  readonly transferDeadLetter: string | undefined
}

/** Moves what arrives in one place to another: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-auto-forwarding */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ForwarderOptions) {
    this.#options = options
  }

  get forwarding(): Forwarding {
    return this.#options.forwarding
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, logger, forwarding } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#step(signal)
      } catch (error) {
        logger.warn({ entity: forwarding.path, reason: messageOf(error) }, 'forwarding failed')
        await clock.sleep(forwardRetryMs, signal).catch(() => undefined)
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { arrivals, forwarding } = this.#options
    const { queue } = forwarding.source
    const seen = arrivals.version(queue)
    const messages = (await mayHaveReady(this.#options, queue)) ? await this.#claim() : []
    if (messages.length > 0) return this.#forward(messages)
    const waitMs = await lookAgainMs(this.#options, queue)
    await arrivals.changed(queue, seen, { waitMs, signals: [signal] })
  }

  async #claim(): Promise<readonly ClaimedMessage[]> {
    const { store, clock, forwarding, owner } = this.#options
    const untilMs = clock.now() + lockDurationMsDefault
    // Without the rule about attempts: a message that waits for its destination must not wear out meanwhile.
    const { expired } = forwarding.source.rules
    const [{ messages }] = await store.write([
      {
        kind: 'message.claim',
        queue: forwarding.source.queue,
        rules: expired ? { expired } : {},
        count: forwardBatchMax,
        untilMs,
        owner,
      },
    ])
    return messages
  }

  async #forward(messages: readonly ClaimedMessage[]): Promise<void> {
    try {
      await this.#bring(messages)
    } catch (error) {
      if (error instanceof ExpectationFailed) return
      if (!(error instanceof ServiceError) || error.code === 'ServiceBusy') {
        await this.#release(messages)
        throw error
      }
      // One of them may be at fault: each is brought alone, so that the others arrive.
      for (const message of messages) await this.#forwardOne(message)
    }
  }

  // A failure of our own: without this the messages would wait for their locks to run out.
  async #release(messages: readonly ClaimedMessage[]): Promise<void> {
    const { store, forwarding } = this.#options
    const source = { queue: forwarding.source.queue, rules: {} }
    await store.write(messages.map((message) => settleOf(source, message, { kind: 'release' })))
  }

  async #forwardOne(message: ClaimedMessage): Promise<void> {
    try {
      await this.#bring([message])
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      await this.#giveUp(message, { reason: error.code, description: error.message })
    }
  }

  async #bring(messages: readonly ClaimedMessage[]): Promise<void> {
    const { sender, clock, forwarding } = this.#options
    const isInbox = forwarding.transferDeadLetter === undefined
    const startMs = clock.preciseNow()
    const forwarded: Forwarded[] = []
    const settled: SettleMessage[] = []
    for (const message of messages) {
      const moved = toForwarded(message, { isInbox })
      if ((moved.parcel.envelope.hops ?? 0) > forwardHopsMax) {
        await this.#giveUp(message, hopsExceeded)
        continue
      }
      forwarded.push(moved)
      settled.push(settleOf(forwarding.source, message, { kind: 'remove' }))
    }
    if (forwarded.length === 0) return
    const parcels = forwarded.map(({ parcel }) => parcel)
    const options = { settled, route: isInbox ? routeFromInbox : route }
    await sender.enqueue(forwarding.destination, parcels, options)
    if (!isInbox) this.#report(forwarded, startMs)
  }

  async #giveUp(
    message: ClaimedMessage,
    why: { readonly reason: string; readonly description: string },
  ): Promise<void> {
    const { store, forwarding } = this.#options
    const { transferDeadLetter, source, path } = forwarding
    if (transferDeadLetter === undefined) {
      throw new ServiceError(why.reason, 400, why.description)
    }
    const move = { to: transferDeadLetter, note: encodeNote({ ...why, source: path }) }
    await store.write([settleOf(source, message, { kind: 'move', move })])
  }

  #report(forwarded: readonly Forwarded[], startMs: number): void {
    const { clock, telemetry, sender, forwarding } = this.#options
    const durationMs = clock.preciseNow() - startMs
    for (const { parcel, context, parent } of forwarded) {
      telemetry.span({
        context,
        ...(parent ? { parentSpanId: parent.spanId } : {}),
        service: 'service-bus',
        operation: 'forward',
        resource: sender.pathAsDefined(forwarding.destination),
        startMs,
        durationMs,
        status: 'ok',
        payload: textOf(parcel.body),
      })
    }
  }
}

export interface ForwarderOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly arrivals: Arrivals
  readonly sender: Sender
  readonly owner: string
  readonly forwarding: Forwarding
}

interface Forwarded {
  readonly parcel: Parcel
  readonly context: TraceContext
  readonly parent: TraceContext | undefined
}

const hopsExceeded = {
  reason: 'MaxTransferHopCountExceeded',
  description: `The maximum number of allowed hops when forwarding between queues has been exceeded. This value is set to ${forwardHopsMax}.`,
}

// A message that leaves the inbox of its topic has not been forwarded: it is where it was sent.
function toForwarded(message: ClaimedMessage, options: { readonly isInbox: boolean }): Forwarded {
  const parent = parseTraceparent(message.trace)
  const context = parent ? childOf(parent) : newTrace()
  const trace = options.isInbox ? (message.trace ?? '') : formatTraceparent(context)
  const envelope = options.isInbox
    ? { ...decodeEnvelope(message.properties), enqueuedSequenceNumber: message.originalSequence }
    : forwardedEnvelope(message)
  const properties = encodeEnvelope(envelope)
  const bytes = Buffer.byteLength(properties) + Buffer.byteLength(message.body)
  return { parcel: { envelope, properties, body: message.body, bytes, trace }, context, parent }
}

function forwardedEnvelope(message: ClaimedMessage): Envelope {
  const { deadLetter, ...envelope } = decodeEnvelope(message.properties)
  const note = decodeNote(message.note) ?? deadLetter
  const hops = (envelope.hops ?? 0) + 1
  const enqueuedSequenceNumber = envelope.enqueuedSequenceNumber ?? message.originalSequence
  const forwarded = { ...envelope, hops, enqueuedSequenceNumber }
  if (!note) return forwarded
  const applicationProperties: ApplicationProperties = {
    ...envelope.applicationProperties,
    ...(note.reason === undefined ? {} : { DeadLetterReason: note.reason }),
    ...(note.description === undefined ? {} : { DeadLetterErrorDescription: note.description }),
  }
  return { ...forwarded, applicationProperties, deadLetterSource: note.source }
}

function settleOf(
  source: MessageSource,
  message: ClaimedMessage,
  outcome: SettleOutcome,
): SettleMessage {
  const { sequence, token } = message
  return { kind: 'message.settle', ...source, sequence, token, outcome }
}
