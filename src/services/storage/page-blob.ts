import type { StagedBlob } from '../../store/blobs.ts'
import type { BlobRecord, Extent } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobPlace, BlobTable } from './blob-table.ts'
import { freshBlob, superseded, touched, type NewBlob } from './blob-content.ts'
import { checkWrite, type Conditions } from './conditions.ts'
import {
  blobNotFound,
  invalidBlobType,
  invalidPageRange,
  pagesTooScattered,
  sequenceConditionNotMet,
} from './errors.ts'
import { pageExtentCountMax, pageSize } from './limits.ts'
import type { BlobRange } from './reading.ts'

/** What must be so of a page blob's sequence number. */
export interface SequenceConditions {
  readonly atMost?: number | undefined
  readonly below?: number | undefined
  readonly equal?: number | undefined
}

/** https://learn.microsoft.com/rest/api/storageservices/put-blob */
export async function createPageBlob(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly given: NewBlob
    readonly length: number
    readonly sequenceNumber: number
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { given, length, sequenceNumber } = parts
  const { change } = await table.change(place, parts.origin, (found) => {
    const fresh = freshBlob(table, place, { kind: 'PageBlob', found, given, length })
    const next: BlobRecord = { ...fresh, extents: [], sequenceNumber }
    return {
      next,
      pastPut: superseded(table, place.account, found),
      happening: { type: 'Microsoft.Storage.BlobCreated', api: 'PutBlob', record: next },
    }
  })
  return pages(change.next)
}

/** Writes pages, or clears them where there are no bytes: https://learn.microsoft.com/rest/api/storageservices/put-page */
export async function writePages(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly range: BlobRange
    readonly staged?: StagedBlob
    readonly conditions: Conditions
    readonly sequence: SequenceConditions
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { range, staged, conditions, sequence } = parts
  checkPages(range)
  const { change } = await table.change(place, parts.origin, (found) => {
    const blob = pages(found)
    checkWrite(blob, conditions, table.clock.now())
    checkSequence(blob, sequence)
    if (range.from + range.length > blob.length) throw invalidPageRange()
    const extents = without(blob.extents ?? [], range)
    if (staged) extents.push({ at: range.from, piece: [staged.id, 0, range.length] })
    extents.sort((left, right) => left.at - right.at)
    if (extents.length > pageExtentCountMax) throw pagesTooScattered()
    const next = { ...blob, ...touched(table, place, blob), extents, contentMd5: undefined }
    return { next, ...(staged ? { staged: [staged] } : {}) }
  })
  return pages(change.next)
}

/** A page blob of another length: what lies beyond is gone. */
export function resized(blob: BlobRecord, length: number): BlobRecord {
  const beyond = { from: length, length: Math.max(blob.length - length, 0) }
  return { ...pages(blob), length, extents: without(blob.extents ?? [], beyond) }
}

/** https://learn.microsoft.com/rest/api/storageservices/get-page-ranges */
export function pageRanges(blob: BlobRecord, within: BlobRange): readonly BlobRange[] {
  const end = within.from + within.length
  const ranges: { from: number; length: number }[] = []
  for (const { at, piece } of pages(blob).extents ?? []) {
    const from = Math.max(at, within.from)
    const to = Math.min(at + piece[2], end)
    const last = ranges.at(-1)
    if (from >= to) continue
    if (last && last.from + last.length === from) last.length += to - from
    else ranges.push({ from, length: to - from })
  }
  return ranges
}

/** What was written and what was cleared since a snapshot. */
export function changedRanges(
  blob: BlobRecord,
  before: BlobRecord,
  within: BlobRange,
): { readonly written: readonly BlobRange[]; readonly cleared: readonly BlobRange[] } {
  const written: { from: number; length: number }[] = []
  const cleared: { from: number; length: number }[] = []
  const edges = edgesOf([...(blob.extents ?? []), ...(before.extents ?? [])], within)
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1]
    if (to === undefined) break
    const now = byteAt(blob, from)
    const then = byteAt(before, from)
    if (now === then) continue
    const into = now === undefined ? cleared : written
    const last = into.at(-1)
    if (last && last.from + last.length === from) last.length += to - from
    else into.push({ from, length: to - from })
  }
  return { written, cleared }
}

/** The blob as a page blob; refuses any other. */
export function pages(found: BlobRecord | undefined): BlobRecord {
  if (!found) throw blobNotFound()
  if (found.kind !== 'PageBlob') throw invalidBlobType()
  return found
}

function checkPages(range: BlobRange): void {
  const isWhole = range.from % pageSize === 0 && range.length % pageSize === 0
  if (!isWhole || range.length === 0) throw invalidPageRange()
}

function checkSequence(blob: BlobRecord, asked: SequenceConditions): void {
  const number = blob.sequenceNumber ?? 0
  const { atMost, below, equal } = asked
  const isMet =
    (atMost === undefined || number <= atMost) &&
    (below === undefined || number < below) &&
    (equal === undefined || number === equal)
  if (!isMet) throw sequenceConditionNotMet()
}

/** The extents that lie outside of a range, cut where they reach into it. */
function without(extents: readonly Extent[], range: BlobRange): Extent[] {
  const end = range.from + range.length
  return extents.flatMap(({ at, piece }) => {
    const [id, from, length] = piece
    const before = Math.min(range.from, at + length) - at
    const after = at + length - Math.max(end, at)
    if (before >= length || after >= length) return [{ at, piece }]
    const parts: Extent[] = []
    if (before > 0) parts.push({ at, piece: [id, from, before] })
    if (after > 0) {
      parts.push({ at: at + length - after, piece: [id, from + length - after, after] })
    }
    return parts
  })
}

function edgesOf(extents: readonly Extent[], within: BlobRange): readonly number[] {
  const end = within.from + within.length
  const edges = new Set([within.from, end])
  for (const { at, piece } of extents) {
    for (const edge of [at, at + piece[2]]) if (edge > within.from && edge < end) edges.add(edge)
  }
  return [...edges].toSorted((left, right) => left - right)
}

/** Says which byte of the store stands at a place: the same byte means nothing was written since. */
function byteAt(blob: BlobRecord, at: number): string | undefined {
  const extents = blob.extents ?? []
  let low = 0
  let high = extents.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const extent = extents[middle]
    if (!extent) return undefined
    const [id, from, length] = extent.piece
    if (at < extent.at) high = middle - 1
    else if (at >= extent.at + length) low = middle + 1
    else return `${id}@${from + at - extent.at}`
  }
  return undefined
}
