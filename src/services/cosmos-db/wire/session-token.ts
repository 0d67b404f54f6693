import type { Container } from '../container.ts'
import type { PartitionKeyComponent } from '../partition-key.ts'
import { slotOf } from '../../../store/slot.ts'

/**
 * The headers that tell a client how far it has read: one store has no replicas that lag, so a token is never waited
 * for, and time serves as its number. https://learn.microsoft.com/azure/cosmos-db/consistency-levels#session-consistency
 */
export function sessionHeaders(
  container: Container,
  partitionKey?: readonly PartitionKeyComponent[],
): Record<string, string> {
  const lsn = String(container.parts.clock.now())
  return {
    'x-ms-session-token': `${rangeIdOf(container, partitionKey)}:-1#${lsn}`,
    lsn,
    'x-ms-alt-content-path': encodeURI(container.link),
    'x-ms-content-path': container.rid,
  }
}

function rangeIdOf(
  container: Container,
  partitionKey: readonly PartitionKeyComponent[] | undefined,
): string {
  const ranges = container.feedRanges()
  const isWhole = partitionKey?.length === container.partitionKey.paths.length
  if (ranges.length === 1 || !isWhole) return ranges[0]?.id ?? '0'
  const slot = slotOf(container.partitionKey.partitionOf(partitionKey))
  return ranges.find(({ slots }) => slot >= slots.from && slot < slots.to)?.id ?? '0'
}
