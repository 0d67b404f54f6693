// What survives a crash: every item whose promise resolved. Nothing is held in memory between calls.
import type { JsonObject } from '../../base/json.ts'
import { formatTraceparent, type TraceContext } from '../../base/trace-context.ts'
import type {
  DocumentExpectation,
  PutDocument,
  PutDocumentResult,
  StoredDocument,
} from '../../store/documents.ts'
import { ExpectationFailed } from '../../store/store.ts'
import type { ContainerScope } from './container-scope.ts'
import {
  badRequest,
  conflict,
  notFound,
  partitionKeyMismatch,
  preconditionFailed,
  retryWith,
  uniqueKeyViolated,
} from './errors.ts'
import { checkedId, itemBody, newEtag } from './item.ts'
import { ItemResult } from './item-result.ts'
import { timeToLiveMsOf } from './item-expiry.ts'
import { contentionRetriesMax } from './limits.ts'
import type { PartitionKeyValue } from './partition-key.ts'
import { uniqueKeysOf } from './unique-keys.ts'
import { beginItemSpan, type ItemSpan } from './item-span.ts'

export interface WriteOptions {
  /** The span that causes the write. */
  readonly trace?: TraceContext
  /** The key the caller says the item has; it is compared with the item's own. */
  readonly partitionKey?: PartitionKeyValue
  /** Only when the stored item still has this etag; `*` means whichever. */
  readonly ifMatch?: string
  /** No span and no trace: for the service's own bookkeeping, such as leases. */
  readonly silent?: boolean
}

/** An item that passed every check and needs only the store. */
export interface PreparedItem {
  readonly id: string
  readonly partition: string
  readonly put: PutDocument
}

/** Checks and writes items of one container. */
export class ItemWriter {
  readonly #scope: ContainerScope

