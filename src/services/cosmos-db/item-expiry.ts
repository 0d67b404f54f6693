import type { JsonObject } from '../../base/json.ts'
import type { ContainerDefinition } from './container-definition.ts'
import { checkedTimeToLive } from './item.ts'

/**
 * How long an item lives from its write, or `undefined` for ever:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/time-to-live
 */
export function timeToLiveMsOf(
  item: JsonObject,
  definition: ContainerDefinition,
): number | undefined {
  const own = checkedTimeToLive(item)
  if (definition.defaultTtl === undefined) return undefined
  const seconds = own ?? definition.defaultTtl
  return seconds === -1 ? undefined : seconds * 1000
}
