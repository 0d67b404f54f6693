import { ServiceError } from '../../base/errors.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import type { Answer } from './answer.ts'
import { authorize } from './authorization.ts'
import { blobTarget } from './blob-target.ts'
import { preflight } from './cors.ts'
import { endpointHandler } from './endpoint.ts'
import {
  invalidHeader,
  invalidQuery,
  invalidUri,
  methodNotAllowed,
  missingHeader,
} from './errors.ts'
import { blobNameCharsMax, pathSegmentCountMax } from './limits.ts'
import { findOperation, type Level, type Operation } from './operation.ts'
import { operations } from './operations.ts'
import { whatIsAsked, type PathOperation } from './path-operation.ts'
import { pathOperations } from './path-operations.ts'
import { pathFault, serviceOf } from './path-rest.ts'
import { ensureParents } from './paths.ts'
import { refuseUnsupported } from './request-headers.ts'
import type { Storage } from './service.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'
import { xmlFault } from './xml-fault.ts'

/** Answers the Blob service of every account. */
export function blobHandler(storage: Storage): HttpHandler {
  return endpointHandler(storage, {
    server: 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0',
    serviceOf,
    answer: (requestId, read) => storage.answer(requestId, read),
    describe: ({ account, container, blob, method, query }) => {
      const comp = query.get('comp')
      return {
        operation: `${method.toLowerCase()} blob${comp === null ? '' : ` ${comp}`}`,
        resource: [account.name, container, blob].filter((part) => part !== '').join('/'),
      }
    },
  })
}

/** Does what a request asks, and says in an answer what cannot be done. */
export async function answerRequest(
  storage: Storage,
  requestId: string,
  read: () => StorageRequest,
): Promise<Answer> {
  let service: StorageRequest['service'] = 'blob'
  try {
    const request = read()
    service = request.service
    if (request.method === 'OPTIONS') return preflight(request)
    return await run(storage, request)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return service === 'dfs'
      ? pathFault(storage, error, requestId)
      : xmlFault(storage, error, requestId)
  }
}

async function run(storage: Storage, request: StorageRequest): Promise<Answer> {
  checkName(request)
  const operation = operationOf(request)
  const { account, container: name } = request
  const container = name === '' ? undefined : await storage.containers.find(account.name, name)
  const caller = await authorize({
    request,
    permission: operation.permission,
    identity: storage.identity,
    target: blobTarget(request, container),
    nowMs: storage.clock.now(),
  })
  refuseUnsupported(request.headers)
  const isMaking =
    request.method === 'PUT' && 'comp' in operation && ['', 'blocklist'].includes(operation.comp)
  if (account.isHierarchical && isMaking && operation.level === 'blob' && container) {
    const place = { account, container, name: request.blob }
    await ensureParents(storage.table, place, request.origin)
  }
  return operation.handle({ storage, request, caller, container })
}

function operationOf(request: StorageRequest): Operation | PathOperation {
  const level: Level =
    request.blob !== '' ? 'blob' : request.container === '' ? 'service' : 'container'
  const header = (name: string) => headerOf(request.headers, name)
  if (request.service === 'dfs') return pathOperationOf(request, level)
  const found = findOperation(operations, { request, level, header })
  if (found) return found
  const comp = request.query.get('comp')
  if (level === 'blob' && request.method === 'PUT' && comp === null) throw noBlobType(request)
  if (comp !== null && !operations.some((each) => each.comp === comp.toLowerCase())) {
    throw invalidQuery('comp', comp, 'no such operation')
  }
  throw methodNotAllowed()
}

function noBlobType({ headers }: StorageRequest): ServiceError {
  const type = headerOf(headers, 'x-ms-blob-type')
  return type === undefined
    ? missingHeader('x-ms-blob-type')
    : invalidHeader('x-ms-blob-type', type)
}

function pathOperationOf(request: StorageRequest, level: Level): PathOperation {
  const what = whatIsAsked(request)
  const found = pathOperations.find(
    (each) => each.level === level && each.method === request.method && each.what === what,
  )
  if (!found) throw methodNotAllowed()
  return found
}

// A name is only ever a key in the store: dots and slashes in it lead nowhere.
function checkName({ blob }: StorageRequest): void {
  // oxlint-disable-next-line no-control-regex -- these two divide names from what belongs to them
  const isRefused = /[\u0000-\u0002]/.test(blob) || blob.length > blobNameCharsMax
  if (isRefused || blob.split('/').length > pathSegmentCountMax) throw invalidUri()
}
