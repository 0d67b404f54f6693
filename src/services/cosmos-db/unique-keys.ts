import type { JsonObject } from '../../base/json.ts'
import type { ContainerDefinition } from './container-definition.ts'
import { pathSegments, valueAtPath } from './partition-key.ts'

/**
 * The keys no other item of the partition may have. A missing value counts as a value of its own, as in
 * https://learn.microsoft.com/azure/cosmos-db/unique-keys
 */
export function uniqueKeysOf(item: JsonObject, definition: ContainerDefinition): readonly string[] {
  return definition.uniqueKeys.map((paths, index) =>
    JSON.stringify([index, ...paths.map((path) => valueAtPath(item, pathSegments(path)) ?? null)]),
  )
}
