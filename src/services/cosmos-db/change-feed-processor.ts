// What survives a crash: the leases. A host that starts again under its name goes on with them at once;
// those of a host that stays away are taken over when they expire.
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { SlotRange } from '../../store/documents.ts'
import { countChanges, type FeedStart } from './change-feed.ts'
import { ChangeFeedLeases, LeaseLost, type ChangeFeedLease } from './change-feed-lease.ts'
import { ChangeFeedReader, type ChangeBatch } from './change-feed-reader.ts'
import type { Container } from './container.ts'
import type { FeedRange } from './feed-range.ts'
import { leasesToTake } from './lease-balance.ts'

export type { ChangeBatch } from './change-feed-reader.ts'

export interface ChangeFeedProcessorOptions {
  readonly monitored: Container
  readonly leases: Container
  /** Sets the leases of this processor apart from others in the same lease container. */
  readonly leasePrefix: string
  /** Unique among the hosts that share the work, and the same after a restart. */
  readonly hostName: string
  /** For ranges that have no lease yet. */
  readonly startFrom: 'beginning' | 'now' | { readonly sinceMs: number }
  readonly maxItems: number
  readonly feedPollDelayMs: number
  readonly leaseAcquireIntervalMs: number
  readonly leaseRenewIntervalMs: number
  readonly leaseExpirationIntervalMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** A batch is delivered again, later, when this rejects. */
  readonly onChanges: (batch: ChangeBatch) => Promise<void>
}

/**
 * Delivers the changes of a container, its ranges shared among the hosts that have the same lease prefix:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-processor
 */
export class ChangeFeedProcessor implements Startable {
  readonly #options: ChangeFeedProcessorOptions
  readonly #leases: ChangeFeedLeases
  readonly #readers = new Map<string, { reader: ChangeFeedReader; done: Promise<void> }>()
  #started = false
  #timer: Timer | undefined
  #balancing: Promise<void> = Promise.resolve()
  #unsubscribe: () => void = () => {}

  constructor(options: ChangeFeedProcessorOptions) {
    this.#options = options
    this.#leases = new ChangeFeedLeases(options)
  }

  /** Makes missing leases, goes on with those of an earlier life and takes its share of the rest. */
  async start(): Promise<void> {
    const { monitored } = this.#options
    this.#started = true
    this.#unsubscribe = monitored.parts.store.onCommit(({ collections }) => {
      if (collections.has(monitored.collection)) this.#notify()
    })
    try {
      await this.#alignLeasesWithRanges()
      await this.#balance()
    } catch (error) {
      await this.stop()
      throw error
    }
    this.#scheduleBalance()
  }

  /** Finishes the batches that are being delivered and gives the leases up. */
  async stop(): Promise<void> {
    this.#started = false
    this.#timer?.cancel()
    this.#unsubscribe()
    await this.#balancing
    const readers = [...this.#readers.values()]
    for (const { reader } of readers) reader.stop()
    await Promise.all(readers.map(({ done }) => done))
  }

  /** True while this host reads or delivers changes. */
  get busy(): boolean {
    return [...this.#readers.values()].some(({ reader }) => reader.busy)
  }

  /** Changes that no host has finished yet, counted up to a limit for each range. */
  async lag(): Promise<number> {
    const { monitored } = this.#options
    const leases = await this.#leases.list()
    const counts = leases.map((lease) =>
      countChanges(monitored.scope, { range: lease.range, from: this.#startOf(lease) }),
    )
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  #startOf({ continuation }: ChangeFeedLease): FeedStart {
    if (continuation !== undefined) return { after: continuation }
    return typeof this.#options.startFrom === 'object' ? this.#options.startFrom : 'beginning'
  }

  #notify(): void {
    for (const { reader } of this.#readers.values()) reader.notify()
  }

  #scheduleBalance(): void {
    if (!this.#started) return
    const { clock, leaseAcquireIntervalMs } = this.#options
    this.#timer = clock.after(leaseAcquireIntervalMs, () => {
      this.#balancing = this.#balanceAgain()
    })
  }

  async #balanceAgain(): Promise<void> {
    try {
      await this.#alignLeasesWithRanges()
      await this.#balance()
    } catch (error) {
      const { logger, hostName } = this.#options
      logger.warn({ hostName, error: messageOf(error) }, 'the change feed leases were not balanced')
    }
    this.#scheduleBalance()
  }

  async #balance(): Promise<void> {
    const { hostName, clock, leaseExpirationIntervalMs } = this.#options
    const leases = await this.#leases.list()
    const wanted = leasesToTake(leases, {
      hostName,
      nowMs: clock.now(),
      leaseExpirationIntervalMs,
    })
    // Its own come first: those of an earlier life, or of a reader that ended by a fault.
    const own = leases.filter((lease) => lease.owner === hostName)
    for (const lease of [...own, ...wanted]) await this.#take(lease)
  }

  async #take(lease: ChangeFeedLease): Promise<void> {
    if (!this.#started || this.#readers.has(lease.token)) return
    try {
      const held = await this.#leases.acquire(lease, this.#options.hostName)
      this.#read(held)
    } catch (error) {
      // Another host was faster; the next round sees who has it.
      if (!(error instanceof LeaseLost)) throw error
    }
  }

  #read(lease: ChangeFeedLease): void {
    const { logger } = this.#options
    const reader = new ChangeFeedReader(lease, { ...this.#options, leases: this.#leases })
    const done = reader
      .run()
      .catch((error: unknown) => {
        const ids = { lease: lease.id, error: messageOf(error) }
        logger.error(ids, 'a range of the change feed ended and is taken up again later')
      })
      .finally(() => this.#readers.delete(lease.token))
    this.#readers.set(lease.token, { reader, done })
  }

  /** Every range has a lease; the pieces of a split range go on where the whole one was. */
  async #alignLeasesWithRanges(): Promise<void> {
    const ranges = this.#options.monitored.feedRanges()
    const leases = new Map((await this.#leases.list()).map((lease) => [lease.token, lease]))
    for (const range of ranges) {
      // Leases of its pieces: another host knows of a split that this one has not heard of.
      const isKnown = [...leases.values()].some((lease) => isWithin(lease.range.slots, range.slots))
      if (isKnown) continue
      const parent = parentLease(range, leases)
      const continuation = parent ? parent.continuation : await this.#firstContinuation(range)
      await this.#leases.createIfAbsent(range, continuation)
    }
    const split = new Set(ranges.flatMap((range) => range.parents))
    for (const lease of leases.values()) {
      if (split.has(lease.token)) await this.#leases.delete(lease)
    }
  }

  // Written into the lease at once: a host that stops before its first batch must not begin later again.
  async #firstContinuation(range: FeedRange): Promise<string | undefined> {
    const { monitored, startFrom } = this.#options
    if (startFrom !== 'now') return undefined
    return (await monitored.readChanges({ range, from: 'now', limit: 1 })).cursor
  }
}

function isWithin(inner: SlotRange, outer: SlotRange): boolean {
  return inner.from >= outer.from && inner.to <= outer.to
}

function parentLease(
  range: FeedRange,
  leases: ReadonlyMap<string, ChangeFeedLease>,
): ChangeFeedLease | undefined {
  const parent = range.parents.findLast((id) => leases.has(id))
  return parent === undefined ? undefined : leases.get(parent)
}
