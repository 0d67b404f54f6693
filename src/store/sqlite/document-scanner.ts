import type { DocumentScan, StoredDocument } from '../documents.ts'
import { indexedDocumentsMax, passedDocumentsMax, unindexedDocumentsMax } from '../limits.ts'
import { clusterEnd, clusterKey } from './cluster-key.ts'
import type { Connection, Statement } from './connection.ts'
import { DocumentPage } from './document-page.ts'
import type { DocumentReader } from './document-reader.ts'
import type { DocumentRow } from './document-row.ts'
import { pathToIndex, planScan, type ScanPlan } from './scan-plan.ts'

/** What a scan asks of its owner. */
export interface ScanContext {
  readonly now: () => number
  /** Called for a path that was worth an index, had there been one. */
  readonly wantIndex: (collection: string, path: readonly (string | number)[]) => void
}

/** Reads the next documents, `limit` at most, in one turn of the event loop. */
type Step = (turn: { readonly limit: number; readonly nowMs: number }) => {
  readonly documents: readonly StoredDocument[]
  readonly isLast: boolean
}

type WindowRow = [lowest: number | null, highest: number | null, rows: number]

/**
 * Reads the documents of a collection in the order of the feed. It holds no snapshot: each step is a
 * statement of its own over a bounded number of rows, and between steps the event loop runs.
 */
export class DocumentScanner {
  readonly #connection: Connection
  readonly #documents: DocumentReader
  readonly #index: Statement<[number]>
  readonly #lowest: Statement<WindowRow>
  readonly #highest: Statement<WindowRow>

  constructor(connection: Connection, documents: DocumentReader) {
    this.#connection = connection
    this.#documents = documents
    this.#index = connection.prepare(
      "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?",
    )
    const window =
      'SELECT min(key), max(key), count(*) FROM (SELECT key FROM documents WHERE key BETWEEN ? AND ?'
    this.#lowest = connection.prepare(`${window} ORDER BY key LIMIT ?)`)
    this.#highest = connection.prepare(`${window} ORDER BY key DESC LIMIT ?)`)
  }

  async *scan(scan: DocumentScan, context: ScanContext): AsyncGenerator<readonly StoredDocument[]> {
    const collection = this.#documents.idOf(scan.collection)
    if (collection === undefined) return
    const plan = planScan(scan, collection)
    const keys = this.#findKeys(plan)
    const step = keys ? this.#stepByKeys(plan, keys) : this.#stepByWindows(plan, context)
    let left = scan.limit ?? Infinity
    for (;;) {
      const { documents, isLast } = step({ limit: left, nowMs: context.now() })
      left -= documents.length
      if (documents.length > 0) yield documents
      if (isLast || left <= 0) return
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The keys of the few documents among which all results are, where an index tells them. */
  #findKeys(plan: ScanPlan): readonly number[] | undefined {
    let fewest: readonly (readonly [key: number])[] | undefined
    for (const query of plan.keys) {
      if (!this.#index.get(query.index)) continue
      const found = this.#connection.prepareAgain<[number]>(query.sql).all(...query.values)
      const isFew = found.length <= indexedDocumentsMax
      if (isFew && found.length < (fewest?.length ?? Infinity)) fewest = found
    }
    const sign = plan.isDescending ? -1 : 1
    return fewest?.map(([key]) => key).toSorted((one, other) => sign * (one - other))
  }

  #stepByKeys(plan: ScanPlan, keys: readonly number[]): Step {
    const statement = this.#connection.prepareAgain<DocumentRow>(plan.rows.sql)
    let next = 0
    return ({ limit, nowMs }) => {
      const page = new DocumentPage(plan.scan.collection, limit)
      for (const key of keys.slice(next, next + passedDocumentsMax)) {
        next += 1
        const row = statement.get(key, key, nowMs, ...plan.rows.values)
        if (row) page.add(row)
        if (page.isFull) break
      }
      return { documents: page.documents, isLast: next === keys.length }
    }
  }

  #stepByWindows(plan: ScanPlan, context: ScanContext): Step {
    const statement = this.#connection.prepareAgain<DocumentRow>(plan.rows.sql)
    const { collection, isDescending, isSelective } = plan
    let low = clusterKey(collection, 0)
    let high = clusterEnd(collection) - 1
    let passed = 0
    return ({ limit, nowMs }) => {
      const page = new DocumentPage(plan.scan.collection, limit)
      const window = isDescending ? this.#highest : this.#lowest
      const [lowest, highest, rows] = isSelective
        ? (window.get(low, high, passedDocumentsMax) ?? [null, null, 0])
        : ([low, high, 0] as const)
      if (lowest === null || highest === null) return { documents: [], isLast: true }
      page.addAll(statement.iterate(lowest, highest, nowMs, ...plan.rows.values))
      const last = page.isFull ? page.documents.at(-1)?.sequence : undefined
      const lastKey = last === undefined ? undefined : clusterKey(collection, last)
      if (isDescending) high = (lastKey ?? lowest) - 1
      else low = (lastKey ?? highest) + 1
      if (passed <= unindexedDocumentsMax && passed + rows > unindexedDocumentsMax) {
        const path = pathToIndex(plan)
        if (path) context.wantIndex(plan.scan.collection, path)
      }
      passed += rows
      return { documents: page.documents, isLast: low > high }
    }
  }
}
