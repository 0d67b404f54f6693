import type { IncomingMessage, ServerResponse } from 'node:http'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import { stringMember } from '../../base/json.ts'
import { Router } from '../../protocols/http/router.ts'
import type { HttpHandler } from '../../protocols/http/server.ts'
import { addressNotFound, methodNotAllowed, payloadTooLarge } from './errors.ts'
import { publishBytesMax } from './limits.ts'
import { operations } from './operations.ts'
import type { Operation } from './operations.ts'
import type { EventGrid } from './service.ts'

/** Answers the data plane of topics and domains; the host name says which one, or the path of a local address. */
export function eventGridHandler(eventGrid: EventGrid): HttpHandler {
  const router = new Router<Operation>()
  for (const operation of operations) router.add(operation.method, operation.path, operation)
  return async (request, response) => {
    const requestId = newUuid()
    response.setHeader('x-ms-request-id', requestId)
    response.setHeader('api-supported-versions', '2018-01-01')
    try {
      await answer(eventGrid, { router, request, response })
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      sendFault(response, { request, error, requestId, nowMs: eventGrid.clock.now() })
    }
  }
}

async function answer(
  eventGrid: EventGrid,
  exchange: { router: Router<Operation>; request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { router, request, response } = exchange
  const { method = 'GET', url = '/' } = request
  const match = router.match(method, url)
  if (match.kind === 'not-found') throw addressNotFound(addressOf(request))
  if (match.kind === 'method-not-allowed') {
    response.setHeader('allow', match.allowed.join(', '))
    throw methodNotAllowed(method)
  }
  const question = url.indexOf('?')
  const { topicName } = match.params
  const { status, text = '' } = await match.value.handle({
    eventGrid,
    request,
    topicName: topicName === undefined ? undefined : String(topicName),
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
  })
  response.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' }),
  })
  response.end(text)
}

function addressOf(request: IncomingMessage): string {
  return `https://${request.headers.host ?? ''}${(request.url ?? '/').split('?')[0]}`
}

/** The body of Event Grid's faults, which names the request for a support ticket. */
function sendFault(
  response: ServerResponse,
  fault: { request: IncomingMessage; error: ServiceError; requestId: string; nowMs: number },
): void {
  const { request, requestId, nowMs } = fault
  // What the reader of the body says of one that is too long.
  const isOwn = fault.error.details['code'] !== undefined
  const error = isOwn || fault.error.status !== 413 ? fault.error : payloadTooLarge(publishBytesMax)
  const report = `Report '${requestId}:0:${azureTime(nowMs)} (UTC)' to our forums for assistance or raise a support ticket.`
  const message = `${error.message} ${report}`
  const code = stringMember(error.details, 'code') ?? error.code
  const body = JSON.stringify({
    error: { code: error.code, message, details: [{ code, message }] },
  })
  // What is left of an unread body must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  response.writeHead(error.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** `1/31/2026 5:07:09 PM` */
function azureTime(timeMs: number): string {
  const time = new Date(timeMs)
  const date = `${time.getUTCMonth() + 1}/${time.getUTCDate()}/${time.getUTCFullYear()}`
  const hours = time.getUTCHours()
  const [minutes, seconds] = [time.getUTCMinutes(), time.getUTCSeconds()].map((each) =>
    String(each).padStart(2, '0'),
  )
  return `${date} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`
}
