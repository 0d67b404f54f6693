import type { Answer } from './answer.ts'
import { xmlAnswer } from './answer.ts'
import { blobNotFound, invalidHeader, invalidPageRange, missingHeader } from './errors.ts'
import { checkTier } from './blob-changes.ts'
import { writtenHeaders } from './blob-headers.ts'
import { readable } from './blob-reads.ts'
import { hashHeaders, readNewBlob } from './block-operations.ts'
import { withBody } from './body.ts'
import { stageSource } from './copy.ts'
import { pageBlobBytesMax, pageBytesMax, pageSize } from './limits.ts'
import { placeOf, type Operation, type StorageCall } from './operation.ts'
import {
  changedRanges,
  createPageBlob,
  pageRanges,
  pages,
  writePages,
  type SequenceConditions,
} from './page-blob.ts'
import type { BlobRange } from './reading.ts'
import {
  readConditions,
  readContentHeaders,
  readNumber,
  readRange,
  requireNumber,
} from './request-headers.ts'
import { document, element, group } from './xml-writer.ts'

const blobs = 'containers/blobs'
const write = { sas: 'w', action: `${blobs}/write` } as const
const put = { level: 'blob', method: 'PUT' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-page-blobs */
export const pageOperations: readonly Operation[] = [
  {
    ...put,
    name: 'Put Blob: page blob',
    comp: '',
    header: { name: 'x-ms-blob-type', value: 'PageBlob' },
    permission: { ...write, sas: 'cw' },
    handle: putPageBlob,
  },
  {
    ...put,
    name: 'Put Page From URL',
    comp: 'page',
    header: { name: 'x-ms-copy-source' },
    permission: write,
    handle: putPagesFromUrl,
  },
  {
    ...put,
    name: 'Put Page: clear',
    comp: 'page',
    header: { name: 'x-ms-page-write', value: 'clear' },
    permission: write,
    handle: clearPages,
  },
  { ...put, name: 'Put Page', comp: 'page', permission: write, handle: putPages },
  {
    level: 'blob',
    method: 'GET',
    name: 'Get Page Ranges',
    comp: 'pagelist',
    permission: { sas: 'r', action: `${blobs}/read`, publicAccess: 'blob' },
    handle: getPageRanges,
  },
]

async function putPageBlob(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const length = requireNumber(request.headers, 'x-ms-blob-content-length')
  if (length % pageSize !== 0 || length > pageBlobBytesMax) {
    throw invalidHeader('x-ms-blob-content-length', String(length))
  }
  const given = readNewBlob(call, { isBody: false })
  if (given.tier !== undefined) checkTier({ kind: 'PageBlob' }, given.tier)
  const headers = readContentHeaders(request.headers, { isBody: true })
  const record = await createPageBlob(storage.table, placeOf(call), {
    given: { ...given, headers },
    length,
    sequenceNumber: readNumber(request.headers, 'x-ms-blob-sequence-number') ?? 0,
    origin: request.origin,
  })
  const encrypted = { 'x-ms-request-server-encrypted': 'true' }
  return { status: 201, headers: { ...writtenHeaders(record), ...encrypted } }
}

async function putPages(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { table } = storage
  const range = requireRange(call)
  return withBody(request, { table, bytesMax: pageBytesMax }, async (staged, hashes) => {
    if (staged.length !== range.length) throw invalidPageRange()
    const record = await writePages(table, placeOf(call), { range, staged, ...guardsOf(call) })
    return { status: 201, headers: { ...pageHeaders(record), ...hashHeaders(hashes) } }
  })
}

async function putPagesFromUrl(call: StorageCall): Promise<Answer> {
  const { table } = call.storage
  const range = requireRange(call)
  return stageSource(call, async (staged, hashes) => {
    if (staged.length !== range.length) throw invalidPageRange()
    const record = await writePages(table, placeOf(call), { range, staged, ...guardsOf(call) })
    return { status: 201, headers: { ...pageHeaders(record), ...hashHeaders(hashes) } }
  })
}

async function clearPages(call: StorageCall): Promise<Answer> {
  const range = requireRange(call)
  const record = await writePages(call.storage.table, placeOf(call), { range, ...guardsOf(call) })
  return { status: 201, headers: pageHeaders(record) }
}

function pageHeaders(record: Parameters<typeof writtenHeaders>[0]) {
  return { ...writtenHeaders(record), 'x-ms-blob-sequence-number': record.sequenceNumber }
}

function guardsOf({ request }: StorageCall) {
  const { headers, origin } = request
  const sequence: SequenceConditions = {
    atMost: readNumber(headers, 'x-ms-if-sequence-number-le'),
    below: readNumber(headers, 'x-ms-if-sequence-number-lt'),
    equal: readNumber(headers, 'x-ms-if-sequence-number-eq'),
  }
  return { conditions: readConditions(headers), sequence, origin }
}

function requireRange({ request }: StorageCall): BlobRange {
  const range = readRange(request.headers)
  if (!range) throw missingHeader('x-ms-range')
  if (range.to === undefined) throw invalidPageRange()
  return { from: range.from, length: range.to - range.from + 1 }
}

async function getPageRanges(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const record = pages(await readable(call))
  const asked = readRange(request.headers)
  const to = Math.min(asked?.to ?? record.length - 1, record.length - 1)
  const from = asked?.from ?? 0
  const within = { from, length: Math.max(to - from + 1, 0) }
  const previous = request.query.get('prevsnapshot')
  const headers = { ...writtenHeaders(record), 'x-ms-blob-content-length': record.length }
  if (previous === null) {
    const ranges = pageRanges(record, within).map((range) => rangeElement('PageRange', range))
    return xmlAnswer(document(group('PageList', ranges)), headers)
  }
  const before = await storage.table.findPast(placeOf(call), previous)
  if (!before) throw blobNotFound()
  const { written, cleared } = changedRanges(record, before, within)
  const ranges = [
    ...written.map((range) => rangeElement('PageRange', range)),
    ...cleared.map((range) => rangeElement('ClearRange', range)),
  ]
  return xmlAnswer(document(group('PageList', ranges)), headers)
}

function rangeElement(name: string, { from, length }: BlobRange): string {
  return group(name, [element('Start', from), element('End', from + length - 1)])
}
