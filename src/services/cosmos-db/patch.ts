import type { JsonObject } from '../../base/json.ts'
import type { PartitionKey } from './partition-key.ts'

export interface Patch {
  readonly operations: readonly JsonObject[]
  readonly condition?: string
}
export function applyPatch(item: JsonObject, _patch: Patch, _key: PartitionKey): JsonObject {
  return item
}
