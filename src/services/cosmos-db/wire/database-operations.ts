import type { JsonObject } from '../../../base/json.ts'
import type { Database } from '../database.ts'
import { stringMember } from '../../../base/json.ts'
import { databaseOf, type CosmosAnswer, type CosmosCall, type Operation } from './call.ts'
import { feedAnswer, queriedFeedAnswer } from './feed.ts'
import { readJsonBody } from './json-body.ts'
import { offeredThroughput } from './throughput-headers.ts'

const list = 'Databases'

/** https://learn.microsoft.com/rest/api/cosmos-db/databases */
export const databaseOperations: readonly Operation[] = [
  {
    name: 'Create Database',
    method: 'POST',
    path: '/dbs',
    action: '',
    isRead: false,
    handle: async (call) => {
      const body = readJsonBody(call)
      const throughput = offeredThroughput(call)
      const name = stringMember(body, 'id') ?? ''
      const database = await call.account.createDatabase(name, throughput ? { throughput } : {})
      return answerOf(database, 201)
    },
  },
  {
    name: 'List Databases',
    method: 'GET',
    path: '/dbs',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => feedAnswer(call, { list, rid: '', bodies: bodiesOf(call) }),
  },
  {
    name: 'Query Databases',
    method: 'POST',
    path: '/dbs',
    variant: 'query',
    action: 'readMetadata',
    isRead: true,
    handle: (call) => queriedFeedAnswer(call, { list, rid: '', bodies: bodiesOf(call) }),
  },
  {
    name: 'Get Database',
    method: 'GET',
    path: '/dbs/{}',
    action: 'readMetadata',
    isRead: true,
    handle: async (call) => answerOf(databaseOf(call), 200),
  },
  {
    name: 'Delete Database',
    method: 'DELETE',
    path: '/dbs/{}',
    action: '',
    isRead: false,
    handle: async (call) => {
      await call.account.deleteDatabase(databaseOf(call).name)
      return { status: 204, requestCharge: 4.95 }
    },
  },
]

function bodiesOf({ account }: CosmosCall): readonly JsonObject[] {
  return account.databases().map(databaseBody)
}

function answerOf(database: Database, status: number): CosmosAnswer {
  const body = databaseBody(database)
  const etag = stringMember(body, '_etag') ?? ''
  return { status, body, headers: { etag }, requestCharge: status === 201 ? 4.95 : 2 }
}

function databaseBody({ name, rid, version }: Database): JsonObject {
  return {
    id: name,
    _rid: rid,
    _self: `dbs/${rid}/`,
    _etag: version.etag,
    _colls: 'colls/',
    _users: 'users/',
    _ts: Math.floor(version.changedMs / 1000),
  }
}
