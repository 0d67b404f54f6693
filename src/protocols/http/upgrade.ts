// Nothing here survives a crash: both ends open their connections again.
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Answers a request for the WebSocket protocol with what it writes to the socket; `head` is what came after the request.
 * What it throws is answered as for any other request.
 */
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) => Promise<void>

/** True for a handshake of https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
export function isWebSocketHandshake(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
}

/** Writes the head of an answer, and a body where there is one; the connection ends unless it changes its protocol. */
export function answerUpgrade(
  socket: Duplex,
  answer: {
    readonly status: number
    readonly reason?: string
    /** `[name, value, name, value]` */
    readonly headers: readonly string[]
    readonly body?: Uint8Array
  },
): void {
  const { status, reason = STATUS_CODES[status] ?? '', headers, body } = answer
  const lines = [`HTTP/1.1 ${status} ${reason}`]
  for (let index = 0; index + 1 < headers.length; index += 2) {
    lines.push(`${headers[index]}: ${headers[index + 1]}`)
  }
  const isOpen = status === 101
  if (!isOpen) lines.push('Connection: close', `Content-Length: ${body?.length ?? 0}`)
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'))
  if (!isOpen) socket.end(body)
}

/** The bytes of a request as it came, but asking for no other protocol. */
export function withoutUpgrade(request: IncomingMessage, head: Buffer): Buffer {
  const { rawHeaders, method = 'GET', url = '/' } = request
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (/^(?:upgrade|http2-settings|connection)$/i.test(name)) continue
    lines.push(`${name}: ${rawHeaders[index + 1]}`)
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head])
}
