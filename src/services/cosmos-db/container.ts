// What survives a crash: the items and the container's record. In memory there are only the record's copy
// and queries that wait for their next page, which start over when they are gone.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { readChanges, type ChangesPage, type ReadChanges } from './change-feed.ts'
import type { ContainerDefinition, ContainerRecord } from './container-definition.ts'
import type { ContainerScope, CosmosDbParts } from './container-scope.ts'
import { notFound } from './errors.ts'
import type { FeedRange } from './feed-range.ts'
import { itemValue, storedItem } from './item.ts'
import { ItemResult } from './item-result.ts'
import { beginItemSpan } from './item-span.ts'
import { ItemWriter, type PreparedItem, type WriteOptions } from './item-writer.ts'
import { writeInBulk, type BulkOutcome } from './bulk-write.ts'
import { PartitionKey, type PartitionKeyValue } from './partition-key.ts'
import { applyPatch, parsePatch } from './patch.ts'
import { checkPatchCondition } from './patch-condition.ts'
import type { CompiledQuery } from '../../languages/cosmos-sql/compile.ts'
import { ItemQueries, type QueryOptions, type QueryPage, type QueryParameter } from './query.ts'
import { unknownVersion, type RecordVersion } from './record-version.ts'
import { NamedResources } from './named-resources.ts'
import { containerRid, databaseRid, itemRidEncoder, type ScriptKind } from './resource-id.ts'
import { executeBatch, type BatchOperation, type BatchResult } from './transactional-batch.ts'

export interface ContainerPlace {
  /** `shop.documents.azure.com` */
  readonly accountHost: string
  readonly database: string
}

/** A container of items: https://learn.microsoft.com/azure/cosmos-db/resource-model */
export class Container {
  readonly name: string
  readonly rid: string
  readonly databaseRid: string
  readonly accountHost: string
  /** `dbs/orders/colls/items` */
  readonly link: string
  readonly partitionKey: PartitionKey
  readonly parts: CosmosDbParts
  /** The store's collection that holds the items: what `Store.onCommit` names. */
  readonly collection: string
  readonly #scope: ContainerScope
  readonly #writer: ItemWriter
  readonly #queries: ItemQueries
  #record: ContainerRecord

  constructor(parts: CosmosDbParts, place: ContainerPlace, record: ContainerRecord) {
    this.#record = record
    this.parts = parts
    this.name = record.definition.id
    this.rid = containerRid(record.numbers)
    this.databaseRid = databaseRid(record.numbers.database)
    this.accountHost = place.accountHost
    this.link = `dbs/${place.database}/colls/${this.name}`
    this.partitionKey = new PartitionKey(record.definition.partitionKey)
    this.collection = itemCollection(record)
    this.#scope = this.#newScope(`${place.database}/${this.name}`)
    this.#writer = new ItemWriter(this.#scope)
    this.#queries = new ItemQueries(this.#scope)
  }

  get definition(): ContainerDefinition {
    return this.#record.definition
  }

  get record(): ContainerRecord {
    return this.#record
  }

  get version(): RecordVersion {
    return this.#record.version ?? unknownVersion
  }

  /** Takes over a changed record; the database has already written it. */
  adopt(record: ContainerRecord): void {
    this.#record = record
  }

  /** Lets go of queries that wait for their next page. */
  close(): void {
    this.#queries.close()
  }

  createItem(item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#writer.create(item, options)
  }

  upsertItem(item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#writer.upsert(item, options)
  }

