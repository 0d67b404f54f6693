// Survives a crash: every event that waits, with the history of its deliveries. One that was being delivered is
// delivered again: its lease ends with the process that held it.
import { setMaxListeners } from 'node:events'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, newTrace } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { ClaimedMessage, SettleMessage, SettleOutcome } from '../../store/messages.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import type { DeliveryAnswer, PutDeadLetter } from './destination.ts'
import { parcelsOf } from './event-sender.ts'
import type { DeliveryTarget, EventSender, Parcel } from './event-sender.ts'
import {
  claimBytesMax,
  deadLetterRetryMs,
  deliveryTimeoutMs,
  firstClaimCount,
  leaseMs,
  ownFailureDelayMs,
  parallelDeliveriesMax,
  pollMs,
  spanPayloadCharsMax,
  unhealthyFailureCount,
} from './limits.ts'
import { isDelivered, isRetried, outcomeOf, probationOf, retryDelayMs } from './retry.ts'
import { UndeliverableEvents } from './undeliverable-events.ts'
import type { GivenUp } from './undeliverable-events.ts'
import { encodeProperties, queueOf, readWaitingEvent } from './waiting-event.ts'
import type { DeliveryHistory, WaitingEvent } from './waiting-event.ts'

export interface DeliveryParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly telemetry: Telemetry
  readonly sender: EventSender
  readonly putDeadLetter: PutDeadLetter | undefined
  readonly owner: string
}

