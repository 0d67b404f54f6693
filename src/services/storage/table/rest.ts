import { ServiceError } from '../../../base/errors.ts'
import type { HttpHandler } from '../../../protocols/http/server.ts'
import { permissionMismatch } from '../access-errors.ts'
import type { Answer } from '../answer.ts'
import { authorize } from '../authorization.ts'
import { preflight } from '../cors.ts'
import { endpointHandler } from '../endpoint.ts'
import type { Storage } from '../service.ts'
import type { StorageRequest } from '../storage-request.ts'
import { jsonFault } from './json-fault.ts'
import { findOperation, tableOperations } from './operations.ts'
import { tableAddressOf, type TableAddress } from './table-address.ts'
import { tableTarget } from './table-target.ts'
import type { TableRecord } from './table.ts'

/** Answers the Table service of every account: https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api */
export function tableHandler(storage: Storage): HttpHandler {
  return endpointHandler(storage, {
    server: 'Windows-Azure-Table/1.0 Microsoft-HTTPAPI/2.0',
    serviceOf: () => 'table',
    answer: (requestId, read) => answerRequest(storage, requestId, read),
    describe: ({ account, segments, method }) => ({
      operation: `${method.toLowerCase()} entity`,
      resource: `${account.name}/${(segments[0] ?? '').replace(/\(.*$/s, '')}`,
    }),
  })
}

async function answerRequest(
  storage: Storage,
  requestId: string,
  read: () => StorageRequest,
): Promise<Answer> {
  try {
    const request = read()
    const answer = request.method === 'OPTIONS' ? preflight(request) : await run(storage, request)
    return { ...answer, headers: { 'cache-control': 'no-cache', ...answer.headers } }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return jsonFault(storage, error, requestId)
  }
}

async function run(storage: Storage, request: StorageRequest): Promise<Answer> {
  const address = tableAddressOf(request.segments)
  const operation = findOperation(tableOperations, request, address)
  const table = await findTable(storage, request, address)
  const caller = await authorize({
    request,
    permission: operation.permission,
    identity: storage.identity,
    target: tableTarget(request, address, table),
    nowMs: storage.clock.now(),
  })
  const { alsoNeeds } = operation
  if (alsoNeeds && !(await caller.may(alsoNeeds))) throw permissionMismatch()
  return operation.handle({ storage, request, address, caller, table })
}

/** The table of the address; of a transaction, the one whose policy its signature may name. */
async function findTable(
  storage: Storage,
  { account, query }: StorageRequest,
  { table, level }: TableAddress,
): Promise<TableRecord | undefined> {
  const name = level === 'batch' ? (query.get('tn') ?? '') : table
  return name === '' ? undefined : storage.tables.find(account.name, name)
}
