// Items of one partition as one request changes them: worked out in memory, written as one store batch that expects the
// items to be still what they were. Until then nothing is visible; when another writer came first it all begins again.
import type { DocumentExpectation, PutDocument, StoredDocument } from '../../store/documents.ts'
import { ExpectationFailed, type Operation } from '../../store/store.ts'
import type { ContainerScope } from './container-scope.ts'
import type { ItemVersion } from './item.ts'

/** What an item was before, and what the operations so far have made of it. */
export interface Draft {
  readonly before: StoredDocument | undefined
  now: Pick<StoredDocument, 'body' | 'etag'> | undefined
  put: PutDocument | undefined
  /** The last operation that changed it: the one a violated unique key is blamed on. */
  changedBy: number | undefined
}

/** Where and when what is in the drafts was written. */
export type DraftVersions = ReadonlyMap<string, Omit<ItemVersion, 'body' | 'etag'>>

export type DraftCommit =
  | { readonly kind: 'written'; readonly versions: DraftVersions }
  /** An operation took a unique key that another item has. */
  | { readonly kind: 'not-unique'; readonly operation: number }
  /** Another writer changed one of the items meanwhile. */
  | { readonly kind: 'overtaken' }

/** The drafts of one request. */
export class ItemDrafts {
  readonly #scope: ContainerScope
  readonly #partition: string
  readonly #drafts = new Map<string, Draft>()

  constructor(scope: ContainerScope, partition: string) {
    this.#scope = scope
    this.#partition = partition
  }

  /** An item as it is in this request. */
  async get(id: string): Promise<Draft> {
    const known = this.#drafts.get(id)
    if (known) return known
    const { store, collection } = this.#scope
    const partition = this.#partition
    const before = await store.getDocument({ collection, partition, id })
    const draft: Draft = { before, now: before, put: undefined, changedBy: undefined }
    this.#drafts.set(id, draft)
    return draft
  }

  /** Those that were looked at or changed so far, by id. */
  known(): ReadonlyMap<string, Draft> {
    return this.#drafts
  }

  put(draft: Draft, put: PutDocument, operation: number): void {
    draft.now = put
    draft.put = put
    draft.changedBy = operation
  }

  remove(draft: Draft, operation: number): void {
    draft.now = undefined
    draft.put = undefined
    draft.changedBy = operation
  }

  async commit(): Promise<DraftCommit> {
    // Deletes come first: they may free a unique key that another item takes.
    const drafts = [...this.#drafts].toSorted(([, a], [, b]) => Number(!!a.now) - Number(!!b.now))
    const writes = drafts.map(([id, draft]) => this.#write(id, draft))
    try {
      const written = await this.#scope.store.write(writes)
      const versions = new Map<string, Omit<ItemVersion, 'body' | 'etag'>>()
      for (const [at, [id, draft]] of drafts.entries()) {
        const result = written[at]
        const version = result && 'number' in result ? result : draft.before
        if (version) versions.set(id, version)
      }
      return { kind: 'written', versions }
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error
      const blamed = drafts[error.index]?.[1].changedBy
      const isUnique = error.expectation === 'unique' && blamed !== undefined
      return isUnique ? { kind: 'not-unique', operation: blamed } : { kind: 'overtaken' }
    }
  }

  #write(id: string, draft: Draft): Operation {
    const { collection } = this.#scope
    const partition = this.#partition
    const expect: DocumentExpectation = draft.before ? { etag: draft.before.etag } : 'absent'
    if (draft.put) return { ...draft.put, expect }
    if (draft.changedBy !== undefined && draft.before) {
      return { kind: 'document.delete', collection, partition, id, expect }
    }
    return { kind: 'document.check', collection, partition, id, expect }
  }
}
