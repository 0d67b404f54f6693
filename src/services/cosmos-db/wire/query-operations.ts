import type { CompiledQuery } from '../../../languages/cosmos-sql/compile.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { badRequest } from '../errors.ts'
import { partOfKeys, partOfRange, type FeedPart } from '../feed-part.ts'
import { pathSegments } from '../partition-key.ts'
import type { QueryPage } from '../query.ts'
import { containerOf, headerOf, isSet } from './call.ts'
import type { CosmosAnswer, CosmosCall, Operation } from './call.ts'
import { pageItems } from './feed.ts'
import { readQueryBody, type QueryBody } from './json-body.ts'
import { findPartitionKey } from './partition-key-header.ts'
import { findRange, findSubrange } from './range-header.ts'
import { pageCharge } from './request-charge.ts'
import { sessionHeaders } from './session-token.ts'

const items = '/dbs/{}/colls/{}/docs'

/** https://learn.microsoft.com/rest/api/cosmos-db/query-documents */
export const queryOperations: readonly Operation[] = [
  {
    name: 'List Documents',
    method: 'GET',
    path: items,
    action: 'sqlDatabases/containers/items/read',
    isRead: true,
    handle: (call) => {
      const container = containerOf(call)
      const query = { text: 'SELECT * FROM c', parameters: [] }
      return answerPage(call, { container, query, part: partOf(call, container) })
    },
  },
  {
    name: 'Query Documents',
    method: 'POST',
    path: items,
    variant: 'query',
    action: 'sqlDatabases/containers/executeQuery',
    isRead: true,
    handle: async (call) => {
      const container = containerOf(call)
      const query = readQueryBody(call)
      const part = await partOfQuery(call, container, query)
      return answerPage(call, { container, query, part })
    },
  },
  {
    name: 'Get Query Plan',
    method: 'POST',
    path: items,
    variant: 'query plan',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => {
      const container = containerOf(call)
      const { text, parameters } = readQueryBody(call)
      const body = planBody(container, await container.describeQuery(text, parameters))
      return { status: 200, body, headers: sessionHeaders(container), requestCharge: 1 }
    },
  },
]

async function answerPage(
  call: CosmosCall,
  asked: {
    readonly container: Container
    readonly query: QueryBody
    readonly part: FeedPart | undefined
  },
): Promise<CosmosAnswer> {
  const { container, query, part } = asked
  const partitionKey = findPartitionKey(call)
  const maxItemCount = pageItems(call)
  const continuation = headerOf(call, 'x-ms-continuation')
  const page = await container.query(query.text, {
    parameters: query.parameters,
    ...(partitionKey === undefined ? {} : { partitionKey }),
    part,
    ...(maxItemCount === undefined ? {} : { maxItemCount }),
    ...(continuation === undefined ? {} : { continuation }),
    ...(call.trace ? { trace: call.trace } : {}),
  })
  return {
    status: 200,
    body: pageBody(container, page),
    headers: {
      'x-ms-item-count': String(page.items.length),
      ...(page.continuation === undefined ? {} : { 'x-ms-continuation': page.continuation }),
      ...metricHeaders(call, page),
      ...sessionHeaders(container, partitionKey),
    },
    requestCharge: pageCharge(page.items.length),
  }
}

function pageBody({ rid }: Container, { items: documents }: QueryPage): string {
  return `{"_rid":"${rid}","Documents":${JSON.stringify(documents)},"_count":${documents.length}}`
}

function metricHeaders(call: CosmosCall, { items: rows }: QueryPage): Record<string, string> {
  if (!isSet(call, 'x-ms-documentdb-populatequerymetrics')) return {}
  const names = ['retrievedDocumentCount', 'outputDocumentCount']
  return {
    'x-ms-documentdb-query-metrics': names.map((name) => `${name}=${rows.length}`).join(';'),
  }
}

/** The part of the container that the headers name. */
function partOf(call: CosmosCall, container: Container): FeedPart | undefined {
  const range = findRange(call, container)
  const keys = findSubrange(call)
  if (keys && (keys.min !== range?.min || keys.max !== range.max)) {
    return partOfKeys(keys, container.definition.partitionKey)
  }
  return range && container.feedRanges().length > 1 ? partOfRange(range) : undefined
}

async function partOfQuery(
  call: CosmosCall,
  container: Container,
  { text, parameters }: QueryBody,
): Promise<FeedPart | undefined> {
  const part = partOf(call, container)
  const isAnywhere =
    isSet(call, 'x-ms-documentdb-query-enablecrosspartition') ||
    headerOf(call, 'x-ms-documentdb-partitionkey') !== undefined
  if (part === undefined && isAnywhere) return undefined
  const compiled = await container.describeQuery(text, parameters)
  if (!part) {
    if (!isPinned(container, compiled)) throw crossPartitionDisabled()
    return undefined
  }
  // The plan sends a query that looks at everything to the first range alone, which answers for all of them.
  const isFirst = findRange(call, container)?.min === ''
  return isFirst && isGlobal(compiled) ? undefined : part
}

/** True where a query says by equality which partition it means. */
function isPinned({ definition }: Container, compiled: CompiledQuery): boolean {
  return definition.partitionKey.paths.every(
    (path) => compiled.equalityOn(pathSegments(path)) !== undefined,
  )
}

/** True where the rows of one range say nothing without those of the others. */
function isGlobal({ plan }: CompiledQuery): boolean {
  return (
    plan.distinctType !== 'None' ||
    plan.orderBy.length > 0 ||
    plan.aggregates.length > 0 ||
    plan.groupByExpressions.length > 0 ||
    plan.top !== null ||
    plan.offset !== null ||
    plan.limit !== null
  )
}

/**
 * A plan that leaves nothing to the client: the service orders, groups and bounds over all partitions itself, so the
 * client passes the rows on as they come.
 */
function planBody(container: Container, compiled: CompiledQuery): JsonObject {
  const [first] = container.feedRanges()
  const max = isGlobal(compiled) && first ? first.max : 'FF'
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: {
      distinctType: 'None',
      top: null,
      offset: null,
      limit: null,
      orderBy: [],
      orderByExpressions: [],
      groupByExpressions: [],
      groupByAliases: [],
      aggregates: [],
      groupByAliasToAggregateType: {},
      rewrittenQuery: '',
      hasSelectValue: compiled.plan.hasSelectValue,
      hasNonStreamingOrderBy: false,
      dCountInfo: null,
    },
    queryRanges: [{ min: '', max, isMinInclusive: true, isMaxInclusive: false }],
  }
}

function crossPartitionDisabled(): Error {
  return badRequest(
    'Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition to true, ' +
      'specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception.',
  )
}
