import type { OpenBlobs } from '../../store/blobs.ts'
import type { BlobRecord, Piece } from './blob.ts'
import { zeroChunkBytes } from './limits.ts'

/** A part of a blob: both ends are within it. */
export interface BlobRange {
  readonly from: number
  readonly length: number
}

/** Streams a part of a blob, and closes its bytes at the end, however it comes. */
export async function* readRange(
  record: BlobRecord,
  bytes: OpenBlobs,
  range: BlobRange,
): AsyncGenerator<Uint8Array> {
  try {
    const steps = record.kind === 'PageBlob' ? pageSteps(record, range) : pieceSteps(record, range)
    for (const step of steps) {
      if ('zeroes' in step) yield* zeroes(step.zeroes)
      else yield* bytes.read(step.id, { from: step.from, length: step.length })
    }
  } finally {
    await bytes.close()
  }
}

/** All bytes of a part of a blob, for what is known to be small. */
export async function readWhole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  const [first] = chunks
  return chunks.length === 1 && first ? Buffer.from(first) : Buffer.concat(chunks)
}

type Step =
  | { readonly id: string; readonly from: number; readonly length: number }
  | { readonly zeroes: number }

function* pieceSteps(record: BlobRecord, range: BlobRange): Generator<Step> {
  const end = range.from + range.length
  let at = 0
  for (const piece of record.pieces) {
    const step = overlap(piece, at, { from: range.from, end })
    if (step) yield step
    at += piece[2]
    if (at >= end) return
  }
}

function* pageSteps(record: BlobRecord, range: BlobRange): Generator<Step> {
  const end = range.from + range.length
  let at = range.from
  for (const extent of record.extents ?? []) {
    const step = overlap(extent.piece, extent.at, { from: at, end })
    if (!step) continue
    const start = Math.max(extent.at, at)
    if (start > at) yield { zeroes: start - at }
    yield step
    at = start + step.length
  }
  if (at < end) yield { zeroes: end - at }
}

function overlap(
  piece: Piece,
  at: number,
  range: { readonly from: number; readonly end: number },
): { id: string; from: number; length: number } | undefined {
  const [id, pieceFrom, pieceLength] = piece
  const from = Math.max(at, range.from)
  const end = Math.min(at + pieceLength, range.end)
  return from < end ? { id, from: pieceFrom + from - at, length: end - from } : undefined
}

function* zeroes(count: number): Generator<Uint8Array> {
  const block = new Uint8Array(Math.min(count, zeroChunkBytes))
  for (let left = count; left > 0; left -= block.length) {
    yield left < block.length ? block.subarray(0, left) : block
  }
}
