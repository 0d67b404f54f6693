import type { JsonObject } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { rangeGone } from '../errors.ts'
import type { FeedRange } from '../feed-range.ts'
import { headerOf, type CosmosCall } from './call.ts'

/** The range of partition keys that a request is limited to, or `undefined`: `0`, or `rid,0`. */
export function findRange(call: CosmosCall, container: Container): FeedRange | undefined {
  const header = headerOf(call, 'x-ms-documentdb-partitionkeyrangeid')
  if (header === undefined) return undefined
  const id = header.split(',').at(-1)
  const range = container.feedRanges().find((each) => each.id === id)
  if (!range) throw rangeGone()
  return range
}

/** The part of a range that a request is limited to: effective partition keys, or `undefined` for all of it. */
export function findSubrange(
  call: CosmosCall,
): { readonly min: string; readonly max: string } | undefined {
  const min = call.headers['x-ms-start-epk']
  const max = call.headers['x-ms-end-epk']
  return typeof min === 'string' && typeof max === 'string' ? { min, max } : undefined
}

/** https://learn.microsoft.com/rest/api/cosmos-db/get-partition-key-ranges */
export function rangeBody(container: Container, range: FeedRange): JsonObject {
  const { rid, databaseRid, version } = container
  return {
    _rid: `${rid.slice(0, 10)}${range.id.padStart(4, '0')}`,
    id: range.id,
    _etag: version.etag,
    minInclusive: range.min,
    maxExclusive: range.max,
    ridPrefix: Number(range.id),
    _self: `dbs/${databaseRid}/colls/${rid}/pkranges/${range.id}/`,
    throughputFraction: 1 / container.feedRanges().length,
    status: 'online',
    parents: [...range.parents],
    _ts: Math.floor(version.changedMs / 1000),
    lsn: 1,
  }
}
