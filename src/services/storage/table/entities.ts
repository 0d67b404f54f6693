// Survives a crash: every entity. Changes of a transaction are one batch of the store.
import { ServiceError } from '../../../base/errors.ts'
import { evaluateFilter } from '../../../languages/odata-filter/evaluate.ts'
import type { Filter } from '../../../languages/odata-filter/filter.ts'
import type { DocumentExpectation, StoredDocument } from '../../../store/documents.ts'
import { ExpectationFailed, type Operation, type Store } from '../../../store/store.ts'
import { serverBusy } from '../errors.ts'
import type { Ticks } from '../ticks.ts'
import {
  edmValueOf,
  entitiesOf,
  etagOfEntity,
  idOfEntity,
  keyOfEntity,
  putOfEntity,
  readEntity,
  timestampOf,
  type Entity,
  type EntityKey,
  type EntityProperty,
} from './entity.ts'
import { checkEntity, checkKey } from './entity-rules.ts'
import { conditionNotSatisfied, entityExists, entityNotFound, tableNotFound } from './errors.ts'
import { overtakenCountMax, pageBytesMax, readEntitiesMax, scannedEntitiesMax } from './limits.ts'
import { scanBounds } from './scan-bounds.ts'
import type { TableRecord } from './table.ts'
import { expectTable } from './tables.ts'

/** A change of one entity; `etag` is `*` for whatever is there. */
export type EntityChange = EntityKey &
  (
    | { readonly kind: 'insert'; readonly properties: ReadonlyMap<string, EntityProperty> }
    | {
        readonly kind: 'replace' | 'merge'
        readonly properties: ReadonlyMap<string, EntityProperty>
        /** Absent: the entity is made where there is none. */
        readonly etag?: string | undefined
      }
    | { readonly kind: 'delete'; readonly etag: string }
  )

/** A change that cannot be made, and which one of several it is. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused'
  readonly index: number
  readonly fault: ServiceError

  constructor(index: number, fault: ServiceError) {
    super(fault.message, { cause: fault })
    this.index = index
    this.fault = fault
  }
}

export interface EntityPage {
  readonly entities: readonly Entity[]
  /** Where the next page begins. */
  readonly next: EntityKey | undefined
}

/** The entities of all tables. */
export class Entities {
  readonly #store: Store
  readonly #ticks: Ticks

  constructor(parts: { readonly store: Store; readonly ticks: Ticks }) {
    this.#store = parts.store
    this.#ticks = parts.ticks
  }

  async find(table: TableRecord, key: EntityKey): Promise<Entity | undefined> {
    const document = await this.#store.getDocument(keyOfEntity(table, key))
    return document && readEntity(document)
  }

  /** Makes a change; gives the entity as it is then. */
  async change(table: TableRecord, change: EntityChange, trace?: string): Promise<Entity> {
    try {
      const [entity] = await this.changeAll(table, [change], trace)
      return entity ?? noEntity(change)
    } catch (error) {
      throw error instanceof ChangeRefused ? error.fault : error
    }
  }

  /** Makes changes of different entities, all or none; throws `ChangeRefused`. */
  async changeAll(
    table: TableRecord,
    changes: readonly EntityChange[],
    trace?: string,
  ): Promise<readonly Entity[]> {
    for (let attempt = 0; attempt < overtakenCountMax; attempt += 1) {
      const steps = await Promise.all(changes.map((each, index) => this.#step(table, each, index)))
      const operations = steps.map((step) => operationOf(table, step, trace))
      try {
        await this.#store.write([expectTable(table), ...operations])
        return steps.map(({ entity, change }) => entity ?? noEntity(change))
      } catch (error) {
        if (!(error instanceof ExpectationFailed)) throw error
        if (error.index === 0) throw tableNotFound()
      }
    }
    throw serverBusy()
  }

  /** Entities in the order of their keys for which a condition holds, from one on. */
  async query(
    table: TableRecord,
    asked: {
      readonly filter?: Filter | undefined
      readonly from?: EntityKey | undefined
      readonly limit: number
      /** What a signature leaves. */
      readonly isVisible?: (key: EntityKey) => boolean
    },
  ): Promise<EntityPage> {
    const { filter, limit, isVisible } = asked
    const bounds = scanBounds(filter, asked.from)
    const entities: Entity[] = []
    let seen = 0
    let bytes = 0
    for await (const document of this.#documents(table, bounds)) {
      const isFull = entities.length >= limit || bytes >= pageBytesMax || seen >= scannedEntitiesMax
      const entity = readEntity(document)
      if (isFull) return { entities, next: entity }
      seen += 1
      if (filter && !evaluateFilter(filter, (name) => edmValueOf(entity, name))) continue
      if (isVisible && !isVisible(entity)) continue
      entities.push(entity)
      bytes += document.body.length
    }
    return { entities, next: undefined }
  }

  async *#documents(
    table: TableRecord,
    bounds: { readonly from: string; readonly before?: string | undefined },
  ): AsyncGenerator<StoredDocument> {
    const { before } = bounds
    const list = {
      collection: entitiesOf(table),
      partition: 'entities',
      limit: readEntitiesMax,
      ...(before === undefined ? {} : { before }),
    }
    let { from } = bounds
    for (;;) {
      const documents = await this.#store.listDocuments({ ...list, from })
      yield* documents
      const last = documents.at(-1)
      if (!last || documents.length < readEntitiesMax) return
      from = `${last.id}\u0001`
      // Others have their turn between two reads.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async #step(table: TableRecord, change: EntityChange, index: number): Promise<Step> {
    try {
      checkKey(change)
      const found = await this.find(table, change)
      const entity = entityAfter(change, found, () => timestampOf(this.#ticks.next()))
      if (entity) checkEntity(entity)
      return { change, found, entity }
    } catch (error) {
      throw error instanceof ServiceError ? new ChangeRefused(index, error) : error
    }
  }
}

interface Step {
  readonly change: EntityChange
  readonly found: Entity | undefined
  /** Absent where it is deleted. */
  readonly entity: Entity | undefined
}

function entityAfter(
  change: EntityChange,
  found: Entity | undefined,
  timestamp: () => string,
): Entity | undefined {
  const { partitionKey, rowKey } = change
  switch (change.kind) {
    case 'insert':
      if (found) throw entityExists()
      return { partitionKey, rowKey, timestamp: timestamp(), properties: change.properties }
    case 'delete':
      checkEtag(change.etag, found)
      return undefined
    case 'replace':
    case 'merge': {
      if (change.etag !== undefined) checkEtag(change.etag, found)
      const isMerged = change.kind === 'merge' && found
      const properties = isMerged
        ? new Map([...found.properties, ...change.properties])
        : change.properties
      return { partitionKey, rowKey, timestamp: timestamp(), properties }
    }
  }
}

function checkEtag(etag: string, found: Entity | undefined): void {
  if (!found) throw entityNotFound()
  if (etag !== '*' && etag !== etagOfEntity(found)) throw conditionNotSatisfied()
}

function operationOf(table: TableRecord, step: Step, trace: string | undefined): Operation {
  const { found, entity, change } = step
  const expect: DocumentExpectation = found ? { etag: found.timestamp } : 'absent'
  return entity
    ? { ...putOfEntity(table, entity, trace), expect }
    : { kind: 'document.delete', ...keyOfEntity(table, change), expect }
}

function noEntity({ partitionKey, rowKey }: EntityKey): Entity {
  return { partitionKey, rowKey, timestamp: '', properties: new Map() }
}

/** Two changes of one entity have the same. */
export function changedId(change: EntityChange): string {
  return idOfEntity(change)
}
