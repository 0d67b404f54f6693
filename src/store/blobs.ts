/**
 * Large bytes. They are staged first, which takes as long as their source, and become part of the store with
 * the batch that puts them. Bytes never change; whoever refers to them holds them, and they are removed with
 * the last hold. Staged bytes that no batch put are gone after a crash.
 */
export interface StagedBlob {
  readonly id: string
  readonly length: number
  /** Small bytes travel with their batch; larger ones are on disk already. */
  readonly bytes?: Uint8Array
}

/** Makes staged bytes part of the store, held once. */
export interface PutBlob {
  readonly kind: 'blob.put'
  readonly blob: StagedBlob
}

/** Holds bytes once more; fails with `present` when they are gone. */
export interface HoldBlob {
  readonly kind: 'blob.hold'
  readonly id: string
}

/** Gives one hold back; bytes that nobody holds are removed once nobody reads them. */
export interface ReleaseBlob {
  readonly kind: 'blob.release'
  readonly id: string
}

/** Bytes as they come: what a request carries, or a list. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface ByteRange {
  readonly from: number
  readonly length: number
}

/** Some blobs that stay readable until they are closed, whatever is released meanwhile. */
export interface OpenBlobs {
  read(id: string, range: ByteRange): AsyncIterable<Uint8Array>
  close(): Promise<void>
}
