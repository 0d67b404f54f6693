/** Names one document: a collection, a partition in it, an id in the partition. */
export interface DocumentKey {
  readonly collection: string
  readonly partition: string
  readonly id: string
}

/**
 * What must be true of a document for its operation, and with it the whole batch, to commit. An etag
 * expected of a document that does not exist fails as `present`, so that a caller can tell the two apart.
 */
export type DocumentExpectation = 'absent' | 'present' | { readonly etag: string }

/** Creates or replaces a document; without `expect`, whichever it is. */
export interface PutDocument extends DocumentKey {
  readonly kind: 'document.put'
  /**
   * JSON text of an object with no property name twice, as `JSON.stringify` writes it. The store reads
   * paths in it for queries and otherwise keeps it as it is.
   */
  readonly body: string
  readonly etag: string
  readonly expect?: DocumentExpectation
  /** Counted from the commit; the document is invisible afterwards and removed some time later. */
  readonly timeToLiveMs?: number
  /** Keys that no other document of the same partition may hold. */
  readonly unique?: readonly string[]
  /** W3C `traceparent` of the write, handed on by the feed. */
  readonly trace?: string
}

export interface DeleteDocument extends DocumentKey {
  readonly kind: 'document.delete'
  readonly expect?: DocumentExpectation
}

/** Changes nothing: commits only when the expectation holds. */
export interface CheckDocument extends DocumentKey {
  readonly kind: 'document.check'
  readonly expect: DocumentExpectation
}

/** Deletes every document of a collection, and forgets its feed. */
export interface DropCollection {
  readonly kind: 'collection.drop'
  readonly collection: string
}

export interface PutDocumentResult {
  readonly created: boolean
  /** Unique in the store and kept while the document exists, through every replacement. */
  readonly number: number
  /** Position in the feed: rises with every write of the store. */
  readonly sequence: number
  /** Commit time in milliseconds since the Unix epoch; never falls as `sequence` rises. */
  readonly timestampMs: number
}

export interface DeleteDocumentResult {
  readonly deleted: boolean
}

/** A document as the store keeps it. */
export interface StoredDocument extends DocumentKey {
  readonly body: string
  readonly etag: string
  readonly number: number
  readonly sequence: number
  readonly timestampMs: number
  readonly expiresAtMs?: number
  readonly trace?: string
}

export type Scalar = string | number | boolean | null

/** One condition on a path into the body. All conditions of a scan hold for what it must give. */
export interface DocumentFilter {
  /** Property names and array indexes from the root; `['status']`. */
  readonly path: readonly (string | number)[]
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'in'
  readonly values: readonly Scalar[]
}

/** What a scan reads. The engine may give more than the filters ask, never less: the caller checks again. */
export interface DocumentScan {
  readonly collection: string
  readonly partition?: string
  readonly filters?: readonly DocumentFilter[]
  /** By feed sequence, which is also by commit time. Default ascending. */
  readonly order?: 'ascending' | 'descending'
  /** The most documents to give; only valid with filters the caller knows to be exact or absent. */
  readonly limit?: number
}

/** Documents of one partition in the order of their ids, from one id on up to, not including, another. */
export interface DocumentList {
  readonly collection: string
  readonly partition: string
  readonly from?: string
  readonly before?: string
  readonly limit: number
}

/** A contiguous part of the hash space of partitions: `from` included, `to` excluded, 0 to 65536. */
export interface SlotRange {
  readonly from: number
  readonly to: number
}

export interface FeedQuery {
  readonly collection: string
  /** Opaque; absent means from the beginning. */
  readonly after?: string
  readonly limit: number
  readonly slots?: SlotRange
  /** Leave out what was committed before this time. */
  readonly sinceMs?: number
}

/**
 * The latest version of each document that changed after the cursor, in an order total per partition.
 * A page may be shorter than `limit`, or empty, though more follows: the end is an empty page whose
 * cursor is the `after` that was asked with.
 */
export interface FeedPage {
  readonly documents: readonly StoredDocument[]
  /** Pass it as `after` to go on. Changes also when the page is empty because everything was skipped. */
  readonly cursor: string
}
