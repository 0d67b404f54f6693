import type {
  DocumentKey,
  DocumentList,
  FeedPage,
  FeedQuery,
  StoredDocument,
} from '../documents.ts'
import { passedDocumentsMax } from '../limits.ts'
import { slotCount } from '../slot.ts'
import { clusterEnd, clusterKey, sequenceOf } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { DocumentPage } from './document-page.ts'
import { documentColumns, toStoredDocument, type DocumentRow } from './document-row.ts'
import { fromCursor, toCursor } from './feed-cursor.ts'

const liveSql = '(expires_at IS NULL OR expires_at > ?)'
const feedSql = `key > ? AND key <= ? AND slot >= ? AND slot < ? AND ${liveSql}`

/** Reads documents one by one and as a feed, as the last commit left them. */
export class DocumentReader {
  readonly #collection: Statement<[id: number]>
  readonly #document: Statement<DocumentRow>
  readonly #list: Statement<DocumentRow>
  readonly #listBefore: Statement<DocumentRow>
  readonly #count: Statement<[documents: number, expired: number]>
  readonly #feed: Statement<DocumentRow>
  readonly #lag: Statement<[documents: number]>
  readonly #window: Statement<[last: number | null]>
  readonly #last: Statement<[key: number | null]>
  readonly #timestamp: Statement<[key: number, timestampMs: number]>

  constructor(connection: Connection) {
    this.#collection = connection.prepare(
      'SELECT id FROM collections WHERE name = ? AND dropped = 0',
    )
    this.#document = connection.prepare(
      `SELECT ${documentColumns} FROM documents WHERE collection = ? AND partition = ? AND id = ? ` +
        `AND ${liveSql}`,
    )
    const listSql =
      `SELECT ${documentColumns} FROM documents WHERE collection = ? AND partition = ? AND id >= ? ` +
      `AND ${liveSql}`
    this.#list = connection.prepare(`${listSql} ORDER BY id LIMIT ?`)
    this.#listBefore = connection.prepare(`${listSql} AND id < ? ORDER BY id LIMIT ?`)
    this.#count = connection.prepare(
      'SELECT (SELECT count(*) FROM documents WHERE collection = ?), ' +
        '(SELECT count(*) FROM documents WHERE collection = ? AND expires_at <= ?)',
    )
    this.#feed = connection.prepare(
      `SELECT ${documentColumns} FROM documents WHERE ${feedSql} ORDER BY key LIMIT ?`,
    )
    this.#lag = connection.prepare(`SELECT count(*) FROM documents WHERE ${feedSql}`)
    this.#window = connection.prepare(
      'SELECT max(key) FROM (SELECT key FROM documents WHERE key > ? AND key < ? ORDER BY key LIMIT ?)',
    )
    this.#last = connection.prepare('SELECT max(key) FROM documents WHERE key >= ? AND key < ?')
    this.#timestamp = connection.prepare(
      'SELECT key, timestamp FROM documents WHERE key >= ? AND key < ? ORDER BY key LIMIT 1',
    )
  }

  get(key: DocumentKey, nowMs: number): StoredDocument | undefined {
    const id = this.idOf(key.collection)
    const row = id === undefined ? undefined : this.#document.get(id, key.partition, key.id, nowMs)
    return row && toStoredDocument(key.collection, row)
  }

  list(list: DocumentList, nowMs: number): StoredDocument[] {
    const { collection, partition, from = '', before, limit } = list
    const id = this.idOf(collection)
    if (id === undefined) return []
    const rows =
      before === undefined
        ? this.#list.all(id, partition, from, nowMs, limit)
        : this.#listBefore.all(id, partition, from, nowMs, before, limit)
    return rows.map((row) => toStoredDocument(collection, row))
  }

  count(collection: string, nowMs: number): number {
    const id = this.idOf(collection)
    if (id === undefined) return 0
    const [documents, expired] = this.#count.get(id, id, nowMs) ?? [0, 0]
    return documents - expired
  }

  feed(query: FeedQuery, nowMs: number): FeedPage {
    const after = fromCursor(query.after)
    const id = this.idOf(query.collection)
    if (id === undefined) return { documents: [], cursor: toCursor(after) }
    const first = this.#start(id, query)
    // Who asks for some slots passes over the others, in steps that do not block the event loop.
    const last = query.slots ? this.#endOfWindow(id, first) : clusterEnd(id) - 1
    if (last === undefined) return { documents: [], cursor: toCursor(sequenceOf(first)) }
    const { from, to } = query.slots ?? { from: 0, to: slotCount }
    const page = new DocumentPage(query.collection, query.limit)
    page.addAll(this.#feed.iterate(first, last, from, to, nowMs, query.limit))
    const passed = query.slots && !page.isFull ? sequenceOf(last) : page.documents.at(-1)?.sequence
    return { documents: page.documents, cursor: toCursor(passed ?? sequenceOf(first)) }
  }

  feedEnd(collection: string): string {
    const id = this.idOf(collection)
    const [last] = (id !== undefined && this.#last.get(clusterKey(id, 0), clusterEnd(id))) || [null]
    return toCursor(last === null ? 0 : sequenceOf(last))
  }

  async feedLag(query: FeedQuery, nowMs: number): Promise<number> {
    const id = this.idOf(query.collection)
    if (id === undefined) return 0
    const { from, to } = query.slots ?? { from: 0, to: slotCount }
    let lag = 0
    let first = this.#start(id, query)
    let last = this.#endOfWindow(id, first)
    while (last !== undefined && lag < query.limit) {
      lag += this.#lag.get(first, last, from, to, nowMs)?.[0] ?? 0
      first = last
      last = this.#endOfWindow(id, first)
      if (last !== undefined) await new Promise((resolve) => setImmediate(resolve))
    }
    return Math.min(lag, query.limit)
  }

  idOf(collection: string): number | undefined {
    return this.#collection.get(collection)?.[0]
  }

  /** The last of the next keys that one step passes over, or `undefined` at the end. */
  #endOfWindow(id: number, after: number): number | undefined {
    return this.#window.get(after, clusterEnd(id), passedDocumentsMax)?.[0] ?? undefined
  }

  /** The key after which the feed goes on. */
  #start(id: number, query: FeedQuery): number {
    const after = clusterKey(id, fromCursor(query.after))
    return query.sinceMs === undefined ? after : Math.max(after, this.#before(id, query.sinceMs))
  }

  /** The last key before a time, found by halving: times never fall as sequence numbers rise. */
  #before(id: number, sinceMs: number): number {
    let low = clusterKey(id, 0)
    let high = this.#last.get(low, clusterEnd(id))?.[0] ?? low
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2)
      const [key, timestampMs] = this.#timestamp.get(middle, clusterEnd(id)) ?? [middle, Infinity]
      if (timestampMs < sinceMs) low = key
      else high = middle - 1
    }
    return low
  }
}
