import type { ServiceError } from '../../base/errors.ts'
import { blobExists, conditionNotMet, notModified } from './errors.ts'
import { leaseIdMissing, leaseLost, leaseMismatch, leaseNotOn } from './lease-errors.ts'
import type { BlobLease } from './lease.ts'
import { isLocked, isSame, leaseState } from './lease.ts'
import { matchesTags } from './tag-query.ts'

/** What a request says must be so; times in milliseconds, etags as they are written, with `*`. */
export interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSinceMs?: number | undefined
  readonly ifUnmodifiedSinceMs?: number | undefined
  readonly ifTags?: string | undefined
  readonly leaseId?: string | undefined
}

/** What conditions look at. */
export interface Conditioned {
  readonly etag: string
  readonly modifiedMs: number
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly lease?: BlobLease | undefined
}

/**
 * Refuses a read that the conditions do not allow: 304 for what the caller has, 412 for anything else.
 * https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 */
export function checkRead(found: Conditioned, conditions: Conditions, nowMs: number): void {
  if (isMismatch(found, conditions)) throw conditionNotMet()
  const { ifNoneMatch, ifModifiedSinceMs } = conditions
  if (ifNoneMatch !== undefined) {
    if (includesEtag(ifNoneMatch, found.etag)) throw notModified()
  } else if (ifModifiedSinceMs !== undefined && seconds(found.modifiedMs) <= ifModifiedSinceMs) {
    throw notModified()
  }
  if (conditions.leaseId !== undefined) checkGivenLease(found.lease, conditions.leaseId, nowMs)
}

/** Refuses a write that the conditions or a lease do not allow; `found` is absent where nothing is there. */
export function checkWrite(
  found: Conditioned | undefined,
  conditions: Conditions,
  nowMs: number,
): void {
  if (!found) {
    if (conditions.ifMatch !== undefined || conditions.ifTags !== undefined) throw conditionNotMet()
    if (conditions.leaseId !== undefined) throw leaseNotOn('blob')
    return
  }
  checkConditions(found, conditions, { onExisting: blobExists })
  checkLease(found.lease, { leaseId: conditions.leaseId, noun: 'blob' }, nowMs)
}

/** The conditions of a write alone, without the lease. */
export function checkConditions(
  found: Conditioned,
  conditions: Conditions,
  faults: { readonly onExisting?: () => ServiceError; readonly onUnmet?: () => ServiceError } = {},
): void {
  const unmet = faults.onUnmet ?? conditionNotMet
  if (isMismatch(found, conditions)) throw unmet()
  const { ifNoneMatch, ifModifiedSinceMs } = conditions
  if (ifNoneMatch === '*' && faults.onExisting) throw faults.onExisting()
  if (ifNoneMatch !== undefined) {
    if (includesEtag(ifNoneMatch, found.etag)) throw unmet()
  } else if (ifModifiedSinceMs !== undefined && seconds(found.modifiedMs) <= ifModifiedSinceMs) {
    throw unmet()
  }
}

/** Lets only the holder of a lease write, and nobody with a lease that is not there. */
export function checkLease(
  lease: BlobLease | undefined,
  given: { readonly leaseId: string | undefined; readonly noun: 'blob' | 'container' },
  nowMs: number,
): void {
  const { leaseId, noun } = given
  if (leaseId === undefined) {
    if (isLocked(lease, nowMs)) throw leaseIdMissing(noun)
    return
  }
  checkGivenLease(lease, leaseId, nowMs, noun)
}

function checkGivenLease(
  lease: BlobLease | undefined,
  leaseId: string,
  nowMs: number,
  noun: 'blob' | 'container' = 'blob',
): void {
  const state = leaseState(lease, nowMs)
  if (!lease || state === 'available') throw leaseNotOn(noun)
  if (!isSame(lease.id, leaseId)) throw leaseMismatch(noun)
  if (state === 'expired' || state === 'broken') throw leaseLost(noun)
}

function isMismatch(found: Conditioned, conditions: Conditions): boolean {
  const { ifMatch, ifUnmodifiedSinceMs, ifTags } = conditions
  if (ifTags !== undefined && !matchesTags(ifTags, found.tags ?? {})) return true
  if (ifMatch !== undefined) return !includesEtag(ifMatch, found.etag)
  return ifUnmodifiedSinceMs !== undefined && seconds(found.modifiedMs) > ifUnmodifiedSinceMs
}

function includesEtag(list: string, etag: string): boolean {
  if (list.trim() === '*') return true
  return list.split(',').some((each) => bare(each) === bare(etag))
}

function bare(etag: string): string {
  return etag.trim().replace(/^W\//, '').replaceAll('"', '')
}

// Times in headers have no fraction.
function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
