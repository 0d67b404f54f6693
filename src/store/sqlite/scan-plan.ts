import type { DocumentScan } from '../documents.ts'
import { indexedDocumentsMax } from '../limits.ts'
import { bodyIndexName } from './body-indexes.ts'
import type { SqlValue } from './connection.ts'
import { documentColumns } from './document-row.ts'
import { toConditions, type Condition } from './scan-conditions.ts'

/** A SQL statement and what it is given. */
export interface Query {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** A way to find the keys of a scan's documents through an index; at most one more than are allowed. */
export interface KeyQuery extends Query {
  readonly index: string
}

/** A scan of a collection that exists, in terms of SQL. */
export interface ScanPlan {
  readonly scan: DocumentScan
  readonly collection: number
  readonly isDescending: boolean
  readonly conditions: readonly Condition[]
  /** Whether rows may be passed over; expired ones do not count, since they are soon gone. */
  readonly isSelective: boolean
  /** Reads rows by `key BETWEEN ? AND ?`, the time, then `values`. */
  readonly rows: Query
  readonly keys: readonly KeyQuery[]
}

export function planScan(scan: DocumentScan, collection: number): ScanPlan {
  const conditions = toConditions(scan)
  const { partition } = scan
  const inPartition = partition === undefined ? [] : [{ sql: 'partition = ?', values: [partition] }]
  const all = [...inPartition, ...conditions]
  const isDescending = scan.order === 'descending'
  return {
    scan,
    collection,
    isDescending,
    conditions,
    isSelective: all.length > 0,
    rows: {
      sql:
        `SELECT ${documentColumns} FROM documents WHERE key BETWEEN ? AND ? ` +
        `AND (expires_at IS NULL OR expires_at > ?)${all.map(({ sql }) => ` AND ${sql}`).join('')} ` +
        `ORDER BY key${isDescending ? ' DESC' : ''}`,
      values: all.flatMap(({ values }) => values),
    },
    keys: [
      ...conditions.map((condition) =>
        keyQuery(collection, bodyIndexName(collection, condition.expression), condition),
      ),
      ...inPartition.map((condition) => keyQuery(collection, 'document_ids', condition)),
    ],
  }
}

/** The path that an index would have helped most with. */
export function pathToIndex(plan: ScanPlan): Condition['path'] | undefined {
  const condition = plan.conditions.find(({ isEquality }) => isEquality) ?? plan.conditions[0]
  return condition?.path
}

function keyQuery(collection: number, index: string, condition: Query): KeyQuery {
  // The collection stands in the text: only so SQLite sees that the partial index applies.
  return {
    index,
    sql:
      `SELECT key FROM documents INDEXED BY ${index} WHERE collection = ${collection} ` +
      `AND ${condition.sql} LIMIT ${indexedDocumentsMax + 1}`,
    values: condition.values,
  }
}
