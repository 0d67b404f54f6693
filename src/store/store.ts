import type { HoldBlob, OpenBlobs, PutBlob, ByteSource, ReleaseBlob, StagedBlob } from './blobs.ts'
import type {
  AddToCounter,
  CounterKey,
  CounterList,
  CounterResult,
  DropCounters,
  SetCounter,
  StoredCounter,
} from './counters.ts'
import type {
  CheckDocument,
  DeleteDocument,
  DeleteDocumentResult,
  DocumentKey,
  DocumentList,
  DocumentScan,
  DropCollection,
  FeedPage,
  FeedQuery,
  PutDocument,
  PutDocumentResult,
  StoredDocument,
} from './documents.ts'
import type {
  AppendMessage,
  AppendMessageResult,
  BrowseQuery,
  CancelMessage,
  ClaimGroup,
  ClaimGroupResult,
  ClaimMessages,
  ClaimMessagesResult,
  ClaimParkedMessage,
  DropQueue,
  QueueCounts,
  ReleaseGroup,
  ReleaseOwner,
  RenewGroup,
  RenewMessage,
  SetGroupState,
  SettleMessage,
  StoredGroup,
  StoredMessage,
  SweepQueue,
} from './messages.ts'

/** Everything that changes the store. */
export type Operation =
  | PutDocument
  | DeleteDocument
  | CheckDocument
  | DropCollection
  | AppendMessage
  | ClaimMessages
  | ClaimParkedMessage
  | SettleMessage
  | RenewMessage
  | CancelMessage
  | SweepQueue
  | DropQueue
  | ClaimGroup
  | RenewGroup
  | ReleaseGroup
  | SetGroupState
  | ReleaseOwner
  | PutBlob
  | HoldBlob
  | ReleaseBlob
  | AddToCounter
  | SetCounter
  | DropCounters

/** What an operation gives back, by its kind. */
export type ResultOf<O extends Operation> = O extends PutDocument
  ? PutDocumentResult
  : O extends DeleteDocument
    ? DeleteDocumentResult
    : O extends AppendMessage
      ? AppendMessageResult
      : O extends ClaimMessages | ClaimParkedMessage
        ? ClaimMessagesResult
        : O extends ClaimGroup
          ? ClaimGroupResult
          : O extends AddToCounter | SetCounter
            ? CounterResult
            : undefined

export type ResultsOf<B extends readonly Operation[]> = {
  readonly [Index in keyof B]: ResultOf<B[Index]>
}

/** Which expectation of a batch did not hold. */
export type ExpectationName = 'absent' | 'present' | 'etag' | 'unique' | 'lease' | 'limit'

/** A batch was rejected whole: the operation at `index` expected something that was not so. */
export class ExpectationFailed extends Error {
  override readonly name = 'ExpectationFailed'
  readonly expectation: ExpectationName
  readonly index: number

  constructor(expectation: ExpectationName, index: number) {
    super(`operation ${index} of the batch expected: ${expectation}`)
    this.expectation = expectation
    this.index = index
  }
}

/**
 * What a commit touched: collections that changed, and queues that got something to claim or to wait for
 * (a claim or a removal wakes nobody). A wake-up may be lost or come twice; whoever listens also polls
 * now and then.
 */
export interface Commit {
  readonly collections: ReadonlySet<string>
  readonly queues: ReadonlySet<string>
}

/**
 * The durable store: one write path, few primitives, no knowledge of any service.
 *
 * `write` commits the batch whole or not at all and resolves after it is on disk. A failed expectation
 * rejects only its own batch, with `ExpectationFailed`. Reads see every write that has resolved.
 */
export interface Store {
  write<const B extends readonly Operation[]>(batch: B): Promise<ResultsOf<B>>

  getDocument(key: DocumentKey): Promise<StoredDocument | undefined>
  /** Pages of documents; holds no lock, so what is written meanwhile may or may not be seen. */
  scan(scan: DocumentScan): AsyncIterable<readonly StoredDocument[]>
  /** Documents of a partition in the order of their ids, at most `limit`. */
  listDocuments(list: DocumentList): Promise<readonly StoredDocument[]>
  countDocuments(collection: string): Promise<number>
  feed(query: FeedQuery): Promise<FeedPage>
  /** The cursor after the newest change. */
  feedEnd(collection: string): Promise<string>
  /** How many changes lie after a cursor, counted up to `limit`. */
  feedLag(query: FeedQuery): Promise<number>

  getMessage(queue: string, sequence: number): Promise<StoredMessage | undefined>
  browse(query: BrowseQuery): Promise<readonly StoredMessage[]>
  countMessages(queue: string): Promise<QueueCounts>
  listGroups(queue: string): Promise<readonly StoredGroup[]>
  getGroup(queue: string, group: string): Promise<StoredGroup | undefined>
  /** When the next schedule, expiry or lease end of the queue comes, or `undefined`. */
  nextDue(queue: string): Promise<number | undefined>

  /** Takes bytes in, to be put by a batch; what is not small is on disk when it resolves. */
  stageBlob(source: ByteSource): Promise<StagedBlob>
  /** Forgets staged bytes that no batch will put. */
  discardBlob(blob: StagedBlob): Promise<void>
  /** Keeps blobs readable until they are closed, or gives nothing when one of them is gone. */
  openBlobs(ids: readonly string[]): Promise<OpenBlobs | undefined>

  getCounter(counter: CounterKey): Promise<StoredCounter | undefined>
  listCounters(list: CounterList): Promise<readonly StoredCounter[]>

  /** Calls back after each commit; returns the function that ends it. */
  onCommit(listener: (commit: Commit) => void): () => void
  close(): Promise<void>
}
