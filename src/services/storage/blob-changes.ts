import type { BlobRecord, ContentHeaders } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobPlace, BlobTable, PastBlob } from './blob-table.ts'
import { superseded, touched } from './blob-content.ts'
import { checkConditions, checkRead, checkWrite, type Conditions } from './conditions.ts'
import { blobNotFound, invalidTier } from './errors.ts'
import { applyLease, type LeaseAction, type LeaseOutcome } from './lease.ts'
import { pages, resized } from './page-blob.ts'
import { momentOf } from './ticks.ts'

/** What a request changes of a blob besides its content. */
interface Asked {
  readonly conditions: Conditions
  readonly origin: Origin
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-properties */
export function setProperties(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & {
    /** Absent where the request names none of them: then they stay. */
    readonly headers?: ContentHeaders | undefined
    readonly metadata?: Readonly<Record<string, string>> | undefined
    readonly length?: number | undefined
    readonly sequence?: SequenceChange | undefined
  },
): Promise<BlobRecord> {
  return changeBlob(table, place, asked, (found) => {
    const { headers, length, sequence } = asked
    const sized = length === undefined ? found : resized(found, length)
    const numbered = sequence
      ? { ...pages(sized), sequenceNumber: nextNumber(sized, sequence) }
      : sized
    const metadata = asked.metadata ?? numbered.metadata
    const named = { ...numbered, ...(headers ? withAll(headers) : {}), metadata }
    return { ...named, ...table.stamp() }
  })
}

export interface SequenceChange {
  readonly action: 'max' | 'update' | 'increment'
  readonly number: number
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata */
export async function setMetadata(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly metadata: Readonly<Record<string, string>> },
): Promise<BlobRecord> {
  const { change } = await table.change(place, asked.origin, (found) => {
    const blob = writable(table, found, asked.conditions)
    const isKept = place.account.blobService.isVersioned
    return {
      next: { ...blob, ...touched(table, place, blob), metadata: asked.metadata },
      pastPut: isKept ? superseded(table, place.account, blob) : [],
    }
  })
  return present(change.next)
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-tags */
export async function setTags(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly tags: Readonly<Record<string, string>>; readonly moment?: string },
): Promise<void> {
  const { moment, tags, origin } = asked
  await table.change(place, origin, async (found) => {
    const past = moment === undefined ? undefined : await pastOf(table, place, { found, moment })
    if (past) return { next: found, ...replacedPast(past, { ...past.record, tags }) }
    const blob = present(found)
    checkWrite(blob, asked.conditions, table.clock.now())
    // Tags are beside the blob: neither its etag nor its time changes.
    return { next: { ...blob, tags } }
  })
}

/** https://learn.microsoft.com/rest/api/storageservices/set-blob-tier */
export async function setTier(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly tier: string; readonly moment?: string | undefined },
): Promise<void> {
  const { tier, origin, moment } = asked
  await table.change(place, origin, async (found) => {
    const past = moment === undefined ? undefined : await pastOf(table, place, { found, moment })
    const mark = { tier, tierChangedMs: table.clock.now() }
    if (past) return { next: found, ...replacedPast(past, { ...past.record, ...mark }) }
    const blob = present(found)
    checkTier(blob, tier)
    checkConditions(blob, asked.conditions)
    const next = { ...blob, ...mark }
    const type = 'Microsoft.Storage.BlobTierChanged' as const
    return { next, happening: { type, api: 'SetBlobTier', record: next } }
  })
}

/** https://learn.microsoft.com/rest/api/storageservices/lease-blob */
export async function leaseBlob(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly action: LeaseAction },
): Promise<LeaseOutcome & { readonly record: BlobRecord }> {
  let outcome: LeaseOutcome = { lease: undefined, remainingMs: 0 }
  const { change } = await table.change(place, asked.origin, (found) => {
    const blob = present(found)
    checkConditions(blob, asked.conditions)
    outcome = applyLease(blob.lease, asked.action, table.clock)
    return { next: { ...blob, lease: outcome.lease } }
  })
  return { record: present(change.next), ...outcome }
}

