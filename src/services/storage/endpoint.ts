import type { IncomingMessage, ServerResponse } from 'node:http'
import { newUuid } from '../../base/ids.ts'
import type { Span } from '../../base/telemetry.ts'
import { childOf, formatTraceparent, newTrace, parseTraceparent } from '../../base/trace-context.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { sendAnswer, type Answer } from './answer.ts'
import { corsHeaders } from './cors.ts'
import type { Storage } from './service.ts'
import {
  headerOf,
  readStorageRequest,
  type StorageRequest,
  type StorageService,
} from './storage-request.ts'

/** What is left of a body is read, and the connection kept, up to so many bytes. */
const drainedBytesMax = 64 * 1024 * 1024

/** One of the services of an account: what is its own when a request is answered. */
export interface Endpoint {
  /** The header that says what answered. */
  readonly server: string
  serviceOf(message: IncomingMessage): StorageService
  /** Says in an answer what cannot be done, also where the request cannot be read. */
  answer(requestId: string, read: () => StorageRequest): Promise<Answer>
  /** What is asked of what, for a trace. */
  describe(request: StorageRequest): Pick<Span, 'operation' | 'resource'>
}

/** Answers a service of every account. */
export function endpointHandler(storage: Storage, endpoint: Endpoint): HttpHandler {
  return async (message, response) => {
    const requestId = newUuid()
    const startMs = storage.clock.preciseNow()
    let hop: Hop | undefined
    response.setHeader('server', endpoint.server)
    prepare(message, response, requestId)
    const answer = await endpoint.answer(requestId, () => {
      const service = endpoint.serviceOf(message)
      const read = readStorageRequest(message, { accounts: storage.accounts, service })
      const parent = parseTraceparent(read.origin.trace)
      const context = parent ? childOf(parent) : newTrace()
      // What the request causes is caused by its hop, also where the caller has no trace of its own.
      const origin = { ...read.origin, requestId, trace: formatTraceparent(context) }
      const request = { ...read, origin }
      hop = { request, context, parent, startMs }
      response.setHeader('x-ms-version', read.version)
      return request
    })
    if (hop) {
      for (const [name, value] of corsHeaders(hop.request)) response.setHeader(name, value)
    }
    await finish(message, response, answer)
    if (hop) report(storage, { ...hop, ...endpoint.describe(hop.request) }, answer)
  }
}

function prepare(message: IncomingMessage, response: ServerResponse, requestId: string): void {
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

/** One hop of a trace. */
interface Hop {
  readonly request: StorageRequest
  readonly context: TraceContext
  /** What caused it, where the caller says so. */
  readonly parent: TraceContext | undefined
  readonly startMs: number
}

/** The payload of a hop is looked at where it is. */
function report(
  storage: Storage,
  hop: Hop & Pick<Span, 'operation' | 'resource'>,
  answer: Answer,
): void {
  const { context, parent, operation, resource, startMs } = hop
  const code = answer.headers?.['x-ms-error-code']
  storage.telemetry.span({
    context,
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    service: 'storage',
    operation,
    resource,
    startMs,
    durationMs: storage.clock.preciseNow() - startMs,
    status: answer.status < 400 ? 'ok' : 'error',
    ...(code === undefined ? {} : { reason: String(code) }),
  })
}
