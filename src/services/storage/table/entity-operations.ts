import type { Answer } from '../answer.ts'
import { permissionMismatch } from '../access-errors.ts'
import { readText } from '../body.ts'
import { missingHeader } from '../errors.ts'
import { headerOf, type StorageRequest } from '../storage-request.ts'
import type { EntityChange } from './entities.ts'
import { etagOfEntity, type Entity, type EntityKey } from './entity.ts'
import { entityMembers, entityPath, readGivenEntity } from './entity-json.ts'
import { entityNotFound, inputInvalid, valuesMissing } from './errors.ts'
import { jsonAnswer, metadataLevelOf, placeOf, wantsContent } from './format.ts'
import { entityBodyBytesMax } from './limits.ts'
import { tableOf, type TableCall, type TableOperation } from './operation.ts'
import { readFilter, readToken, readTop, toToken } from './table-operations.ts'
import { isWithinSas } from './table-target.ts'
import type { TableAddress } from './table-address.ts'

const read = { sas: 'r', action: 'tables/entities/read' } as const
const write = 'tables/entities/write'
const add = { sas: 'a', action: 'tables/entities/add/action', otherAction: write } as const
const update = { sas: 'u', action: 'tables/entities/update/action', otherAction: write } as const
const entity = { level: 'entity', comp: '' } as const

/** A change of one entity, by itself or within a transaction. */
export interface ChangeOperation extends Omit<TableOperation, 'handle'> {
  readonly kind: EntityChange['kind']
}

const merge = { ...entity, kind: 'merge' } as const
const replace = { ...entity, kind: 'replace' } as const

/** https://learn.microsoft.com/rest/api/storageservices/operations-on-entities */
export const changeOperations: readonly ChangeOperation[] = [
  {
    level: 'entities',
    method: 'POST',
    comp: '',
    kind: 'insert',
    name: 'Insert Entity',
    permission: add,
  },
  {
    ...replace,
    method: 'PUT',
    isConditional: true,
    name: 'Update Entity',
    permission: update,
  },
  {
    ...replace,
    method: 'PUT',
    isConditional: false,
    name: 'Insert Or Replace Entity',
    permission: add,
    alsoNeeds: update,
  },
  {
    ...merge,
    method: 'MERGE',
    isConditional: true,
    name: 'Merge Entity',
    permission: update,
  },
  {
    ...merge,
    method: 'MERGE',
    isConditional: false,
    name: 'Insert Or Merge Entity',
    permission: add,
    alsoNeeds: update,
  },
  {
    ...entity,
    kind: 'delete',
    method: 'DELETE',
    name: 'Delete Entity',
    permission: { sas: 'd', action: 'tables/entities/delete', otherAction: write },
  },
]

export const entityOperations: readonly TableOperation[] = [
  {
    level: 'entities',
    method: 'GET',
    comp: '',
    name: 'Query Entities',
    permission: read,
    handle: queryEntities,
  },
  { ...entity, method: 'GET', name: 'Get Entity', permission: read, handle: getEntity },
  ...changeOperations.map(
    (operation): TableOperation => ({
      ...operation,
      handle: (call) => changeEntity(call, operation),
    }),
  ),
]

/** https://learn.microsoft.com/rest/api/storageservices/query-entities */
async function queryEntities(call: TableCall): Promise<Answer> {
  const { storage, request, caller } = call
  const table = tableOf(call)
  const { query } = request
  const fromPartition = readToken(query, 'NextPartitionKey')
  const fromRow = readToken(query, 'NextRowKey') ?? ''
  const { entities, next } = await storage.entities.query(table, {
    filter: readFilter(query),
    limit: readTop(query),
    from:
      fromPartition === undefined ? undefined : { partitionKey: fromPartition, rowKey: fromRow },
    isVisible: (key) => isWithinSas(caller, key),
  })
  const options = optionsOf(request, table.name)
  const values = entities.map((each) => `{${entityMembers(each, options).join(',')}}`)
  const members = [`"value":[${values.join(',')}]`]
  const answer = jsonAnswer(request, { context: table.name, members })
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'x-ms-continuation-nextpartitionkey': next && toToken(next.partitionKey),
      'x-ms-continuation-nextrowkey': next && toToken(next.rowKey),
    },
  }
}

