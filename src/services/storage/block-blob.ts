// Survives a crash: blocks that were put, until their blob is committed or a week has passed.
import { newUuid } from '../../base/ids.ts'
import type { StagedBlob } from '../../store/blobs.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Operation } from '../../store/store.ts'
import type { BlobRecord, Block, Piece } from './blob.ts'
import type { Origin } from './blob-event.ts'
import type { BlobPlace, BlobTable } from './blob-table.ts'
import { freshBlob, superseded, type NewBlob } from './blob-content.ts'
import { checkLease } from './conditions.ts'
import { keyOf } from './containers.ts'
import {
  blobNotFound,
  blockListTooLong,
  containerNotFound,
  invalidBlobType,
  invalidBlockId,
  invalidBlockList,
  serverBusy,
  uncommittedBlocksExceeded,
} from './errors.ts'
import {
  blockIdBytesMax,
  committedBlockCountMax,
  overtakenCountMax,
  uncommittedBlockCountMax,
} from './limits.ts'

/** A block that is not part of its blob yet. */
export interface UncommittedBlock {
  readonly id: string
  readonly length: number
  readonly piece: string
}

/** An entry of a list that is committed, and where its block is looked for. */
export interface ListedBlock {
  readonly id: string
  readonly from: 'Committed' | 'Uncommitted' | 'Latest'
}

/** https://learn.microsoft.com/rest/api/storageservices/put-blob */
export async function putBlockBlob(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly given: NewBlob
    readonly staged: StagedBlob
    readonly origin: Origin
    readonly api?: string
  },
): Promise<BlobRecord> {
  const { given, staged, origin, api = 'PutBlob' } = parts
  const blocks = await blockDocuments(table, place, 1)
  const dropped = blocks.length === 0 ? [] : await dropBlocks(table, place)
  const { change } = await table.change(place, origin, (found) => {
    const { length } = staged
    const fresh = freshBlob(table, place, { kind: 'BlockBlob', found, given, length })
    const next: BlobRecord = { ...fresh, pieces: [[staged.id, 0, length]] }
    return {
      next,
      staged: [staged],
      pastPut: superseded(table, place.account, found),
      operations: dropped,
      happening: { type: 'Microsoft.Storage.BlobCreated', api, record: next },
    }
  })
  return expectRecord(change.next)
}

/** https://learn.microsoft.com/rest/api/storageservices/put-block */
export async function putBlock(
  table: BlobTable,
  place: BlobPlace,
  block: { readonly id: string; readonly staged: StagedBlob; readonly leaseId: string | undefined },
): Promise<void> {
  checkBlockId(block.id)
  const { staged } = block
  const key = blockKey(place, block.id)
  const body = JSON.stringify({ length: staged.length, piece: staged.id })
  for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
    await checkTarget(table, place, block)
    const known = await table.store.getDocument(key)
    const expect = known ? { etag: known.etag } : ('absent' as const)
    const container = keyOf(place.account.name, place.container.name)
    const batch: Operation[] = [
      { kind: 'document.check', ...container, expect: 'present' },
      { kind: 'document.put', ...key, body, etag: newUuid(), expect },
      { kind: 'blob.put', blob: staged },
    ]
    if (known) batch.push({ kind: 'blob.release', id: readBlock(known).piece })
    try {
      await table.store.write(batch)
      return
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      if (error.index === 0) throw containerNotFound()
    }
  }
  throw serverBusy()
}

/** https://learn.microsoft.com/rest/api/storageservices/put-block-list */
export async function commitBlocks(
  table: BlobTable,
  place: BlobPlace,
  parts: {
    readonly given: NewBlob
    readonly list: readonly ListedBlock[]
    readonly origin: Origin
  },
): Promise<BlobRecord> {
  const { given, list, origin } = parts
  if (list.length > committedBlockCountMax) throw blockListTooLong()
  const { change } = await table.change(place, origin, async (found) => {
    if (found && found.kind !== 'BlockBlob') throw invalidBlobType()
    const documents = await blockDocuments(table, place, uncommittedBlockCountMax)
    const { pieces, blocks, taken } = assemble(list, found, documents)
    const length = pieces.reduce((sum, piece) => sum + piece[2], 0)
    const fresh = freshBlob(table, place, { kind: 'BlockBlob', found, given, length })
    const next: BlobRecord = { ...fresh, pieces, blocks }
    return {
      next,
      taken,
      pastPut: superseded(table, place.account, found),
      operations: removals(documents, taken),
      happening: { type: 'Microsoft.Storage.BlobCreated', api: 'PutBlockList', record: next },
    }
  })
  return expectRecord(change.next)
}

/** https://learn.microsoft.com/rest/api/storageservices/get-block-list */
export async function listBlocks(
  table: BlobTable,
  place: BlobPlace,
  read: { readonly find: () => Promise<BlobRecord | undefined>; readonly isPast: boolean },
): Promise<{
  readonly record: BlobRecord | undefined
  readonly committed: readonly Block[]
  readonly uncommitted: readonly UncommittedBlock[]
}> {
  const record = await read.find()
  const documents = read.isPast ? [] : await blockDocuments(table, place, uncommittedBlockCountMax)
  if (!record && documents.length === 0) throw blobNotFound()
  if (record && record.kind !== 'BlockBlob') throw invalidBlobType()
  return { record, committed: record?.blocks ?? [], uncommitted: documents.map(readBlock) }
}

