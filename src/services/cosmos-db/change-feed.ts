import type { FeedPage, FeedQuery, StoredDocument } from '../../store/documents.ts'
import type { ContainerScope } from './container-scope.ts'
import { badRequest } from './errors.ts'
import type { FeedPart } from './feed-part.ts'
import type { FeedRange } from './feed-range.ts'
import { itemText } from './item.ts'
import { feedLagCountMax, feedPageItemsMax } from './limits.ts'

/** Where a reader of the change feed begins; `after` is the cursor of an earlier page. */
export type FeedStart =
  | 'beginning'
  | 'now'
  | { readonly after: string }
  | { readonly sinceMs: number }

export interface ReadChanges {
  readonly range: Pick<FeedRange, 'slots'>
  readonly from: FeedStart
  readonly limit: number
  /** Leave out what is not in it; a page may then be empty though more follows. */
  readonly part?: FeedPart | undefined
}

/** The latest version of an item that changed. */
export interface ChangedItem {
  /** JSON text with the system properties. */
  readonly text: string
  readonly etag: string
  /** Position in the feed. */
  readonly sequence: number
  /** W3C `traceparent` of the span that wrote it. */
  readonly trace?: string
}

export interface ChangesPage {
  readonly items: readonly ChangedItem[]
  /** Pass it as `after` to go on; a page without items moves it too. */
  readonly cursor: string
}

/**
 * Reads what changed in one range, latest versions only and no deletes:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/change-feed-modes#latest-version-change-feed-mode
 */
export async function readChanges(scope: ContainerScope, query: ReadChanges): Promise<ChangesPage> {
  if (!Number.isInteger(query.limit) || query.limit < 1) {
    throw badRequest(`The item count '${query.limit}' of a change feed page must be positive.`)
  }
  if (query.from === 'now') {
    return { items: [], cursor: await scope.store.feedEnd(scope.collection) }
  }
  const limit = Math.min(query.limit, feedPageItemsMax)
  const page = await feedPage(scope, { ...feedQuery(scope, query), limit })
  const { part } = query
  const documents = part
    ? page.documents.filter(({ partition }) => part.holds(partition))
    : page.documents
  const items = documents.map((document) => changedItem(document, scope))
  return { items, cursor: page.cursor }
}

/** How many changes the range still has after a place in the feed, counted up to a limit. */
export function countChanges(
  scope: ContainerScope,
  query: Pick<ReadChanges, 'range' | 'from'>,
): Promise<number> {
  if (query.from === 'now') return Promise.resolve(0)
  return scope.store.feedLag({ ...feedQuery(scope, query), limit: feedLagCountMax })
}

async function feedPage(scope: ContainerScope, query: FeedQuery): Promise<FeedPage> {
  try {
    return await scope.store.feed(query)
  } catch (error) {
    // The cursor may come from a client, or from a lease that another product wrote.
    if (error instanceof RangeError)
      throw badRequest('Invalid Continuation Token', { cause: error })
    throw error
  }
}

function feedQuery(
  scope: ContainerScope,
  query: Pick<ReadChanges, 'range' | 'from'>,
): Omit<FeedQuery, 'limit'> {
  const { from, range } = query
  const start = typeof from === 'object' ? from : {}
  return { collection: scope.collection, slots: range.slots, ...start }
}

function changedItem(document: StoredDocument, scope: ContainerScope): ChangedItem {
  const { trace } = document
  return {
    text: itemText(document, scope),
    etag: document.etag,
    sequence: document.sequence,
    ...(trace === undefined ? {} : { trace }),
  }
}
