import type { DocumentScan } from '../documents.ts'
import type { SqlValue } from './connection.ts'

/** Conditions of a scan as SQL; each begins with ` AND `. */
export interface Conditions {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** What of a scan SQL can check by itself. */
export function toConditions(scan: DocumentScan): Conditions {
  if (scan.partition === undefined) return { sql: '', values: [] }
  return { sql: ' AND partition = ?', values: [scan.partition] }
}
