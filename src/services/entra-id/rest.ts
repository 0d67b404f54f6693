import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { stringMember } from '../../base/json.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { Router } from '../../protocols/http/router.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { addressNotFound, formExpected, methodNotAllowed } from './errors.ts'
import { requestBytesMax } from './limits.ts'
import { operations } from './operations.ts'
import type { EntraAnswer, EntraRequest, Operation } from './operations.ts'
import type { EntraId } from './service.ts'
import { tenantAddress } from './tenant.ts'
import { RequestParameters } from './token-request.ts'

/** Answers the addresses of Entra ID over HTTP. */
export function entraIdHandler(entra: EntraId): HttpHandler {
  const router = new Router<Operation>()
  for (const operation of operations) router.add(operation.method, operation.path, operation)
  return async (request, response) => {
    const correlationId = correlationOf(request)
    const requestId = newUuid()
    response.setHeader('x-ms-request-id', requestId)
    response.setHeader('client-request-id', correlationId)
    response.setHeader('x-content-type-options', 'nosniff')
    try {
      const { operation, call } = await readCall(entra, router, request)
      send(response, await operation.handle(entra, call))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      const ids = { correlationId, requestId, nowMs: entra.clock.now() }
      sendFault(request, response, faultBody(error, ids))
    }
  }
}

/** What an error is told as: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function faultBody(
  error: ServiceError,
  ids: { correlationId: string; requestId: string; nowMs: number },
): { readonly status: number; readonly body: object } {
  const number = Number(error.code.replace(/\D/g, ''))
  const timestamp = `${new Date(ids.nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const trail = `Trace ID: ${ids.requestId} Correlation ID: ${ids.correlationId} Timestamp: ${timestamp}`
  const isAadsts = error.code.startsWith('AADSTS')
  return {
    status: error.status,
    body: {
      error: stringMember(error.details, 'error') ?? 'invalid_request',
      error_description: `${isAadsts ? `${error.code}: ` : ''}${error.message} ${trail}`,
      error_codes: isAadsts ? [number] : [],
      timestamp,
      trace_id: ids.requestId,
      correlation_id: ids.correlationId,
      ...(isAadsts ? { error_uri: `https://login.microsoftonline.com/error?code=${number}` } : {}),
    },
  }
}

async function readCall(
  entra: EntraId,
  router: Router<Operation>,
  request: IncomingMessage,
): Promise<{ operation: Operation; call: EntraRequest }> {
  const target = request.url ?? '/'
  const match = router.match(request.method ?? 'GET', target)
  if (match.kind === 'not-found') throw addressNotFound()
  if (match.kind === 'method-not-allowed') throw methodNotAllowed(match.allowed.join(', '))
  const operation = match.value
  const tenantSegment = String(match.params['tenant'] ?? 'common')
  const address = tenantAddress(entra.tenant, tenantSegment)
  const parameters = new RequestParameters(
    operation.method === 'GET' ? queryOf(target) : await readForm(request),
  )
  const { headers } = request
  const call = { origin: originOf(request), tenantSegment, address, parameters, headers }
  return { operation, call }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') throw formExpected()
  const body = await readBody(request, { bytesMax: requestBytesMax })
  return new URLSearchParams(body.toString('utf8'))
}

function queryOf(target: string): URLSearchParams {
  const query = target.indexOf('?')
  return new URLSearchParams(query < 0 ? '' : target.slice(query + 1))
}

/** A name that is not a host, or one with a path, would end up in addresses that clients follow. */
function originOf(request: IncomingMessage): string {
  const host = request.headers.host ?? ''
  const isHost = /^(?:[a-z\d.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host)
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  return `${scheme}://${isHost ? host.toLowerCase() : 'localhost'}`
}

function correlationOf(request: IncomingMessage): string {
  const id = request.headers['client-request-id']
  const isGuid = typeof id === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)
  return isGuid ? id : newUuid()
}

function send(response: ServerResponse, answer: EntraAnswer): void {
  switch (answer.kind) {
    case 'json':
      sendJson(response, 200, answer)
      return
    case 'html':
      response.writeHead(answer.status, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': Buffer.byteLength(answer.body),
        'cache-control': 'no-store, no-cache',
        'content-security-policy': pagePolicy,
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
      })
      response.end(answer.body)
      return
    case 'redirect':
      response.writeHead(302, {
        location: answer.location,
        'content-length': 0,
        'cache-control': 'no-store, no-cache',
        'referrer-policy': 'no-referrer',
      })
      response.end()
  }
}

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

function sendFault(
  request: IncomingMessage,
  response: ServerResponse,
  fault: { readonly status: number; readonly body: object },
): void {
  // What is left of an unread body must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  sendJson(response, fault.status, { body: fault.body })
}

function sendJson(
  response: ServerResponse,
  status: number,
  answer: { readonly body: object; readonly isPublic?: boolean },
): void {
  const text = JSON.stringify(answer.body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(answer.isPublic
      ? { 'cache-control': 'max-age=86400, private', 'access-control-allow-origin': '*' }
      : { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' }),
  })
  response.end(text)
}
