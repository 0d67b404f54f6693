import type { AccessPolicy } from './access.ts'
import type { BlobLease } from './lease.ts'

export type PublicAccess = 'container' | 'blob'

/** A container; `id` is its own for ever, so that a new one of the same name is empty. */
export interface ContainerRecord {
  readonly id: string
  readonly name: string
  readonly etag: string
  readonly modifiedMs: number
  readonly metadata: Readonly<Record<string, string>>
  readonly publicAccess?: PublicAccess | undefined
  readonly policies: readonly AccessPolicy[]
  readonly lease?: BlobLease | undefined
  /** Set while it is deleted: the name of this deletion, and when its blobs go. */
  readonly deleted?:
    | { readonly version: string; readonly atMs: number; readonly untilMs: number }
    | undefined
  readonly access?: { readonly owner: string; readonly group: string } | undefined
}

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names */
export function isContainerName(name: string): boolean {
  return /^(?:[a-z\d](?:-?[a-z\d]){2,62}|\$root|\$logs|\$web|\$blobchangefeed)$/.test(name)
    ? name.length <= 63
    : false
}
