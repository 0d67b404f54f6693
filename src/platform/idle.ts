import type { Clock } from '../base/clock.ts'
import type { EventGrid } from '../services/event-grid/service.ts'
import type { FunctionApps } from '../services/functions/service.ts'
import type { Entity } from '../services/service-bus/entities.ts'
import type { EntityCounts, Namespace } from '../services/service-bus/namespace.ts'
import type { LogicApps } from '../services/logic-apps/service.ts'
import type { ServiceBus } from '../services/service-bus/service.ts'
import type { Storage } from '../services/storage/service.ts'

/** How often the platform looks whether it is idle, and how many looks in a row must say so. */
const lookIntervalMs = 50
const quietLooks = 3
/** An event that waits longer for its next try does not hold the platform up. */
const retryWaitMs = 15_000

/** What the work came to when it had drained. */
export interface IdleReport {
  /** Dead-lettered messages, by entity: each is a reason for a run to fail. */
  readonly deadLetters: ReadonlyMap<string, Failures>
  /** Events that were dead-lettered or dropped since the start, by event subscription. */
  readonly undeliveredEvents: ReadonlyMap<string, Failures>
  /** Runs of workflows that failed since the start and whose callers did not hear of it, by workflow. */
  readonly failedRuns: ReadonlyMap<string, Failures>
}

/** How many failed, and why the first one did. */
export interface Failures {
  readonly count: number
  readonly reason: string
}

/** What may have work that is not done. */
export interface IdleParts {
  readonly storage: Pick<Storage, 'pendingEvents'>
  readonly eventGrid: Pick<EventGrid, 'pendingEvents' | 'givenUpEvents'>
  readonly logicApps: Pick<LogicApps, 'pendingRuns' | 'failedRuns'>
  readonly functions: FunctionApps
  readonly serviceBus: ServiceBus
  readonly clock: Clock
}

/** Tells when no accepted message, event or feed change waits for anyone. */
export class IdleWatch {
  readonly #parts: IdleParts

  constructor(parts: IdleParts) {
    this.#parts = parts
  }

  async untilIdle(signal?: AbortSignal): Promise<IdleReport> {
    for (let quiet = 0; quiet < quietLooks;) {
      quiet = (await this.#isIdle()) ? quiet + 1 : 0
      await this.#parts.clock.sleep(lookIntervalMs, signal)
    }
    const { eventGrid, logicApps } = this.#parts
    return {
      deadLetters: await this.#deadLetters(),
      undeliveredEvents: eventGrid.givenUpEvents(),
      failedRuns: logicApps.failedRuns(),
    }
  }

  async #isIdle(): Promise<boolean> {
    const failed = this.#parts.functions.apps().find((app) => app.state === 'failed')
    if (failed) throw new Error(`the function app '${failed.name}' failed: ${failed.failure ?? ''}`)
    const { eventGrid, functions, logicApps, storage } = this.#parts
    // In the order that work takes, so that what moves on meanwhile is seen further down.
    const counts = [
      () => storage.pendingEvents(),
      () => eventGrid.pendingEvents({ withinMs: retryWaitMs }),
      () => logicApps.pendingRuns(),
      () => functions.pending(),
    ]
    for (const count of counts) if ((await count()) > 0) return false
    return !(await this.#isForwarding())
  }

  /** True while a message is on its way from one entity to another. */
  async #isForwarding(): Promise<boolean> {
    for await (const { entity, counts } of this.#counted()) {
      if (onItsWay(entity, counts) > 0) return true
    }
    return false
  }

  async #deadLetters(): Promise<Map<string, Failures>> {
    const found = new Map<string, Failures>()
    for await (const { namespace, entity, counts } of this.#counted()) {
      const { deadLetterMessageCount, transferDeadLetterMessageCount } = counts
      const count = deadLetterMessageCount + transferDeadLetterMessageCount
      if (count === 0) continue
      const subQueue = deadLetterMessageCount > 0 ? 'deadLetter' : 'transferDeadLetter'
      const [first] = await namespace.peek(entity.path, { maxCount: 1, subQueue })
      const reason = [first?.deadLetterReason, first?.deadLetterErrorDescription]
      found.set(`${namespace.name}/${entity.path}`, {
        count,
        reason: reason.filter((text) => text !== undefined).join(': '),
      })
    }
    return found
  }

  async *#counted(): AsyncIterable<{ namespace: Namespace; entity: Entity; counts: EntityCounts }> {
    for (const namespace of this.#parts.serviceBus.namespaces()) {
      for (const entity of namespace.list()) {
        yield { namespace, entity, counts: await namespace.counts(entity.path) }
      }
    }
  }
}

/** Messages that the bus itself takes further: what a suspended entity holds stays there. */
function onItsWay(entity: Entity, counts: EntityCounts): number {
  if (entity.kind === 'topic') return counts.activeMessageCount
  const { status, forwardTo, forwardDeadLetteredMessagesTo } = entity.properties
  if (status === 'Disabled' || status === 'ReceiveDisabled') return 0
  return (
    (forwardTo === undefined ? 0 : counts.activeMessageCount) +
    (forwardDeadLetteredMessagesTo === undefined ? 0 : counts.deadLetterMessageCount)
  )
}
