import type { Caller, Permission } from '../access.ts'
import type { Answer } from '../answer.ts'
import type { Storage } from '../service.ts'
import type { StorageRequest } from '../storage-request.ts'
import { tableNotFound } from './errors.ts'
import type { TableAddress } from './table-address.ts'
import type { TableRecord } from './table.ts'

/** A request whose caller may do what it asks. */
export interface TableCall {
  readonly storage: Storage
  readonly request: StorageRequest
  readonly address: TableAddress
  readonly caller: Caller
  readonly table: TableRecord | undefined
}

/** One operation of the wire: where it is asked for, what it needs, and what it does. */
export interface TableOperation {
  readonly name: string
  readonly method: string
  readonly level: TableAddress['level']
  /** The value of the query parameter `comp`; empty for none. */
  readonly comp: string
  /** Whether `If-Match` must be there, or must not. */
  readonly isConditional?: boolean
  readonly permission: Permission
  /** What it needs besides. */
  readonly alsoNeeds?: Permission
  handle(call: TableCall): Promise<Answer>
}

/** The table that a call is of; refuses where it is not there. */
export function tableOf({ table }: Pick<TableCall, 'table'>): TableRecord {
  if (!table) throw tableNotFound()
  return table
}
