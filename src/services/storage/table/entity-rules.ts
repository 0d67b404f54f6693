import type { Entity, EntityKey, EntityProperty } from './entity.ts'
import {
  entityTooLarge,
  inputOutOfRange,
  keyTooLarge,
  propertyNameInvalid,
  propertyNameTooLong,
  propertyValueTooLarge,
  tooManyProperties,
} from './errors.ts'
import {
  entityBytesMax,
  keyBytesMax,
  propertyBytesMax,
  propertyCountMax,
  propertyNameCharsMax,
} from './limits.ts'

/** Refuses keys that no entity can have: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields */
export function checkKey({ partitionKey, rowKey }: EntityKey): void {
  for (const key of [partitionKey, rowKey]) {
    // oxlint-disable-next-line no-control-regex -- these are the characters that keys cannot have
    if (/[/\\#?\u0000-\u001F\u007F-\u009F]/.test(key)) throw inputOutOfRange()
    if (key.length * 2 > keyBytesMax) throw keyTooLarge()
  }
}

/** Refuses what is larger than an entity can be, or is named as no property can be. */
export function checkEntity(entity: Entity): void {
  const { properties } = entity
  if (properties.size > propertyCountMax) throw tooManyProperties()
  let bytes = 4 + (entity.partitionKey.length + entity.rowKey.length) * 2
  for (const [name, property] of properties) {
    checkName(name)
    const valueBytes = bytesOf(property)
    if (valueBytes > propertyBytesMax) throw propertyValueTooLarge()
    bytes += 8 + name.length * 2 + valueBytes
  }
  if (bytes > entityBytesMax) throw entityTooLarge()
}

function checkName(name: string): void {
  if (name.length > propertyNameCharsMax) throw propertyNameTooLong()
  if (!/^[\p{L}_][\p{L}\p{N}_\p{Mn}\p{Mc}]*$/u.test(name)) throw propertyNameInvalid()
}

/** https://learn.microsoft.com/archive/blogs/avkashchauhan/how-the-size-of-an-entity-is-caclulated-in-windows-azure-table-storage */
function bytesOf({ type, value }: EntityProperty): number {
  switch (type) {
    case 'Edm.String':
      return String(value).length * 2
    case 'Edm.Binary':
      return Buffer.byteLength(String(value), 'base64')
    case 'Edm.Guid':
      return 16
    case 'Edm.Int64':
    case 'Edm.Double':
    case 'Edm.DateTime':
      return 8
    case 'Edm.Int32':
      return 4
    case 'Edm.Boolean':
      return 1
  }
}