  /** Writes many items with as few store batches as possible; a malformed one fails alone. */
  upsertItems(
    writes: readonly { readonly item: JsonObject; readonly trace?: TraceContext }[],
  ): Promise<readonly BulkOutcome[]> {
    return writeInBulk(this.#scope, this.#writer, writes)
  }

  replaceItem(id: string, item: JsonObject, options: WriteOptions = {}): Promise<ItemResult> {
    return this.#writer.replace(id, item, options)
  }

  /** https://learn.microsoft.com/azure/cosmos-db/partial-document-update */
  async patchItem(
    key: { readonly id: string; readonly partitionKey: PartitionKeyValue },
    patch: { readonly operations: readonly JsonValue[]; readonly condition?: string },
    options: WriteOptions = {},
  ): Promise<ItemResult> {
    const { condition } = patch
    const operations = parsePatch(patch.operations, this.partitionKey)
    return this.#writer.change(key, options, async (stored) => {
      if (condition) {
        await checkPatchCondition(itemValue(stored, this.#scope), condition, this.parts.clock)
      }
      return applyPatch(storedItem(stored), operations)
    })
  }

  deleteItem(
    id: string,
    partitionKey: PartitionKeyValue,
    options: WriteOptions = {},
  ): Promise<void> {
    return this.#writer.delete(id, partitionKey, options)
  }

  /** With a trace the read is a span of it. */
  async readItem(
    id: string,
    partitionKey: PartitionKeyValue,
    options: { readonly trace?: TraceContext } = {},
  ): Promise<ItemResult> {
    const partition = this.partitionKey.partitionOf(partitionKey)
    const { collection } = this
    const { trace: parent } = options
    const span = parent && beginItemSpan({ ...this.#scope, operation: 'read item', parent })
    const stored = await this.parts.store.getDocument({ collection, partition, id })
    if (!stored) {
      const error = notFound()
      span?.fail(error, id)
      throw error
    }
    const result = new ItemResult(stored, this.#scope, { created: false })
    span?.succeed(result.text)
    return result
  }

  /** Every item, oldest change first, in pages. */
  async *readItems(): AsyncIterable<readonly ItemResult[]> {
    for await (const page of this.parts.store.scan({ collection: this.collection })) {
      yield page.map((stored) => new ItemResult(stored, this.#scope, { created: false }))
    }
  }

  countItems(): Promise<number> {
    return this.parts.store.countDocuments(this.collection)
  }

  /** All or nothing, in one partition: https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch */
  async executeBatch(
    partitionKey: PartitionKeyValue,
    operations: readonly BatchOperation[],
    options: { readonly trace?: TraceContext } = {},
  ): Promise<BatchResult> {
    const partition = this.partitionKey.partitionOf(partitionKey)
    return executeBatch({
      scope: this.#scope,
      writer: this.#writer,
      partition,
      operations,
      ...options,
    })
  }

  /** One page; its continuation goes on where the page ended. */
  query(text: string, options: QueryOptions = {}): Promise<QueryPage> {
    return this.#queries.page(text, options)
  }

  /** All rows, in pages as they are found. */
  queryAll(
    text: string,
    options: Omit<QueryOptions, 'maxItemCount' | 'continuation'> = {},
  ): AsyncIterable<readonly JsonValue[]> {
    return this.#queries.all(text, options)
  }

  /** Deletes every item of a partition: https://learn.microsoft.com/azure/cosmos-db/nosql/how-to-delete-by-partition-key */
  async deletePartition(partitionKey: PartitionKeyValue): Promise<void> {
    const partition = this.partitionKey.partitionOf(partitionKey)
    const { collection } = this
    const { store } = this.parts
    for await (const page of store.scan({ collection, partition })) {
      const ids = page.filter((stored) => stored.partition === partition).map(({ id }) => id)
      if (ids.length === 0) continue
      await store.write(ids.map((id) => ({ kind: 'document.delete', collection, partition, id })))
    }
  }

  /** What a query asks for, without running it: Azure's 400 where it is wrong. */
  describeQuery(text: string, parameters: readonly QueryParameter[]): Promise<CompiledQuery> {
    return this.#queries.describe(text, parameters)
  }

  /** Checks an item by every rule of Azure's, for a write that is a part of a transaction. */
  prepare(item: JsonObject, options: Parameters<ItemWriter['prepare']>[1]): PreparedItem {
    return this.#writer.prepare(item, options)
  }

  /** The link by ids: `dbs/<rid>/colls/<rid>/` */
  get selfLink(): string {
    return `dbs/${this.databaseRid}/colls/${this.rid}/`
  }

  /** Its stored procedures, triggers or user-defined functions. */
  scripts(kind: ScriptKind): NamedResources {
    return new NamedResources({
      store: this.parts.store,
      collection: scriptCollection(this.#record),
      partition: kind,
      ridOf: itemRidEncoder(this.#record.numbers, kind),
      selfPrefix: `dbs/${this.databaseRid}/colls/${this.rid}/${kind}/`,
    })
  }

  feedRanges(): readonly FeedRange[] {
    return this.#record.ranges
  }

  readChanges(query: ReadChanges): Promise<ChangesPage> {
    return readChanges(this.#scope, query)
  }

  /** What the functions of this folder need to work on the container. */
  get scope(): ContainerScope {
    return this.#scope
  }

  #newScope(resource: string): ContainerScope {
    const read = (): ContainerRecord => this.#record
    const { parts, collection, partitionKey } = this
    return {
      ...parts,
      collection,
      resource,
      partitionKey,
      ridOf: itemRidEncoder(this.#record.numbers),
      selfPrefix: `dbs/${this.databaseRid}/colls/${this.rid}/docs/`,
      scriptsOf: (kind) => this.scripts(kind),
      get definition() {
        return read().definition
      },
    }
  }
}

/** The store's collection that holds a container's scripts. */
export function scriptCollection(record: Pick<ContainerRecord, 'numbers'>): string {
  return itemCollection(record).replace('/items/', '/scripts/')
}

/** The store's collection that holds a container's items; never used again by another container. */
export function itemCollection(record: Pick<ContainerRecord, 'numbers'>): string {
  const { database, container } = record.numbers
  return `cosmos-db/items/${database.toString(16)}-${container.toString(16)}`
}
