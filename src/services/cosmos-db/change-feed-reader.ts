// What survives a crash: the checkpoint in the lease. A batch that was delivered but not checkpointed comes
// again, to this host or the next: every change is delivered at least once.
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { ChangedItem, ChangesPage, FeedStart } from './change-feed.ts'
import { LeaseLost, type ChangeFeedLease, type ChangeFeedLeases } from './change-feed-lease.ts'
import type { Container } from './container.ts'
import type { FeedRange } from './feed-range.ts'
import { redeliveryDelayMs } from './limits.ts'

/** Changes of one range, in the order they were made in each partition. */
export interface ChangeBatch {
  readonly range: Pick<FeedRange, 'id' | 'min' | 'max'>
  readonly items: readonly ChangedItem[]
  /** Aborted when another host has taken the range over. */
  readonly signal: AbortSignal
}

export interface ChangeFeedReaderOptions {
  readonly monitored: Container
  readonly leases: ChangeFeedLeases
  /** Where a range begins that has no checkpoint. */
  readonly startFrom: FeedStart
  readonly maxItems: number
  readonly feedPollDelayMs: number
  readonly leaseRenewIntervalMs: number
  readonly clock: Clock
  readonly logger: Logger
  readonly onChanges: (batch: ChangeBatch) => Promise<void>
}

/** Reads one range for as long as this host holds its lease. */
export class ChangeFeedReader {
  readonly #options: ChangeFeedReaderOptions
  readonly #lost = new AbortController()
  readonly #stopping = new AbortController()
  #lease: ChangeFeedLease
  /** Lease writes of this host come one after another, so that they do not fail each other's etag. */
  #leaseWrites: Promise<void> = Promise.resolve()
  #changed = true
  #wake: () => void = () => {}
  #busy = true

  constructor(lease: ChangeFeedLease, options: ChangeFeedReaderOptions) {
    this.#lease = lease
    this.#options = options
  }

  /** True while changes are read or delivered; false while the reader waits for more. */
  get busy(): boolean {
    return this.#busy
  }

  /** Tells the reader that the container may have changes. */
  notify(): void {
    this.#changed = true
    this.#wake()
  }

  /** Runs until the lease is lost or the reader stopped; a batch that is being delivered is finished. */
  async run(): Promise<void> {
    const renewal = this.#renewWhileHeld()
    try {
      await this.#read()
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error
      this.#lose(error)
    } finally {
      this.#busy = false
      this.#stopping.abort()
      await renewal
    }
    if (!this.#lost.signal.aborted) await this.#options.leases.release(this.#lease)
  }

  stop(): void {
    this.#stopping.abort()
    this.#wake()
  }

  async #read(): Promise<void> {
    const { monitored, maxItems } = this.#options
    const { range, continuation } = this.#lease
    let cursor = continuation
    let from = continuation === undefined ? this.#start() : { after: continuation }
    while (this.#isRunning) {
      this.#changed = false
      this.#busy = true
      const page: ChangesPage = await monitored.readChanges({ range, from, limit: maxItems })
      if (page.items.length > 0) await this.#deliver(page)
      // A page that only passed over other ranges' changes has more behind it.
      const hasMoved = page.items.length > 0 || page.cursor !== cursor
      cursor = page.cursor
      from = { after: cursor }
      if (!hasMoved) await this.#waitForChanges()
    }
  }

  // A lease without a checkpoint was made for a reader from the beginning or from a time: to begin it
  // "now" would skip what came since.
  #start(): FeedStart {
    const { startFrom } = this.#options
    return startFrom === 'now' ? 'beginning' : startFrom
  }

  async #deliver(page: ChangesPage): Promise<void> {
    const batch = { range: this.#lease.range, items: page.items, signal: this.#lost.signal }
    const isTaken = await this.#offer(batch)
    if (isTaken && !this.#lost.signal.aborted) await this.#writeLease(page.cursor)
  }

  /** Offers a batch until it is taken; false when the reader was stopped before. */
  async #offer(batch: ChangeBatch): Promise<boolean> {
    const { onChanges, logger } = this.#options
    for (let delayMs: number = redeliveryDelayMs.first; this.#isRunning; delayMs *= 2) {
      try {
        await onChanges(batch)
        return true
      } catch (error) {
        const ids = { lease: this.#lease.id, items: batch.items.length, error: messageOf(error) }
        logger.warn(ids, 'a batch of changes was not taken and is delivered again')
        await this.#sleep(Math.min(delayMs, redeliveryDelayMs.longest))
      }
    }
    return false
  }

  async #renewWhileHeld(): Promise<void> {
    const { leaseRenewIntervalMs, logger } = this.#options
    while (await this.#sleep(leaseRenewIntervalMs)) {
      try {
        await this.#writeLease()
      } catch (error) {
        if (error instanceof LeaseLost) return this.#lose(error)
        logger.warn({ lease: this.#lease.id, error: messageOf(error) }, 'a lease was not renewed')
      }
    }
  }

  #writeLease(continuation?: string): Promise<void> {
    const write = this.#leaseWrites.then(async () => {
      this.#lease = await this.#options.leases.renew(this.#lease, continuation)
    })
    this.#leaseWrites = write.catch(() => {})
    return write
  }

  #lose(reason: LeaseLost): void {
    this.#options.logger.info({ lease: this.#lease.id }, 'another host has taken a lease over')
    this.#lost.abort(reason)
    this.stop()
  }

  get #isRunning(): boolean {
    return !this.#stopping.signal.aborted
  }

  async #waitForChanges(): Promise<void> {
    const { clock, feedPollDelayMs } = this.#options
    if (this.#changed || !this.#isRunning) return
    this.#busy = false
    await new Promise<void>((resolve) => {
      const timer = clock.after(feedPollDelayMs, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
    this.#busy = true
  }

  /** False when the reader was stopped meanwhile. */
  async #sleep(delayMs: number): Promise<boolean> {
    try {
      await this.#options.clock.sleep(delayMs, this.#stopping.signal)
      return true
    } catch {
      return false
    }
  }
}
