import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import { partitionKeyBytesMax, partitionKeyPathsMax } from './limits.ts'

/** One component of a partition key; `undefined` where the item has no such property. */
export type PartitionKeyComponent = string | number | boolean | null | undefined

/** A partition key as callers name it: the only component, or one for each path of the container. */
export type PartitionKeyValue = PartitionKeyComponent | readonly PartitionKeyComponent[]

/** https://learn.microsoft.com/azure/cosmos-db/partitioning-overview */
export interface PartitionKeyDefinition {
  /** `/id`, `/address/city`; several for a hierarchical key. */
  readonly paths: readonly string[]
  readonly kind: 'Hash' | 'MultiHash'
  readonly version: 1 | 2
}

/** Reads a partition key definition as ARM and the REST interface write it. */
export function parsePartitionKeyDefinition(value: JsonValue | undefined): PartitionKeyDefinition {
  const definition = isJsonObject(value) ? value : {}
  const paths = definition['paths']
  if (!Array.isArray(paths) || paths.length === 0) {
    throw badRequest('Partition key paths must be specified: at least one path is required.')
  }
  const kind = definition['kind'] ?? (paths.length > 1 ? 'MultiHash' : 'Hash')
  if (kind !== 'Hash' && kind !== 'MultiHash') {
    throw badRequest(`Partition key kind '${JSON.stringify(kind)}' is not valid.`)
  }
  const pathsMax = kind === 'Hash' ? 1 : partitionKeyPathsMax
  if (paths.length > pathsMax) {
    throw badRequest(`A partition key of kind ${kind} can have at most ${pathsMax} path(s).`)
  }
  const version = definition['version'] === 1 && kind === 'Hash' ? 1 : 2
  return { paths: paths.map(checkedPath), kind, version }
}

/** The property names of a path: `/a/"b c"` is `a`, then `b c`. */
export function pathSegments(path: string): readonly string[] {
  const segments: string[] = []
  for (const match of path.matchAll(/\/(?:"((?:[^"\\]|\\.)*)"|([^/]+))/g)) {
    segments.push(match[1] ?? match[2] ?? '')
  }
  return segments
}

/** The value at a path of an item, or `undefined`; a path never leads through an array. */
export function valueAtPath(item: JsonObject, segments: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = item
  for (const segment of segments) {
    if (!isJsonObject(value)) return undefined
    value = Object.hasOwn(value, segment) ? value[segment] : undefined
  }
  return value
}

/** Extracts and names the partitions of one container. */
export class PartitionKey {
  readonly definition: PartitionKeyDefinition
  readonly paths: readonly (readonly string[])[]

  constructor(definition: PartitionKeyDefinition) {
    this.definition = definition
    this.paths = definition.paths.map(pathSegments)
  }

  /** The store's name of the partition that an item belongs to. */
  partitionOfItem(item: JsonObject): string {
    return this.#encode(this.paths.map((segments) => componentAt(item, segments)))
  }

  /** The store's name of the partition of a whole key. */
  partitionOf(value: PartitionKeyValue): string {
    const components = this.components(value)
    if (components.length === this.paths.length) return this.#encode(components)
    throw badRequest(
      "Partition key provided either doesn't correspond to definition in the collection " +
        "or doesn't match partition key field values specified in the document. " +
        'Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value',
      { substatus: 1001 },
    )
  }

  /** A key, or the first components of a hierarchical one, as text. */
  prefixOf(value: PartitionKeyValue): string {
    return this.#encode(this.components(value))
  }

  /** The components of a key, which may be the first ones of a hierarchical key only. */
  components(value: PartitionKeyValue): readonly PartitionKeyComponent[] {
    return isComponents(value) ? value : [value]
  }

  #encode(components: readonly PartitionKeyComponent[]): string {
    const bytesMax = partitionKeyBytesMax[this.definition.version]
    for (const component of components) {
      if (typeof component !== 'string' || component.length * 3 <= bytesMax) continue
      if (Buffer.byteLength(component) > bytesMax) {
        throw badRequest(`The partition key value is longer than the ${bytesMax} bytes allowed.`)
      }
    }
    // Azure writes a missing component as `{}`, which no value of an item can be.
    return JSON.stringify(components.map((component) => component ?? missing(component)))
  }
}

function missing(component: null | undefined): JsonValue {
  return component === null ? null : {}
}

function isComponents(value: PartitionKeyValue): value is readonly PartitionKeyComponent[] {
  return Array.isArray(value)
}

function componentAt(item: JsonObject, segments: readonly string[]): PartitionKeyComponent {
  const value = valueAtPath(item, segments)
  if (typeof value !== 'object' || value === null) return value
  throw badRequest(
    `Partition key ${JSON.stringify(value).slice(0, 100)} is invalid: ` +
      'only a string, number, boolean, null or no value is supported.',
  )
}

function checkedPath(path: JsonValue): string {
  if (typeof path === 'string' && /^(\/("([^"\\]|\\.)*"|[^/"]+))+$/.test(path)) return path
  throw badRequest(
    `The partition key path ${JSON.stringify(path)} is invalid: a path is '/' and a property name, repeated.`,
  )
}
