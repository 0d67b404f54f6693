import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'

/** What a request is answered with; headers that are absent are left out. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | number | undefined>>
  readonly body?: string | AsyncIterable<Uint8Array>
}

/** An answer in XML. */
export function xmlAnswer(
  body: string,
  headers: Readonly<Record<string, string | number | undefined>> = {},
): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body }
}

/** Sends an answer; a slow reader is waited for without holding up anybody else. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (value !== undefined) response.setHeader(name, headerValue(value))
  }
  const { body } = answer
  if (body === undefined || typeof body === 'string') {
    const length = Buffer.byteLength(body ?? '')
    if (request.method !== 'HEAD' && answer.status !== 204 && answer.status !== 304) {
      response.setHeader('content-length', length)
    }
    response.writeHead(answer.status)
    response.end(request.method === 'HEAD' ? undefined : body)
    return
  }
  response.writeHead(answer.status)
  await sendBytes(response, body)
}

async function sendBytes(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  for await (const chunk of body) {
    if (response.destroyed) return
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed])
  }
  response.end()
}

// Line ends and characters beyond Latin-1 cannot be in a header.
function headerValue(value: string | number): string {
  return String(value).replaceAll(/[^\t\u0020-\u007E\u0080-\u00FF]/g, '?')
}
