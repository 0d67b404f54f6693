import { stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { Account } from '../account.ts'
import { badRequest } from '../errors.ts'
import { resourceTokenSeconds } from '../limits.ts'
import { newResourceToken, type Grant } from '../resource-token.ts'
import { databaseOf, headerOf, type CosmosCall, type Operation } from './call.ts'
import { namedOperations } from './named-operations.ts'

/** https://learn.microsoft.com/azure/cosmos-db/secure-access-to-data#permissions */
export const userOperations: readonly Operation[] = [
  ...namedOperations({
    noun: 'User',
    plural: 'Users',
    path: '/dbs/{}/users',
    list: 'Users',
    ownerRid: (call) => databaseOf(call).rid,
    resources: (call) => databaseOf(call).users(),
    parse: (_call, body) => ({ id: idOf(body) }),
    show: (_call, body) => ({ ...body, _permissions: 'permissions/' }),
    delete: (call, id) => databaseOf(call).deleteUser(id, headerOf(call, 'if-match')),
  }),
  ...namedOperations({
    noun: 'Permission',
    plural: 'Permissions',
    path: '/dbs/{}/users/{}/permissions',
    list: 'Permissions',
    ownerRid: (call) => databaseOf(call).rid,
    resources: (call) => databaseOf(call).permissions(call.names[1] ?? ''),
    parse: (call, body) => parsePermission(call, body),
    show: (call, body) => ({ ...body, _token: tokenOf(call, body) }),
  }),
]

function idOf(body: JsonObject): string {
  const { id } = body
  if (typeof id === 'string') return id
  throw badRequest(
    "The input content is invalid because the required properties - 'id; ' - are missing",
  )
}

function parsePermission(call: CosmosCall, body: JsonObject): JsonObject {
  const { resource, resourcePartitionKey } = body
  if (typeof resource !== 'string' || !/^\/?dbs\/[^/]+\/colls\/[^/]+/.test(resource)) {
    throw badRequest(
      'The resource of a permission must be the link of a container or of what it has.',
    )
  }
  return {
    id: idOf(body),
    permissionMode: modeOf(body),
    resource: nameLink(call.account, resource),
    ...(resourcePartitionKey === undefined
      ? {}
      : { resourcePartitionKey: keyOf(resourcePartitionKey) }),
  }
}

function modeOf({ permissionMode }: JsonObject): Grant['mode'] {
  // Clients write it in either case.
  if (permissionMode === 'All' || permissionMode === 'all') return 'All'
  if (permissionMode === 'Read' || permissionMode === 'read') return 'Read'
  throw badRequest(
    `The permission mode must be 'All' or 'Read', not ${JSON.stringify(permissionMode ?? null)}.`,
  )
}

// A permission may name its resource by ids; what is asked for later is named by names.
function nameLink(account: Account, link: string): string {
  const [dbs = '', first = '', colls = '', second = '', ...rest] = link
    .replaceAll(/^\/|\/$/g, '')
    .split('/')
  const database =
    account.findDatabase(first) ?? account.databases().find(({ rid }) => rid === first)
  const container =
    database?.findContainer(second) ?? database?.containers().find(({ rid }) => rid === second)
  return [dbs, database?.name ?? first, colls, container?.name ?? second, ...rest].join('/')
}

function keyOf(key: JsonValue): JsonValue {
  return Array.isArray(key) ? key : [key]
}

function tokenOf(call: CosmosCall, body: JsonObject): string {
  const startMs = call.cosmosDb.clock.now()
  const key = body['resourcePartitionKey']
  const grant: Grant = {
    mode: stringMember(body, 'permissionMode') === 'All' ? 'All' : 'Read',
    resource: stringMember(body, 'resource') ?? '',
    ...(key === undefined ? {} : { partitionKey: key }),
  }
  return newResourceToken(call.account, grant, {
    startMs,
    endMs: startMs + lifeSeconds(call) * 1000,
  })
}

function lifeSeconds(call: CosmosCall): number {
  const header = headerOf(call, 'x-ms-documentdb-expiry-seconds')
  if (header === undefined) return resourceTokenSeconds.default
  const seconds = Number(header)
  const { min, max } = resourceTokenSeconds
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds
  throw badRequest(
    `The value '${header}' of x-ms-documentdb-expiry-seconds must be between ${min} and ${max}.`,
  )
}
