import type { AccessPolicy } from '../access.ts'
import { tableNameInvalid, tableNameLength } from './errors.ts'
import { tableNameCharsMax, tableNameCharsMin } from './limits.ts'

/** A table; `id` is its own for ever, so that a new one of the same name is empty. */
export interface TableRecord {
  readonly id: string
  readonly account: string
  /** As it was made; it is found whatever the case. */
  readonly name: string
  readonly policies: readonly AccessPolicy[]
}

/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names */
export function checkTableName(name: string): void {
  if (name.length < tableNameCharsMin || name.length > tableNameCharsMax) throw tableNameLength()
  if (!/^[A-Za-z][A-Za-z\d]*$/.test(name) || name.toLowerCase() === 'tables') {
    throw tableNameInvalid()
  }
}
