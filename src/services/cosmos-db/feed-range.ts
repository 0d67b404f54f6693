import type { SlotRange } from '../../store/documents.ts'
import { rangeRequestUnitsMax } from './limits.ts'

/** One part of a container's change feed, as Azure's physical partitions divide it. */
export interface FeedRange {
  /** Azure's partition key range id; never used again after the range was split. */
  readonly id: string
  readonly slots: SlotRange
  /** Effective partition keys, minimum included, maximum excluded: `''` and `'FF'` are the ends. */
  readonly min: string
  readonly max: string
  /** The ranges it came from, oldest first. */
  readonly parents: readonly string[]
}

const slotCount = 65_536
// Azure's hash has 128 bits of which the first two are always zero.
const hashBitsBelowSlot = 110n

/** The ranges of a new container: one for every 10,000 request units a second, at least one. */
export function newFeedRanges(requestUnits: number): readonly FeedRange[] {
  const count = rangeCount(requestUnits)
  return divide({ from: 0, to: slotCount }, count).map((slots, index) =>
    newRange({ id: String(index), slots, parents: [] }),
  )
}

/** The ranges after the throughput has risen: each is split evenly, none is ever merged. */
export function grownFeedRanges(
  ranges: readonly FeedRange[],
  requestUnits: number,
): readonly FeedRange[] {
  const pieces = Math.ceil(rangeCount(requestUnits) / ranges.length)
  if (pieces <= 1) return ranges
  let nextId = Math.max(...ranges.map((range) => Number(range.id))) + 1
  return ranges.flatMap((range) =>
    divide(range.slots, pieces).map((slots) =>
      newRange({ id: String(nextId++), slots, parents: [...range.parents, range.id] }),
    ),
  )
}

/** The slots between two effective partition keys. */
export function slotsBetween(range: { readonly min: string; readonly max: string }): SlotRange {
  return { from: slotAt(range.min), to: range.max === 'FF' ? slotCount : slotAt(range.max) }
}

function slotAt(effectiveKey: string): number {
  return effectiveKey === '' ? 0 : Number(BigInt(`0x${effectiveKey}`) >> hashBitsBelowSlot)
}

function rangeCount(requestUnits: number): number {
  return Math.max(1, Math.min(Math.ceil(requestUnits / rangeRequestUnitsMax), slotCount))
}

function divide(slots: SlotRange, pieces: number): readonly SlotRange[] {
  const width = slots.to - slots.from
  return Array.from({ length: pieces }, (_, index) => ({
    from: slots.from + Math.floor((width * index) / pieces),
    to: slots.from + Math.floor((width * (index + 1)) / pieces),
  }))
}

function newRange(range: Pick<FeedRange, 'id' | 'slots' | 'parents'>): FeedRange {
  return { ...range, min: effectiveKey(range.slots.from), max: effectiveKey(range.slots.to) }
}

function effectiveKey(slot: number): string {
  if (slot === 0) return ''
  if (slot === slotCount) return 'FF'
  const hash = BigInt(slot) << hashBitsBelowSlot
  return hash.toString(16).toUpperCase().padStart(32, '0')
}
