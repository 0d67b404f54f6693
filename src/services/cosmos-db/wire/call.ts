import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../../base/json.ts'
import type { TraceContext } from '../../../base/trace-context.ts'
import type { Account } from '../account.ts'
import type { Container } from '../container.ts'
import type { Database } from '../database.ts'
import { ownerNotFound } from '../errors.ts'
import type { CosmosDb } from '../service.ts'

/** A request as the operations see it: its caller may do what it asks. */
export interface CosmosCall {
  readonly cosmosDb: CosmosDb
  readonly account: Account
  /** The names of the path: database, container, item. */
  readonly names: readonly string[]
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** `https://localhost:8081/`: how the caller reached the account. */
  readonly origin: string
  readonly trace?: TraceContext
  /** Throws unless the caller may do this besides what the operation itself needs. */
  permit(action: string): Promise<void>
}

/** What an operation answers. */
export interface CosmosAnswer {
  readonly status: number
  /** JSON, or text that is JSON already. */
  readonly body?: JsonObject | string
  readonly headers?: Readonly<Record<string, string>>
  readonly requestCharge: number
}

/** Which kind of a request this is, where several have one address; told by headers. */
export type Variant = 'upsert' | 'query' | 'query plan' | 'batch' | 'bulk' | 'change feed'

/** One address of an account. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/dbs/{}/colls/{}/docs` */
  readonly path: string
  readonly variant?: Variant
  /**
   * What a principal of Entra ID must be allowed, below `Microsoft.DocumentDB/databaseAccounts/`; what only keys
   * may do, since the management plane does it for principals, names an action that no role of data has.
   */
  readonly action: string
  /** What a read-only key and a permission to read are enough for. */
  readonly isRead: boolean
  handle(call: CosmosCall): Promise<CosmosAnswer>
}

/** The header as text, or `undefined` when it is missing or empty. */
export function headerOf(call: Pick<CosmosCall, 'headers'>, name: string): string | undefined {
  const value = call.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** True for a header that says `true`, in any case. */
export function isSet(call: Pick<CosmosCall, 'headers'>, name: string): boolean {
  return headerOf(call, name)?.toLowerCase() === 'true'
}

/** The database of the path: by its name, or by its `_rid`. */
export function databaseOf({ account, names }: CosmosCall): Database {
  const [name = ''] = names
  const database =
    account.findDatabase(name) ?? account.databases().find((each) => each.rid === name)
  if (!database) throw ownerNotFound()
  return database
}

/** The container of the path: by its name, or by its `_rid`. */
export function containerOf(call: CosmosCall): Container {
  const [, name = ''] = call.names
  const database = databaseOf(call)
  const container =
    database.findContainer(name) ?? database.containers().find((each) => each.rid === name)
  if (!container) throw ownerNotFound()
  return container
}
