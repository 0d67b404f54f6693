import type { DocumentScan, StoredDocument } from '../documents.ts'
import { passedDocumentsMax } from '../limits.ts'
import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { takePage, type DocumentReader } from './document-reader.ts'
import { documentColumns, type DocumentRow } from './document-row.ts'
import { toConditions } from './scan-conditions.ts'

type WindowRow = [lowest: number | null, highest: number | null]
type Direction = 'ascending' | 'descending'

/** Where a scan has come to: keys it has yet to look at lie between the two, both excluded. */
interface Remaining {
  readonly above: number
  readonly below: number
}

interface Step {
  readonly documents: readonly StoredDocument[]
  readonly remaining?: Remaining
}

/**
 * Reads the documents of a collection in the order of the feed. It holds no snapshot: each step is a
 * statement of its own over a bounded number of rows, and between steps the event loop runs.
 */
export class DocumentScanner {
  readonly #connection: Connection
  readonly #documents: DocumentReader
  readonly #windows: { readonly [Name in Direction]: Statement<WindowRow> }

  constructor(connection: Connection, documents: DocumentReader) {
    this.#connection = connection
    this.#documents = documents
    const window =
      'SELECT min(key), max(key) FROM (SELECT key FROM documents WHERE key > ? AND key < ?'
    this.#windows = {
      ascending: connection.prepare(`${window} ORDER BY key LIMIT ?)`),
      descending: connection.prepare(`${window} ORDER BY key DESC LIMIT ?)`),
    }
  }

  async *scan(scan: DocumentScan, now: () => number): AsyncGenerator<readonly StoredDocument[]> {
    const id = this.#documents.idOf(scan.collection)
    if (id === undefined) return
    const step = this.#stepper(scan)
    let remaining: Remaining | undefined = { above: clusterKey(id, 0), below: clusterEnd(id) }
    let left = scan.limit ?? Infinity
    while (remaining && left > 0) {
      const { documents, remaining: next }: Step = step(remaining, { left, nowMs: now() })
      left -= documents.length
      remaining = next
      if (documents.length > 0) yield documents
      if (remaining && left > 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #stepper(scan: DocumentScan) {
    const direction = scan.order ?? 'ascending'
    const conditions = toConditions(scan)
    const statement = this.#connection.prepare<DocumentRow>(
      `SELECT ${documentColumns} FROM documents WHERE key >= ? AND key <= ? ` +
        `AND (expires_at IS NULL OR expires_at > ?)${conditions.sql} ` +
        `ORDER BY key${direction === 'descending' ? ' DESC' : ''}`,
    )
    return (from: Remaining, at: { readonly left: number; readonly nowMs: number }): Step => {
      const window = this.#windows[direction].get(from.above, from.below, passedDocumentsMax)
      const [lowest, highest] = window ?? [null, null]
      if (lowest === null || highest === null) return { documents: [] }
      const rows = statement.iterate(lowest, highest, at.nowMs, ...conditions.values)
      const page = takePage(scan.collection, rows, at.left)
      return {
        documents: page.documents,
        remaining: after(from, page, { direction, lowest, highest }),
      }
    }
  }
}

function after(
  from: Remaining,
  page: { readonly documents: readonly StoredDocument[]; readonly isWhole: boolean },
  window: { readonly direction: Direction; readonly lowest: number; readonly highest: number },
): Remaining {
  const last = page.documents.at(-1)?.sequence
  const ascending = window.direction === 'ascending'
  const end = ascending ? window.highest : window.lowest
  const passed = page.isWhole || last === undefined ? end : end - (end % 2 ** 36) + last
  return ascending ? { ...from, above: passed } : { ...from, below: passed }
}
