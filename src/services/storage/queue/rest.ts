import { ServiceError } from '../../../base/errors.ts'
import type { HttpHandler } from '../../../protocols/http/server.ts'
import type { Answer } from '../answer.ts'
import { authorize } from '../authorization.ts'
import { preflight } from '../cors.ts'
import { endpointHandler } from '../endpoint.ts'
import { invalidQuery, methodNotAllowed } from '../errors.ts'
import type { Storage } from '../service.ts'
import type { StorageRequest } from '../storage-request.ts'
import { xmlFault } from '../xml-fault.ts'
import type { QueueOperation } from './operation.ts'
import { queueOperations } from './operations.ts'
import { queueAddressOf, type QueueAddress } from './queue-address.ts'
import { queueTarget } from './queue-target.ts'

/** Answers the Queue service of every account: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
export function queueHandler(storage: Storage): HttpHandler {
  return endpointHandler(storage, {
    server: 'Windows-Azure-Queue/1.0 Microsoft-HTTPAPI/2.0',
    serviceOf: () => 'queue',
    answer: (requestId, read) => answerRequest(storage, requestId, read),
    describe: ({ account, segments, method, query }) => {
      const comp = query.get('comp')
      const what = segments.length > 1 ? 'message' : 'queue'
      return {
        operation: `${method.toLowerCase()} ${what}${comp === null ? '' : ` ${comp}`}`,
        resource: [account.name, segments[0] ?? ''].filter((part) => part !== '').join('/'),
      }
    },
  })
}

async function answerRequest(
  storage: Storage,
  requestId: string,
  read: () => StorageRequest,
): Promise<Answer> {
  try {
    const request = read()
    return request.method === 'OPTIONS' ? preflight(request) : await run(storage, request)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return xmlFault(storage, error, requestId)
  }
}

async function run(storage: Storage, request: StorageRequest): Promise<Answer> {
  const address = queueAddressOf(request.segments)
  const operation = operationOf(request, address)
  const { account } = request
  const queue =
    address.queue === '' ? undefined : await storage.queues.find(account.name, address.queue)
  const caller = await authorize({
    request,
    permission: operation.permission,
    identity: storage.identity,
    target: queueTarget(request, address, queue),
    nowMs: storage.clock.now(),
  })
  return operation.handle({ storage, request, address, caller, queue })
}

function operationOf({ method, query }: StorageRequest, { level }: QueueAddress): QueueOperation {
  const comp = query.get('comp')?.toLowerCase() ?? ''
  const isPeek = query.get('peekonly')?.toLowerCase() === 'true'
  const found = queueOperations.find(
    (each) =>
      each.level === level &&
      each.comp === comp &&
      (each.method === method || (each.method === 'GET' && method === 'HEAD')) &&
      (each.isPeek ?? isPeek) === isPeek,
  )
  if (found) return found
  if (!queueOperations.some((each) => each.comp === comp)) {
    throw invalidQuery('comp', comp, 'no such operation')
  }
  throw methodNotAllowed()
}