  constructor(scope: ContainerScope) {
    this.#scope = scope
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/create-a-document */
  create(item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#write('create item', options, (trace) => {
      const prepared = this.prepare(item, { ...options, ...trace })
      return this.#put({ ...prepared.put, expect: 'absent' })
    })
  }

  upsert(item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#write('upsert item', options, (trace) => {
      const { put } = this.prepare(item, { ...options, ...trace })
      if (options.ifMatch === undefined || options.ifMatch === '*') return this.#put(put)
      return this.#upsertIfMatch(put, options.ifMatch)
    })
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/replace-a-document */
  replace(id: string, item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#write('replace item', options, (trace) => {
      const prepared = this.prepare(item, { ...options, ...trace })
      if (prepared.id !== id) {
        throw badRequest(
          `Replacing item '${id}' by one with the id '${prepared.id}' is not supported.`,
        )
      }
      return this.#put({ ...prepared.put, expect: expectationOf(options.ifMatch) })
    })
  }

  /**
   * Changes an item by what it is now; `change` runs again when another writer came first, and may be
   * called with an item that the write then does not replace.
   */
  change(
    key: { id: string; partitionKey: PartitionKeyValue },
    options: WriteOptions,
    change: (stored: StoredDocument) => JsonObject | Promise<JsonObject>,
  ): Promise<ItemResult> {
    const partition = this.#scope.partitionKey.partitionOf(key.partitionKey)
    return this.#write('patch item', options, async (trace) => {
      for (let attempt = 0; attempt <= contentionRetriesMax; attempt++) {
        const { store, collection } = this.#scope
        const stored = await store.getDocument({ collection, partition, id: key.id })
        if (!stored) throw notFound()
        if (!matches(options.ifMatch, stored.etag)) throw preconditionFailed()
        const changed = await change(stored)
        const prepared = this.prepare(changed, { ...options, ...trace })
        if (prepared.id !== key.id || prepared.partition !== partition) throw partitionKeyMismatch()
        const result = await this.#putUnlessOvertaken(prepared.put, stored.etag)
        if (result) return result
      }
      throw retryWith()
    })
  }

  /** https://learn.microsoft.com/rest/api/cosmos-db/delete-a-document */
  async delete(id: string, partitionKey: PartitionKeyValue, options: WriteOptions): Promise<void> {
    const { store, collection } = this.#scope
    const partition = this.#scope.partitionKey.partitionOf(partitionKey)
    const span = this.#beginSpan('delete item', options)
    try {
      const expect = expectationOf(options.ifMatch)
      await store.write([{ kind: 'document.delete', collection, partition, id, expect }])
    } catch (error) {
      const fault = await this.#faultOf(error, { partition, id })
      span?.fail(fault)
      throw fault
    }
    span?.succeed(JSON.stringify({ id }))
  }

  /** Checks an item by every rule of Azure's and makes the store's operation of it. */
  prepare(item: JsonObject, options: WriteOptions & { span?: ItemSpan } = {}): PreparedItem {
    const { collection, partitionKey, definition } = this.#scope
    const id = checkedId(item)
    const partition = partitionKey.partitionOfItem(item)
    if (options.partitionKey !== undefined) {
      if (partitionKey.partitionOf(options.partitionKey) !== partition) throw partitionKeyMismatch()
    }
    const timeToLiveMs = timeToLiveMsOf(item, definition)
    const unique = uniqueKeysOf(item, definition)
    const put: PutDocument = {
      kind: 'document.put',
      collection,
      partition,
      id,
      body: itemBody(item),
      etag: newEtag(),
      ...(timeToLiveMs === undefined ? {} : { timeToLiveMs }),
      ...(unique.length === 0 ? {} : { unique }),
      ...(options.span ? { trace: formatTraceparent(options.span.context) } : {}),
    }
    return { id, partition, put }
  }

  resultOf(put: PutDocument, written: PutDocumentResult): ItemResult {
    const { body, etag } = put
    const { number, timestampMs, created } = written
    return new ItemResult({ body, etag, number, timestampMs }, this.#scope, { created })
  }

  async #write(
    operation: string,
    options: WriteOptions,
    write: (trace: { span?: ItemSpan }) => Promise<ItemResult>,
  ): Promise<ItemResult> {
    const span = this.#beginSpan(operation, options)
    try {
      const result = await write(span ? { span } : {})
      span?.succeed(result.text)
      return result
    } catch (error) {
      span?.fail(error)
      throw error
    }
  }

  #beginSpan(operation: string, options: WriteOptions): ItemSpan | undefined {
    if (options.silent) return undefined
    const { clock, telemetry, resource } = this.#scope
    return beginItemSpan({ clock, telemetry, operation, resource, parent: options.trace })
  }

  async #put(put: PutDocument): Promise<ItemResult> {
    try {
      const [written] = await this.#scope.store.write([put])
      return this.resultOf(put, written)
    } catch (error) {
      throw await this.#faultOf(error, put)
    }
  }

  async #putUnlessOvertaken(put: PutDocument, etag: string): Promise<ItemResult | undefined> {
    try {
      const [written] = await this.#scope.store.write([{ ...put, expect: { etag } }])
      return this.resultOf(put, written)
    } catch (error) {
      if (error instanceof ExpectationFailed && error.expectation !== 'unique') return undefined
      throw await this.#faultOf(error, put)
    }
  }

  // The etag guards only what exists: an upsert of an absent item creates it.
  async #upsertIfMatch(put: PutDocument, etag: string): Promise<ItemResult> {
    for (let attempt = 0; attempt <= contentionRetriesMax; attempt++) {
      const stored = await this.#scope.store.getDocument(put)
      if (stored && stored.etag !== etag) throw preconditionFailed()
      try {
        const expect: DocumentExpectation = stored ? { etag } : 'absent'
        const [written] = await this.#scope.store.write([{ ...put, expect }])
        return this.resultOf(put, written)
      } catch (error) {
        if (!(error instanceof ExpectationFailed) || error.expectation === 'unique') {
          throw await this.#faultOf(error, put)
        }
      }
    }
    throw retryWith()
  }

  async #faultOf(error: unknown, key: { partition: string; id: string }): Promise<unknown> {
    if (!(error instanceof ExpectationFailed)) return error
    switch (error.expectation) {
      case 'absent':
        return conflict()
      case 'present':
        return notFound()
      case 'unique':
        return uniqueKeyViolated()
      case 'etag':
      case 'lease':
      case 'limit': {
        const { store, collection } = this.#scope
        const { partition, id } = key
        return (await store.getDocument({ collection, partition, id }))
          ? preconditionFailed()
          : notFound()
      }
    }
  }
}

/** True when an `If-Match` header lets a write pass. */
export function matches(ifMatch: string | undefined, etag: string): boolean {
  return ifMatch === undefined || ifMatch === '*' || ifMatch === etag
}

function expectationOf(ifMatch: string | undefined): DocumentExpectation {
  return ifMatch === undefined || ifMatch === '*' ? 'present' : { etag: ifMatch }
}
