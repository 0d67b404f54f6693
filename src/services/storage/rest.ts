import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { childOf, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { sendAnswer, type Answer } from './answer.ts'
import { authorize } from './authorization.ts'
import { corsHeaders, preflight } from './cors.ts'
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
import { headerOf, readStorageRequest, type StorageRequest } from './storage-request.ts'
import { document, element, group } from './xml-writer.ts'

/** What is left of a body is read, and the connection kept, up to so many bytes. */
const drainedBytesMax = 64 * 1024 * 1024

/** Answers the Blob service of every account. */
export function blobHandler(storage: Storage): HttpHandler {
  return async (message, response) => {
    const requestId = newUuid()
    const startMs = storage.clock.preciseNow()
    let request: StorageRequest | undefined
    prepare(message, response, requestId)
    const answer = await storage.answer(requestId, () => {
      const service = serviceOf(message)
      const read = readStorageRequest(message, { accounts: storage.accounts, service })
      const origin = { ...read.origin, requestId }
      request = { ...read, origin }
      response.setHeader('x-ms-version', read.version)
      return request
    })
    if (request) {
      for (const [name, value] of corsHeaders(request)) response.setHeader(name, value)
    }
    await finish(message, response, answer)
    if (request) report(storage, { request, answer, startMs })
  }
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
      : faultAnswer(storage, error, requestId)
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
    container,
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

/** https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 */
function faultAnswer(storage: Storage, error: ServiceError, requestId: string): Answer {
  const { code, status, message, details } = error
  const headers: Record<string, string> = { 'x-ms-error-code': code }
  if (status === 401) headers['www-authenticate'] = challenge(storage.tenantId)
  if (status === 416)
    headers['content-range'] = `bytes */${JSON.stringify(details['ResourceLength'])}`
  if (status === 304) return { status, headers }
  const time = new Date(storage.clock.now()).toISOString().replace('Z', '0000Z')
  const text = `${message}\nRequestId:${requestId}\nTime:${time}`
  const extra = Object.entries(details)
    .filter(([name]) => name !== 'ResourceLength')
    .map(([name, value]) =>
      element(name, typeof value === 'string' ? value : JSON.stringify(value)),
    )
  const body = document(group('Error', [element('Code', code), element('Message', text), ...extra]))
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body }
}

function challenge(tenantId: string): string {
  return `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`
}

function prepare(message: IncomingMessage, response: ServerResponse, requestId: string): void {
  response.setHeader('server', 'Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0')
  response.setHeader('x-ms-request-id', requestId)
  const clientId = headerOf(message.headers, 'x-ms-client-request-id')
  if (clientId !== undefined && clientId.length <= 1_024) {
    response.setHeader('x-ms-client-request-id', clientId)
  }
}

async function finish(
  message: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  const announced = Number(message.headers['content-length'] ?? 0)
  if (!message.complete && !(announced <= drainedBytesMax))
    response.setHeader('connection', 'close')
  await sendAnswer(message, response, answer)
}

/** One hop of a trace; the payload is the blob, which is looked at where it is. */
function report(
  storage: Storage,
  call: {
    readonly request: StorageRequest
    readonly answer: Answer
    readonly startMs: number
  },
): void {
  const { request, answer, startMs } = call
  const { account, container, blob, origin, method, query } = request
  const parent = parseTraceparent(origin.trace)
  const comp = query.get('comp')
  const code = answer.headers?.['x-ms-error-code']
  storage.telemetry.span({
    context: parent ? childOf(parent) : newTrace(),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    service: 'storage',
    operation: `${method.toLowerCase()} blob${comp === null ? '' : ` ${comp}`}`,
    resource: [account.name, container, blob].filter((part) => part !== '').join('/'),
    startMs,
    durationMs: storage.clock.preciseNow() - startMs,
    status: answer.status < 400 ? 'ok' : 'error',
    ...(code === undefined ? {} : { reason: String(code) }),
  })
}
