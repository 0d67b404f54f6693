import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { StagedBlob } from '../../store/blobs.ts'
import type { BlobTable } from './blob-table.ts'
import { Crc64 } from './crc64.ts'
import {
  bodyIncomplete,
  bodyTooLarge,
  contentLengthMissing,
  crc64Mismatch,
  invalidHeader,
  md5Mismatch,
} from './errors.ts'
import { readMd5 } from './request-headers.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'

/** The hashes of a body that was taken in. */
export interface BodyHashes {
  readonly md5: string
  readonly crc64: string | undefined
}

/** How many bytes a request says it brings; refuses one that does not say, or says too much. */
function contentLength(request: StorageRequest, bytesMax: number): number {
  const text = headerOf(request.headers, 'content-length')
  if (text === undefined) {
    if (headerOf(request.headers, 'transfer-encoding') === undefined) return 0
    throw contentLengthMissing()
  }
  const length = Number(text)
  if (!Number.isSafeInteger(length)) throw invalidHeader('Content-Length', text)
  if (length > bytesMax) throw bodyTooLarge(bytesMax)
  return length
}

/** Takes the body in, checks it against the hashes that the request gives, and works with it. */
export function withBody<T>(
  request: StorageRequest,
  parts: { readonly table: BlobTable; readonly bytesMax: number },
  work: (staged: StagedBlob, hashes: BodyHashes) => Promise<T>,
): Promise<T> {
  const { table, bytesMax } = parts
  const length = contentLength(request, bytesMax)
  const md5 = createHash('md5')
  const givenCrc = headerOf(request.headers, 'x-ms-content-crc64')
  const crc = givenCrc === undefined ? undefined : new Crc64()
  const source = bytesOf(request.message, (chunk) => {
    md5.update(chunk)
    crc?.update(chunk)
  })
  return table.withStaged(source, async (staged) => {
    if (staged.length !== length) throw bodyIncomplete()
    const hashes = { md5: md5.digest('base64'), crc64: crc?.digest() }
    checkHashes(request, hashes)
    return work(staged, hashes)
  })
}

/** Reads a body that is part of the protocol. */
export async function readText(request: StorageRequest, bytesMax: number): Promise<string> {
  return (await readBytes(request, bytesMax)).toString('utf8')
}

/** The same as bytes. */
async function readBytes(request: StorageRequest, bytesMax: number): Promise<Buffer> {
  const length = contentLength(request, bytesMax)
  const md5 = createHash('md5')
  const chunks: Uint8Array[] = []
  for await (const chunk of bytesOf(request.message, (each) => md5.update(each))) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (body.length !== length) throw bodyIncomplete()
  checkHashes(request, { md5: md5.digest('base64'), crc64: undefined })
  return body
}

function checkHashes(request: StorageRequest, hashes: BodyHashes): void {
  const { headers } = request
  const md5 = readMd5(headers, 'content-md5')
  if (md5 !== undefined && md5 !== hashes.md5) throw md5Mismatch(md5, hashes.md5)
  const crc64 = headerOf(headers, 'x-ms-content-crc64')
  if (crc64 !== undefined && hashes.crc64 !== undefined && crc64 !== hashes.crc64) {
    throw crc64Mismatch(crc64, hashes.crc64)
  }
}

async function* bytesOf(
  message: IncomingMessage | undefined,
  see: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  if (!message) return
  try {
    for await (const chunk of message) {
      if (!(chunk instanceof Uint8Array)) continue
      see(chunk)
      yield chunk
    }
  } catch (error) {
    // The connection ended before the body did: there is nobody to answer.
    if (!message.complete) throw bodyIncomplete()
    throw error
  }
}
