import { randomHex } from '../../base/ids.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import type { StoredDocument } from '../../store/documents.ts'
import { badRequest, requestEntityTooLarge } from './errors.ts'
import { idBytesMax, itemBytesMax, itemDepthMax, timeToLiveSecondsMax } from './limits.ts'

/** What an item's system properties are made of, besides the stored document itself. */
export interface ItemScope {
  ridOf(number: number): string
  /** `dbs/<rid>/colls/<rid>/docs/` */
  readonly selfPrefix: string
}

/** The parts of a stored document that an item's text shows. */
export type ItemVersion = Pick<StoredDocument, 'body' | 'etag' | 'number' | 'timestampMs'>

const systemProperties = ['_rid', '_self', '_etag', '_attachments', '_ts'] as const

/** True for the properties that the service writes itself: they are not kept from what a caller sends. */
export function isSystemProperty(name: string): boolean {
  return systemProperties.some((property) => property === name)
}

/** A new `_etag`, quotes included, as the `ETag` header carries it. */
export function newEtag(): string {
  const digits = randomHex(12)
  return `"${digits.slice(0, 8)}-${digits.slice(8, 12)}-0300-0000-${digits.slice(12)}"`
}

/** The id of an item that is to be written; throws Azure's 400 when it is missing or malformed. */
export function checkedId(item: JsonObject): string {
  const id = item['id']
  if (id === undefined || id === null) {
    throw badRequest(
      "The input content is invalid because the required properties - 'id; ' - are missing",
    )
  }
  if (typeof id !== 'string') {
    throw badRequest(
      `The input content is invalid because the property 'id' must be a string, not ${JSON.stringify(id).slice(0, 100)}.`,
    )
  }
  checkId(id)
  return id
}

/** https://learn.microsoft.com/dotnet/api/microsoft.azure.documents.resource.id#remarks */
export function checkId(id: string): void {
  if (id === '') {
    throw badRequest(
      "The input content is invalid because the required properties - 'id; ' - are missing",
    )
  }
  const illegal = /[/\\?#]/.exec(id)?.[0]
  if (illegal !== undefined) {
    throw badRequest(
      `Id '${id.slice(0, 100)}' contains the illegal character '${illegal}': '/', '\\', '?' and '#' are not allowed.`,
    )
  }
  if (id.endsWith(' ')) throw badRequest(`Id '${id.slice(0, 100)}' must not end with a space.`)
  if (id.length * 3 > idBytesMax && Buffer.byteLength(id) > idBytesMax) {
    throw badRequest(`Id exceeds the maximum of ${idBytesMax} bytes.`)
  }
}

/** The item's own `ttl` in seconds, -1 for never, `undefined` when it has none. */
export function checkedTimeToLive(item: JsonObject): number | undefined {
  const ttl = item['ttl']
  if (ttl === undefined) return undefined
  if (isTimeToLive(ttl)) return ttl
  throw badRequest(
    `The input ttl '${typeof ttl === 'string' ? ttl : JSON.stringify(ttl)}' is invalid. Ensure to provide a nonzero positive integer ` +
      `less than or equal to '${timeToLiveSecondsMax}', or '-1' which means never expire.`,
  )
}

/** True for a time to live as items and containers have it: -1, or 1 to 2^31 - 1 seconds. */
export function isTimeToLive(value: JsonValue): value is number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false
  return value === -1 || (value > 0 && value <= timeToLiveSecondsMax)
}

/** The JSON text to store: the item without system properties, within Azure's limits. */
export function itemBody(item: JsonObject): string {
  if (deeperThan(item, itemDepthMax)) {
    throw badRequest(`The item is nested deeper than the ${itemDepthMax} levels allowed.`)
  }
  const body = JSON.stringify(withoutSystemProperties(item))
  if (body.length * 3 > itemBytesMax && Buffer.byteLength(body) > itemBytesMax) {
    throw requestEntityTooLarge()
  }
  return body
}

/** The item as callers read it: the stored text with the system properties spliced in, nothing parsed. */
export function itemText(version: ItemVersion, scope: ItemScope): string {
  const rid = scope.ridOf(version.number)
  const etag = version.etag.slice(1, -1)
  const seconds = Math.floor(version.timestampMs / 1000)
  return (
    `${version.body.slice(0, -1)},"_rid":"${rid}","_self":"${scope.selfPrefix}${rid}/",` +
    `"_etag":"\\"${etag}\\"","_attachments":"attachments/","_ts":${seconds}}`
  )
}

/** The item as a value, system properties included. */
export function itemValue(version: ItemVersion, scope: ItemScope): JsonObject {
  const item = storedItem(version)
  const rid = scope.ridOf(version.number)
  item['_rid'] = rid
  item['_self'] = `${scope.selfPrefix}${rid}/`
  item['_etag'] = version.etag
  item['_attachments'] = 'attachments/'
  item['_ts'] = Math.floor(version.timestampMs / 1000)
  return item
}

/** The item as it was written, without system properties. */
export function storedItem(version: Pick<StoredDocument, 'body'>): JsonObject {
  const item = parseJson(version.body)
  return isJsonObject(item) ? item : {}
}

function withoutSystemProperties(item: JsonObject): JsonObject {
  if (!systemProperties.some((name) => name in item)) return item
  return Object.fromEntries(Object.entries(item).filter(([name]) => !isSystemProperty(name)))
}

function deeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof member === 'object' && deeperThan(member, levels - 1)) return true
  }
  return false
}
