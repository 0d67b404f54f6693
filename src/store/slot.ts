/** How many slots the hash space of partitions has. */
export const slotCount = 65_536

/** The slot of a partition: a well-mixed 16-bit hash that never changes, since stores keep it. */
export function slotOf(partition: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < partition.length; index += 1) {
    hash = Math.imul(hash ^ partition.charCodeAt(index), 0x01000193)
  }
  // FNV-1a alone leaves the high bits of short strings nearly equal: murmur3's finalizer spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % slotCount
}
