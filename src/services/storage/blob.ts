import type { BlobLease } from './lease.ts'

export type BlobKind = 'BlockBlob' | 'AppendBlob' | 'PageBlob'

/** Bytes of a blob: a part of what the store holds under an id. */
export type Piece = readonly [id: string, from: number, length: number]

/** Bytes that were written to a page blob; what no extent covers is zero. */
export interface Extent {
  readonly at: number
  readonly piece: Piece
}

/** A committed block; its bytes are so many of the content. */
export interface Block {
  readonly id: string
  readonly length: number
}

/** The headers that a blob is read with. */
export interface ContentHeaders {
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly contentLanguage?: string | undefined
  readonly contentMd5?: string | undefined
  readonly contentDisposition?: string | undefined
  readonly cacheControl?: string | undefined
}

/** Where a copy came from and how it ended. */
export interface CopyState {
  readonly id: string
  readonly source: string
  readonly status: 'success' | 'aborted' | 'failed' | 'pending'
  readonly bytes: number
  readonly completedMs: number
}

/** The fields of Data Lake; they are kept and given back, and grant nothing. */
export interface PathAccess {
  readonly owner: string
  readonly group: string
  readonly permissions: string
  readonly acl?: string | undefined
}

/** What a path has when nobody said otherwise. */
export const plainAccess: PathAccess = {
  owner: '$superuser',
  group: '$superuser',
  permissions: 'rw-r-----',
}

/** A blob, snapshot or version as the store keeps it. Its bytes never change, only which of them it has. */
export interface BlobRecord extends ContentHeaders {
  readonly name: string
  readonly kind: BlobKind
  readonly etag: string
  readonly createdMs: number
  readonly modifiedMs: number
  readonly length: number
  readonly metadata: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Of block and append blobs, in order. */
  readonly pieces: readonly Piece[]
  /** Of a block blob that was made of a list. */
  readonly blocks?: readonly Block[] | undefined
  /** Of page blobs, by place. */
  readonly extents?: readonly Extent[] | undefined
  readonly sequenceNumber?: number | undefined
  readonly appendCount?: number | undefined
  readonly isSealed?: boolean | undefined
  readonly lease?: BlobLease | undefined
  readonly tier?: string | undefined
  readonly tierChangedMs?: number | undefined
  readonly copy?: CopyState | undefined
  readonly version?: string | undefined
  readonly snapshot?: string | undefined
  /** Set while it is deleted and can be had back. */
  readonly deletedMs?: number | undefined
  readonly keptUntilMs?: number | undefined
  readonly isDirectory?: boolean | undefined
  readonly access?: PathAccess | undefined
  readonly expiresMs?: number | undefined
  /** Bytes that Data Lake has appended and not flushed. */
  readonly unflushed?: readonly Extent[] | undefined
}

/** The store's ids of all bytes that a record refers to. */
export function heldBy(record: BlobRecord | undefined): Set<string> {
  const ids = new Set<string>()
  for (const [id] of record?.pieces ?? []) ids.add(id)
  for (const { piece } of record?.extents ?? []) ids.add(piece[0])
  for (const { piece } of record?.unflushed ?? []) ids.add(piece[0])
  return ids
}

/** The name of a blob, with the names of the directories that hold it. */
export function parentOf(name: string): string {
  const slash = name.lastIndexOf('/')
  return slash < 0 ? '' : name.slice(0, slash)
}
