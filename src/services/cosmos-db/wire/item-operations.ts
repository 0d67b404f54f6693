import { isJsonObject, type JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import type { ItemResult } from '../item-result.ts'
import type { WriteOptions } from '../item-writer.ts'
import {
  containerOf,
  headerOf,
  type CosmosAnswer,
  type CosmosCall,
  type Operation,
} from './call.ts'
import { readJsonBody, readJsonValue } from './json-body.ts'
import { findPartitionKey, readPartitionKey } from './partition-key-header.ts'
import { deleteCharge, readCharge, writeCharge } from './request-charge.ts'
import { sessionHeaders } from './session-token.ts'
import { hasTriggers, writeTriggered } from './triggers.ts'

const items = '/dbs/{}/colls/{}/docs'
const item = `${items}/{}`
const action = 'sqlDatabases/containers/items'

/** https://learn.microsoft.com/rest/api/cosmos-db/documents */
export const itemOperations: readonly Operation[] = [
  {
    name: 'Create Document',
    method: 'POST',
    path: items,
    action: `${action}/create`,
    isRead: false,
    handle: async (call) => {
      const body = readJsonBody(call)
      const container = containerOf(call)
      const result = hasTriggers(call)
        ? await writeTriggered(call, container, { operation: 'Create', body })
        : await container.createItem(body, writeOptions(call))
      return written(call, result)
    },
  },
  {
    name: 'Upsert Document',
    method: 'POST',
    path: items,
    variant: 'upsert',
    action: `${action}/upsert`,
    isRead: false,
    handle: async (call) => {
      const body = readJsonBody(call)
      const container = containerOf(call)
      const result = hasTriggers(call)
        ? await writeTriggered(call, container, { operation: 'Upsert', body })
        : await container.upsertItem(body, writeOptions(call))
      return written(call, result)
    },
  },
  {
    name: 'Get Document',
    method: 'GET',
    path: item,
    action: `${action}/read`,
    isRead: true,
    handle: readItem,
  },
  {
    name: 'Replace Document',
    method: 'PUT',
    path: item,
    action: `${action}/replace`,
    isRead: false,
    handle: async (call) => {
      const body = readJsonBody(call)
      const container = containerOf(call)
      const result = hasTriggers(call)
        ? await writeTriggered(call, container, { operation: 'Replace', id: idOf(call), body })
        : await container.replaceItem(idOf(call), body, writeOptions(call))
      return written(call, result)
    },
  },
  {
    name: 'Patch Document',
    method: 'PATCH',
    path: item,
    action: `${action}/replace`,
    isRead: false,
    handle: async (call) => {
      const key = { id: idOf(call), partitionKey: readPartitionKey(call) }
      const patch = parsePatchBody(readJsonValue(call))
      return written(call, await containerOf(call).patchItem(key, patch, writeOptions(call)))
    },
  },
  {
    name: 'Delete Document',
    method: 'DELETE',
    path: item,
    action: `${action}/delete`,
    isRead: false,
    handle: async (call) => {
      const container = containerOf(call)
      const partitionKey = readPartitionKey(call)
      if (hasTriggers(call)) {
        await writeTriggered(call, container, { operation: 'Delete', id: idOf(call) })
      } else await container.deleteItem(idOf(call), partitionKey, writeOptions(call))
      const headers = sessionHeaders(container, partitionKey)
      return { status: 204, headers, requestCharge: deleteCharge }
    },
  },
]

/** What a patch carries: operations alone, or with a condition. */
export function parsePatchBody(body: JsonValue): {
  readonly operations: readonly JsonValue[]
  readonly condition?: string
} {
  if (Array.isArray(body)) return { operations: body }
  const { operations, condition } = isJsonObject(body) ? body : {}
  if (!Array.isArray(operations)) {
    throw badRequest("The patch request must have an array of 'operations'.")
  }
  if (condition === undefined || condition === null) return { operations }
  if (typeof condition === 'string') return { operations, condition }
  throw badRequest("The 'condition' of a patch must be a text.")
}

async function readItem(call: CosmosCall): Promise<CosmosAnswer> {
  const container = containerOf(call)
  const partitionKey = readPartitionKey(call)
  const { trace } = call
  const result = await container.readItem(idOf(call), partitionKey, trace ? { trace } : {})
  const headers = { etag: result.etag, ...sessionHeaders(container, partitionKey) }
  if (headerOf(call, 'if-none-match') === result.etag) {
    return { status: 304, headers, requestCharge: 1 }
  }
  const { text } = result
  return { status: 200, body: text, headers, requestCharge: readCharge(text.length) }
}

function written(call: CosmosCall, result: ItemResult | undefined): CosmosAnswer {
  // A trigger has deleted what was written, or it is over already.
  if (!result) return { status: 200, body: 'null', requestCharge: deleteCharge }
  const { text, etag, statusCode } = result
  const headers = { etag, ...sessionHeaders(containerOf(call), findPartitionKey(call)) }
  const requestCharge = writeCharge(text.length)
  const isMinimal = headerOf(call, 'prefer') === 'return=minimal'
  return { status: statusCode, headers, requestCharge, ...(isMinimal ? {} : { body: text }) }
}

function writeOptions(call: CosmosCall): WriteOptions {
  const { trace } = call
  const ifMatch = headerOf(call, 'if-match')
  return {
    partitionKey: readPartitionKey(call),
    ...(trace ? { trace } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }
}

function idOf({ names }: CosmosCall): string {
  return names[2] ?? ''
}
