import type { Account } from './account.ts'
import { plainAccess, type BlobKind, type BlobRecord, type ContentHeaders } from './blob.ts'
import type { BlobPlace, BlobTable, PastBlob } from './blob-table.ts'
import { checkWrite, type Conditions } from './conditions.ts'
import { isLocked } from './lease.ts'
import { pathConflict } from './path-errors.ts'
import { momentOf } from './ticks.ts'

/** What a blob is made with, whatever its kind. */
export interface NewBlob {
  readonly headers: ContentHeaders
  readonly metadata: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly tier?: string | undefined
  readonly conditions: Conditions
}

/** A new blob over the one that is there: it keeps its lease and its directory entry, and nothing else. */
export function freshBlob(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly kind: BlobKind
    readonly found: BlobRecord | undefined
    readonly given: NewBlob
    readonly length: number
  },
): BlobRecord {
  const { kind, found, given, length } = parts
  const nowMs = table.clock.now()
  if (found?.isDirectory === true) throw pathConflict()
  checkWrite(found, given.conditions, nowMs)
  const stamp = table.stamp()
  const record = {
    name: place.name,
    kind,
    ...stamp,
    createdMs: found?.createdMs ?? nowMs,
    length,
    metadata: given.metadata,
    tags: given.tags,
    pieces: [],
    tier: given.tier,
    ...(given.tier === undefined ? {} : { tierChangedMs: nowMs }),
    ...given.headers,
    ...versionOf(table, place.account),
    ...keptLease(found, nowMs),
  }
  const access = found?.access ?? (place.account.isHierarchical ? plainAccess : undefined)
  return access ? { ...record, access } : record
}

/** What a write of a blob's content or metadata leaves of it besides: its lease and a new version. */
export function touched(
  table: BlobTable,
  place: BlobPlace,
  found: BlobRecord,
): Partial<BlobRecord> {
  const stamp = table.stamp()
  const version = versionOf(table, place.account)
  return { ...stamp, ...version, ...keptLease(found, table.clock.now()) }
}

/** What becomes of a blob that is replaced: a version, a deleted snapshot where these are kept, or nothing. */
export function superseded(
  table: BlobTable,
  account: Account,
  found: BlobRecord | undefined,
): readonly PastBlob[] {
  if (!found || found.isDirectory === true) return []
  const { isVersioned, blobRetentionDays } = account.blobService
  const bare = { ...found, lease: undefined }
  if (isVersioned) {
    const moment = found.version ?? momentOf(table.ticks.next())
    return [{ moment, record: { ...bare, version: moment } }]
  }
  if (blobRetentionDays === undefined) return []
  const moment = momentOf(table.ticks.next())
  const deleted = deletion(table.clock.now(), blobRetentionDays)
  return [{ moment, record: { ...bare, snapshot: moment, ...deleted } }]
}

/** The mark of what is deleted and can be had back for so many days. */
export function deletion(
  nowMs: number,
  days: number,
): { readonly deletedMs: number; readonly keptUntilMs: number } {
  return { deletedMs: nowMs, keptUntilMs: nowMs + days * 86_400_000 }
}

function versionOf(table: BlobTable, account: Account): { readonly version?: string } {
  return account.blobService.isVersioned ? { version: momentOf(table.ticks.next()) } : {}
}

// A lease that ran out cannot be renewed once the blob has changed.
function keptLease(found: BlobRecord | undefined, nowMs: number): Pick<BlobRecord, 'lease'> {
  return { lease: found && isLocked(found.lease, nowMs) ? found.lease : undefined }
}
