import { stringMember, type JsonObject } from '../../../base/json.ts'
import type { Container } from '../container.ts'
import { containerBody } from '../container-definition.ts'
import { badRequest, preconditionFailed } from '../errors.ts'
import { matches } from '../item-writer.ts'
import { containerOf, databaseOf, headerOf, isSet, type CosmosAnswer } from './call.ts'
import type { CosmosCall, Operation } from './call.ts'
import { feedAnswer, queriedFeedAnswer, type Feed } from './feed.ts'
import { readJsonBody } from './json-body.ts'
import { readPartitionKey } from './partition-key-header.ts'
import { rangeBody } from './range-header.ts'
import { offeredThroughput } from './throughput-headers.ts'

/** https://learn.microsoft.com/rest/api/cosmos-db/collections */
export const containerOperations: readonly Operation[] = [
  {
    name: 'Create Collection',
    method: 'POST',
    path: '/dbs/{}/colls',
    action: '',
    isRead: false,
    handle: createContainer,
  },
  {
    name: 'List Collections',
    method: 'GET',
    path: '/dbs/{}/colls',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => feedAnswer(call, feedOf(call)),
  },
  {
    name: 'Query Collections',
    method: 'POST',
    path: '/dbs/{}/colls',
    variant: 'query',
    action: 'readMetadata',
    isRead: true,
    handle: (call) => queriedFeedAnswer(call, feedOf(call)),
  },
  {
    name: 'Get Collection',
    method: 'GET',
    path: '/dbs/{}/colls/{}',
    action: 'readMetadata',
    isRead: true,
    handle: readContainer,
  },
  {
    name: 'Replace Collection',
    method: 'PUT',
    path: '/dbs/{}/colls/{}',
    action: '',
    isRead: false,
    handle: async (call) => {
      const container = containerOf(call)
      checkMatch(call, container)
      const body = readJsonBody(call)
      if (stringMember(body, 'id') !== container.name) {
        throw badRequest('The id of a container cannot be changed.')
      }
      return answerOf(await databaseOf(call).replaceContainer(body), 200)
    },
  },
  {
    name: 'Delete Collection',
    method: 'DELETE',
    path: '/dbs/{}/colls/{}',
    action: '',
    isRead: false,
    handle: async (call) => {
      const container = containerOf(call)
      checkMatch(call, container)
      await databaseOf(call).deleteContainer(container.name)
      return { status: 204, requestCharge: 4.95 }
    },
  },
  {
    name: 'Get Partition Key Ranges',
    method: 'GET',
    path: '/dbs/{}/colls/{}/pkranges',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => {
      const container = containerOf(call)
      const { etag } = container.version
      // A client that keeps the ranges asks whether there are others by now.
      if (headerOf(call, 'if-none-match') === etag) {
        return { status: 304, headers: { etag }, requestCharge: 1 }
      }
      const bodies = container.feedRanges().map((range) => rangeBody(container, range))
      const list = 'PartitionKeyRanges'
      const answer = feedAnswer(call, { list, rid: container.rid, bodies })
      return { ...answer, headers: { ...answer.headers, etag } }
    },
  },
  {
    name: 'Delete Items by Partition Key',
    method: 'POST',
    path: '/dbs/{}/colls/{}/operations/partitionkeydelete',
    action: 'sqlDatabases/containers/items/delete',
    isRead: false,
    handle: async (call) => {
      const container = containerOf(call)
      await container.deletePartition(readPartitionKey(call))
      return { status: 200, requestCharge: 10 }
    },
  },
]

async function createContainer(call: CosmosCall): Promise<CosmosAnswer> {
  const database = databaseOf(call)
  const offered = offeredThroughput(call)
  // Azure's default where nothing is asked and nothing is shared.
  const isDedicated = database.throughput === undefined && !call.account.isServerless
  const throughput = offered ?? (isDedicated ? defaultThroughput : undefined)
  const body = readJsonBody(call)
  const container = await database.createContainer(body, throughput ? { throughput } : {})
  return answerOf(container, 201)
}

async function readContainer(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const answer = answerOf(container, 200)
  if (!isSet(call, 'x-ms-documentdb-populatequotainfo')) return answer
  const usage = `documentsCount=${await container.countItems()};`
  const quota = { 'x-ms-resource-quota': 'documentsCount=-1;', 'x-ms-resource-usage': usage }
  return { ...answer, headers: { ...answer.headers, ...quota } }
}

const defaultThroughput = { kind: 'manual', requestUnits: 400 } as const

function feedOf(call: CosmosCall): Feed {
  const database = databaseOf(call)
  const bodies = database.containers().map(collectionBody)
  return { list: 'DocumentCollections', rid: database.rid, bodies }
}

function checkMatch(call: CosmosCall, { version }: Container): void {
  if (!matches(headerOf(call, 'if-match'), version.etag)) throw preconditionFailed()
}

function answerOf(container: Container, status: number): CosmosAnswer {
  const { etag } = container.version
  const headers = { etag, 'x-ms-documentdb-collection-index-transformation-progress': '100' }
  return {
    status,
    body: collectionBody(container),
    headers,
    requestCharge: status === 201 ? 4.95 : 1,
  }
}

function collectionBody(container: Container): JsonObject {
  const { definition, rid, databaseRid, version } = container
  return {
    ...containerBody(definition),
    geospatialConfig: { type: 'Geography' },
    _rid: rid,
    _ts: Math.floor(version.changedMs / 1000),
    _self: `dbs/${databaseRid}/colls/${rid}/`,
    _etag: version.etag,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  }
}
