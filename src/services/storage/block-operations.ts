import type { Answer } from './answer.ts'
import { xmlAnswer } from './answer.ts'
import { appendBlock, createAppendBlob, sealBlob } from './append-blob.ts'
import { commitBlocks, listBlocks, putBlock, putBlockBlob, type ListedBlock } from './block-blob.ts'
import { checkTier } from './blob-changes.ts'
import type { NewBlob } from './blob-content.ts'
import { readable } from './blob-reads.ts'
import { writtenHeaders } from './blob-headers.ts'
import { readText, withBody, type BodyHashes } from './body.ts'
import { stageSource } from './copy.ts'
import {
  blobExists,
  invalidBlockList,
  invalidHeader,
  invalidQuery,
  missingQuery,
} from './errors.ts'
import { appendBlockBytesMax, blockBytesMax, putBlobBytesMax, xmlBodyBytesMax } from './limits.ts'
import { placeOf, type Operation, type StorageCall } from './operation.ts'
import {
  readConditions,
  readContentHeaders,
  readMetadata,
  readNumber,
  readTags,
} from './request-headers.ts'
import { headerOf } from './storage-request.ts'
import { readXml } from './xml-reader.ts'
import { document, element, group } from './xml-writer.ts'

const blobs = 'containers/blobs'
const create = { sas: 'cw', action: `${blobs}/write` } as const
const add = { sas: 'aw', action: `${blobs}/add/action` } as const
const put = { level: 'blob', method: 'PUT' } as const
const kind = (value: string) => ({ name: 'x-ms-blob-type', value })

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-block-blobs and those on append blobs. */
export const blockOperations: readonly Operation[] = [
  {
    ...put,
    name: 'Put Blob: block blob',
    comp: '',
    header: kind('BlockBlob'),
    permission: create,
    handle: putBlob,
  },
  {
    ...put,
    name: 'Put Blob: append blob',
    comp: '',
    header: kind('AppendBlob'),
    permission: create,
    handle: putAppendBlob,
  },
  {
    ...put,
    name: 'Put Block From URL',
    comp: 'block',
    header: { name: 'x-ms-copy-source' },
    permission: { ...create, sas: 'wc' },
    handle: stageBlockFromUrl,
  },
  { ...put, name: 'Put Block', comp: 'block', permission: create, handle: stageBlock },
  { ...put, name: 'Put Block List', comp: 'blocklist', permission: create, handle: commit },
  {
    level: 'blob',
    method: 'GET',
    name: 'Get Block List',
    comp: 'blocklist',
    permission: { sas: 'r', action: `${blobs}/read`, publicAccess: 'blob' },
    handle: getBlockList,
  },
  {
    ...put,
    name: 'Append Block From URL',
    comp: 'appendblock',
    header: { name: 'x-ms-copy-source' },
    permission: add,
    handle: appendFromUrl,
  },
  { ...put, name: 'Append Block', comp: 'appendblock', permission: add, handle: append },
  { ...put, name: 'Append Blob Seal', comp: 'seal', permission: add, handle: seal },
]

/** What a request says of the blob that it makes. */
export function readNewBlob(call: StorageCall, options: { readonly isBody: boolean }): NewBlob {
  const { headers } = call.request
  const conditions = readConditions(headers)
  const tier = headerOf(headers, 'x-ms-access-tier')
  return {
    headers: readContentHeaders(headers, options),
    metadata: readMetadata(call.request),
    tags: readTags(headers),
    tier,
    // Who may create and not write must not replace.
    conditions: call.caller.isCreator ? { ...conditions, ifNoneMatch: '*' } : conditions,
  }
}

/** What every body that was taken in is answered with. */
export function hashHeaders(hashes: BodyHashes): Record<string, string | undefined> {
  return {
    'content-md5': hashes.md5,
    'x-ms-content-crc64': hashes.crc64,
    'x-ms-request-server-encrypted': 'true',
  }
}

async function putBlob(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { table } = storage
  const place = placeOf(call)
  const given = readNewBlob(call, { isBody: true })
  if (given.tier !== undefined) checkTier({ kind: 'BlockBlob' }, given.tier)
  // A blob that is there already is not replaced; its bytes need not come first.
  const isNew = given.conditions.ifNoneMatch === '*'
  if (isNew && (await table.find(place))) throw blobExists()
  return withBody(request, { table, bytesMax: putBlobBytesMax }, async (staged, hashes) => {
    const { contentMd5 = hashes.md5 } = given.headers
    const headers = { ...given.headers, contentMd5 }
    const parts = { given: { ...given, headers }, staged, origin: request.origin }
    const record = await putBlockBlob(table, place, parts)
    return { status: 201, headers: { ...writtenHeaders(record), ...hashHeaders(hashes) } }
  })
}

