import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { announcedLength } from '../../../protocols/http/request-body.ts'
import type { CallResponse } from './gateway-call.ts'
import { hopNamesOf } from './header-list.ts'

/** Writes the answer to a call; resolves when the last of it was handed over, at once where it has no stream. */
export function writeResponse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: CallResponse,
): void | Promise<void> {
  const { status, headers, body } = answer
  const isHead = request.method === 'HEAD'
  const isEmpty = isHead || status === 204 || status === 304
  const isReady = body.isReady
  const content = body.take()
  // The answer to `HEAD` tells the length of what `GET` would bring.
  const isOwnLength = isReady && (!isHead || content !== undefined)
  const hidesLength = isOwnLength || status === 204
  const raw = headers.toRaw(hopNamesOf(headers), hidesLength ? lengthOnly : undefined)
  if (isOwnLength && status !== 204 && status !== 304) {
    raw.push('Content-Length', String(content instanceof Readable ? 0 : (content?.length ?? 0)))
  }
  // What is left of an unread request must not be taken for the next one.
  if (!request.complete && hasBody(request)) raw.push('Connection', 'close')
  response.writeHead(status, answer.reason, raw)
  if (content instanceof Readable && !isEmpty) return streamed(content, response)
  if (content instanceof Readable) content.resume()
  response.end(isEmpty || content instanceof Readable ? undefined : content)
}

const lengthOnly = ['content-length']

/** True when a request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  return announcedLength(request) !== 0
}

// A backend that breaks off in the middle must not look as if it had ended: the caller's connection breaks too.
function streamed(content: Readable, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    content.once('error', () => response.destroy())
    response.once('close', () => {
      content.destroy()
      resolve()
    })
    response.once('finish', resolve)
    content.pipe(response)
  })
}
