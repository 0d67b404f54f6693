import type { BlobRecord } from './blob.ts'
import { leaseState, isLocked, type BlobLease } from './lease.ts'

type Headers = Record<string, string | number | undefined>

/** The headers of a blob that is read: https://learn.microsoft.com/rest/api/storageservices/get-blob-properties */
export function blobHeaders(record: BlobRecord, nowMs: number): Headers {
  const { metadata, tags, version } = record
  return {
    ...writtenHeaders(record),
    'content-type': record.contentType ?? 'application/octet-stream',
    'content-encoding': record.contentEncoding,
    'content-language': record.contentLanguage,
    'content-disposition': record.contentDisposition,
    'cache-control': record.cacheControl,
    'content-md5': record.contentMd5,
    'accept-ranges': 'bytes',
    'x-ms-blob-type': record.kind,
    'x-ms-creation-time': new Date(record.createdMs).toUTCString(),
    'x-ms-server-encrypted': 'true',
    ...leaseHeaders(record.lease, nowMs),
    ...tierHeaders(record),
    ...copyHeaders(record),
    'x-ms-tag-count': tags && Object.keys(tags).length > 0 ? Object.keys(tags).length : undefined,
    'x-ms-is-current-version': version === undefined ? undefined : 'true',
    'x-ms-blob-sequence-number': record.sequenceNumber,
    'x-ms-blob-committed-block-count': record.appendCount,
    'x-ms-blob-sealed': record.isSealed === true ? 'true' : undefined,
    'x-ms-expiry-time':
      record.expiresMs === undefined ? undefined : new Date(record.expiresMs).toUTCString(),
    ...metadataHeaders(metadata),
    ...directoryHeaders(record),
  }
}

/** What every write of a blob answers. */
export function writtenHeaders(record: BlobRecord): Headers {
  return {
    etag: record.etag,
    'last-modified': new Date(record.modifiedMs).toUTCString(),
    'x-ms-version-id': record.version,
  }
}

export function metadataHeaders(metadata: Readonly<Record<string, string>>): Headers {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]),
  )
}

/** State, status and duration of a lease. */
export function leaseHeaders(lease: BlobLease | undefined, nowMs: number): Headers {
  const { state, status, duration } = leaseWords(lease, nowMs)
  return { 'x-ms-lease-state': state, 'x-ms-lease-status': status, 'x-ms-lease-duration': duration }
}

/** The words that headers and lists have for a lease. */
export function leaseWords(
  lease: BlobLease | undefined,
  nowMs: number,
): { readonly state: string; readonly status: string; readonly duration: string | undefined } {
  const state = leaseState(lease, nowMs)
  const duration = lease?.durationMs === undefined ? 'infinite' : 'fixed'
  return {
    state,
    status: isLocked(lease, nowMs) ? 'locked' : 'unlocked',
    duration: state === 'leased' ? duration : undefined,
  }
}

/** The tier that a blob is said to have: block blobs are hot until somebody says otherwise. */
export function tierOf(record: BlobRecord): { readonly tier?: string; readonly inferred: boolean } {
  if (record.tier !== undefined) return { tier: record.tier, inferred: false }
  return record.kind === 'BlockBlob' ? { tier: 'Hot', inferred: true } : { inferred: false }
}

function tierHeaders(record: BlobRecord): Headers {
  const { tier, inferred } = tierOf(record)
  const { tierChangedMs } = record
  return {
    'x-ms-access-tier': tier,
    'x-ms-access-tier-inferred': inferred ? 'true' : undefined,
    'x-ms-access-tier-change-time':
      tierChangedMs === undefined ? undefined : new Date(tierChangedMs).toUTCString(),
  }
}

function copyHeaders({ copy }: BlobRecord): Headers {
  if (!copy) return {}
  return {
    'x-ms-copy-id': copy.id,
    'x-ms-copy-source': copy.source,
    'x-ms-copy-status': copy.status,
    'x-ms-copy-progress': `${copy.bytes}/${copy.bytes}`,
    'x-ms-copy-completion-time': new Date(copy.completedMs).toUTCString(),
  }
}

function directoryHeaders({ isDirectory, access }: BlobRecord): Headers {
  if (!access) return {}
  return {
    'x-ms-resource-type': isDirectory === true ? 'directory' : 'file',
    'x-ms-owner': access.owner,
    'x-ms-group': access.group,
    'x-ms-permissions': access.permissions,
    'x-ms-acl': access.acl,
  }
}
