import type { BlobRecord } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobChange, BlobPlace, BlobTable, PastBlob } from './blob-table.ts'
import { deletion, superseded } from './blob-content.ts'
import { dropBlocks } from './block-blob.ts'
import { present, replacedPast } from './blob-changes.ts'
import { checkConditions, checkWrite, type Conditions } from './conditions.ts'
import { blobNotFound, snapshotsPresent } from './errors.ts'
import { directoryIsNotEmpty } from './path-errors.ts'
import { momentOf } from './ticks.ts'

/** What is asked to go. */
export interface Removal {
  readonly conditions: Conditions
  readonly origin: Origin
  /** What becomes of the blob's snapshots. */
  readonly snapshots?: 'include' | 'only' | undefined
  /** A single snapshot or version. */
  readonly moment?: string | undefined
  readonly api?: string
}

/** https://learn.microsoft.com/rest/api/storageservices/delete-blob */
export async function deleteBlob(
  table: BlobTable,
  place: BlobPlace,
  asked: Removal,
): Promise<{ readonly isKept: boolean }> {
  const { account } = place
  const days = account.blobService.blobRetentionDays
  await table.change(place, asked.origin, async (found) => {
    if (asked.moment !== undefined) return removeMoment(table, place, { asked, found })
    const blob = present(found)
    checkWrite(blob, asked.conditions, table.clock.now())
    if (blob.isDirectory === true && (await table.hasBelow(place))) throw directoryIsNotEmpty()
    const snapshots = (await table.past(place)).filter(
      ({ record }) => record.snapshot !== undefined && record.deletedMs === undefined,
    )
    if (snapshots.length > 0 && asked.snapshots === undefined) throw snapshotsPresent()
    const gone = removePast(table, snapshots, days)
    if (asked.snapshots === 'only') return { next: blob, ...gone }
    const kept = keptRecord(table, place, blob)
    const { api = 'DeleteBlob' } = asked
    return {
      next: undefined,
      pastRemoved: gone.pastRemoved,
      pastPut: [...gone.pastPut, ...kept],
      operations: await dropBlocks(table, place),
      happening: { type: 'Microsoft.Storage.BlobDeleted', api, record: blob },
    }
  })
  return { isKept: days !== undefined }
}

/** https://learn.microsoft.com/rest/api/storageservices/undelete-blob */
export async function undeleteBlob(
  table: BlobTable,
  place: BlobPlace,
  asked: { readonly origin: Origin },
): Promise<void> {
  await table.change(place, asked.origin, async (found) => {
    const past = await table.past(place)
    const deleted = past.filter(({ record }) => record.deletedMs !== undefined)
    if (!found && past.length === 0) throw blobNotFound()
    const base = found ? undefined : deleted.findLast(({ record }) => !isSnapshot(record))
    const snapshots = deleted.filter(({ record }) => isSnapshot(record))
    const restored = snapshots.map(({ moment, record }) => ({ moment, record: revived(record) }))
    return {
      next: base ? revived(base.record) : found,
      pastRemoved: base ? [...snapshots, base] : snapshots,
      pastPut: restored,
    }
  })
}

function removeMoment(
  table: BlobTable,
  place: BlobPlace,
  parts: { readonly asked: Removal; readonly found: BlobRecord | undefined },
): Promise<BlobChange> {
  const { asked, found } = parts
  const { moment = '' } = asked
  if (found?.version === moment) return Promise.resolve({ next: undefined })
  return removeOne(table, place, { asked, found, moment })
}

async function removeOne(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly asked: Removal
    readonly found: BlobRecord | undefined
    readonly moment: string
  },
): Promise<BlobChange> {
  const { asked, found, moment } = parts
  const record = await table.findPast(place, moment)
  if (!record || record.deletedMs !== undefined) throw blobNotFound()
  checkConditions(record, asked.conditions)
  const days = place.account.blobService.blobRetentionDays
  return { next: found, ...removePast(table, [{ moment, record }], days) }
}

/** Takes past records away, or marks them where deleted ones are kept. */
function removePast(
  table: BlobTable,
  past: readonly PastBlob[],
  days: number | undefined,
): { readonly pastRemoved: readonly PastBlob[]; readonly pastPut: readonly PastBlob[] } {
  if (days === undefined) return { pastRemoved: past, pastPut: [] }
  const mark = deletion(table.clock.now(), days)
  const changed = past.map((each) => replacedPast(each, { ...each.record, ...mark }))
  return {
    pastRemoved: changed.flatMap(({ pastRemoved }) => pastRemoved),
    pastPut: changed.flatMap(({ pastPut }) => pastPut),
  }
}

function keptRecord(table: BlobTable, place: BlobPlace, blob: BlobRecord): readonly PastBlob[] {
  const { isVersioned, blobRetentionDays } = place.account.blobService
  if (isVersioned) return superseded(table, place.account, blob)
  if (blobRetentionDays === undefined) return []
  const mark = deletion(table.clock.now(), blobRetentionDays)
  // A tilde, so that it is not the name of a snapshot.
  const moment = `~${momentOf(table.ticks.next())}`
  return [{ moment, record: { ...blob, lease: undefined, ...mark } }]
}

function isSnapshot(record: BlobRecord): boolean {
  return record.snapshot !== undefined || record.version !== undefined
}

function revived(record: BlobRecord): BlobRecord {
  return { ...record, deletedMs: undefined, keptUntilMs: undefined }
}
