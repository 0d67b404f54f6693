// Survives a crash: how far the watcher has looked, and which version of each blob it has had. A blob whose
// handling was cut off is handled again.
import { newUuid } from '../../base/ids.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import type { DocumentKey, StoredDocument } from '../../store/documents.ts'
import type { BlobRecord } from './blob.ts'
import { blobCollection, readBlob } from './blob-table.ts'
import { watchedPageMax, watcherPollMs, watcherRetryMs } from './limits.ts'
import type { Storage } from './service.ts'

const collection = 'storage/blob-receipts'

/** A version of a blob that nobody has handled. */
export interface WatchedBlob {
  readonly record: BlobRecord
  /** W3C `traceparent` of the write. */
  readonly trace?: string
}

export interface BlobWatcherOptions {
  readonly storage: Storage
  readonly account: string
  readonly container: string
  /** Whose receipts these are: the same after a restart. */
  readonly owner: string
  /** Whether a blob of the name is wanted. */
  readonly matches: (name: string) => boolean
  /** Blobs that are handled at the same time. */
  readonly parallel: number
  /** After so many failures a blob is given up. */
  readonly attemptsMax: number
  readonly clock: Clock
  readonly logger: Logger
  /** False, or a rejection, where it has to be tried again. */
  readonly onBlob: (blob: WatchedBlob) => Promise<boolean>
  readonly onGivenUp: (blob: WatchedBlob) => Promise<void>
}

/** Hands each version of each blob of a container over once, at least, and keeps a receipt for it. */
export class BlobWatcher {
  readonly #options: BlobWatcherOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}
  #unlisten: () => void = () => {}
  #cursor: string | undefined
  #containerId = ''
  #running = 0

  constructor(options: BlobWatcherOptions) {
    this.#options = options
  }

  start(): void {
    const { storage, account } = this.#options
    const watched = blobCollection(account)
    this.#unlisten = storage.table.store.onCommit(({ collections }) => {
      if (collections.has(watched)) this.#wake()
    })
    this.#loop = this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#unlisten()
    this.#stopping.abort()
    this.#wake()
    await this.#loop
  }

  /** How many changes wait to be looked at, or are being handled. */
  async pending(): Promise<number> {
    const { storage, account, container } = this.#options
    if (!(await storage.containers.find(account, container))) return this.#running
    const after = this.#cursor === undefined ? {} : { after: this.#cursor }
    const lag = { collection: blobCollection(account), limit: watchedPageMax, ...after }
    return (await storage.table.store.feedLag(lag)) + this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => (this.#wake = resolve))
      try {
        await this.#look(signal)
      } catch (error) {
        const { account, container, owner } = this.#options
        const ids = { account, container, owner }
        this.#options.logger.warn(ids, `blobs could not be looked at: ${messageOf(error)}`)
      }
      if (!signal.aborted) await this.#wait(changed)
    }
  }

  // A wake-up may be lost, and the container may not be there yet.
  async #wait(changed: Promise<void>): Promise<void> {
    const timer = this.#options.clock.after(watcherPollMs, this.#wake)
    await changed
    timer.cancel()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { storage, account, container } = this.#options
    const found = await storage.containers.find(account, container)
    if (!found) return
    if (found.id !== this.#containerId) await this.#resume(found.id)
    const { store } = storage.table
    while (!signal.aborted) {
      const after = this.#cursor === undefined ? {} : { after: this.#cursor }
      const page = await store.feed({
        collection: blobCollection(account),
        limit: watchedPageMax,
        ...after,
      })
      const isEnd = page.documents.length === 0 && page.cursor === this.#cursor
      if (isEnd) return
      await this.#handleAll(page.documents, signal)
      if (signal.aborted) return
      await this.#keepCursor(page.cursor)
    }
  }

  async #handleAll(documents: readonly StoredDocument[], signal: AbortSignal): Promise<void> {
    const wanted: StoredDocument[] = []
    for (const document of documents) if (await this.#isWanted(document)) wanted.push(document)
    const next = wanted.values()
    const work = async (): Promise<void> => {
      for (const document of next) if (!signal.aborted) await this.#handle(document, signal)
    }
    await Promise.all(Array.from({ length: this.#options.parallel }, work))
  }

  async #isWanted(document: StoredDocument): Promise<boolean> {
    if (document.partition !== this.#containerId) return false
    const { name, etag, isDirectory } = readBlob(document)
    if (isDirectory === true || !this.#options.matches(name)) return false
    const receipt = await this.#options.storage.table.store.getDocument(this.#receiptKey(name))
    return receipt === undefined || receipt.body !== receiptOf(etag)
  }

  async #handle(document: StoredDocument, signal: AbortSignal): Promise<void> {
    const { attemptsMax, clock, onGivenUp } = this.#options
    const record = readBlob(document)
    const blob = document.trace === undefined ? { record } : { record, trace: document.trace }
    this.#running += 1
    try {
      for (let attempt = 1; ; attempt += 1) {
        // One that is gone or was replaced comes again as what it is now.
        if (!(await this.#isCurrent(record)) || signal.aborted) return
        if (await this.#try(blob)) break
        if (attempt >= attemptsMax) {
          await onGivenUp(blob)
          break
        }
        await clock.sleep(watcherRetryMs, signal).catch(() => {})
      }
      await this.#keepReceipt(record)
    } finally {
      this.#running -= 1
    }
  }

  async #isCurrent(record: BlobRecord): Promise<boolean> {
    const { storage, account, container } = this.#options
    const name = { account, container, name: record.name }
    const found = await storage.findBlob(name).catch(() => undefined)
    return found?.etag === record.etag
  }

  async #try(blob: WatchedBlob): Promise<boolean> {
    try {
      return await this.#options.onBlob(blob)
    } catch (error) {
      const ids = { owner: this.#options.owner, blob: blob.record.name }
      this.#options.logger.warn(ids, messageOf(error))
      return false
    }
  }

  async #resume(containerId: string): Promise<void> {
    this.#containerId = containerId
    const key = this.#key('cursor', containerId)
    const kept = await this.#options.storage.table.store.getDocument(key)
    const body: { cursor?: string } = kept ? JSON.parse(kept.body) : {}
    this.#cursor = body.cursor
  }

  async #keepCursor(cursor: string): Promise<void> {
    const body = JSON.stringify({ cursor })
    await this.#put(this.#key('cursor', this.#containerId), body)
    this.#cursor = cursor
  }

  async #keepReceipt({ name, etag }: BlobRecord): Promise<void> {
    await this.#put(this.#receiptKey(name), receiptOf(etag))
  }

  async #put(key: DocumentKey, body: string): Promise<void> {
    const { store } = this.#options.storage.table
    await store.write([{ kind: 'document.put', ...key, body, etag: newUuid() }])
  }

  #receiptKey(name: string): DocumentKey {
    return this.#key(`receipts/${this.#containerId}`, name)
  }

  #key(kind: string, id: string): DocumentKey {
    return { collection, partition: `${this.#options.owner}/${kind}`, id }
  }
}

function receiptOf(etag: string): string {
  return JSON.stringify({ etag })
}