async function putAppendBlob(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const given = readNewBlob(call, { isBody: false })
  const headers = readContentHeaders(request.headers, { isBody: true })
  const { origin } = request
  const record = await createAppendBlob(storage.table, placeOf(call), {
    given: { ...given, headers },
    origin,
  })
  const encrypted = { 'x-ms-request-server-encrypted': 'true' }
  return { status: 201, headers: { ...writtenHeaders(record), ...encrypted } }
}

async function stageBlock(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { table } = storage
  const id = blockIdOf(call)
  const leaseId = headerOf(request.headers, 'x-ms-lease-id')
  return withBody(request, { table, bytesMax: blockBytesMax }, async (staged, hashes) => {
    if (staged.length === 0) throw invalidHeader('Content-Length', '0')
    await putBlock(table, placeOf(call), { id, staged, leaseId })
    return { status: 201, headers: hashHeaders(hashes) }
  })
}

async function stageBlockFromUrl(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const id = blockIdOf(call)
  const leaseId = headerOf(request.headers, 'x-ms-lease-id')
  return stageSource(call, async (staged, hashes) => {
    await putBlock(storage.table, placeOf(call), { id, staged, leaseId })
    return { status: 201, headers: hashHeaders(hashes) }
  })
}

function blockIdOf({ request }: StorageCall): string {
  const id = request.query.get('blockid')
  if (id === null || id === '') throw missingQuery('blockid')
  return id
}

async function commit(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const given = readNewBlob(call, { isBody: false })
  if (given.tier !== undefined) checkTier({ kind: 'BlockBlob' }, given.tier)
  const list = readBlockList(await readText(request, xmlBodyBytesMax))
  const { origin } = request
  const record = await commitBlocks(storage.table, placeOf(call), { given, list, origin })
  const encrypted = { 'x-ms-request-server-encrypted': 'true' }
  return { status: 201, headers: { ...writtenHeaders(record), ...encrypted } }
}

function readBlockList(text: string): readonly ListedBlock[] {
  const xml = readXml(text)
  if (xml.name !== 'BlockList') throw invalidBlockList()
  return xml.children.map(({ name, text: id }) => {
    if (name !== 'Committed' && name !== 'Uncommitted' && name !== 'Latest') {
      throw invalidBlockList()
    }
    return { id: id.trim(), from: name }
  })
}

async function getBlockList(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const type = request.query.get('blocklisttype')?.toLowerCase() ?? 'committed'
  if (type !== 'committed' && type !== 'uncommitted' && type !== 'all') {
    throw invalidQuery('blocklisttype', type, 'expected committed, uncommitted or all')
  }
  const isPast = request.query.has('snapshot') || request.query.has('versionid')
  const place = placeOf(call)
  const exists = isPast || (await storage.table.find(place)) !== undefined
  const find = async () => (exists ? readable(call) : undefined)
  const { record, committed, uncommitted } = await listBlocks(storage.table, place, {
    find,
    isPast,
  })
  const blocks = (list: readonly { readonly id: string; readonly length: number }[]) =>
    list.map(({ id, length }) => group('Block', [element('Name', id), element('Size', length)]))
  const lists = [
    type === 'uncommitted' ? '' : group('CommittedBlocks', blocks(committed)),
    type === 'committed' ? '' : group('UncommittedBlocks', blocks(uncommitted)),
  ]
  return xmlAnswer(document(group('BlockList', lists)), {
    ...(record ? writtenHeaders(record) : {}),
    'x-ms-blob-content-length': record?.length ?? 0,
  })
}

async function append(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { table } = storage
  return withBody(request, { table, bytesMax: appendBlockBytesMax }, async (staged, hashes) => {
    if (staged.length === 0) throw invalidHeader('Content-Length', '0')
    return appended(call, staged, hashes)
  })
}

async function appendFromUrl(call: StorageCall): Promise<Answer> {
  return stageSource(call, (staged, hashes) => appended(call, staged, hashes))
}

async function appended(
  call: StorageCall,
  staged: Parameters<typeof appendBlock>[2]['staged'],
  hashes: BodyHashes,
): Promise<Answer> {
  const { storage, request } = call
  const { record, offset } = await appendBlock(storage.table, placeOf(call), {
    staged,
    conditions: readConditions(request.headers),
    position: readNumber(request.headers, 'x-ms-blob-condition-appendpos'),
    sizeMax: readNumber(request.headers, 'x-ms-blob-condition-maxsize'),
    origin: request.origin,
  })
  return {
    status: 201,
    headers: {
      ...writtenHeaders(record),
      ...hashHeaders(hashes),
      'x-ms-blob-append-offset': offset,
      'x-ms-blob-committed-block-count': record.appendCount,
    },
  }
}

async function seal(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const record = await sealBlob(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    position: readNumber(request.headers, 'x-ms-blob-condition-appendpos'),
    origin: request.origin,
  })
  return { status: 200, headers: { ...writtenHeaders(record), 'x-ms-blob-sealed': 'true' } }
}
