// Survives a crash: a message whose send has resolved. A send to a topic is one commit for all subscriptions.
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, formatTraceparent, newTrace } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { AppendMessage, SettleMessage } from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { textOf } from './body-text.ts'
import { route } from './distribution.ts'
import type { Route } from './distribution.ts'
import type { Queue, Topic } from './entities.ts'
import { argumentError, entityDisabled, entityNotFound, serviceBusy } from './errors.ts'
import { routeAttemptsMax, sendCountMax } from './limits.ts'
import type { OutgoingMessage } from './message.ts'
import type { Quota } from './quota.ts'
import { toParcel } from './sending.ts'
import type { Parcel } from './sending.ts'
import type { Topology } from './topology.ts'

export interface SenderContext {
  readonly store: Store
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly topology: Topology
  readonly quota: Quota
  /** The largest message the tier allows where the entity does not say. */
  readonly messageBytesMax: () => number
}

/** What goes to one entity. */
interface Part {
  readonly path: string
  readonly parcels: readonly Parcel[]
  readonly routed: Route
}

interface Hop {
  readonly context: TraceContext
  readonly traceparent: string
  readonly parent: TraceContext | undefined
  readonly payload: string | Uint8Array
}

/** Puts messages into queues and topics. */
export class Sender {
  readonly #context: SenderContext

  constructor(context: SenderContext) {
    this.#context = context
  }

  /** Sends all of the messages or none; gives their sequence numbers. */
  async send(
    path: string,
    messages: readonly OutgoingMessage[],
    trace?: TraceContext,
  ): Promise<readonly number[]> {
    if (messages.length === 0) return []
    if (messages.length > sendCountMax) {
      throw argumentError(
        `One send takes at most ${sendCountMax} messages, not ${messages.length}.`,
      )
    }
    const startMs = this.#context.clock.preciseNow()
    const hops = new Map<TraceContext | undefined, Hop>()
    const traces = messages.map((message) => hopOf(hops, message, trace).traceparent)
    try {
      const bytesMax = this.bytesMax(this.destination(path))
      const parcels = messages.map((message, index) =>
        toParcel(message, { bytesMax, trace: traces[index] ?? '' }),
      )
      const sequences = await this.enqueue(path, parcels)
      this.#report(path, hops.values(), { startMs })
      return sequences
    } catch (error) {
      this.#report(path, hops.values(), { startMs, reason: messageOf(error) })
      throw error
    }
  }

  /** Commits the messages, together with what settles them where they came from. */
  async enqueue(
    path: string,
    parcels: readonly Parcel[],
    options: { readonly settled?: readonly SettleMessage[]; readonly route?: Route } = {},
  ): Promise<readonly number[]> {
    const { settled = [], route: routed = route } = options
    const [sequences = []] = await this.#write([{ path, parcels, routed }], settled)
    return sequences
  }

  /** Sends to several entities and settles where messages came from, all of it or nothing. */
  async commit(
    sends: readonly { readonly path: string; readonly messages: readonly OutgoingMessage[] }[],
    settled: readonly SettleMessage[],
  ): Promise<void> {
    const startMs = this.#context.clock.preciseNow()
    const hops = new Map<TraceContext | undefined, Hop>()
    const parts = sends.map(({ path, messages }) => {
      const bytesMax = this.bytesMax(this.destination(path))
      const parcels = messages.map((message) =>
        toParcel(message, { bytesMax, trace: hopOf(hops, message, undefined).traceparent }),
      )
      return { path, parcels, routed: route }
    })
    await this.#write(parts, settled)
    const [first] = sends
    if (first) this.#report(first.path, hops.values(), { startMs })
  }

