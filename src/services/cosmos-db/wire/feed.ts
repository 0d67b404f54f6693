import type { JsonObject, JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import { queryPageRowsDefault, queryPageRowsMax } from '../limits.ts'
import { queryValues } from '../query.ts'
import { headerOf, type CosmosAnswer, type CosmosCall } from './call.ts'
import { readQueryBody } from './json-body.ts'

/** Resources of one kind, as a feed gives them. */
export interface Feed {
  /** The name of the list in the answer: `DocumentCollections`. */
  readonly list: string
  /** Of the owner. */
  readonly rid: string
  readonly bodies: readonly JsonObject[]
}

/** One page of a feed. */
export function feedAnswer(
  call: CosmosCall,
  feed: Omit<Feed, 'bodies'> & { readonly bodies: readonly JsonValue[] },
): CosmosAnswer {
  const start = startOf(headerOf(call, 'x-ms-continuation'))
  const count = pageItems(call) ?? queryPageRowsDefault
  const page = feed.bodies.slice(start, start + count)
  const next = start + page.length
  const hasMore = next < feed.bodies.length
  return {
    status: 200,
    body: { _rid: feed.rid, [feed.list]: [...page], _count: page.length },
    headers: {
      'x-ms-item-count': String(page.length),
      ...(hasMore ? { 'x-ms-continuation': `${continuationPrefix}${next}` } : {}),
    },
    requestCharge: 2,
  }
}

/** The resources of a feed that a query chooses. */
export async function queriedFeedAnswer(call: CosmosCall, feed: Feed): Promise<CosmosAnswer> {
  const { text, parameters } = readQueryBody(call)
  const bodies = await queryValues(text, parameters, {
    clock: call.cosmosDb.clock,
    values: feed.bodies,
  })
  return feedAnswer(call, { ...feed, bodies })
}

/** `x-ms-max-item-count`, or `undefined` for as many as the service likes. */
export function pageItems(call: Pick<CosmosCall, 'headers'>): number | undefined {
  const header = headerOf(call, 'x-ms-max-item-count')
  if (header === undefined || header === '-1') return undefined
  const count = Number(header)
  if (Number.isInteger(count) && count > 0) return Math.min(count, queryPageRowsMax)
  throw badRequest(
    `The value '${header}' specified for the header 'x-ms-max-item-count' is invalid. ` +
      'The value must be -1 or a positive integer.',
  )
}

const continuationPrefix = 'from-'

function startOf(continuation: string | undefined): number {
  if (continuation === undefined) return 0
  const [, digits] = /^from-(\d{1,9})$/.exec(continuation) ?? []
  if (digits === undefined) throw badRequest('Invalid Continuation Token')
  return Number(digits)
}