async function getEntity(call: TableCall): Promise<Answer> {
  const { storage, request, caller } = call
  const table = tableOf(call)
  const key = keyOf(call.address)
  const found = await storage.entities.find(table, key)
  if (!found || !isWithinSas(caller, key)) throw entityNotFound()
  return echo(request, table.name, found)
}

function echo(request: StorageRequest, table: string, found: Entity) {
  const members = entityMembers(found, optionsOf(request, table))
  const answer = jsonAnswer(request, { context: `${table}/@Element`, members })
  return { ...answer, headers: { ...answer.headers, etag: etagOfEntity(found) } }
}

function optionsOf(request: StorageRequest, table: string) {
  const select = request.query.get('$select')
  const names = (select ?? '').split(',').map((name) => name.trim())
  const isAll = names.includes('*') || names.every((name) => name === '')
  return {
    level: metadataLevelOf(request),
    place: placeOf(request, table),
    select: isAll ? undefined : new Set(names),
  }
}

async function changeEntity(call: TableCall, operation: ChangeOperation): Promise<Answer> {
  const { storage, request } = call
  const table = tableOf(call)
  const change = readChange(call, operation, await readText(request, entityBodyBytesMax))
  // A form that cannot be answered is refused before anything is done.
  if (change.kind === 'insert') metadataLevelOf(request)
  const changed = await storage.entities.change(table, change, request.origin.trace)
  return changeAnswer(call, change, changed)
}

/** The change that a request asks for; refuses what the caller's signature does not open. */
export function readChange(
  call: Pick<TableCall, 'address' | 'caller' | 'request'>,
  { kind }: Pick<ChangeOperation, 'kind'>,
  text: string,
): EntityChange {
  const change = toChange(call, kind, text)
  if (!isWithinSas(call.caller, change)) throw permissionMismatch()
  return change
}

function toChange(
  { address, request }: Pick<TableCall, 'address' | 'request'>,
  kind: EntityChange['kind'],
  text: string,
): EntityChange {
  const etag = headerOf(request.headers, 'if-match')
  if (kind === 'delete') {
    if (etag === undefined) throw missingHeader('If-Match')
    return { ...keyOf(address), kind, etag }
  }
  const given = readGivenEntity(text)
  const { properties } = given
  if (kind === 'insert') {
    const { partitionKey, rowKey } = given
    if (partitionKey === undefined || rowKey === undefined) throw valuesMissing()
    return { partitionKey, rowKey, kind, properties }
  }
  const key = keyOf(address)
  const isSame =
    (given.partitionKey ?? key.partitionKey) === key.partitionKey &&
    (given.rowKey ?? key.rowKey) === key.rowKey
  if (!isSame) throw inputInvalid()
  return { ...key, kind, properties, etag }
}

/** What a change is answered with; an insert gives the entity back where that is wanted. */
export function changeAnswer(
  { request, address }: Pick<TableCall, 'request' | 'address'>,
  change: EntityChange,
  changed: Entity,
): Answer {
  if (change.kind === 'delete') return { status: 204 }
  const etag = etagOfEntity(changed)
  if (change.kind !== 'insert') return { status: 204, headers: { etag } }
  const location = `${request.endpoint}/${entityPath(address.table, changed)}`
  if (!wantsContent(request)) {
    const headers = { etag, location, 'preference-applied': 'return-no-content' }
    return { status: 204, headers }
  }
  const answer = echo(request, address.table, changed)
  return { ...answer, status: 201, headers: { ...answer.headers, location } }
}

function keyOf(address: TableAddress): EntityKey {
  if (address.level !== 'entity') throw inputInvalid()
  return address.key
}
