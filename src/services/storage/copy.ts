import { createHash } from 'node:crypto'
import { ServiceError } from '../../base/errors.ts'
import { newUuid } from '../../base/ids.ts'
import type { StagedBlob } from '../../store/blobs.ts'
import type { Permission } from './access.ts'
import type { Answer } from './answer.ts'
import { authorize } from './authorization.ts'
import type { BlobRecord } from './blob.ts'
import { checkTier } from './blob-changes.ts'
import { freshBlob, superseded, type NewBlob } from './blob-content.ts'
import { writtenHeaders } from './blob-headers.ts'
import { dropBlocks } from './block-blob.ts'
import { blobTarget } from './blob-target.ts'
import type { BlobPlace } from './blob-table.ts'
import type { BodyHashes } from './body.ts'
import { checkConditions } from './conditions.ts'
import {
  blobArchived,
  blobNotFound,
  cannotVerifyCopySource,
  containerNotFound,
  invalidHeader,
  invalidRange,
  md5Mismatch,
  missingHeader,
  noPendingCopy,
  sourceConditionNotMet,
} from './errors.ts'
import { placeOf, type StorageCall } from './operation.ts'
import { readRange } from './reading.ts'
import {
  hasMetadata,
  readConditions,
  readMd5,
  readMetadata,
  readRange as rangeHeader,
  readTags,
} from './request-headers.ts'
import {
  accountOfHost,
  headerOf,
  toStorageRequest,
  type StorageRequest,
} from './storage-request.ts'

const read: Permission = { sas: 'r', action: 'containers/blobs/read', publicAccess: 'blob' }

/** The blob that a request copies from, which its caller may read. */
interface Source {
  readonly place: BlobPlace
  readonly find: () => Promise<BlobRecord>
}

/** https://learn.microsoft.com/rest/api/storageservices/copy-blob */
export async function copyBlob(call: StorageCall): Promise<Answer> {
  const source = await openSource(call)
  const { next, copyId } = await copyWhole(call, source, { isWithProperties: true })
  return {
    status: 202,
    headers: {
      ...writtenHeaders(next),
      'x-ms-copy-id': copyId,
      'x-ms-copy-status': 'success',
    },
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url */
export async function copyBlobFromUrl(call: StorageCall): Promise<Answer> {
  const source = await openSource(call)
  const { next, copyId } = await copyWhole(call, source, { isWithProperties: true })
  return {
    status: 202,
    headers: {
      ...writtenHeaders(next),
      'content-md5': next.contentMd5,
      'x-ms-copy-id': copyId,
      'x-ms-copy-status': 'success',
    },
  }
}

/** https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url */
export async function putBlobFromUrl(call: StorageCall): Promise<Answer> {
  const { headers } = call.request
  const isWithProperties =
    headerOf(headers, 'x-ms-copy-source-blob-properties')?.toLowerCase() !== 'false'
  const { next } = await copyWhole(call, await openSource(call), { isWithProperties })
  const encrypted = { 'x-ms-request-server-encrypted': 'true' }
  const md5 = { 'content-md5': next.contentMd5 }
  return { status: 201, headers: { ...writtenHeaders(next), ...md5, ...encrypted } }
}

/** A copy is done when it is answered, so that there is never one to abort. */
export async function abortCopy(call: StorageCall): Promise<Answer> {
  const found = await call.storage.table.find(placeOf(call))
  if (!found) throw blobNotFound()
  throw noPendingCopy()
}

/** Takes the bytes that a request names in, and works with them as if they had come with it. */
export async function stageSource<T>(
  call: StorageCall,
  work: (staged: StagedBlob, hashes: BodyHashes) => Promise<T>,
): Promise<T> {
  const { table } = call.storage
  const { headers } = call.request
  const source = await openSource(call)
  const { record, bytes } = await table.open(source.find)
  const asked = rangeHeader(headers, 'x-ms-source-range')
  const from = asked?.from ?? 0
  const to = Math.min(asked?.to ?? record.length - 1, record.length - 1)
  if (from > to) {
    await bytes.close()
    throw invalidRange(record.length)
  }
  const md5 = createHash('md5')
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of readRange(record, bytes, { from, length: to - from + 1 })) {
      md5.update(chunk)
      yield chunk
    }
  }
  return table.withStaged(stream(), (staged) => {
    const hash = md5.digest('base64')
    const given = readMd5(headers, 'x-ms-source-content-md5')
    if (given !== undefined && given !== hash) throw md5Mismatch(given, hash)
    return work(staged, { md5: hash, crc64: undefined })
  })
}

