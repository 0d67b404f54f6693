import type { ChangeFeedLease } from './change-feed-lease.ts'

export interface BalanceOptions {
  readonly hostName: string
  readonly nowMs: number
  readonly leaseExpirationIntervalMs: number
}

/**
 * The leases that a host should take so that all live hosts have about the same number: free and expired
 * ones first, else one from the host that has most, as the processor of Azure's SDK does:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-processor#dynamic-scaling
 */
export function leasesToTake(
  leases: readonly ChangeFeedLease[],
  options: BalanceOptions,
): readonly ChangeFeedLease[] {
  const free = leases.filter((lease) => isFree(lease, options))
  const held = leases.filter((lease) => !isFree(lease, options))
  const byHost = new Map<string, ChangeFeedLease[]>([[options.hostName, []]])
  for (const lease of held) {
    const owner = lease.owner ?? ''
    const ofOwner = byHost.get(owner) ?? []
    byHost.set(owner, [...ofOwner, lease])
  }
  const share = Math.ceil(leases.length / byHost.size)
  const wanted = share - (byHost.get(options.hostName)?.length ?? 0)
  if (wanted <= 0) return []
  if (free.length > 0) return free.slice(0, wanted)
  const richest = [...byHost.values()].toSorted((a, b) => b.length - a.length)[0] ?? []
  // With one lease missing only, a host that merely has the rounded-up share keeps it: else leases would
  // wander between hosts for ever.
  const surplusFrom = wanted > 1 ? share - 1 : share
  return richest.length > surplusFrom ? richest.slice(0, 1) : []
}

/** True for a lease without owner, or whose owner has not renewed it in time. */
function isFree(lease: ChangeFeedLease, options: BalanceOptions): boolean {
  if (lease.owner === undefined) return true
  return lease.timestampMs + options.leaseExpirationIntervalMs < options.nowMs
}
