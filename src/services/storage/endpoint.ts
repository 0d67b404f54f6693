import type { IncomingMessage, ServerResponse } from 'node:http'
import { newUuid } from '../../base/ids.ts'
import type { Span } from '../../base/telemetry.ts'
import { childOf, newTrace, parseTraceparent } from '../../base/trace-context.ts'
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
    let request: StorageRequest | undefined
    response.setHeader('server', endpoint.server)
    prepare(message, response, requestId)
    const answer = await endpoint.answer(requestId, () => {
      const service = endpoint.serviceOf(message)
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
    if (request) report(storage, endpoint, { request, answer, startMs })
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

/** One hop of a trace; the payload is looked at where it is. */
function report(
  storage: Storage,
  endpoint: Endpoint,
  call: {
    readonly request: StorageRequest
    readonly answer: Answer
    readonly startMs: number
  },
): void {
  const { request, answer, startMs } = call
  const parent = parseTraceparent(request.origin.trace)
  const code = answer.headers?.['x-ms-error-code']
  storage.telemetry.span({
    context: parent ? childOf(parent) : newTrace(),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    service: 'storage',
    ...endpoint.describe(request),
    startMs,
    durationMs: storage.clock.preciseNow() - startMs,
    status: answer.status < 400 ? 'ok' : 'error',
    ...(code === undefined ? {} : { reason: String(code) }),
  })
}
