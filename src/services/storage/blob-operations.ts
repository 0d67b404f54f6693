import type { Answer } from './answer.ts'
import {
  checkTier,
  leaseBlob,
  setExpiry,
  setMetadata,
  setProperties,
  setTags,
  setTier,
  snapshotBlob,
  type SequenceChange,
} from './blob-changes.ts'
import { writtenHeaders } from './blob-headers.ts'
import { getBlob, getMetadata, getTags } from './blob-reads.ts'
import { deleteBlob, undeleteBlob } from './blob-removal.ts'
import { readText } from './body.ts'
import { permissionMismatch } from './access-errors.ts'
import { invalidHeader, invalidTags, missingHeader } from './errors.ts'
import { hierarchyNeeded } from './path-errors.ts'
import { xmlBodyBytesMax } from './limits.ts'
import { placeOf, type Operation, type StorageCall } from './operation.ts'
import {
  checkTags,
  hasMetadata,
  readConditions,
  readContentHeaders,
  readLeaseAction,
  readMetadata,
  readNumber,
} from './request-headers.ts'
import { headerOf } from './storage-request.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'

const blobs = 'containers/blobs'
const read = { sas: 'r', action: `${blobs}/read`, publicAccess: 'blob' } as const
const write = { sas: 'w', action: `${blobs}/write` } as const

const blob = { level: 'blob' } as const

/** What is done with blobs whatever their kind: https://learn.microsoft.com/rest/api/storageservices/operations-on-blobs */
export const blobOperations: readonly Operation[] = [
  { ...blob, name: 'Get Blob', method: 'GET', comp: '', permission: read, handle: getBlob },
  {
    ...blob,
    name: 'Get Blob Metadata',
    method: 'GET',
    comp: 'metadata',
    permission: read,
    handle: getMetadata,
  },
  {
    ...blob,
    name: 'Get Blob Tags',
    method: 'GET',
    comp: 'tags',
    permission: { sas: 't', action: `${blobs}/tags/read` },
    handle: getTags,
  },
  {
    ...blob,
    name: 'Set Blob Properties',
    method: 'PUT',
    comp: 'properties',
    permission: write,
    handle: putProperties,
  },
  {
    ...blob,
    name: 'Set Blob Metadata',
    method: 'PUT',
    comp: 'metadata',
    permission: write,
    handle: putMetadata,
  },
  {
    ...blob,
    name: 'Set Blob Tags',
    method: 'PUT',
    comp: 'tags',
    permission: { sas: 't', action: `${blobs}/tags/write` },
    handle: putTags,
  },
  {
    ...blob,
    name: 'Lease Blob',
    method: 'PUT',
    comp: 'lease',
    permission: { ...write, sas: 'wd' },
    handle: putLease,
  },
  {
    ...blob,
    name: 'Snapshot Blob',
    method: 'PUT',
    comp: 'snapshot',
    permission: { ...write, sas: 'cw' },
    handle: putSnapshot,
  },
  {
    ...blob,
    name: 'Set Blob Tier',
    method: 'PUT',
    comp: 'tier',
    permission: write,
    handle: putTier,
  },
  {
    ...blob,
    name: 'Set Blob Expiry',
    method: 'PUT',
    comp: 'expiry',
    permission: write,
    handle: putExpiry,
  },
  {
    ...blob,
    name: 'Undelete Blob',
    method: 'PUT',
    comp: 'undelete',
    permission: write,
    handle: putUndelete,
  },
  {
    ...blob,
    name: 'Delete Blob',
    method: 'DELETE',
    comp: '',
    permission: { sas: 'dx', action: `${blobs}/delete` },
    handle: removeBlob,
  },
]

async function putProperties(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { headers } = request
  const given = readContentHeaders(headers, { isBody: false })
  const isGiven = Object.values(given).some((value) => value !== undefined)
  const length = readNumber(headers, 'x-ms-blob-content-length')
  const sequence = readSequence(call)
  const record = await setProperties(storage.table, placeOf(call), {
    conditions: readConditions(headers),
    origin: request.origin,
    headers: isGiven || (length === undefined && !sequence) ? given : undefined,
    length,
    sequence,
  })
  const number = record.sequenceNumber
  return {
    status: 200,
    headers: { ...writtenHeaders(record), 'x-ms-blob-sequence-number': number },
  }
}

function readSequence({ request }: StorageCall): SequenceChange | undefined {
  const action = headerOf(request.headers, 'x-ms-sequence-number-action')?.toLowerCase()
  if (action === undefined) return undefined
  const number = readNumber(request.headers, 'x-ms-blob-sequence-number')
  if (action === 'increment') return { action, number: 0 }
  if (action !== 'max' && action !== 'update') {
    throw invalidHeader('x-ms-sequence-number-action', action)
  }
  if (number === undefined) throw missingHeader('x-ms-blob-sequence-number')
  return { action, number }
}

