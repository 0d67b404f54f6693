// Nothing is kept in memory: what has come to its end is found again after a crash.
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { Timer } from '../../base/clock.ts'
import type { Operation } from '../../store/store.ts'
import type { Accounts } from './accounts.ts'
import type { Account } from './account.ts'
import { heldBy } from './blob.ts'
import { blobCollection, pastCollection, readBlob, type BlobTable } from './blob-table.ts'
import { blockCollection, removals } from './block-blob.ts'
import type { Containers } from './containers.ts'
import { sweepIntervalMs, sweptItemsMax, uncommittedLifeMs } from './limits.ts'

/** Removes what has come to its end: blocks of a week, deleted blobs and containers, blobs that expire. */
export class Expiry {
  readonly #parts: {
    readonly table: BlobTable
    readonly accounts: Accounts
    readonly containers: Containers
    readonly logger: Logger
  }
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(parts: {
    readonly table: BlobTable
    readonly accounts: Accounts
    readonly containers: Containers
    readonly logger: Logger
  }) {
    this.#parts = parts
  }

  start(): void {
    this.#isStopped = false
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Looks at every account once. */
  async sweep(): Promise<void> {
    for (const account of this.#parts.accounts.list()) {
      if (this.#isStopped) return
      await this.#sweepContainers(account)
      await this.#sweepBlocks(account)
      await this.#sweepPast(account)
      await this.#sweepExpired(account)
    }
  }

  #schedule(): void {
    this.#timer = this.#parts.table.clock.after(sweepIntervalMs, () => {
      this.#running = this.sweep().catch((error: unknown) => {
        this.#parts.logger.warn({}, `storage could not be swept: ${messageOf(error)}`)
      })
      void this.#running.then(() => {
        if (!this.#isStopped) this.#schedule()
      })
    })
  }

  async #sweepContainers(account: Account): Promise<void> {
    const { containers, table } = this.#parts
    const nowMs = table.clock.now()
    for (const { id, deleted } of await containers.deleted(account.name)) {
      if (!deleted || deleted.untilMs > nowMs) continue
      const isEmpty = await emptyPartition(table, account.name, id)
      if (isEmpty) await containers.forget(account.name, id)
    }
  }

  async #sweepBlocks(account: Account): Promise<void> {
    const { store, clock } = this.#parts.table
    const oldestMs = clock.now() - uncommittedLifeMs
    for await (const page of store.scan({ collection: blockCollection(account.name) })) {
      const old = page.filter(({ timestampMs }) => timestampMs <= oldestMs)
      if (old.length > 0) await this.#write(removals(old, new Set()))
      // In the order of time: what follows is younger.
      if (old.length < page.length || this.#isStopped) return
    }
  }

  async #sweepPast(account: Account): Promise<void> {
    const { store, clock } = this.#parts.table
    const { blobRetentionDays } = account.blobService
    const collection = pastCollection(account.name)
    if (blobRetentionDays === undefined && (await store.countDocuments(collection)) === 0) return
    for await (const page of store.scan({ collection })) {
      for (const document of page) {
        const { keptUntilMs } = readBlob(document)
        if (keptUntilMs === undefined || keptUntilMs > clock.now()) continue
        await this.#write(removalOf(document))
      }
      if (this.#isStopped) return
    }
  }

  async #sweepExpired(account: Account): Promise<void> {
    if (!account.isHierarchical) return
    const { store, clock } = this.#parts.table
    for await (const page of store.scan({ collection: blobCollection(account.name) })) {
      for (const document of page) {
        const { expiresMs } = readBlob(document)
        if (expiresMs === undefined || expiresMs > clock.now()) continue
        await this.#write(removalOf(document))
      }
      if (this.#isStopped) return
    }
  }

  // One that has changed meanwhile is looked at the next time.
  async #write(operations: readonly Operation[]): Promise<void> {
    await this.#parts.table.store.write(operations).catch((error: unknown) => {
      this.#parts.logger.debug({}, `left for later: ${messageOf(error)}`)
    })
  }
}

/** Removes a part of what a deleted container holds; true once nothing is left. */
async function emptyPartition(table: BlobTable, account: string, id: string): Promise<boolean> {
  const { store } = table
  for (const collection of [blobCollection(account), pastCollection(account)]) {
    const list = { collection, partition: id, limit: sweptItemsMax }
    const documents = await store.listDocuments(list)
    if (documents.length > 0) await store.write(documents.flatMap(removalOf))
    if (documents.length === sweptItemsMax) return false
  }
  const blocks = { collection: blockCollection(account), partition: id, limit: sweptItemsMax }
  const documents = await store.listDocuments(blocks)
  if (documents.length > 0) await store.write(removals(documents, new Set()))
  return documents.length < sweptItemsMax
}

function removalOf(document: Parameters<typeof readBlob>[0]): Operation[] {
  const { collection, partition, id, etag } = document
  const releases = [...heldBy(readBlob(document))].map(
    (held): Operation => ({ kind: 'blob.release', id: held }),
  )
  return [{ kind: 'document.delete', collection, partition, id, expect: { etag } }, ...releases]
}
