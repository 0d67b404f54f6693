import { headerOf, type StorageRequest } from '../storage-request.ts'
import { changeOperations, entityOperations, type ChangeOperation } from './entity-operations.ts'
import { notImplemented } from './errors.ts'
import type { TableOperation } from './operation.ts'
import { serviceOperations } from './service-operations.ts'
import type { TableAddress } from './table-address.ts'
import { tableOperations as ofTables } from './table-operations.ts'
import { transactionOperation } from './transaction.ts'

/** Every operation of the Table service. */
export const tableOperations: readonly TableOperation[] = [
  ...serviceOperations,
  ...ofTables,
  ...entityOperations,
  transactionOperation((request, address) => findOperation(changeOperations, request, address)),
]

/** What a request asks for; throws where there is no such thing. */
export function findOperation<T extends TableOperation | ChangeOperation>(
  operations: readonly T[],
  request: StorageRequest,
  address: TableAddress,
): T {
  const method = methodOf(request)
  const comp = request.query.get('comp')?.toLowerCase() ?? ''
  const isConditional = headerOf(request.headers, 'if-match') !== undefined
  const found = operations.find(
    (each) =>
      each.level === address.level &&
      each.comp === comp &&
      each.method === method &&
      (each.isConditional ?? isConditional) === isConditional,
  )
  if (!found) throw notImplemented()
  return found
}

/** An operation's address as the documentation writes it: `MERGE /{table}({key}) If-Match`. */
export function tableAddressText({ method, level, comp, isConditional }: TableOperation): string {
  const path = {
    service: '/',
    tables: '/Tables',
    table: "/Tables('{table}')",
    entities: '/{table}',
    entity: '/{table}({key})',
    batch: '/$batch',
  }[level]
  return `${method} ${path}${comp === '' ? '' : `?comp=${comp}`}${isConditional === true ? ' If-Match' : ''}`
}

// Merging has three names: https://learn.microsoft.com/rest/api/storageservices/merge-entity
function methodOf({ method, headers }: StorageRequest): string {
  const tunnelled = method === 'POST' ? headerOf(headers, 'x-http-method') : undefined
  const meant = tunnelled ?? method
  return meant === 'PATCH' ? 'MERGE' : meant
}
