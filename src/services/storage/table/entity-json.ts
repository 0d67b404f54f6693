import { isJsonObject, tryParseJson, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { EdmType } from '../../../languages/odata-filter/edm-value.ts'
import { parseDateTime, parseGuid } from '../../../languages/odata-filter/edm-value.ts'
import { etagOfEntity, type Entity, type EntityProperty } from './entity.ts'
import { inputInvalid } from './errors.ts'

/** How much an answer says beside the values: https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations */
export type MetadataLevel = 'none' | 'minimal' | 'full'

/** What a request says an entity is. */
export interface GivenEntity {
  readonly partitionKey?: string | undefined
  readonly rowKey?: string | undefined
  readonly properties: ReadonlyMap<string, EntityProperty>
}

const systemNames = new Set(['PartitionKey', 'RowKey', 'Timestamp'])
const typeSuffix = '@odata.type'

/** Reads the JSON of an entity; properties that are null are not there. */
export function readGivenEntity(text: string): GivenEntity {
  const json = tryParseJson(text)
  if (!isJsonObject(json)) throw inputInvalid()
  const properties = new Map<string, EntityProperty>()
  for (const [name, value] of Object.entries(json)) {
    if (name.includes('@') || name.startsWith('odata.') || systemNames.has(name)) continue
    const property = propertyOf(value, json[`${name}${typeSuffix}`])
    if (property) properties.set(name, property)
  }
  return { partitionKey: keyOf(json, 'PartitionKey'), rowKey: keyOf(json, 'RowKey'), properties }
}

function keyOf(json: JsonObject, name: string): string | undefined {
  const value = json[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw inputInvalid()
  return value
}

function propertyOf(
  value: JsonValue | undefined,
  type: JsonValue | undefined,
): EntityProperty | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object') throw inputInvalid()
  if (type === undefined) return inferred(value)
  const property = typeof type === 'string' ? typed(type, value) : undefined
  if (!property) throw inputInvalid()
  return property
}

function inferred(value: string | number | boolean): EntityProperty {
  if (typeof value === 'string') return { type: 'Edm.String', value }
  if (typeof value === 'boolean') return { type: 'Edm.Boolean', value }
  return { type: isInt32(value) ? 'Edm.Int32' : 'Edm.Double', value }
}

function typed(type: string, value: string | number | boolean): EntityProperty | undefined {
  const text = String(value)
  switch (type) {
    case 'Edm.String':
      return typeof value === 'string' ? { type, value } : undefined
    case 'Edm.Boolean':
      return /^(?:true|false)$/i.test(text)
        ? { type, value: text.toLowerCase() === 'true' }
        : undefined
    case 'Edm.Int32':
      return /^-?\d{1,10}$/.test(text) && isInt32(Number(text))
        ? { type, value: Number(text) }
        : undefined
    case 'Edm.Int64':
      return /^-?\d{1,19}$/.test(text) && isInt64(BigInt(text))
        ? { type, value: BigInt(text).toString() }
        : undefined
    case 'Edm.Double':
      return doubleOf(text)
    case 'Edm.DateTime':
      return parseDateTime(text) ? { type, value: withFraction(text) } : undefined
    case 'Edm.Guid':
      return parseGuid(text) ? { type, value: text.toLowerCase() } : undefined
    case 'Edm.Binary':
      return isBase64(text) ? { type, value: text } : undefined
    default:
      return undefined
  }
}

function doubleOf(text: string): EntityProperty | undefined {
  if (/^(?:NaN|-?Infinity)$/.test(text)) return { type: 'Edm.Double', value: text }
  const isNumber = /^-?\d+(?:\.\d*)?(?:e[-+]?\d+)?$/i.test(text)
  return isNumber ? { type: 'Edm.Double', value: Number(text) } : undefined
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value === Math.trunc(value) && Math.abs(value) <= 2 ** 31 - 1
    ? true
    : value === -(2 ** 31)
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text)
}

// Times are given back in UTC; whole seconds have no fraction.
function withFraction(text: string): string {
  const parsed = parseDateTime(text)
  const ticks = parsed?.type === 'Edm.DateTime' ? parsed.value : 0n
  const remainder = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n
  const seconds = Number((ticks - remainder) / 10_000n)
  const digits = String(remainder).padStart(7, '0').replace(/0+$/, '')
  return `${new Date(seconds).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`
}

/** Where an entity is, for the links that full metadata has. */
export interface EntityPlace {
  readonly account: string
  readonly endpoint: string
  readonly table: string
}

/** The members of an entity's JSON, in order; `select` names those that are asked for. */
export function entityMembers(
  entity: Entity,
  options: {
    readonly level: MetadataLevel
    readonly place: EntityPlace
    readonly select?: ReadonlySet<string> | undefined
  },
): string[] {
  const { level, place, select } = options
  const members = level === 'full' ? links(entity, place) : []
  if (level !== 'none') members.push(member('odata.etag', etagOfEntity(entity)))
  const isAsked = (name: string) => select === undefined || select.has(name)
  const { partitionKey, rowKey, timestamp } = entity
  if (isAsked('PartitionKey')) members.push(member('PartitionKey', partitionKey))
  if (isAsked('RowKey')) members.push(member('RowKey', rowKey))
  if (isAsked('Timestamp')) {
    if (level === 'full') members.push(member(`Timestamp${typeSuffix}`, 'Edm.DateTime'))
    members.push(member('Timestamp', timestamp))
  }
  for (const [name, property] of entity.properties) {
    if (!isAsked(name)) continue
    if (level !== 'none' && isAnnotated(property)) {
      members.push(member(`${name}${typeSuffix}`, property.type))
    }
    members.push(`${JSON.stringify(name)}:${jsonOf(property)}`)
  }
  return members
}

/** `Flights(PartitionKey='AA',RowKey='123')` */
export function entityPath(table: string, entity: Pick<Entity, 'partitionKey' | 'rowKey'>): string {
  const quoted = (key: string) => encodeURIComponent(key.replaceAll("'", "''"))
  return `${table}(PartitionKey='${quoted(entity.partitionKey)}',RowKey='${quoted(entity.rowKey)}')`
}

function links(entity: Entity, { account, endpoint, table }: EntityPlace): string[] {
  const path = entityPath(table, entity)
  return [
    member('odata.type', `${account}.${table}`),
    member('odata.id', `${endpoint}/${path}`),
    member('odata.editLink', path),
  ]
}

// A reader tells text, booleans and numbers apart by themselves.
const plainTypes: ReadonlySet<EdmType> = new Set(['Edm.String', 'Edm.Boolean', 'Edm.Int32'])

function isAnnotated({ type, value }: EntityProperty): boolean {
  return !plainTypes.has(type) && !(type === 'Edm.Double' && typeof value === 'number')
}

function jsonOf({ type, value }: EntityProperty): string {
  const text = JSON.stringify(value)
  // A double that is whole would be taken for an integer.
  return type === 'Edm.Double' && /^-?\d+$/.test(text) ? `${text}.0` : text
}

export function member(name: string, value: string): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`
}