/** https://learn.microsoft.com/rest/api/storageservices/snapshot-blob */
export async function snapshotBlob(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly metadata?: Readonly<Record<string, string>> | undefined },
): Promise<{ readonly record: BlobRecord; readonly moment: string }> {
  const moment = momentOf(table.ticks.next())
  const { change } = await table.change(place, asked.origin, (found) => {
    const blob = present(found)
    const { leaseId, ...conditions } = asked.conditions
    checkRead(blob, { leaseId }, table.clock.now())
    checkConditions(blob, conditions)
    const metadata = asked.metadata ?? blob.metadata
    const stamp = asked.metadata ? table.stamp() : {}
    const record = { ...blob, ...stamp, metadata, lease: undefined, snapshot: moment }
    return { next: blob, pastPut: [{ moment, record }] }
  })
  return { record: present(change.next), moment }
}

/** Sets when a blob goes by itself: https://learn.microsoft.com/rest/api/storageservices/set-blob-expiry */
export function setExpiry(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked & { readonly expiresMs: number | undefined },
): Promise<BlobRecord> {
  return changeBlob(table, place, asked, (found) => ({
    ...found,
    ...table.stamp(),
    expiresMs: asked.expiresMs,
  }))
}

/** A snapshot or version by its time, or the current version by its own. */
async function pastOf(
  table: BlobTable,
  place: BlobPlace,
  asked: { readonly found: BlobRecord | undefined; readonly moment: string },
): Promise<PastBlob | undefined> {
  const { found, moment } = asked
  if (found?.version === moment) return undefined
  const record = await table.findPast(place, moment)
  if (!record || record.deletedMs !== undefined) throw blobNotFound()
  return { moment, record }
}

/** Sets a past record anew. */
export function replacedPast(
  past: PastBlob,
  record: BlobRecord,
): { readonly pastRemoved: readonly PastBlob[]; readonly pastPut: readonly PastBlob[] } {
  return { pastRemoved: [past], pastPut: [{ moment: past.moment, record }] }
}

/** The blob; refuses where there is none. */
export function present(found: BlobRecord | undefined): BlobRecord {
  if (!found) throw blobNotFound()
  return found
}

async function changeBlob(
  table: BlobTable,
  place: BlobPlace,
  asked: Asked,
  step: (found: BlobRecord) => BlobRecord,
): Promise<BlobRecord> {
  const { change } = await table.change(place, asked.origin, (found) => ({
    next: step(writable(table, found, asked.conditions)),
  }))
  return present(change.next)
}

function writable(
  table: BlobTable,
  found: BlobRecord | undefined,
  conditions: Conditions,
): BlobRecord {
  const blob = present(found)
  checkWrite(blob, conditions, table.clock.now())
  return blob
}

// A property that the request leaves out is cleared when it names any other.
function withAll(headers: ContentHeaders): ContentHeaders {
  return {
    contentType: undefined,
    contentEncoding: undefined,
    contentLanguage: undefined,
    contentMd5: undefined,
    contentDisposition: undefined,
    cacheControl: undefined,
    ...headers,
  }
}

function nextNumber(blob: BlobRecord, change: SequenceChange): number {
  const number = blob.sequenceNumber ?? 0
  switch (change.action) {
    case 'max':
      return Math.max(number, change.number)
    case 'update':
      return change.number
    case 'increment':
      return number + 1
  }
}

const blockTiers = ['Hot', 'Cool', 'Cold', 'Archive']
const pageTiers = /^P(?:4|6|10|15|20|30|40|50|60|70|80)$/

/** Whether a blob of its kind can have the tier. */
export function checkTier(blob: Pick<BlobRecord, 'kind'>, tier: string): void {
  const fits = blob.kind === 'PageBlob' ? pageTiers.test(tier) : blockTiers.includes(tier)
  if (!fits) throw invalidTier()
}
