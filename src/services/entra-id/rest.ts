import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { stringMember } from '../../base/json.ts'
import { childOf, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import { readBody } from '../../protocols/http/request-body.ts'
import { splitRequestPath } from '../../protocols/http/request-path.ts'
import { Router } from '../../protocols/http/router.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { addressNotFound, formExpected, methodNotAllowed, signInExpired } from './errors.ts'
import { requestBytesMax } from './limits.ts'
import { operations } from './operations.ts'
import type { EntraAnswer, EntraRequest, Operation } from './operations.ts'
import { messagePage } from './pages.ts'
import type { Page } from './pages.ts'
import type { EntraId } from './service.ts'
import { tenantAddress } from './tenant.ts'
import { RequestParameters } from './token-request.ts'

/** Answers the addresses of Entra ID over HTTP. */
export function entraIdHandler(entra: EntraId): HttpHandler {
  const router = new Router<Operation>()
  for (const operation of operations) router.add(operation.method, operation.path, operation)
  return async (request, response) => {
    const ids = { requestId: newUuid(), correlationId: correlationOf(request) }
    response.setHeader('x-ms-request-id', ids.requestId)
    response.setHeader('client-request-id', ids.correlationId)
    response.setHeader('x-content-type-options', 'nosniff')
    if (request.method === 'OPTIONS') return answerPreflight(response)
    const startMs = entra.clock.preciseNow()
    let operation: Operation | undefined
    try {
      operation = findOperation(router, request)
      send(response, await operation.handle(entra, await readCall(entra, operation, request)))
      report(entra, operation, { request, startMs })
    } catch (error) {
      // What is at the host of Microsoft Graph tells its faults as that does, and as the server does by itself.
      if (!(error instanceof ServiceError) || operation?.path.startsWith('/oidc/')) throw error
      report(entra, operation, { request, startMs, error })
      // What is left of an unread body must not be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close')
      const fault = faultBody(error, { ...ids, nowMs: entra.clock.now() })
      if (operation?.isForPeople) {
        const { html } = messagePage('Sign-in failed', fault.error_description)
        sendPage(response, error.status, { html })
      } else sendJson(response, error.status, { body: fault })
    }
  }
}

/** What is only looked up is no hop of a trace. A payload would be a secret. */
function report(
  entra: EntraId,
  operation: Operation | undefined,
  call: { request: IncomingMessage; startMs: number; error?: ServiceError },
): void {
  if (!operation?.isTraced) return
  const { request, startMs, error } = call
  const header = request.headers['traceparent']
  const parent = parseTraceparent(typeof header === 'string' ? header : undefined)
  entra.telemetry.span({
    context: parent ? childOf(parent) : newTrace(),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    service: 'entra-id',
    operation: 'issue token',
    resource: entra.tenant.domain,
    startMs,
    durationMs: entra.clock.preciseNow() - startMs,
    status: error ? 'error' : 'ok',
    ...(error ? { reason: `${error.code}: ${error.message}` } : {}),
  })
}

/** What an error is told as: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
function faultBody(
  error: ServiceError,
  ids: { correlationId: string; requestId: string; nowMs: number },
): { readonly error: string; readonly error_description: string } {
  const number = Number(error.code.replace('AADSTS', ''))
  const timestamp = `${new Date(ids.nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const trail = `Trace ID: ${ids.requestId} Correlation ID: ${ids.correlationId} Timestamp: ${timestamp}`
  const told = {
    error: stringMember(error.details, 'error') ?? 'invalid_request',
    error_description: `${error.code}: ${error.message} ${trail}`,
    timestamp,
    trace_id: ids.requestId,
    correlation_id: ids.correlationId,
  }
  // A body that is too large is told by the HTTP server's own code, which has no number.
  if (Number.isNaN(number)) return told
  const uri = `https://login.microsoftonline.com/error?code=${number}`
  const code = { error_codes: [number], error_uri: uri }
  return { ...told, ...code }
}

function findOperation(router: Router<Operation>, request: IncomingMessage): Operation {
  const match = router.match(request.method ?? 'GET', request.url ?? '/')
  if (match.kind === 'not-found') throw addressNotFound()
  if (match.kind === 'method-not-allowed') throw methodNotAllowed(match.allowed.join(', '))
  return match.value
}

async function readCall(
  entra: EntraId,
  operation: Operation,
  request: IncomingMessage,
): Promise<EntraRequest> {
  const target = request.url ?? '/'
  const [tenantSegment = ''] = splitRequestPath(target)
  const hasTenant = operation.path.startsWith('/{tenant}')
  const address = hasTenant ? tenantAddress(entra.tenant, tenantSegment) : 'tenant'
  const origin = originOf(request)
  if (operation.isForPeople) checkSender(request, origin)
  const isForm = hasTenant && operation.method === 'POST'
  const parameters = new RequestParameters(isForm ? await readForm(request) : queryOf(target))
  const { headers } = request
  const browser = { cookieHeader: headers.cookie, isSecure: origin.startsWith('https:') }
  return { origin, tenantSegment, address, parameters, headers, browser }
}

/** A choice that another site's page posts is not the choice of the person. */
function checkSender(request: IncomingMessage, origin: string): void {
  const sender = request.headers.origin
  if (request.method === 'POST' && sender !== undefined && sender !== origin) throw signInExpired()
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
  if (answer.kind !== 'json' && answer.cookie !== undefined) {
    response.setHeader('set-cookie', answer.cookie)
  }
  switch (answer.kind) {
    case 'json':
      sendJson(response, 200, answer)
      return
    case 'page':
      sendPage(response, 200, answer.page)
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

function sendPage(response: ServerResponse, status: number, page: Page): void {
  const script = page.scriptNonce === undefined ? '' : `; script-src 'nonce-${page.scriptNonce}'`
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(page.html),
    'cache-control': 'no-store, no-cache',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'${script}`,
    // Not `no-referrer`, which would also hide from the sign-in that its own page has posted.
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
  })
  response.end(page.html)
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
    // Apps in a browser read these answers; nothing in them rests on a cookie.
    'access-control-allow-origin': '*',
    'cache-control': answer.isPublic ? 'max-age=86400, private' : 'no-store, no-cache',
    ...(answer.isPublic ? {} : { pragma: 'no-cache' }),
  })
  response.end(text)
}

function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': '*',
    'access-control-max-age': '86400',
  })
  response.end()
}
