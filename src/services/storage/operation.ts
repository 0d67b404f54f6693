import type { Caller, Permission } from './access.ts'
import type { Answer } from './answer.ts'
import type { BlobPlace } from './blob-table.ts'
import type { ContainerRecord } from './container.ts'
import { containerNotFound } from './errors.ts'
import type { Storage } from './service.ts'
import type { StorageRequest } from './storage-request.ts'

/** A request whose caller may do what it asks. */
export interface StorageCall {
  readonly storage: Storage
  readonly request: StorageRequest
  readonly caller: Caller
  readonly container: ContainerRecord | undefined
}

export type Level = 'service' | 'container' | 'blob'

/** One operation of the wire: where it is asked for, what it needs, and what it does. */
export interface Operation {
  readonly name: string
  readonly method: string
  readonly level: Level
  /** The value of the query parameter `comp`; empty for none. */
  readonly comp: string
  /** Set for what is asked of the account, at whatever address. */
  readonly isOfAccount?: boolean
  /** What tells it from others at the same address. */
  readonly header?: { readonly name: string; readonly value?: string }
  readonly permission: Permission
  handle(call: StorageCall): Promise<Answer>
}

/** Operations of one level, by what they are asked with. */
export function findOperation(
  operations: readonly Operation[],
  asked: {
    readonly request: StorageRequest
    readonly level: Level
    readonly header: (name: string) => string | undefined
  },
): Operation | undefined {
  const { request, level, header } = asked
  const comp = request.query.get('comp')?.toLowerCase() ?? ''
  const isOfAccount = request.query.get('restype')?.toLowerCase() === 'account'
  return operations.find(
    (each) =>
      each.level === level &&
      each.comp === comp &&
      (each.isOfAccount ?? false) === isOfAccount &&
      (each.method === request.method || (each.method === 'GET' && request.method === 'HEAD')) &&
      hasHeader(each, header),
  )
}

/** The blob that a call is of; refuses where its container is not there. */
export function placeOf(call: StorageCall): BlobPlace {
  const { account, blob } = call.request
  return { account, container: containerOf(call), name: blob }
}

export function containerOf({ container }: StorageCall): ContainerRecord {
  if (!container) throw containerNotFound()
  return container
}

function hasHeader(
  { header: wanted }: Operation,
  header: (name: string) => string | undefined,
): boolean {
  if (!wanted) return true
  const given = header(wanted.name)
  if (wanted.value === undefined) return given !== undefined
  return given?.toLowerCase() === wanted.value.toLowerCase()
}
