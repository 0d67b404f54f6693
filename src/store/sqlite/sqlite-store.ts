import { strict as assert } from 'node:assert'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { BlobFiles } from '../blob-files.ts'
import type { ByteSource, OpenBlobs, StagedBlob } from '../blobs.ts'
import type { CounterKey, CounterList, StoredCounter } from '../counters.ts'
import type {
  DocumentKey,
  DocumentList,
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
import { BlobReader } from './blob-reader.ts'
import type { Connection } from './connection.ts'
import { CounterReader } from './counter-table.ts'
import { DocumentReader } from './document-reader.ts'
import { DocumentScanner } from './document-scanner.ts'
import type { BatchOutcome, Chore, GroupOutcome, TimedBatch } from './engine.ts'
import { MessageReader } from './message-reader.ts'
import { SweepSchedule } from './sweep-schedule.ts'
import type { Writer } from './writer.ts'

interface PendingBatch extends TimedBatch {
  readonly settle: (outcome: BatchOutcome) => void
}

/** The store over SQLite: hands batches to the one writer and reads on a connection of its own. */
export class SqliteStore implements Store {
  readonly #path: string
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  readonly #writer: Writer
  readonly #reader: Connection
  readonly #onClosed: () => void
  readonly #documents: DocumentReader
  readonly #scanner: DocumentScanner
  readonly #messages: MessageReader
  readonly #files: BlobFiles
  readonly #blobs: BlobReader
  readonly #counters: CounterReader
  readonly #listeners = new Set<(commit: Commit) => void>()
  readonly #sweeps: SweepSchedule
  /** Not yet handed to the writer. */
  #pending: PendingBatch[] = []
  /** Handed to the writer, oldest first. */
  #written: PendingBatch[] = []
  #closing: Promise<void> | undefined
  #drained: (() => void) | undefined

  constructor(parts: {
    readonly path: string
    readonly clock: Clock
    readonly logger: Logger | undefined
    readonly writer: Writer
    readonly reader: Connection
    readonly files: BlobFiles
    readonly onClosed: () => void
  }) {
    this.#path = parts.path
    this.#clock = parts.clock
    this.#logger = parts.logger
    this.#writer = parts.writer
    this.#reader = parts.reader
    this.#onClosed = parts.onClosed
    this.#documents = new DocumentReader(parts.reader)
    this.#scanner = new DocumentScanner(parts.reader, this.#documents)
    this.#messages = new MessageReader(parts.reader)
    this.#files = parts.files
    this.#counters = new CounterReader(parts.reader)
    this.#blobs = new BlobReader(parts.reader, {
      files: parts.files,
      forget: (blobs) => this.#run({ kind: 'store.forget', blobs }),
    })
    this.#sweeps = new SweepSchedule(parts.clock, () => this.#run({ kind: 'store.sweep' }))
    // What the last run left to sweep.
    this.#sweeps.at(parts.clock.now())
  }

  write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>> {
    return new Promise((resolve, reject) => {
      this.#enqueue(batch, (outcome) => {
        if ('unmet' in outcome) reject(new ExpectationFailed(outcome.unmet, outcome.index))
        else if ('fault' in outcome) reject(this.#fault(outcome.fault))
        else if (answers(batch, outcome.results)) {
          this.#keepFiles(batch)
          resolve(outcome.results)
        }
      })
    })
  }

  async getDocument(key: DocumentKey): Promise<StoredDocument | undefined> {
    return this.#documents.get(key, this.#clock.now())
  }

  scan(scan: DocumentScan): AsyncIterable<readonly StoredDocument[]> {
    return this.#scanner.scan(scan, {
      now: () => this.#clock.now(),
      wantIndex: (collection, path) => this.#run({ kind: 'store.index', collection, path }),
    })
  }

  async listDocuments(list: DocumentList): Promise<readonly StoredDocument[]> {
    return this.#documents.list(list, this.#clock.now())
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

  stageBlob(source: ByteSource): Promise<StagedBlob> {
    return this.#files.stage(source)
  }

  discardBlob(blob: StagedBlob): Promise<void> {
    return this.#files.discard(blob)
  }

  async openBlobs(ids: readonly string[]): Promise<OpenBlobs | undefined> {
    return this.#blobs.open(ids)
  }

  async getCounter(counter: CounterKey): Promise<StoredCounter | undefined> {
    return this.#counters.get(counter, this.#clock.now())
  }

  async listCounters(list: CounterList): Promise<readonly StoredCounter[]> {
    return this.#counters.list(list, this.#clock.now())
  }

  /** Removes what a crash left of blobs. */
  cleanBlobs(): Promise<void> {
    return this.#blobs.clean()
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Settles the oldest batches; the writer calls it for each commit. */
  committed(outcome: GroupOutcome): void {
    const batches = this.#written.slice(0, outcome.outcomes.length)
    this.#written = this.#written.slice(outcome.outcomes.length)
    outcome.outcomes.forEach((answer, index) => batches[index]?.settle(answer))
    if (this.#written.length === 0) this.#drained?.()
    if (!this.#closing) this.#sweeps.at(outcome.sweepMs)
    if (outcome.blobs.length > 0) this.#blobs.release(outcome.blobs)
    if (outcome.collections.length === 0 && outcome.queues.length === 0) return
    const commit = {
      collections: new Set(outcome.collections),
      queues: new Set(outcome.queues),
    }
    for (const listener of this.#listeners) listener(commit)
  }

  async #close(): Promise<void> {
    this.#sweeps.stop()
    await this.#blobs.settled()
    this.#flush()
    if (this.#written.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
    // The writer closes last, so that it is the one to move the log into the file.
    this.#reader.close()
    await this.#writer.close()
    await this.#files.close()
    this.#onClosed()
  }

  #enqueue(batch: TimedBatch['batch'], settle: PendingBatch['settle']): void {
    assert(!this.#closing, 'the store is closed')
    this.#pending.push({ nowMs: this.#clock.now(), batch, settle })
    if (this.#pending.length === 1) this.#writer.soon(() => this.#flush())
  }

  #flush(): void {
    const group = this.#pending
    if (group.length === 0) return
    this.#pending = []
    this.#written = this.#written.concat(group)
    this.#writer.write(group)
  }

  #keepFiles(batch: readonly Operation[]): void {
    for (const operation of batch) {
      if (operation.kind === 'blob.put') this.#files.committed(operation.blob.id)
    }
  }

  #run(chore: Chore): void {
    if (this.#closing) return
    this.#enqueue([chore], (outcome) => {
      if ('fault' in outcome) this.#fault(outcome.fault)
    })
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
