import { STATUS_CODES } from 'node:http'
import { newUuid } from '../../base/ids.ts'
import type { Answer } from './answer.ts'
import { readText } from './body.ts'
import { invalidInput } from './errors.ts'
import { batchBodyBytesMax, batchRequestCountMax } from './limits.ts'
import { boundaryOf, readPartRequest, splitParts, type PartRequest } from './multipart.ts'
import type { StorageCall } from './operation.ts'
import { headerOf, toStorageRequest, type StorageRequest } from './storage-request.ts'

/** Deletes blobs or sets their tiers, many at once: https://learn.microsoft.com/rest/api/storageservices/blob-batch */
export async function blobBatch(call: StorageCall): Promise<Answer> {
  const { request } = call
  const boundary = boundaryOf(headerOf(request.headers, 'content-type') ?? '')
  const body = await readText(request, batchBodyBytesMax)
  const parts = splitParts(body, boundary, batchRequestCountMax).map(readPartRequest)
  if (parts.length === 0 || parts.length > batchRequestCountMax) {
    throw invalidInput('A batch has 1 to 256 requests.')
  }
  const answers = `batchresponse_${newUuid()}`
  const texts: string[] = []
  for (const part of parts) {
    texts.push(`--${answers}\r\n${await answerPart(call, part)}`)
  }
  return {
    status: 202,
    headers: { 'content-type': `multipart/mixed; boundary=${answers}` },
    body: `${texts.join('')}--${answers}--\r\n`,
  }
}

async function answerPart(call: StorageCall, part: PartRequest): Promise<string> {
  const { storage } = call
  const requestId = newUuid()
  const answer = await storage.answer(requestId, () => toPartRequest(call, part, requestId))
  const headers = Object.entries({ 'x-ms-request-id': requestId, ...answer.headers })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${String(value).replaceAll(/[\r\n]/g, ' ')}\r\n`)
  const body = typeof answer.body === 'string' ? answer.body : ''
  const status = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`
  return [
    'Content-Type: application/http\r\n',
    part.contentId === '' ? '' : `Content-ID: ${part.contentId}\r\n`,
    `\r\n${status}\r\n`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}\r\n`,
  ].join('')
}

function toPartRequest(call: StorageCall, part: PartRequest, requestId: string): StorageRequest {
  const { storage, request } = call
  const { isSecure, address, container } = request
  const { method, url } = part
  const host = request.headers.host ?? ''
  const headers = { ...part.headers, host }
  const { version } = request
  const line = { headers, url, method, isSecure, address, requestId, version, message: undefined }
  const made = toStorageRequest(line, { accounts: storage.accounts, service: 'blob' })
  const comp = made.query.get('comp')
  const isAllowed =
    (method === 'DELETE' && comp === null) || (method === 'PUT' && comp?.toLowerCase() === 'tier')
  if (!isAllowed || made.blob === '') {
    throw invalidInput('A batch holds deletions of blobs, or changes of their tiers.')
  }
  const isWithin = container === '' || made.container === container
  if (!isWithin || made.account.name !== request.account.name) {
    throw invalidInput('A batch stays within the account and container that it is sent to.')
  }
  return made
}
