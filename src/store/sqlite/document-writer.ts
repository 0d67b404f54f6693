import type {
  CheckDocument,
  DeleteDocument,
  DeleteDocumentResult,
  DocumentExpectation,
  DocumentKey,
  DropCollection,
  PutDocument,
  PutDocumentResult,
} from '../documents.ts'
import { slotOf } from '../slot.ts'
import { clusterKey } from './cluster-key.ts'
import type { Collection, Collections } from './collections.ts'
import type { Connection, Statement } from './connection.ts'
import type { Touched } from './touched.ts'
import { expectThat, type Turn } from './turn.ts'

interface FoundDocument {
  readonly key: number
  readonly etag: string
  readonly number: number
}

/**
 * Applies the operations on documents. Everything survives a crash but the position of the feed between
 * two commits. The row of a document moves to the end of its collection with each write, so that the
 * table read in the order of its key is the feed.
 */
export class DocumentWriter {
  readonly #collections: Collections
  readonly #touched: Touched
  #sequence = 0
  #timestampMs = 0
  #moved = false

  readonly #position: Statement<[sequence: number, timestampMs: number]>
  readonly #setPosition: Statement<[]>
  readonly #select: Statement<[number, string, number, number | null]>
  readonly #insert: Statement<[]>
  readonly #update: Statement<[]>
  readonly #delete: Statement<[]>
  readonly #holder: Statement<[id: string]>
  readonly #hold: Statement<[]>
  readonly #unhold: Statement<[]>

