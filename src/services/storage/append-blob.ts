import type { StagedBlob } from '../../store/blobs.ts'
import { inlineBlobBytesMax } from '../../store/limits.ts'
import type { BlobRecord, Piece } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobPlace, BlobTable } from './blob-table.ts'
import { freshBlob, superseded, touched, type NewBlob } from './blob-content.ts'
import { checkWrite, type Conditions } from './conditions.ts'
import {
  appendPositionNotMet,
  blobIsSealed,
  blobNotFound,
  blockCountExceeded,
  invalidBlobType,
  maxSizeNotMet,
} from './errors.ts'
import { appendBlockCountMax } from './limits.ts'
import { readWhole } from './reading.ts'

/** https://learn.microsoft.com/rest/api/storageservices/put-blob */
export async function createAppendBlob(
  table: BlobTable,
  place: BlobPlace,
  parts: { readonly given: NewBlob; readonly origin: Origin },
): Promise<BlobRecord> {
  let made: BlobRecord | undefined
  await table.change(place, parts.origin, (found) => {
    const { given } = parts
    const fresh = freshBlob(table, place, { kind: 'AppendBlob', found, given, length: 0 })
    made = { ...fresh, appendCount: 0 }
    return {
      next: made,
      pastPut: superseded(table, place.account, found),
      happening: { type: 'Microsoft.Storage.BlobCreated', api: 'PutBlob', record: made },
    }
  })
  if (!made) throw blobNotFound()
  return made
}

/** https://learn.microsoft.com/rest/api/storageservices/append-block */
export async function appendBlock(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly staged: StagedBlob
    readonly conditions: Conditions
    readonly position?: number | undefined
    readonly sizeMax?: number | undefined
    readonly origin: Origin
  },
): Promise<{ readonly record: BlobRecord; readonly offset: number }> {
  const { staged, conditions, position, sizeMax } = parts
  let offset = 0
  const { change } = await table.change(place, parts.origin, async (found) => {
    const blob = appendable(found)
    checkWrite(blob, conditions, table.clock.now())
    if (blob.isSealed === true) throw blobIsSealed()
    if (position !== undefined && position !== blob.length) throw appendPositionNotMet()
    if (sizeMax !== undefined && blob.length + staged.length > sizeMax) throw maxSizeNotMet()
    const count = (blob.appendCount ?? 0) + 1
    if (count > appendBlockCountMax) throw blockCountExceeded()
    offset = blob.length
    const joined = await joinToLast(table, blob, staged)
    const bytes = joined ?? staged
    const piece: Piece = [bytes.id, 0, bytes.length]
    const pieces = [...(joined ? blob.pieces.slice(0, -1) : blob.pieces), piece]
    const length = blob.length + staged.length
    const next = { ...blob, ...touched(table, place, blob), pieces, length, appendCount: count }
    return { next, staged: [bytes] }
  })
  if (!change.next) throw blobNotFound()
  // What was joined is in the store under another id.
  if (change.staged?.[0]?.id !== staged.id) await table.store.discardBlob(staged)
  return { record: change.next, offset }
}

/** https://learn.microsoft.com/rest/api/storageservices/append-blob-seal */
export async function sealBlob(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly conditions: Conditions
    readonly position?: number | undefined
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { change } = await table.change(place, parts.origin, (found) => {
    const blob = appendable(found)
    checkWrite(blob, parts.conditions, table.clock.now())
    const { position } = parts
    if (position !== undefined && position !== blob.length) throw appendPositionNotMet()
    return { next: { ...blob, ...touched(table, place, blob), isSealed: true } }
  })
  if (!change.next) throw blobNotFound()
  return change.next
}

function appendable(found: BlobRecord | undefined): BlobRecord {
  if (!found) throw blobNotFound()
  if (found.kind !== 'AppendBlob') throw invalidBlobType()
  return found
}

/** Small appends share bytes, so that a log of many lines is not as many pieces. */
async function joinToLast(
  table: BlobTable,
  blob: BlobRecord,
  staged: StagedBlob,
): Promise<StagedBlob | undefined> {
  const last = blob.pieces.at(-1)
  if (!last || !staged.bytes || last[2] + staged.length > inlineBlobBytesMax) return undefined
  const open = await table.store.openBlobs([last[0]])
  if (!open) return undefined
  try {
    const before = await readWhole(open.read(last[0], { from: last[1], length: last[2] }))
    return await table.store.stageBlob([Buffer.concat([before, staged.bytes])])
  } finally {
    await open.close()
  }
}