  async #write(
    parts: readonly Part[],
    settled: readonly SettleMessage[],
  ): Promise<readonly (readonly number[])[]> {
    const { store, clock, topology } = this.#context
    for (let attempt = 0; attempt < routeAttemptsMax; attempt += 1) {
      const entities = parts.map(({ path }) => this.destination(path))
      const nowMs = clock.now()
      const copies: AppendMessage[][][] = []
      for (const [index, { parcels, routed }] of parts.entries()) {
        const entity = entities[index]
        if (!entity) continue
        await this.#takeQuota(entity, parcels)
        copies.push(parcels.map((parcel) => routed(entity, parcel, nowMs)))
      }
      const checks = entities.map((entity) => topology.check(entity))
      const batch = [...checks, ...settled, ...copies.flat(2)]
      try {
        return sequencesOf(copies, await store.write(batch), checks.length + settled.length)
      } catch (error) {
        if (!(error instanceof ExpectationFailed) || error.index >= checks.length) throw error
        // An entity was changed or deleted after it was looked up: look again.
        await topology.reload()
      }
    }
    throw serviceBusy(parts[0]?.path ?? '')
  }

  /** The queue or topic of a path, when it takes messages. */
  destination(path: string): Queue | Topic {
    const entity = this.#context.topology.find(path)
    if (!entity || entity.kind === 'subscription') throw entityNotFound(path)
    const { status } = entity.properties
    if (status === 'Disabled' || status === 'SendDisabled') throw entityDisabled(entity.path)
    return entity
  }

  /** The path of an entity in the case it was created with. */
  pathAsDefined(path: string): string {
    return this.#context.topology.find(path)?.path ?? path
  }

  /** The largest message that the entity takes. */
  bytesMax(entity: Queue | Topic): number {
    const kilobytes = entity.properties.maxMessageSizeInKilobytes
    return kilobytes === undefined ? this.#context.messageBytesMax() : kilobytes * 1024
  }

  async #takeQuota(entity: Queue | Topic, parcels: readonly Parcel[]): Promise<void> {
    let bytes = 0
    for (const parcel of parcels) bytes += parcel.bytes
    await this.#context.quota.take({
      path: entity.path,
      queues: queuesOf(entity),
      bytes,
      bytesMax: entity.properties.maxSizeInMegabytes * 1024 * 1024,
    })
  }

  #report(
    path: string,
    hops: Iterable<Hop>,
    outcome: { readonly startMs: number; readonly reason?: string },
  ): void {
    const { clock, telemetry } = this.#context
    const { startMs, reason } = outcome
    const durationMs = clock.preciseNow() - startMs
    for (const { context, parent, payload } of hops) {
      telemetry.span({
        context,
        ...(parent ? { parentSpanId: parent.spanId } : {}),
        service: 'service-bus',
        operation: 'send',
        resource: this.pathAsDefined(path),
        startMs,
        durationMs,
        status: reason === undefined ? 'ok' : 'error',
        ...(reason === undefined ? {} : { reason }),
        payload: textOf(payload),
      })
    }
  }
}

// One span for all messages that one cause sends: a batch output of a function is one hop.
function hopOf(
  hops: Map<TraceContext | undefined, Hop>,
  message: OutgoingMessage,
  trace: TraceContext | undefined,
): Hop {
  const parent = message.trace ?? trace
  const known = hops.get(parent)
  if (known) return known
  const context = parent ? childOf(parent) : newTrace()
  const hop = { context, traceparent: formatTraceparent(context), parent, payload: message.body }
  hops.set(parent, hop)
  return hop
}

function sequencesOf(
  copies: readonly (readonly (readonly AppendMessage[])[])[],
  results: readonly (undefined | { readonly sequence: number })[],
  offset: number,
): number[][] {
  let index = offset
  return copies.map((ofPart) =>
    ofPart.map((ofMessage) => {
      const sequence = results[index]?.sequence ?? 0
      index += ofMessage.length
      return sequence
    }),
  )
}

function queuesOf(entity: Queue | Topic): readonly string[] {
  if (entity.kind === 'queue') return [entity.sources.active.queue]
  const subscriptions = [...entity.subscriptions.values()]
  return [entity.inbox.queue, ...subscriptions.map(({ sources }) => sources.active.queue)]
}