/**
 * Delivers what waits for one subscription, and nothing else: a slow endpoint holds up only itself.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
export class SubscriptionDelivery {
  readonly #parts: DeliveryParts
  readonly #queue: string
  readonly #undeliverable: UndeliverableEvents
  #target: DeliveryTarget
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #loop: Promise<void> = Promise.resolve()
  #isWoken = false
  #rouse: (() => void) | undefined
  #failuresInRow = 0
  #pausedUntilMs = 0

  constructor(parts: DeliveryParts, target: DeliveryTarget) {
    this.#parts = parts
    this.#target = target
    this.#queue = queueOf(target.subscription)
    this.#undeliverable = new UndeliverableEvents(parts)
    // Each of its deliveries listens while it runs.
    setMaxListeners(2 * parallelDeliveriesMax, this.#stopping.signal)
  }

  start(): void {
    this.#loop = this.#run()
  }

  /** Ends requests that wait for an answer: their events are delivered again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.wake()
    await this.#loop
    await Promise.all(this.#running)
  }

  /** Takes over changed properties; what waits is delivered by them. */
  update(target: DeliveryTarget): void {
    this.#target = target
    this.#pausedUntilMs = 0
    this.#failuresInRow = 0
    this.wake()
  }

  /** Says that something may have come. */
  wake(): void {
    this.#isWoken = true
    this.#rouse?.()
  }

  /** What was given up since the start; `undefined` when nothing was. */
  get givenUp(): GivenUp | undefined {
    return this.#undeliverable.told
  }

  /** Events that are on their way, or due within that time. */
  async pending(withinMs: number): Promise<number> {
    const { store, clock } = this.#parts
    const { ready, leased, scheduled } = await store.countMessages(this.#queue)
    if (this.#pausedUntilMs > clock.now() + withinMs) return leased
    const dueMs = scheduled > 0 ? await store.nextDue(this.#queue) : undefined
    const isDue = dueMs !== undefined && dueMs <= clock.now() + withinMs
    return ready + leased + (isDue ? 1 : 0)
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        if (!(await this.#step())) await this.#rest()
      } catch (error) {
        if (signal.aborted) return
        const ids = { subscription: this.#target.subscription.id, reason: messageOf(error) }
        logger.warn(ids, 'a delivery of events failed')
        await clock.sleep(ownFailureDelayMs, signal).catch(() => {})
      }
    }
  }

  /** Begins deliveries; false when there is nothing to deliver now. */
  async #step(): Promise<boolean> {
    const free = this.#lanes() - this.#running.size
    if (free <= 0) {
      await Promise.race(this.#running)
      return true
    }
    this.#isWoken = false
    if (this.#isPaused()) return false
    const messages = await this.#claim(free)
    if (messages.length === 0) return false
    await this.#deliver(messages.map(readWaitingEvent))
    return true
  }

  /** An endpoint that comes out of its probation is tried with one delivery first. */
  #lanes(): number {
    return this.#failuresInRow >= unhealthyFailureCount ? 1 : parallelDeliveriesMax
  }

  #isPaused(): boolean {
    return this.#pausedUntilMs > this.#parts.clock.now()
  }

  /** Leases what so many deliveries can carry, in steps: how large the events are shows only then. */
  async #claim(deliveries: number): Promise<readonly ClaimedMessage[]> {
    const { store, clock } = this.#parts
    const { ready } = await store.countMessages(this.#queue)
    if (ready === 0) {
      const dueMs = await store.nextDue(this.#queue)
      if (dueMs === undefined || dueMs > clock.now()) return []
    }
    const { eventsMax, preferredBytes, isBatched } = this.#target.settings.endpoint.batch
    const countMax = deliveries * eventsMax
    const bytesMax = isBatched
      ? Math.min(deliveries * preferredBytes, claimBytesMax)
      : claimBytesMax
    const claimed: ClaimedMessage[] = []
    let bytes = 0
    let step = firstClaimCount
    while (claimed.length < countMax && bytes < bytesMax) {
      const count = Math.min(step, countMax - claimed.length)
      const messages = await this.#claimSome(count)
      claimed.push(...messages)
      for (const { body } of messages) bytes += Buffer.byteLength(body)
      if (messages.length < count) break
      const averageBytes = Math.max(1, bytes / claimed.length)
      step = Math.max(1, Math.min(step * 4, Math.floor((bytesMax - bytes) / averageBytes)))
    }
    return claimed
  }

  async #claimSome(count: number): Promise<readonly ClaimedMessage[]> {
    const { store, clock, owner } = this.#parts
    const untilMs = clock.now() + leaseMs
    const [{ messages }] = await store.write([
      { kind: 'message.claim', queue: this.#queue, count, untilMs, rules: {}, owner },
    ])
    return messages
  }

  /** Waits until something may have come, or comes due. */
  async #rest(): Promise<void> {
    const { store, clock } = this.#parts
    const nowMs = clock.now()
    const dueMs = (await store.nextDue(this.#queue)) ?? nowMs + pollMs
    const untilMs = Math.max(Math.min(dueMs, nowMs + pollMs), this.#pausedUntilMs, nowMs + 1)
    if (this.#isWoken && this.#pausedUntilMs <= nowMs) return
    if (this.#stopping.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = clock.after(untilMs - nowMs, resolve)
      this.#rouse = () => {
        // What came while the endpoint is in probation waits with the rest.
        if (this.#pausedUntilMs > clock.now() && !this.#stopping.signal.aborted) return
        timer.cancel()
        resolve()
      }
    })
    this.#rouse = undefined
  }

  /** Begins a delivery for each parcel, as lanes become free. */
  async #deliver(events: readonly WaitingEvent[]): Promise<void> {
    const { clock } = this.#parts
    const leaseEndMs = clock.now() + leaseMs
    const { timeToLiveMs } = this.#target.settings
    const isOver = ({ history }: WaitingEvent): boolean =>
      history.givenUp !== undefined || clock.now() - history.publishedMs >= timeToLiveMs
    const over = events.filter(isOver)
    const overSet = new Set(over)
    if (over.length > 0) this.#begin(() => this.#giveUp(over, 'TimeToLiveExceeded'))
    const live = events.filter((each) => !overSet.has(each))
    for (const parcel of parcelsOf(this.#target, live)) {
      while (this.#running.size >= this.#lanes()) await Promise.race(this.#running)
      const isLate = clock.now() + 2 * deliveryTimeoutMs > leaseEndMs
      const isHeld = isLate || this.#isPaused() || this.#stopping.signal.aborted
      this.#begin(() => (isHeld ? this.#giveBack(parcel.events) : this.#send(parcel)))
    }
  }

  #begin(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running.delete(running)
        this.wake()
      })
    this.#running.add(running)
  }

  async #send(parcel: Parcel): Promise<void> {
    const { clock, sender } = this.#parts
    const { signal } = this.#stopping
    const target = this.#target
    const startMs = clock.preciseNow()
    const links = parcel.events.flatMap(({ trace }) => (trace ? [trace] : []))
    const [parent] = links
    const isOne = parcel.events.length === 1 && parent !== undefined
    const context = isOne ? childOf(parent) : newTrace()
    const answer = await sender.send(target, parcel, { trace: context, signal })
    if (signal.aborted && !isDelivered(answer)) return this.#giveBack(parcel.events)
    this.#report(parcel, answer, { context, startMs, ...(isOne ? { parent } : { links }) })
    if (isDelivered(answer)) {
      this.#failuresInRow = 0
      return this.#settle(parcel.events.map((each) => this.#settlement(each, { kind: 'remove' })))
    }
    this.#failuresInRow += 1
    if (this.#failuresInRow >= unhealthyFailureCount) {
      this.#pausedUntilMs = clock.now() + probationOf(answer)
    }
    await this.#fail(parcel.events, answer)
  }

  async #fail(events: readonly WaitingEvent[], answer: DeliveryAnswer): Promise<void> {
    const { settings } = this.#target
    const nowMs = this.#parts.clock.now()
    const { kind } = settings.endpoint
    const again: SettleMessage[] = []
    const over: WaitingEvent[] = []
    for (const waiting of events) {
      const history: DeliveryHistory = {
        ...waiting.history,
        attempts: waiting.history.attempts + 1,
        outcome: outcomeOf(answer),
        lastAttemptMs: nowMs,
      }
      const failed = { ...waiting, history }
      if (!isRetried(answer, kind) || history.attempts >= settings.attemptsMax) over.push(failed)
      else {
        const visibleAtMs = nowMs + retryDelayMs(history.attempts, answer, kind)
        again.push(this.#release(failed, visibleAtMs))
      }
    }
    if (again.length > 0) await this.#settle(again)
    const isFinal = !isRetried(answer, kind)
    const reason = isFinal
      ? `UndeliverableDueToHttp${outcomeOf(answer)}`
      : 'MaxDeliveryAttemptsExceeded'
    if (over.length > 0) await this.#giveUp(over, reason)
  }

  /** Stores events as dead letters, or drops them where the subscription has no place for them. */
  async #giveUp(events: readonly WaitingEvent[], reason: string): Promise<void> {
    const { over, later } = await this.#undeliverable.giveUp(this.#target, events, reason)
    const visibleAtMs = this.#parts.clock.now() + deadLetterRetryMs
    await this.#settle([
      ...over.map((waiting) => this.#settlement(waiting, { kind: 'remove' })),
      ...later.map((waiting) => this.#release(waiting, visibleAtMs)),
    ])
  }

  /** Back as they were: this delivery did not happen. */
  async #giveBack(events: readonly WaitingEvent[]): Promise<void> {
    await this.#settle(events.map((waiting) => this.#settlement(waiting, { kind: 'release' })))
  }

  #release(waiting: WaitingEvent, visibleAtMs: number): SettleMessage {
    const properties = encodeProperties(waiting.event, waiting.history)
    return this.#settlement(waiting, { kind: 'release', properties, visibleAtMs })
  }

  #settlement(waiting: WaitingEvent, outcome: SettleOutcome): SettleMessage {
    const { sequence, token } = waiting.message
    return { kind: 'message.settle', queue: this.#queue, sequence, token, outcome, rules: {} }
  }

  async #settle(settlements: readonly SettleMessage[]): Promise<void> {
    const { store } = this.#parts
    if (settlements.length === 0) return
    try {
      await store.write(settlements)
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      // A lease that ran out is another delivery's now, or its queue is gone: the others are settled without it.
      for (const settlement of settlements) {
        await store.write([settlement]).catch((each: unknown) => {
          if (!(each instanceof ExpectationFailed)) throw each
        })
      }
    }
  }

  #failed(error: unknown): void {
    const ids = { subscription: this.#target.subscription.id, reason: messageOf(error) }
    this.#parts.logger.error(ids, 'a delivery of events failed: it is made again')
    this.#pausedUntilMs = this.#parts.clock.now() + ownFailureDelayMs
  }

  #report(
    parcel: Parcel,
    answer: DeliveryAnswer,
    span: {
      readonly context: TraceContext
      readonly startMs: number
      readonly parent?: TraceContext
      readonly links?: readonly TraceContext[]
    },
  ): void {
    const { clock, telemetry } = this.#parts
    const { context, startMs, parent, links = [] } = span
    const failure = `${outcomeOf(answer)}: ${answer.reason ?? answer.status}`
    telemetry.span({
      context,
      ...(parent ? { parentSpanId: parent.spanId } : {}),
      ...(links.length > 0 ? { links } : {}),
      service: 'event-grid',
      operation: 'deliver',
      resource: this.#target.subscription.name,
      startMs,
      durationMs: clock.preciseNow() - startMs,
      status: isDelivered(answer) ? 'ok' : 'error',
      ...(isDelivered(answer) ? {} : { reason: failure }),
      payload: `[${parcel.texts.join(',')}]`.slice(0, spanPayloadCharsMax),
    })
  }
}
