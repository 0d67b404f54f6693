import type { EdmType, EdmValue } from '../../../languages/odata-filter/edm-value.ts'
import { parseDateTime, parseGuid } from '../../../languages/odata-filter/edm-value.ts'
import type { DocumentKey, PutDocument, StoredDocument } from '../../../store/documents.ts'
import { momentOf } from '../ticks.ts'
import type { TableRecord } from './table.ts'

/** A value as it is written in JSON: numbers that JSON cannot hold, times, GUIDs and bytes are text. */
export interface EntityProperty {
  readonly type: EdmType
  readonly value: string | number | boolean
}

export interface EntityKey {
  readonly partitionKey: string
  readonly rowKey: string
}

/** An entity of a table: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
export interface Entity extends EntityKey {
  /** When it was last written: `2026-01-31T10:00:00.1234567Z`; no two writes have the same. */
  readonly timestamp: string
  /** In the order in which they were given. */
  readonly properties: ReadonlyMap<string, EntityProperty>
}

const partition = 'entities'

// No key can have it, and it comes before all that they can have: rows lie in the order of their keys.
const divider = '\u0001'

/** Collection of a table's entities. */
export function entitiesOf(table: Pick<TableRecord, 'id'>): string {
  return `storage/table/${table.id}`
}

export function idOfEntity({ partitionKey, rowKey }: EntityKey): string {
  return `${partitionKey}${divider}${rowKey}`
}

export function keyOfEntity(table: Pick<TableRecord, 'id'>, key: EntityKey): DocumentKey {
  return { collection: entitiesOf(table), partition, id: idOfEntity(key) }
}

/** `W/"datetime'2026-01-31T10%3A00%3A00.1234567Z'"` */
export function etagOfEntity({ timestamp }: Pick<Entity, 'timestamp'>): string {
  return `W/"datetime'${encodeURIComponent(timestamp)}'"`
}

export function timestampOf(ticks: bigint): string {
  return momentOf(ticks)
}

export function putOfEntity(
  table: Pick<TableRecord, 'id'>,
  entity: Entity,
  trace: string | undefined,
): PutDocument {
  const { partitionKey, rowKey, timestamp } = entity
  const properties = [...entity.properties].map(([name, { type, value }]) => [name, type, value])
  return {
    kind: 'document.put',
    ...keyOfEntity(table, entity),
    body: JSON.stringify({ partitionKey, rowKey, timestamp, properties }),
    etag: timestamp,
    ...(trace === undefined ? {} : { trace }),
  }
}

interface KeptEntity extends EntityKey {
  readonly timestamp: string
  readonly properties: readonly (readonly [string, EdmType, EntityProperty['value']])[]
}

export function readEntity(document: StoredDocument): Entity {
  const { properties, ...rest }: KeptEntity = JSON.parse(document.body)
  return {
    ...rest,
    properties: new Map(properties.map(([name, type, value]) => [name, { type, value }])),
  }
}

/** What a condition compares: a property or one of those that every entity has. */
export function edmValueOf(entity: Entity, name: string): EdmValue | undefined {
  switch (name) {
    case 'PartitionKey':
      return { type: 'Edm.String', value: entity.partitionKey }
    case 'RowKey':
      return { type: 'Edm.String', value: entity.rowKey }
    case 'Timestamp':
      return parseDateTime(entity.timestamp)
    default: {
      const property = entity.properties.get(name)
      return property && toEdmValue(property)
    }
  }
}

function toEdmValue({ type, value }: EntityProperty): EdmValue | undefined {
  switch (type) {
    case 'Edm.String':
      return { type, value: String(value) }
    case 'Edm.Boolean':
      return { type, value: value === true }
    case 'Edm.Int32':
    case 'Edm.Double':
      return { type, value: Number(value) }
    case 'Edm.Int64':
      return { type, value: BigInt(value) }
    case 'Edm.DateTime':
      return parseDateTime(String(value))
    case 'Edm.Guid':
      return parseGuid(String(value))
    case 'Edm.Binary':
      return { type, value: Buffer.from(String(value), 'base64').toString('hex').toUpperCase() }
  }
}
