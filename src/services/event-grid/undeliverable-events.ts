// Survives a crash: an event that is given up stays in its queue, with the reason, until its dead letter is stored.
import type { Clock } from '../../base/clock.ts'
import { ServiceError, messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Telemetry } from '../../base/telemetry.ts'
import { childOf, newTrace } from '../../base/trace-context.ts'
import { deadLetterBody, deadLetterName } from './dead-letter.ts'
import type { PutDeadLetter } from './destination.ts'
import { schemaFor } from './event-sender.ts'
import type { DeliveryTarget } from './event-sender.ts'
import { writeExactJson } from './exact-numbers.ts'
import { deadLetterTriesMs, deliveryTimeoutMs } from './limits.ts'
import type { WaitingEvent } from './waiting-event.ts'

/** How many events of a subscription were dead-lettered or dropped since the start, and why the first one was. */
export interface GivenUp {
  readonly count: number
  readonly reason: string
}

/** Which events are done with, and which wait for another try to store their dead letter. */
export interface GiveUpOutcome {
  readonly over: readonly WaitingEvent[]
  readonly later: readonly WaitingEvent[]
}

/**
 * What becomes of events that cannot be delivered: dead letters in a blob container, or a loud end.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry#dead-letter-events
 */
export class UndeliverableEvents {
  readonly #parts: {
    readonly clock: Clock
    readonly logger: Logger
    readonly telemetry: Telemetry
    readonly putDeadLetter: PutDeadLetter | undefined
  }
  #told: GivenUp | undefined

  constructor(parts: {
    readonly clock: Clock
    readonly logger: Logger
    readonly telemetry: Telemetry
    readonly putDeadLetter: PutDeadLetter | undefined
  }) {
    this.#parts = parts
  }

  get told(): GivenUp | undefined {
    return this.#told
  }

  async giveUp(
    target: DeliveryTarget,
    events: readonly WaitingEvent[],
    reason: string,
  ): Promise<GiveUpOutcome> {
    const nowMs = this.#parts.clock.now()
    const given = events.map((waiting): WaitingEvent => {
      const givenUp = waiting.history.givenUp ?? { reason, sinceMs: nowMs }
      return { ...waiting, history: { ...waiting.history, givenUp } }
    })
    if (!target.settings.deadLetter || !this.#parts.putDeadLetter) {
      this.#drop(target, given, 'no dead-letter destination')
      return { over: given, later: [] }
    }
    try {
      await this.#store(target, given)
    } catch (error) {
      return this.#later(target, given, error)
    }
    for (const waiting of given) this.#report(target, waiting, 'dead-letter')
    return { over: given, later: [] }
  }

  async #store(target: DeliveryTarget, events: readonly WaitingEvent[]): Promise<void> {
    const { clock, putDeadLetter } = this.#parts
    const { settings, subscription } = target
    if (!settings.deadLetter || !putDeadLetter) return
    const letters = events.map((waiting) => {
      const { history, event } = waiting
      const reason = history.givenUp?.reason ?? ''
      return deadLetterBody(event, { ...history, reason }, schemaFor(target, waiting))
    })
    const ending = new AbortController()
    const stored = putDeadLetter({
      ...settings.deadLetter,
      blobName: deadLetterName(subscription.name, clock.now()),
      body: writeExactJson(letters),
    })
    const tooLate = clock.sleep(deliveryTimeoutMs, ending.signal).then(
      () => Promise.reject(new Error('It took longer than 30 seconds.')),
      () => {},
    )
    try {
      await Promise.race([stored, tooLate])
    } finally {
      ending.abort()
    }
  }

  #later(target: DeliveryTarget, events: readonly WaitingEvent[], error: unknown): GiveUpOutcome {
    const { clock, logger } = this.#parts
    const reason = messageOf(error)
    logger.warn(
      { subscription: target.subscription.id, reason },
      'a dead letter could not be stored',
    )
    // A container that is not there is no reason to wait for it.
    const isGone = error instanceof ServiceError && error.status === 404
    const isOver = (waiting: WaitingEvent): boolean => isGone || isTooLate(waiting, clock.now())
    const over = events.filter(isOver)
    this.#drop(target, over, `the dead-letter destination failed: ${reason}`)
    return { over, later: events.filter((waiting) => !isOver(waiting)) }
  }

  #drop(target: DeliveryTarget, events: readonly WaitingEvent[], why: string): void {
    const { logger } = this.#parts
    for (const waiting of events) {
      const { event, history } = waiting
      const ids = {
        subscription: target.subscription.id,
        event: event.body['id'] ?? null,
        ...history,
      }
      logger.error(ids, `an event was dropped: ${history.givenUp?.reason}, ${why}`)
      this.#report(target, waiting, 'drop')
    }
  }

  #report(target: DeliveryTarget, waiting: WaitingEvent, operation: 'drop' | 'dead-letter'): void {
    const { clock, telemetry } = this.#parts
    const { trace, history } = waiting
    const outcome = history.outcome === undefined ? '' : `: ${history.outcome}`
    const reason = `${history.givenUp?.reason} after ${history.attempts} attempts${outcome}`
    this.#told = { count: (this.#told?.count ?? 0) + 1, reason: this.#told?.reason ?? reason }
    telemetry.span({
      context: trace ? childOf(trace) : newTrace(),
      ...(trace ? { parentSpanId: trace.spanId } : {}),
      service: 'event-grid',
      operation,
      resource: target.subscription.name,
      startMs: clock.preciseNow(),
      durationMs: 0,
      status: 'error',
      reason,
    })
  }
}

function isTooLate(waiting: WaitingEvent, nowMs: number): boolean {
  return nowMs - (waiting.history.givenUp?.sinceMs ?? nowMs) >= deadLetterTriesMs
}
