import { type TraceContext, childOf } from '../../../base/trace-context.ts'
import { messageOf } from '../../../base/errors.ts'
import type { Cancellation } from '../../../protocols/http/cancellation.ts'
import {
  AddressRefused,
  OutgoingTimeout,
  type OutgoingProxy,
  type OutgoingRequest,
  type OutgoingResponse,
  type OutgoingTls,
} from '../../../protocols/http/outgoing-http.ts'
import type { ClientCertificate } from '../certificate.ts'
import { redirectsMax, spanPayloadCharsMax } from '../limits.ts'
import { traceRequest, traceResponse } from './call-steps.ts'
import type { CallResponse, GatewayCall } from './gateway-call.ts'
import { type HeaderList, hopNamesOf, receivedHeaders } from './header-list.ts'
import { MessageBody, codingOf } from './message-body.ts'
import { PolicyError } from './policy-error.ts'

/** A request of the gateway as a policy describes it. */
export interface BackendRequest {
  readonly policy: 'forward-request' | 'send-request' | 'send-one-way-request'
  readonly url: string
  readonly method: string
  readonly headers: HeaderList
  /** True for a host that was meant for the gateway: the backend gets its own. */
  readonly hidesHost?: boolean
  readonly body: MessageBody
  readonly timeoutMs: number
  readonly followRedirects: boolean
  readonly isDeclared: boolean
  /** True when the head of the answer is passed on before its body. */
  readonly isUnbuffered?: boolean
  /** What the gateway shows when it connects. */
  readonly certificate?: ClientCertificate | undefined
  readonly acceptsAnyCertificate?: boolean
  readonly proxy?: OutgoingProxy | undefined
}

