import { strict as assert } from 'node:assert'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type {
  DocumentKey,
  DocumentScan,
  FeedPage,
  FeedQuery,
  StoredDocument,
} from '../documents.ts'
import type { BrowseQuery, QueueCounts, StoredGroup, StoredMessage } from '../messages.ts'
import {
  ExpectationFailed,
  type Commit,
  type Operation,
  type ResultsOf,
  type Store,
} from '../store.ts'
import type { Connection } from './connection.ts'
import { DocumentReader } from './document-reader.ts'
import { DocumentScanner } from './document-scanner.ts'
import type { BatchOutcome, TimedBatch } from './engine.ts'
import { MessageReader } from './message-reader.ts'
import type { Writer } from './writer.ts'

interface PendingBatch extends TimedBatch {
  readonly settle: (outcome: BatchOutcome) => void
}

/** The store over SQLite: hands batches to the one writer and reads on a connection of its own. */
export class SqliteStore implements Store {
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  readonly #path: string
  readonly #writer: Writer
  readonly #reader: Connection
  readonly #documents: DocumentReader
  readonly #scanner: DocumentScanner
  readonly #messages: MessageReader
  readonly #listeners = new Set<(commit: Commit) => void>()
  #pending: PendingBatch[] = []
  #closed = false

  constructor(parts: {
    readonly path: string
    readonly clock: Clock
    readonly writer: Writer
    readonly reader: Connection
    readonly logger: Logger | undefined
  }) {
    this.#path = parts.path
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#writer = parts.writer
    this.#reader = parts.reader
    this.#documents = new DocumentReader(parts.reader)
    this.#scanner = new DocumentScanner(parts.reader, this.#documents)
    this.#messages = new MessageReader(parts.reader)
  }

  write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>> {
    return new Promise((resolve, reject) => {
      assert(!this.#closed, 'the store is closed')
      const nowMs = this.#clock.now()
      this.#enqueue({
        nowMs,
        batch,
        settle: (outcome) => {
          if ('unmet' in outcome) reject(new ExpectationFailed(outcome.unmet, outcome.index))
          else if ('fault' in outcome) reject(this.#fault(outcome.fault))
          else if (answers(batch, outcome.results)) resolve(outcome.results)
        },
      })
    })
  }

  async getDocument(key: DocumentKey): Promise<StoredDocument | undefined> {
    return this.#documents.get(key, this.#clock.now())
  }

  scan(scan: DocumentScan): AsyncIterable<readonly StoredDocument[]> {
    return this.#scanner.scan(scan, () => this.#clock.now())
  }

  async countDocuments(collection: string): Promise<number> {
    return this.#documents.count(collection, this.#clock.now())
  }

  async feed(query: FeedQuery): Promise<FeedPage> {
    return this.#documents.feed(query, this.#clock.now())
  }

  async feedEnd(collection: string): Promise<string> {
    return this.#documents.feedEnd(collection)
  }

  async feedLag(query: FeedQuery): Promise<number> {
    return this.#documents.feedLag(query, this.#clock.now())
  }

  async getMessage(queue: string, sequence: number): Promise<StoredMessage | undefined> {
    return this.#messages.get(queue, sequence)
  }

  async browse(query: BrowseQuery): Promise<readonly StoredMessage[]> {
    return this.#messages.browse(query)
  }

  async countMessages(queue: string): Promise<QueueCounts> {
    return this.#messages.counts(queue)
  }

  async listGroups(queue: string): Promise<readonly StoredGroup[]> {
    return this.#messages.groups(queue)
  }

  async getGroup(queue: string, group: string): Promise<StoredGroup | undefined> {
    return this.#messages.group(queue, group)
  }

  async nextDue(queue: string): Promise<number | undefined> {
    return this.#messages.nextDue(queue)
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#writer.close()
    this.#reader.close()
  }

  #enqueue(batch: PendingBatch): void {
    this.#pending.push(batch)
    if (this.#pending.length === 1) queueMicrotask(() => void this.#flush())
  }

  async #flush(): Promise<void> {
    const group = this.#pending
    this.#pending = []
    const { outcomes, collections, queues } = await this.#writer.write(
      group.map(({ nowMs, batch }) => ({ nowMs, batch })),
    )
    for (const [index, outcome] of outcomes.entries()) group[index]?.settle(outcome)
    if (collections.length === 0 && queues.length === 0) return
    const commit = { collections: new Set(collections), queues: new Set(queues) }
    for (const listener of this.#listeners) listener(commit)
  }

  #fault(message: string): Error {
    this.#logger?.error({ path: this.#path }, `a batch could not be written: ${message}`)
    return new Error(`the store ${this.#path} could not write: ${message}`)
  }
}

// What the writer answers has the shape of what was asked: one result for each operation, in order.
function answers<B extends readonly Operation[]>(
  batch: B,
  results: unknown,
): results is ResultsOf<B> {
  return Array.isArray(results) && results.length === batch.length
}
