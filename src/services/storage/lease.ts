import type { Clock } from '../../base/clock.ts'
import { newUuid } from '../../base/ids.ts'
import {
  leaseAlreadyPresent,
  leaseIdMismatch,
  leaseIsBreaking,
  leaseIsBroken,
  leaseNotPresent,
} from './lease-errors.ts'

/** A lease that was acquired; what state it is in depends on the time. */
export interface BlobLease {
  readonly id: string
  /** Absent: for ever. */
  readonly durationMs?: number | undefined
  readonly untilMs?: number | undefined
  /** Set once it was broken: when it ends. */
  readonly brokenMs?: number | undefined
}

export type LeaseState = 'available' | 'leased' | 'expired' | 'breaking' | 'broken'

/** What is asked of a lease. */
export type LeaseAction =
  | { readonly kind: 'acquire'; readonly proposedId?: string; readonly durationMs?: number }
  | { readonly kind: 'renew'; readonly id: string }
  | { readonly kind: 'change'; readonly id: string; readonly proposedId: string }
  | { readonly kind: 'release'; readonly id: string }
  | { readonly kind: 'break'; readonly periodMs?: number }

/** The lease after an action, and how long until it can be acquired anew. */
export interface LeaseOutcome {
  readonly lease: BlobLease | undefined
  readonly remainingMs: number
}

export function leaseState(lease: BlobLease | undefined, nowMs: number): LeaseState {
  if (!lease) return 'available'
  if (lease.brokenMs !== undefined) return nowMs < lease.brokenMs ? 'breaking' : 'broken'
  return lease.untilMs === undefined || nowMs < lease.untilMs ? 'leased' : 'expired'
}

/** True while nobody may write without the lease's id. */
export function isLocked(lease: BlobLease | undefined, nowMs: number): boolean {
  const state = leaseState(lease, nowMs)
  return state === 'leased' || state === 'breaking'
}

/** https://learn.microsoft.com/rest/api/storageservices/lease-blob#outcomes-of-use-attempts-on-blobs-by-lease-state */
export function applyLease(
  lease: BlobLease | undefined,
  action: LeaseAction,
  clock: Clock,
): LeaseOutcome {
  const nowMs = clock.now()
  switch (action.kind) {
    case 'acquire':
      return acquire(lease, action, nowMs)
    case 'renew':
      return renew(lease, action.id, nowMs)
    case 'change':
      return change(lease, action, nowMs)
    case 'release': {
      if (!lease) throw leaseNotPresent()
      if (!isSame(lease.id, action.id)) throw leaseIdMismatch()
      return { lease: undefined, remainingMs: 0 }
    }
    case 'break':
      return breakLease(lease, action.periodMs, nowMs)
  }
}

/** Ids are compared without case. */
export function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function acquire(
  lease: BlobLease | undefined,
  action: { readonly proposedId?: string; readonly durationMs?: number },
  nowMs: number,
): LeaseOutcome {
  const id = action.proposedId ?? newUuid()
  const state = leaseState(lease, nowMs)
  const isHolder = lease !== undefined && isSame(lease.id, id)
  if (state === 'breaking') throw isHolder ? leaseIsBreaking('acquired') : leaseAlreadyPresent()
  if (state === 'leased' && !isHolder) throw leaseAlreadyPresent()
  const { durationMs } = action
  const untilMs = durationMs === undefined ? undefined : nowMs + durationMs
  return { lease: { id, durationMs, untilMs }, remainingMs: 0 }
}

function renew(lease: BlobLease | undefined, id: string, nowMs: number): LeaseOutcome {
  if (!lease) throw leaseNotPresent()
  if (!isSame(lease.id, id)) throw leaseIdMismatch()
  if (lease.brokenMs !== undefined) throw leaseIsBroken()
  const { durationMs } = lease
  const untilMs = durationMs === undefined ? undefined : nowMs + durationMs
  return { lease: { ...lease, untilMs }, remainingMs: 0 }
}

function change(
  lease: BlobLease | undefined,
  action: { readonly id: string; readonly proposedId: string },
  nowMs: number,
): LeaseOutcome {
  const state = leaseState(lease, nowMs)
  if (!lease || state === 'expired' || state === 'broken') throw leaseNotPresent()
  if (state === 'breaking') throw leaseIsBreaking('changed')
  const isHolder = isSame(lease.id, action.id) || isSame(lease.id, action.proposedId)
  if (!isHolder) throw leaseIdMismatch()
  return { lease: { ...lease, id: action.proposedId }, remainingMs: 0 }
}

function breakLease(
  lease: BlobLease | undefined,
  periodMs: number | undefined,
  nowMs: number,
): LeaseOutcome {
  if (!lease) throw leaseNotPresent()
  const state = leaseState(lease, nowMs)
  const endsMs = lease.brokenMs ?? lease.untilMs
  const leftMs = Math.max((endsMs ?? nowMs) - nowMs, 0)
  const isEndless = state === 'leased' && lease.untilMs === undefined
  const asked = periodMs ?? leftMs
  const remainingMs = isEndless ? (periodMs ?? 0) : Math.min(asked, leftMs)
  return { lease: { ...lease, brokenMs: nowMs + remainingMs }, remainingMs }
}
