import { createHash } from 'node:crypto'
import { xmlAnswer, type Answer } from './answer.ts'
import type { BlobRecord } from './blob.ts'
import { blobHeaders, metadataHeaders, writtenHeaders } from './blob-headers.ts'
import { checkRead } from './conditions.ts'
import { Crc64 } from './crc64.ts'
import {
  blobArchived,
  blobNotFound,
  hashedRangeTooLarge,
  invalidHeader,
  invalidRange,
} from './errors.ts'
import { hashedRangeBytesMax } from './limits.ts'
import { placeOf, type StorageCall } from './operation.ts'
import { readRange, readWhole, type BlobRange } from './reading.ts'
import { readConditions, readRange as rangeHeader } from './request-headers.ts'
import { headerOf } from './storage-request.ts'
import { tagsElement } from './tags-element.ts'
import { document } from './xml-writer.ts'

/** The blob, snapshot or version that a request names, if its conditions let it be read. */
export async function readable(call: StorageCall): Promise<BlobRecord> {
  const { storage, request } = call
  const place = placeOf(call)
  const moment = request.query.get('snapshot') ?? request.query.get('versionid')
  const found = await storage.table.find(place)
  const isCurrent = moment === null || found?.version === moment
  const record = isCurrent ? found : await storage.table.findPast(place, moment)
  const nowMs = storage.clock.now()
  if (!record || record.deletedMs !== undefined) throw blobNotFound()
  if (record.expiresMs !== undefined && record.expiresMs <= nowMs) throw blobNotFound()
  checkRead(record, readConditions(request.headers), nowMs)
  return record
}

export async function getBlob(call: StorageCall): Promise<Answer> {
  const { storage, request, caller } = call
  const nowMs = storage.clock.now()
  const isHead = request.method === 'HEAD'
  if (isHead) {
    const record = await readable(call)
    const headers = { ...headersOf(call, record, nowMs), 'content-length': record.length }
    return { status: 200, headers: { ...headers, ...caller.overrides } }
  }
  const { record, bytes } = await storage.table.open(() => readable(call))
  try {
    if (record.tier === 'Archive') throw blobArchived()
    const asked = rangeHeader(request.headers)
    const range = rangeOf(record, asked)
    const headers: Record<string, string | number | undefined> = {
      ...headersOf(call, record, nowMs),
      ...caller.overrides,
      'content-length': range.length,
    }
    const source = readRange(record, bytes, range)
    if (!asked) return { status: 200, headers, body: source }
    const end = range.from + range.length - 1
    headers['content-range'] = `bytes ${range.from}-${end}/${record.length}`
    headers['x-ms-blob-content-md5'] = record.contentMd5
    headers['content-md5'] = undefined
    const hash = hashAsked(call, range)
    if (!hash) return { status: 206, headers, body: source }
    const whole = await readWhole(source)
    return { status: 206, headers: { ...headers, ...hash(whole) }, body: iterate(whole) }
  } catch (error) {
    await bytes.close()
    throw error
  }
}

function headersOf(
  call: StorageCall,
  record: BlobRecord,
  nowMs: number,
): Record<string, string | number | undefined> {
  const isCurrent = record.snapshot === undefined && !call.request.query.has('versionid')
  const headers = blobHeaders(record, nowMs)
  return isCurrent ? headers : { ...headers, 'x-ms-is-current-version': undefined }
}

function rangeOf(record: BlobRecord, asked: ReturnType<typeof rangeHeader>): BlobRange {
  if (!asked) return { from: 0, length: record.length }
  if (asked.from >= record.length) throw invalidRange(record.length)
  const end = Math.min(asked.to ?? record.length - 1, record.length - 1)
  return { from: asked.from, length: end - asked.from + 1 }
}

function hashAsked(
  { request }: StorageCall,
  range: BlobRange,
): ((bytes: Uint8Array) => Record<string, string>) | undefined {
  const isAsked = (name: string) => headerOf(request.headers, name)?.toLowerCase() === 'true'
  const isMd5 = isAsked('x-ms-range-get-content-md5')
  const isCrc = isAsked('x-ms-range-get-content-crc64')
  if (!isMd5 && !isCrc) return undefined
  if (isMd5 && isCrc) throw invalidHeader('x-ms-range-get-content-crc64', 'true')
  if (range.length > hashedRangeBytesMax) throw hashedRangeTooLarge()
  return (bytes) =>
    isMd5
      ? { 'content-md5': createHash('md5').update(bytes).digest('base64') }
      : { 'x-ms-content-crc64': new Crc64().update(bytes).digest() }
}

async function* iterate(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export async function getMetadata(call: StorageCall): Promise<Answer> {
  const record = await readable(call)
  return {
    status: 200,
    headers: { ...writtenHeaders(record), ...metadataHeaders(record.metadata) },
  }
}

export async function getTags(call: StorageCall): Promise<Answer> {
  const { tags = {} } = await readable(call)
  return xmlAnswer(document(tagsElement(tags, 'Tags')))
}
