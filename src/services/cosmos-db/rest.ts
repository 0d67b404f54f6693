// Nothing here survives a crash: what was answered is in the store.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { childOf, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { methodNotAllowed, requestNotSupported } from './errors.ts'
import { requestBytesMax } from './limits.ts'
import { operations } from './operations.ts'
import type { CosmosDb } from './service.ts'
import { openAccess } from './wire/access.ts'
import { parseAddress, type Address } from './wire/address.ts'
import { sendAnswer, sendFault } from './wire/answer.ts'
import { isSet, type CosmosAnswer, type Operation, type Variant } from './wire/call.ts'

/** Answers the accounts' data: https://learn.microsoft.com/rest/api/cosmos-db/ */
export function cosmosDbHandler(cosmosDb: CosmosDb): HttpHandler {
  const table = new Map(operations.map((operation) => [keyOf(operation), operation]))
  const shapes = new Set(operations.map(({ path }) => path))
  return async (request, response) => {
    const activityId = activityIdOf(request)
    try {
      const address = parseAddress(request.url ?? '/')
      const operation = findOperation(request, address, { table, shapes })
      sendAnswer(response, await answer(cosmosDb, { request, address, operation }), activityId)
    } catch (error) {
      if (!(error instanceof ServiceError)) {
        // Clients read the body of every fault; the server behind this logs ours.
        if (!response.headersSent) await answerInternalFault(response, activityId)
        throw error
      }
      // What is left of an unread body must not be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close')
      sendFault(response, error, activityId)
    }
  }
}

function answerInternalFault(response: ServerResponse, activityId: string): Promise<void> {
  const fault = new ServiceError('InternalServerError', 500, 'The request failed by a fault here.')
  return new Promise((resolve) => {
    response.once('close', resolve)
    response.once('finish', resolve)
    sendFault(response, fault, activityId)
  })
}

async function answer(
  cosmosDb: CosmosDb,
  asked: {
    readonly request: IncomingMessage
    readonly address: Address
    readonly operation: Operation
  },
): Promise<CosmosAnswer> {
  const { request, address, operation } = asked
  const { headers, method = 'GET' } = request
  const host = (headers.host ?? '').toLowerCase()
  const access = await openAccess(cosmosDb, {
    method,
    address,
    host: host.split(':')[0] ?? '',
    authorization: headers.authorization,
    date: textOf(headers['x-ms-date']) ?? headers.date,
    partitionKey: textOf(headers['x-ms-documentdb-partitionkey']),
    isRead: operation.isRead,
  })
  await access.permit(operation.action)
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const trace = parseTraceparent(textOf(headers['traceparent']))
  return operation.handle({
    cosmosDb,
    ...access,
    names: address.names,
    headers,
    body: await readBody(request, { bytesMax: requestBytesMax }),
    origin: `${scheme}://${host}/`,
    trace: trace ? childOf(trace) : newTrace(),
  })
}

function findOperation(
  request: IncomingMessage,
  address: Address,
  known: {
    readonly table: ReadonlyMap<string, Operation>
    readonly shapes: ReadonlySet<string>
  },
): Operation {
  const { method = 'GET' } = request
  const variant = variantOf(request)
  const path = address.shape
  const operation = known.table.get(keyOf({ method, path, variant }))
  if (operation) return operation
  // Lists whose changes a client asks for, such as ranges, are given whole.
  const list = variant === 'change feed' ? known.table.get(keyOf({ method, path })) : undefined
  if (list) return list
  if (known.shapes.has(path)) throw methodNotAllowed()
  throw requestNotSupported(`The address '${method} ${path}'`)
}

function keyOf(operation: {
  readonly method: string
  readonly path: string
  readonly variant?: Variant | undefined
}): string {
  return `${operation.method} ${operation.path} ${operation.variant ?? ''}`
}

/** What kind of a request its headers make it. */
function variantOf(request: IncomingMessage): Variant | undefined {
  const { method, headers } = request
  if (method === 'GET') return headers['a-im'] === undefined ? undefined : 'change feed'
  if (method !== 'POST') return undefined
  if (isSet(request, 'x-ms-cosmos-is-query-plan-request')) return 'query plan'
  if (isSet(request, 'x-ms-cosmos-is-batch-request')) {
    return isSet(request, 'x-ms-cosmos-batch-atomic') ? 'batch' : 'bulk'
  }
  const isQuery =
    isSet(request, 'x-ms-documentdb-isquery') ||
    headers['content-type']?.startsWith('application/query+json') === true
  if (isQuery) return 'query'
  return isSet(request, 'x-ms-documentdb-is-upsert') ? 'upsert' : undefined
}

function activityIdOf(request: IncomingMessage): string {
  const given = textOf(request.headers['x-ms-activity-id'])
  return given !== undefined && /^[\da-f-]{36}$/i.test(given) ? given : newUuid()
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
