import type { SlotRange } from '../../../store/documents.ts'
import { slotCount } from '../../../store/slot.ts'
import type { ChangesPage, FeedStart } from '../change-feed.ts'
import type { Container } from '../container.ts'
import { badRequest, requestNotSupported } from '../errors.ts'
import { partOfKeys, partOfPartition, type FeedPart } from '../feed-part.ts'
import { feedPageItemsDefault, feedStepsMax } from '../limits.ts'
import { containerOf, headerOf } from './call.ts'
import type { CosmosAnswer, CosmosCall, Operation } from './call.ts'
import { pageItems } from './feed.ts'
import { findPartitionKey } from './partition-key-header.ts'
import { findRange, findSubrange } from './range-header.ts'
import { pageCharge } from './request-charge.ts'
import { sessionHeaders } from './session-token.ts'

/** https://learn.microsoft.com/rest/api/cosmos-db/list-documents#change-feed */
export const changeFeedOperations: readonly Operation[] = [
  {
    name: 'Read Change Feed',
    method: 'GET',
    path: '/dbs/{}/colls/{}/docs',
    variant: 'change feed',
    action: 'sqlDatabases/containers/readChangeFeed',
    isRead: true,
    handle: readChangeFeed,
  },
]

const everywhere: SlotRange = { from: 0, to: slotCount }

async function readChangeFeed(call: CosmosCall): Promise<CosmosAnswer> {
  checkMode(call)
  const container = containerOf(call)
  const { page, isEnd } = await nextChanges(call, container)
  const headers = {
    etag: `"${page.cursor}"`,
    'x-ms-item-count': String(page.items.length),
    ...sessionHeaders(container, findPartitionKey(call)),
  }
  const requestCharge = pageCharge(page.items.length)
  if (isEnd) return { status: 304, headers, requestCharge }
  const documents = page.items.map(({ text }) => text).join(',')
  const body = `{"_rid":"${container.rid}","Documents":[${documents}],"_count":${page.items.length}}`
  return { status: 200, body, headers, requestCharge }
}

function checkMode(call: CosmosCall): void {
  const mode = headerOf(call, 'a-im') ?? ''
  if (/^incremental feed$/i.test(mode)) return
  if (/^full-fidelity feed$/i.test(mode)) {
    throw requestNotSupported('The change feed mode of all versions and deletes')
  }
  throw badRequest(`The value '${mode}' of the header A-IM is not valid.`)
}

/** A page that has something, or the end of the feed: changes of other parts are passed over. */
async function nextChanges(
  call: CosmosCall,
  container: Container,
): Promise<{ readonly page: ChangesPage; readonly isEnd: boolean }> {
  const range = findRange(call, container) ?? { slots: everywhere }
  const part = partOf(call, container)
  const slots = part ? part.slots : range.slots
  const limit = pageItems(call) ?? feedPageItemsDefault
  let from = startOf(call)
  for (let step = 1; ; step += 1) {
    const page = await container.readChanges({ range: { slots }, from, limit, part })
    const isEnd =
      from === 'now' || (typeof from === 'object' && 'after' in from && from.after === page.cursor)
    if (page.items.length > 0) return { page, isEnd: false }
    if (isEnd || step >= feedStepsMax) return { page, isEnd }
    from = { after: page.cursor }
  }
}

function startOf(call: CosmosCall): FeedStart {
  const etag = headerOf(call, 'if-none-match')
  if (etag === '*') return 'now'
  if (etag !== undefined) return { after: etag.replace(/^"(.*)"$/s, '$1') }
  const since = headerOf(call, 'if-modified-since')
  if (since === undefined) return 'beginning'
  const sinceMs = Date.parse(since)
  if (Number.isNaN(sinceMs)) {
    throw badRequest(`The value '${since}' of the header If-Modified-Since is not a date.`)
  }
  return { sinceMs }
}

function partOf(
  call: CosmosCall,
  container: Container,
): (FeedPart & { readonly slots: SlotRange }) | undefined {
  const key = findPartitionKey(call)
  if (key?.length === container.partitionKey.paths.length) {
    return partOfPartition(container.partitionKey.partitionOf(key))
  }
  if (key) throw requestNotSupported('The change feed of a part of a hierarchical key')
  const range = findRange(call, container)
  const keys = findSubrange(call)
  if (!keys || (keys.min === range?.min && keys.max === range.max)) return undefined
  return { ...partOfKeys(keys, container.definition.partitionKey), slots: everywhere }
}
