import { isJsonObject, objectMember, type JsonObject, type JsonValue } from '../../base/json.ts'
import { badRequest } from './errors.ts'
import type { FeedRange } from './feed-range.ts'
import { parseIndexingPolicy } from './indexing-policy.ts'
import { isTimeToLive } from './item.ts'
import { timeToLiveSecondsMax, uniqueKeyPathsMax, uniqueKeysMax } from './limits.ts'
import { parsePartitionKeyDefinition, type PartitionKeyDefinition } from './partition-key.ts'
import type { RecordVersion } from './record-version.ts'
import type { ContainerNumbers } from './resource-id.ts'
import type { Throughput } from './throughput.ts'

/**
 * What a container is made with:
 * https://learn.microsoft.com/rest/api/cosmos-db/create-a-collection
 */
export interface ContainerDefinition {
  readonly id: string
  readonly partitionKey: PartitionKeyDefinition
  /** Seconds; -1 lets only items with a `ttl` of their own expire; absent turns expiry off. */
  readonly defaultTtl?: number
  /** Paths of each unique key. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Kept and read back; every path is found whatever it says. */
  readonly indexingPolicy: JsonObject
  readonly conflictResolutionPolicy: JsonObject
}

/** A container as it is kept. */
export interface ContainerRecord {
  readonly definition: ContainerDefinition
  readonly numbers: ContainerNumbers
  readonly throughput?: Throughput
  readonly ranges: readonly FeedRange[]
  /** Absent in records of earlier releases. */
  readonly version?: RecordVersion
}

const defaultConflictResolutionPolicy: JsonObject = {
  mode: 'LastWriterWins',
  conflictResolutionPath: '/_ts',
  conflictResolutionProcedure: '',
}

/** Reads a container as ARM and the REST interface write it; what is not supported is refused by name. */
export function parseContainerDefinition(resource: JsonObject): ContainerDefinition {
  const id = resource['id']
  if (typeof id !== 'string' || id === '') throw badRequest('The container must have an id.')
  refuseUnsupported(resource)
  const defaultTtl = parseDefaultTtl(resource['defaultTtl'])
  return {
    id,
    partitionKey: parsePartitionKeyDefinition(resource['partitionKey']),
    ...(defaultTtl === undefined ? {} : { defaultTtl }),
    uniqueKeys: parseUniqueKeys(objectMember(resource, 'uniqueKeyPolicy')['uniqueKeys']),
    indexingPolicy: parseIndexingPolicy(objectMember(resource, 'indexingPolicy')),
    conflictResolutionPolicy: parseConflictResolutionPolicy(
      objectMember(resource, 'conflictResolutionPolicy'),
    ),
  }
}

/** The definition as ARM and the REST interface read it back. */
export function containerBody(definition: ContainerDefinition): JsonObject {
  const { id, partitionKey, defaultTtl, uniqueKeys } = definition
  return {
    id,
    partitionKey: { ...partitionKey, paths: [...partitionKey.paths] },
    ...(defaultTtl === undefined ? {} : { defaultTtl }),
    uniqueKeyPolicy: { uniqueKeys: uniqueKeys.map((paths) => ({ paths: [...paths] })) },
    indexingPolicy: definition.indexingPolicy,
    conflictResolutionPolicy: definition.conflictResolutionPolicy,
  }
}

/** https://learn.microsoft.com/azure/cosmos-db/conflict-resolution-policies */
function parseConflictResolutionPolicy(policy: JsonObject): JsonObject {
  const mode = policy['mode'] ?? 'LastWriterWins'
  if (mode !== 'LastWriterWins' && mode !== 'Custom') {
    throw badRequest(
      `The conflict resolution mode ${JSON.stringify(mode)} is not valid: 'LastWriterWins' or 'Custom'.`,
    )
  }
  const path = policy['conflictResolutionPath']
  if (path !== undefined && (typeof path !== 'string' || (path !== '' && !path.startsWith('/')))) {
    throw badRequest(`The conflict resolution path ${JSON.stringify(path)} is not valid.`)
  }
  return { ...defaultConflictResolutionPolicy, ...policy, mode }
}

const unsupportedProperties = [
  'analyticalStorageTtl',
  'clientEncryptionPolicy',
  'computedProperties',
  'vectorEmbeddingPolicy',
  'fullTextPolicy',
  'changeFeedPolicy',
  'materializedViewDefinition',
]

function refuseUnsupported(resource: JsonObject): void {
  for (const name of unsupportedProperties) {
    const value = resource[name]
    if (value === undefined || value === null || value === 0 || isEmpty(value)) continue
    throw badRequest(`The container property '${name}' is not supported.`)
  }
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function parseDefaultTtl(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  if (isTimeToLive(value)) return value
  throw badRequest(
    `The input ttl '${JSON.stringify(value)}' is invalid. Ensure to provide a nonzero positive integer ` +
      `less than or equal to '${timeToLiveSecondsMax}', or '-1' which means never expire.`,
  )
}

function parseUniqueKeys(value: JsonValue | undefined): readonly (readonly string[])[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw badRequest("'uniqueKeys' must be an array.")
  if (value.length > uniqueKeysMax) {
    throw badRequest(`A container can have at most ${uniqueKeysMax} unique keys.`)
  }
  return value.map(parseUniqueKey)
}

function parseUniqueKey(value: JsonValue): readonly string[] {
  const paths = isJsonObject(value) ? value['paths'] : undefined
  if (!Array.isArray(paths) || paths.length === 0 || paths.length > uniqueKeyPathsMax) {
    throw badRequest(`A unique key must have 1 to ${uniqueKeyPathsMax} paths.`)
  }
  return paths.map((path) => {
    if (typeof path === 'string' && path.startsWith('/') && path.length > 1) return path
    throw badRequest(`The unique key path ${JSON.stringify(path)} is invalid.`)
  })
}
