import { parseJson } from '../../base/json.ts'
import type { SlotRange } from '../../store/documents.ts'
import { slotOf } from '../../store/slot.ts'
import { effectivePartitionKey } from './effective-partition-key.ts'
import type { FeedRange } from './feed-range.ts'
import type { PartitionKeyDefinition } from './partition-key.ts'

/** A part of a container that a request is limited to. */
export interface FeedPart {
  /** Tells parts apart: a continuation of one is no good for another. */
  readonly name: string
  /** By the store's name of a partition. */
  holds(partition: string): boolean
}

/** What Azure's physical partition of that range would hold. */
export function partOfRange({ slots, min, max }: FeedRange): FeedPart {
  return {
    name: `${min}-${max}`,
    holds: (partition) => {
      const slot = slotOf(partition)
      return slot >= slots.from && slot < slots.to
    },
  }
}

/** One partition; only its slot of the feed has to be read. */
export function partOfPartition(name: string): FeedPart & { readonly slots: SlotRange } {
  const slot = slotOf(name)
  const slots = { from: slot, to: slot + 1 }
  return { name, slots, holds: (partition) => partition === name }
}

/** What lies between two effective partition keys, the first included: keys of clients are hashed as Azure does. */
export function partOfKeys(
  keys: { readonly min: string; readonly max: string },
  definition: PartitionKeyDefinition,
): FeedPart {
  const [min, max] = [keys.min.toUpperCase(), keys.max.toUpperCase()]
  return {
    name: `${min}-${max}`,
    holds: (partition) => {
      const key = effectivePartitionKey(componentsOf(partition), definition)
      return key >= min && key < max
    },
  }
}

// The name of a partition is the JSON of its components, with `{}` for a value that is not there.
function componentsOf(partition: string): (string | number | boolean | null | undefined)[] {
  const value = parseJson(partition)
  return Array.isArray(value)
    ? value.map((each) => (typeof each === 'object' && each !== null ? undefined : each))
    : []
}