  constructor(connection: Connection, collections: Collections, touched: Touched) {
    this.#collections = collections
    this.#touched = touched
    this.#position = connection.prepare('SELECT sequence, timestamp FROM meta')
    this.#setPosition = connection.prepare('UPDATE meta SET sequence = ?, timestamp = ?')
    this.#select = connection.prepare(
      'SELECT key, etag, number, expires_at FROM documents ' +
        'WHERE collection = ? AND partition = ? AND id = ?',
    )
    this.#insert = connection.prepare(
      'INSERT INTO documents (key, timestamp, expires_at, etag, trace, body, ' +
        'collection, slot, number, partition, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (collection, partition, id) DO NOTHING',
    )
    this.#update = connection.prepare(
      'UPDATE documents SET key = ?, timestamp = ?, expires_at = ?, etag = ?, trace = ?, body = ? ' +
        'WHERE key = ?',
    )
    this.#delete = connection.prepare('DELETE FROM documents WHERE key = ?')
    this.#holder = connection.prepare(
      'SELECT id FROM unique_keys WHERE collection = ? AND partition = ? AND value = ?',
    )
    this.#hold = connection.prepare('INSERT OR IGNORE INTO unique_keys VALUES (?, ?, ?, ?)')
    this.#unhold = connection.prepare(
      'DELETE FROM unique_keys WHERE collection = ? AND partition = ? AND id = ?',
    )
    this.forget()
  }

  put(operation: PutDocument, turn: Turn): PutDocumentResult {
    this.#timestampMs = Math.max(this.#timestampMs, turn.nowMs)
    const created = this.#tryInsert(operation)
    if (created) return created
    const known = this.#collections.find(operation.collection)
    const found = known && this.#find(known, operation, turn)
    expectDocument(operation.expect, found, turn)
    const collection = known ?? this.#collections.open(operation.collection)
    this.#checkUnique(collection, operation, turn)
    if (found) this.#releaseUnique(collection, operation)
    this.#holdUnique(collection, operation)
    if (found) this.#replace(collection, operation, found)
    else this.#insertNew(collection, operation)
    return this.#wrote(operation, found)
  }

  delete(operation: DeleteDocument, turn: Turn): DeleteDocumentResult {
    const collection = this.#collections.find(operation.collection)
    const found = collection && this.#find(collection, operation, turn)
    expectDocument(operation.expect, found, turn)
    if (!collection || !found) return { deleted: false }
    this.#remove(collection, operation, found.key)
    return { deleted: true }
  }

  check(operation: CheckDocument, turn: Turn): undefined {
    const collection = this.#collections.find(operation.collection)
    expectDocument(operation.expect, collection && this.#find(collection, operation, turn), turn)
  }

  drop(operation: DropCollection, turn: Turn): undefined {
    const collection = this.#collections.find(operation.collection)
    if (!collection) return
    this.#collections.drop(collection)
    this.#touched.sweepAt(turn.nowMs)
    this.#touched.collections.add(operation.collection)
  }

  /** Writes the position of the feed, once for all that a transaction wrote. */
  flush(): void {
    if (this.#moved) this.#setPosition.run(this.#sequence, this.#timestampMs)
    this.#moved = false
  }

  /** Reads again what it remembers, after a transaction was rolled back. */
  forget(): void {
    const position = this.#position.get() ?? [0, 0]
    this.#sequence = position[0]
    this.#timestampMs = position[1]
    this.#moved = false
  }

  #find(collection: Collection, key: DocumentKey, turn: Turn): FoundDocument | undefined {
    const row = this.#select.get(collection.id, key.partition, key.id)
    if (!row) return undefined
    const [found, etag, number, expiresAtMs] = row
    if (expiresAtMs === null || expiresAtMs > turn.nowMs) return { key: found, etag, number }
    // Nobody sees it any more, but it would stand in the way of a document with its id.
    this.#remove(collection, key, found)
    return undefined
  }

  /** Inserts without looking first where the operation allows it: most documents are new. */
  #tryInsert(operation: PutDocument): PutDocumentResult | undefined {
    const mayBeNew = operation.expect === undefined || operation.expect === 'absent'
    if (!mayBeNew || operation.unique) return undefined
    const collection = this.#collections.open(operation.collection)
    return this.#insertNew(collection, operation) ? this.#wrote(operation, undefined) : undefined
  }

  #insertNew(collection: Collection, operation: PutDocument): boolean {
    const { etag, trace = null, body, partition, id } = operation
    const sequence = this.#sequence + 1
    const inserted = this.#insert.run(
      clusterKey(collection.id, sequence),
      this.#timestampMs,
      this.#expiryOf(operation),
      etag,
      trace,
      body,
      collection.id,
      slotOf(partition),
      sequence,
      partition,
      id,
    )
    return inserted === 1
  }

  #replace(collection: Collection, operation: PutDocument, found: FoundDocument): void {
    const { etag, trace = null, body } = operation
    const key = clusterKey(collection.id, this.#sequence + 1)
    const expiresAtMs = this.#expiryOf(operation)
    this.#update.run(key, this.#timestampMs, expiresAtMs, etag, trace, body, found.key)
  }

  #expiryOf(operation: PutDocument): number | null {
    const lifeMs = operation.timeToLiveMs
    return lifeMs === undefined ? null : this.#timestampMs + lifeMs
  }

  #wrote(operation: PutDocument, found: FoundDocument | undefined): PutDocumentResult {
    this.#sequence += 1
    this.#moved = true
    this.#touched.collections.add(operation.collection)
    const expiresAtMs = this.#expiryOf(operation)
    if (expiresAtMs !== null) this.#touched.sweepAt(expiresAtMs)
    return {
      created: found === undefined,
      number: found?.number ?? this.#sequence,
      sequence: this.#sequence,
      timestampMs: this.#timestampMs,
    }
  }

  #remove(collection: Collection, key: DocumentKey, rowKey: number): void {
    this.#releaseUnique(collection, key)
    this.#delete.run(rowKey)
    this.#touched.collections.add(key.collection)
  }

  #checkUnique(collection: Collection, operation: PutDocument, turn: Turn): void {
    if (!collection.hasUniqueKeys) return
    for (const value of operation.unique ?? []) {
      const holder = this.#holder.get(collection.id, operation.partition, value)?.[0]
      const holds = holder !== undefined && holder !== operation.id
      const { partition } = operation
      const other = holds && { collection: operation.collection, partition, id: holder }
      expectThat(!other || !this.#find(collection, other, turn), 'unique', turn)
    }
  }

  #holdUnique(collection: Collection, operation: PutDocument): void {
    for (const value of operation.unique ?? []) {
      this.#hold.run(collection.id, operation.partition, value, operation.id)
      collection.hasUniqueKeys = true
    }
  }

  #releaseUnique(collection: Collection, key: DocumentKey): void {
    if (collection.hasUniqueKeys) this.#unhold.run(collection.id, key.partition, key.id)
  }
}

function expectDocument(
  expectation: DocumentExpectation | undefined,
  found: FoundDocument | undefined,
  turn: Turn,
): void {
  if (expectation === undefined) return
  if (expectation === 'absent') return expectThat(found === undefined, 'absent', turn)
  if (expectation === 'present') return expectThat(found !== undefined, 'present', turn)
  // A document that is gone fails as `present`, so that a caller can tell 404 from 412.
  expectThat(found !== undefined, 'present', turn)
  expectThat(found.etag === expectation.etag, 'etag', turn)
}