async function putMetadata(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const record = await setMetadata(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    origin: request.origin,
    metadata: readMetadata(request),
  })
  const encrypted = { 'x-ms-request-server-encrypted': 'true' }
  return { status: 200, headers: { ...writtenHeaders(record), ...encrypted } }
}

async function putTags(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const xml = readXml(await readText(request, xmlBodyBytesMax))
  const set = childrenOf(xml, 'TagSet')[0]
  if (xml.name !== 'Tags' || !set) throw invalidTags()
  const pairs = childrenOf(set, 'Tag').map(
    (tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const,
  )
  const moment = request.query.get('versionid')
  await setTags(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    origin: request.origin,
    tags: checkTags(pairs),
    ...(moment === null ? {} : { moment }),
  })
  return { status: 204 }
}

async function putLease(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const action = readLeaseAction(request.headers)
  const { leaseId: _id, ...conditions } = readConditions(request.headers)
  const { origin } = request
  const { record, lease, remainingMs } = await leaseBlob(storage.table, placeOf(call), {
    action,
    conditions,
    origin,
  })
  return {
    status: action.kind === 'acquire' ? 201 : action.kind === 'break' ? 202 : 200,
    headers: {
      ...writtenHeaders(record),
      'x-ms-version-id': undefined,
      'x-ms-lease-id': action.kind === 'break' || action.kind === 'release' ? undefined : lease?.id,
      'x-ms-lease-time': action.kind === 'break' ? Math.ceil(remainingMs / 1000) : undefined,
    },
  }
}

async function putSnapshot(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const { record, moment } = await snapshotBlob(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    origin: request.origin,
    metadata: hasMetadata(request) ? readMetadata(request) : undefined,
  })
  return { status: 201, headers: { ...writtenHeaders(record), 'x-ms-snapshot': moment } }
}

async function putTier(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  const tier = headerOf(request.headers, 'x-ms-access-tier')
  if (tier === undefined) throw missingHeader('x-ms-access-tier')
  const moment = request.query.get('snapshot') ?? request.query.get('versionid') ?? undefined
  const place = placeOf(call)
  const found = await storage.table.find(place)
  if (found) checkTier(found, tier)
  await setTier(storage.table, place, {
    conditions: readConditions(request.headers),
    origin: request.origin,
    tier,
    moment,
  })
  // What was archived is there at once: nothing is fetched from a tape.
  return { status: found?.tier === 'Archive' ? 202 : 200 }
}

async function putExpiry(call: StorageCall): Promise<Answer> {
  const { storage, request } = call
  if (!request.account.isHierarchical) throw hierarchyNeeded()
  const option = headerOf(request.headers, 'x-ms-expiry-option')
  const time = headerOf(request.headers, 'x-ms-expiry-time')
  const place = placeOf(call)
  const found = await storage.table.find(place)
  const nowMs = storage.clock.now()
  const expiresMs = expiryOf(option ?? '', time ?? '', { nowMs, createdMs: found?.createdMs ?? 0 })
  const conditions = readConditions(request.headers)
  const { origin } = request
  const asked = { conditions, origin, expiresMs }
  return {
    status: 200,
    headers: writtenHeaders(await setExpiry(storage.table, place, asked)),
  }
}

function expiryOf(
  option: string,
  time: string,
  blob: { readonly nowMs: number; readonly createdMs: number },
): number | undefined {
  switch (option) {
    case 'NeverExpire':
      return undefined
    case 'RelativeToNow':
      return blob.nowMs + Number(time)
    case 'RelativeToCreation':
      return blob.createdMs + Number(time)
    case 'Absolute':
      return Date.parse(time)
    default:
      throw invalidHeader('x-ms-expiry-option', option)
  }
}

async function putUndelete(call: StorageCall): Promise<Answer> {
  await undeleteBlob(call.storage.table, placeOf(call), { origin: call.request.origin })
  return { status: 200 }
}

async function removeBlob(call: StorageCall): Promise<Answer> {
  const { storage, request, caller } = call
  const snapshots = headerOf(request.headers, 'x-ms-delete-snapshots')?.toLowerCase()
  if (snapshots !== undefined && snapshots !== 'include' && snapshots !== 'only') {
    throw invalidHeader('x-ms-delete-snapshots', snapshots)
  }
  const moment = request.query.get('snapshot') ?? request.query.get('versionid') ?? undefined
  const sas = request.query.has('versionid') ? 'x' : 'd'
  const isAllowed = await caller.may({ sas, action: `${blobs}/delete` })
  if (!isAllowed) throw permissionMismatch()
  const { isKept } = await deleteBlob(storage.table, placeOf(call), {
    conditions: readConditions(request.headers),
    origin: request.origin,
    snapshots,
    moment,
  })
  return { status: 202, headers: { 'x-ms-delete-type-permanent': isKept ? 'false' : 'true' } }
}