async function copyWhole(
  call: StorageCall,
  source: Source,
  options: { readonly isWithProperties: boolean },
): Promise<{ readonly next: BlobRecord; readonly copyId: string }> {
  const { storage, request } = call
  const { table } = storage
  const place = placeOf(call)
  const copyId = newUuid()
  const address = headerOf(request.headers, 'x-ms-copy-source') ?? ''
  const dropped = await dropBlocks(table, place)
  const { change } = await table.change(place, request.origin, async (found) => {
    const from = await source.find()
    if (from.tier === 'Archive') throw blobArchived()
    const { kind, length, pieces, blocks, extents, sequenceNumber, appendCount } = from
    const given = newBlobOf(call, from, options)
    const fresh = freshBlob(table, place, { kind, found, given, length })
    const copy = {
      id: copyId,
      source: address.replace(/[?].*$/, ''),
      status: 'success' as const,
      bytes: length,
      completedMs: table.clock.now(),
    }
    const content = { pieces, blocks, extents, sequenceNumber, appendCount }
    const next = { ...fresh, ...content, copy }
    return {
      next,
      pastPut: superseded(table, place.account, found),
      operations: dropped,
      happening: { type: 'Microsoft.Storage.BlobCreated', api: 'CopyBlob', record: next },
    }
  })
  if (!change.next) throw blobNotFound()
  return { next: change.next, copyId }
}

function newBlobOf(
  { request, caller }: StorageCall,
  from: BlobRecord,
  options: { readonly isWithProperties: boolean },
): NewBlob {
  const { headers } = request
  const conditions = readConditions(headers)
  const tier = headerOf(headers, 'x-ms-access-tier')
  if (tier !== undefined) checkTier(from, tier)
  const isCopied = headerOf(headers, 'x-ms-copy-source-tag-option')?.toUpperCase() === 'COPY'
  const { contentType, contentEncoding, contentLanguage } = from
  const { contentDisposition, cacheControl, contentMd5 } = from
  const properties = { contentType, contentEncoding, contentLanguage }
  const others = { contentDisposition, cacheControl, contentMd5 }
  return {
    headers: options.isWithProperties ? { ...properties, ...others } : { contentMd5 },
    metadata: hasMetadata(request) ? readMetadata(request) : from.metadata,
    tags: isCopied ? from.tags : readTags(headers),
    tier,
    conditions: caller.isCreator ? { ...conditions, ifNoneMatch: '*' } : conditions,
  }
}

/** The source of a copy: a blob of an account of this instance, by either form of its address. */
async function openSource(call: StorageCall): Promise<Source> {
  const { storage, request } = call
  const text = headerOf(request.headers, 'x-ms-copy-source')
  if (text === undefined) throw missingHeader('x-ms-copy-source')
  if (!URL.canParse(text)) throw invalidHeader('x-ms-copy-source', text)
  const asked = sourceRequest(call, new URL(text))
  const { account, container: name, blob } = asked
  const container = await storage.containers.find(account.name, name)
  if (!container) throw containerNotFound()
  await checkSource(call, asked, container)
  const place = { account, container, name: blob }
  const moment = asked.query.get('snapshot') ?? asked.query.get('versionid')
  const conditions = readConditions(request.headers, 'x-ms-source-')
  return {
    place,
    find: async () => {
      const current = await storage.table.find(place)
      const isCurrent = moment === null || current?.version === moment
      const found = isCurrent ? current : await storage.table.findPast(place, moment)
      if (!found || found.deletedMs !== undefined) throw blobNotFound()
      checkConditions(found, conditions, { onUnmet: sourceConditionNotMet })
      return found
    },
  }
}

function sourceRequest({ storage, request }: StorageCall, url: URL): StorageRequest {
  const isOwn = accountOfHost(url.host) !== undefined || isLocal(url, request)
  if (!isOwn) {
    throw cannotVerifyCopySource(
      404,
      `The source '${url.host}' is not a storage account of this instance.`,
    )
  }
  const token = headerOf(request.headers, 'x-ms-copy-source-authorization')
  const headers = { host: url.host, ...(token === undefined ? {} : { authorization: token }) }
  const line = {
    headers,
    url: `${url.pathname}${url.search}`,
    method: 'GET',
    isSecure: url.protocol === 'https:' || request.isSecure,
    address: request.address,
    requestId: request.origin.requestId,
    message: undefined,
  }
  try {
    return toStorageRequest(line, { accounts: storage.accounts, service: 'blob' })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw cannotVerifyCopySource(error.status, error.message)
  }
}

function isLocal(url: URL, request: StorageRequest): boolean {
  const host = url.hostname
  return url.host === request.headers.host || host === 'localhost' || host.startsWith('127.')
}

/** Within an account the caller's own right to read is enough; another account must say so itself. */
async function checkSource(
  call: StorageCall,
  asked: StorageRequest,
  container: StorageCall['container'],
): Promise<void> {
  const { request, caller, storage } = call
  const isSigned = asked.query.has('sig') || asked.headers.authorization !== undefined
  const isSame = asked.account.name === request.account.name
  if (!isSigned && isSame && (await caller.may(read))) return
  try {
    await authorize({
      request: asked,
      permission: read,
      identity: storage.identity,
      target: blobTarget(asked, container),
      nowMs: storage.clock.now(),
    })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw cannotVerifyCopySource(error.status, error.message)
  }
}