/** Operations that drop the uncommitted blocks of a blob. */
export async function dropBlocks(table: BlobTable, place: BlobPlace): Promise<Operation[]> {
  return removals(await blockDocuments(table, place, uncommittedBlockCountMax), new Set())
}

/** Operations that remove documents of blocks, and give back the bytes that nobody takes. */
export function removals(
  documents: readonly StoredDocument[],
  taken: ReadonlySet<string>,
): Operation[] {
  return documents.flatMap((document): Operation[] => {
    const { collection, partition, id, etag } = document
    const { piece } = readBlock(document)
    const removal: Operation = {
      kind: 'document.delete',
      collection,
      partition,
      id,
      expect: { etag },
    }
    return taken.has(piece) ? [removal] : [removal, { kind: 'blob.release', id: piece }]
  })
}

export function blockCollection(account: string): string {
  return `storage/blocks/${account}`
}

/** The blob and the id that a block's document is named by. */
export function splitBlockKey(id: string): { readonly name: string; readonly block: string } {
  const at = id.indexOf(separator)
  return { name: id.slice(0, at), block: id.slice(at + 1) }
}

const separator = '\u0001'
const afterSeparator = '\u0002'

function blockKey(
  place: BlobPlace,
  block: string,
): { collection: string; partition: string; id: string } {
  const collection = blockCollection(place.account.name)
  return { collection, partition: place.container.id, id: `${place.name}${separator}${block}` }
}

async function blockDocuments(
  table: BlobTable,
  place: BlobPlace,
  limit: number,
): Promise<readonly StoredDocument[]> {
  const { collection, partition } = blockKey(place, '')
  const range = { from: `${place.name}${separator}`, before: `${place.name}${afterSeparator}` }
  return table.store.listDocuments({ collection, partition, ...range, limit })
}

function readBlock(document: StoredDocument): UncommittedBlock {
  const { length, piece }: { length: number; piece: string } = JSON.parse(document.body)
  return { id: splitBlockKey(document.id).block, length, piece }
}

function checkBlockId(id: string): void {
  const bytes = Buffer.from(id, 'base64')
  const isWhole =
    id !== '' && bytes.toString('base64').replaceAll('=', '') === id.replaceAll('=', '')
  if (!isWhole || bytes.length > blockIdBytesMax) throw invalidBlockId()
}

/** The lease of the blob, its kind, and that all blocks have ids of the same length. */
async function checkTarget(
  table: BlobTable,
  place: BlobPlace,
  block: { readonly id: string; readonly leaseId: string | undefined },
): Promise<void> {
  const found = await table.find(place)
  const given = { leaseId: block.leaseId, noun: 'blob' } as const
  checkLease(found?.lease, given, table.clock.now())
  if (found && found.kind !== 'BlockBlob') throw invalidBlobType()
  const [other] = await blockDocuments(table, place, 1)
  if (other && splitBlockKey(other.id).block.length !== block.id.length) throw invalidBlockId()
  if (!other) return
  const { collection, partition } = blockKey(place, '')
  const isFull = (await table.store.countDocuments(collection)) >= uncommittedBlockCountMax
  if (!isFull) return
  const range = { from: `${place.name}${separator}`, before: `${place.name}${afterSeparator}` }
  const limit = uncommittedBlockCountMax
  const all = await table.store.listDocuments({ collection, partition, ...range, limit })
  if (all.length >= limit) throw uncommittedBlocksExceeded()
}

function assemble(
  list: readonly ListedBlock[],
  found: BlobRecord | undefined,
  documents: readonly StoredDocument[],
): { readonly pieces: Piece[]; readonly blocks: Block[]; readonly taken: Set<string> } {
  const uncommitted = new Map<string, Piece>()
  for (const document of documents) {
    const { id, length, piece } = readBlock(document)
    uncommitted.set(id, [piece, 0, length])
  }
  const committed = new Map<string, Piece>()
  for (const [index, { id }] of (found?.blocks ?? []).entries()) {
    const piece = found?.pieces[index]
    if (piece) committed.set(id, piece)
  }
  const taken = new Set<string>()
  const pieces = list.map(({ id, from }) => {
    const fresh = from === 'Committed' ? undefined : uncommitted.get(id)
    const piece = fresh ?? (from === 'Uncommitted' ? undefined : committed.get(id))
    if (!piece) throw invalidBlockList()
    if (fresh) taken.add(piece[0])
    return piece
  })
  const blocks = list.map(({ id }, index) => ({ id, length: pieces[index]?.[2] ?? 0 }))
  return { pieces, blocks, taken }
}

function expectRecord(record: BlobRecord | undefined): BlobRecord {
  if (!record) throw new Error('a blob that was written is not there')
  return record
}
