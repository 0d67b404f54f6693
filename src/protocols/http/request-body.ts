import type { IncomingMessage } from 'node:http'
import { ServiceError } from '../../base/errors.ts'

/**
 * Reads the whole body. More than `bytesMax` is a 413 as soon as it is known, from the announced length
 * or from what has come: https://www.rfc-editor.org/rfc/rfc9110#name-413-content-too-large
 */
export async function readBody(
  request: IncomingMessage,
  limit: { bytesMax: number },
): Promise<Buffer> {
  const announcedBytes = announcedLength(request)
  if (announcedBytes !== undefined && announcedBytes > limit.bytesMax) {
    throw bodyTooLarge(limit.bytesMax)
  }
  if (announcedBytes === 0) return Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length
      if (bodyBytes <= limit.bytesMax) chunks.push(chunk)
      else {
        // The rest is neither kept nor read: the answer closes the connection.
        request.pause()
        chunks.length = 0
        reject(bodyTooLarge(limit.bytesMax))
      }
    })
    request.once('end', () => resolve(join(chunks)))
    request.once('error', (cause) => reject(bodyIncomplete(cause)))
    request.once('close', () => {
      // It closes after its end too: an error that nobody hears of costs its stack all the same.
      if (!request.readableEnded) reject(bodyIncomplete())
    })
  })
}

/** The `content-length` of a request, or `undefined` when it comes in chunks or has no body. */
export function announcedLength({ rawHeaders }: IncomingMessage): number | undefined {
  let isChunked = false
  // `headers` would be made whole for this, which costs more than most of a small request.
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      return Number(rawHeaders[index + 1])
    }
    isChunked ||= name.length === 17 && name.toLowerCase() === 'transfer-encoding'
  }
  return isChunked ? undefined : 0
}

/** The fault of a body over its limit. */
export function bodyTooLarge(bytesMax: number): ServiceError {
  return new ServiceError(
    'RequestEntityTooLarge',
    413,
    `The request body is larger than the ${bytesMax} bytes that are allowed.`,
  )
}

function bodyIncomplete(cause?: unknown): ServiceError {
  return new ServiceError(
    'RequestBodyIncomplete',
    400,
    'The connection was closed before the whole request body had come.',
    { cause },
  )
}

function join(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  return first && chunks.length === 1 ? first : Buffer.concat(chunks)
}