/** Sends a request, with a span of its own in the trace of the call; what fails is a `PolicyError`. */
export async function callBackend(
  call: GatewayCall,
  request: BackendRequest,
): Promise<CallResponse> {
  let next = request
  for (let redirects = 0; ; redirects += 1) {
    const response = await callOnce(call, next)
    const isRedirect = redirectStatuses.has(response.status)
    if (!request.followRedirects || !isRedirect) return response
    const location = response.headers.text('location')
    if (location === undefined) return response
    if (redirects === redirectsMax) {
      throw backendFault(request.policy, 'TooManyRedirects', 'Too many redirects.')
    }
    response.body.discard()
    next = redirected(next, { location, status: response.status })
  }
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

async function callOnce(call: GatewayCall, request: BackendRequest): Promise<CallResponse> {
  const { clock, telemetry } = call.parts
  const trace = childOf(call.trace)
  const startMs = clock.preciseNow()
  const sent = toOutgoing(request, { trace, signal: call.signal })
  const finish = (outcome: { reason?: string; status: 'ok' | 'error' }): void => {
    telemetry.span({
      context: trace,
      parentSpanId: call.trace.spanId,
      service: 'api-management',
      operation: request.policy,
      resource: resourceOf(request.url),
      startMs,
      durationMs: clock.preciseNow() - startMs,
      ...payloadOf(request.body),
      ...outcome,
    })
  }
  traceRequest(call, request)
  try {
    const answer = await send(call, request, sent)
    const isError = answer.status >= 500
    finish(isError ? { status: 'error', reason: `answered ${answer.status}` } : { status: 'ok' })
    const headers = receivedHeaders(answer.headers)
    const body = MessageBody.received(answer.body, codingOf(headers))
    traceResponse(call, request.policy, { status: answer.status, reason: answer.reason, headers })
    return { status: answer.status, reason: answer.reason, headers, body }
  } catch (error) {
    finish({ status: 'error', reason: messageOf(error) })
    throw unreachable(request.policy, error)
  }
}

// The request for another protocol goes on as one, where the backend is what it was for.
async function send(
  call: GatewayCall,
  request: BackendRequest,
  outgoing: OutgoingRequest,
): Promise<OutgoingResponse> {
  const isHandshake = call.api.type === 'websocket' && request.policy === 'forward-request'
  if (!isHandshake) return call.parts.outgoing.send(outgoing)
  const { body: _none, ...asked } = outgoing
  const url = asked.url.replace(/^ws/, 'http')
  const answer = await call.parts.outgoing.upgrade({ ...asked, url }, 'websocket')
  if ('status' in answer) return answer
  call.upgraded?.destroy()
  call.upgraded = answer.socket
  const { headers } = answer
  return { status: 101, reason: 'Switching Protocols', headers, body: new Uint8Array() }
}

function toOutgoing(
  request: BackendRequest,
  of: { trace: TraceContext; signal: Cancellation },
): OutgoingRequest {
  const { headers, body, certificate, acceptsAnyCertificate } = request
  const hidden: string[] = []
  if (request.hidesHost) hidden.push('host')
  // A body that was read or replaced has a new length; an untouched stream keeps the one that was announced.
  if (body.isReady) hidden.push('content-length')
  return {
    url: request.url,
    method: request.method,
    headers: headers.toRaw(hopNamesOf(headers), hidden),
    body: body.take(),
    timeoutMs: request.timeoutMs,
    isDeclared: request.isDeclared,
    isUnbuffered: request.isUnbuffered,
    proxy: request.proxy,
    tls: certificate || acceptsAnyCertificate ? tlsOf(request) : undefined,
    trace: of.trace,
    signal: of.signal,
  }
}

function tlsOf({ certificate, acceptsAnyCertificate }: BackendRequest): OutgoingTls {
  return {
    acceptsAnyCertificate: acceptsAnyCertificate ?? false,
    ...(certificate?.keyPem === undefined
      ? {}
      : {
          clientCertificate: {
            id: certificate.thumbprint,
            cert: certificate.certificatePem,
            key: certificate.keyPem,
          },
        }),
  }
}

function redirected(
  request: BackendRequest,
  to: { location: string; status: number },
): BackendRequest {
  const url = new URL(to.location, request.url)
  const headers = request.headers.copy()
  const isElsewhere = url.origin !== new URL(request.url).origin
  if (isElsewhere) headers.delete('authorization')
  const { certificate, ...others } = request
  headers.delete('host')
  const asGet = to.status === 303 || (to.status < 303 && request.method === 'POST')
  return {
    ...others,
    // What the gateway shows is for the backend that was named.
    certificate: isElsewhere ? undefined : certificate,
    url: url.href,
    headers,
    isDeclared: request.isDeclared && !isElsewhere,
    ...(asGet ? { method: 'GET', body: MessageBody.none() } : {}),
  }
}

function unreachable(policy: BackendRequest['policy'], cause: unknown): PolicyError {
  if (cause instanceof OutgoingTimeout) {
    return backendFault(policy, 'Timeout', 'The backend did not answer in time.', cause)
  }
  const message =
    cause instanceof AddressRefused
      ? cause.message
      : `The backend cannot be reached: ${messageOf(cause)}`
  return backendFault(policy, 'BackendConnectionFailure', message, cause)
}

function backendFault(
  source: string,
  reason: string,
  message: string,
  cause?: unknown,
): PolicyError {
  const status = reason === 'Timeout' ? 504 : 500
  const answer = reason === 'Timeout' ? 'Gateway Timeout' : 'Internal server error'
  return new PolicyError({ source, reason, message, status, answer }, { cause })
}

// Without a query, which may hold secrets, and without the name and password that an address may hold.
function resourceOf(url: string): string {
  const [, host = '', path = ''] = /^[^:]+:\/\/([^/?#@]+)(?=[/?#]|$)([^?#]*)/.exec(url) ?? []
  if (host !== '') return `${host}${path}`
  const parsed = new URL(url)
  return `${parsed.host}${parsed.pathname}`
}

function payloadOf(body: MessageBody): { payload?: string } {
  const { bytes } = body
  if (!bytes) return {}
  return { payload: Buffer.from(bytes).toString('utf8').slice(0, spanPayloadCharsMax) }
}
