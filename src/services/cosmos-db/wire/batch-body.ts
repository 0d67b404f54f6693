import { isJsonObject, stringMember, type JsonObject, type JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import { batchOperationsMax } from '../limits.ts'
import type { PartitionKeyComponent } from '../partition-key.ts'
import type { BatchOperation } from '../transactional-batch.ts'
import type { CosmosCall } from './call.ts'
import { parsePatchBody } from './item-operations.ts'
import { readJsonValue } from './json-body.ts'
import { parsePartitionKey } from './partition-key-header.ts'

/** One operation of a batch, with the partition key that it names for itself. */
export interface NamedOperation {
  readonly operation: BatchOperation
  readonly partitionKey?: readonly PartitionKeyComponent[]
}

/** The operations that a batch request carries. */
export function readBatch(call: CosmosCall): readonly NamedOperation[] {
  const value = readJsonValue(call)
  if (!Array.isArray(value)) throw badRequest('The batch request must be an array of operations.')
  if (value.length > batchOperationsMax) {
    throw badRequest(
      `Batch request has more operations than what is supported: ${batchOperationsMax}.`,
    )
  }
  return value.map((each) => {
    if (!isJsonObject(each)) throw badRequest('Each operation of a batch must be an object.')
    const operation = parseOperation(each)
    const key = each['partitionKey']
    return key === undefined ? { operation } : { operation, partitionKey: parseKey(key) }
  })
}

/** What a principal must be allowed for an operation: https://learn.microsoft.com/azure/cosmos-db/nosql/security/reference-data-plane-actions */
export function actionOf({ operationType }: BatchOperation): string {
  const verb = operationType === 'Patch' ? 'replace' : operationType.toLowerCase()
  return `sqlDatabases/containers/items/${verb}`
}

// A client writes the key of an operation as text, as in the header; others as the array itself.
function parseKey(key: JsonValue): PartitionKeyComponent[] {
  return parsePartitionKey(
    typeof key === 'string' && key.startsWith('[')
      ? key
      : JSON.stringify(Array.isArray(key) ? key : [key]),
  )
}

function parseOperation(value: JsonObject): BatchOperation {
  const { ifNoneMatch } = value
  const operationType = stringMember(value, 'operationType') ?? ''
  if (ifNoneMatch !== undefined) {
    throw badRequest("The 'ifNoneMatch' of a batch operation is not supported.")
  }
  switch (operationType) {
    case 'Create':
      return { operationType, resourceBody: bodyOf(value) }
    case 'Upsert':
      return { operationType, resourceBody: bodyOf(value), ...conditionOf(value) }
    case 'Replace': {
      const resourceBody = bodyOf(value)
      return { operationType, id: idOf(value), resourceBody, ...conditionOf(value) }
    }
    case 'Patch': {
      const resourceBody = parsePatchBody(value['resourceBody'] ?? null)
      return { operationType, id: idOf(value), resourceBody, ...conditionOf(value) }
    }
    case 'Delete':
      return { operationType, id: idOf(value), ...conditionOf(value) }
    case 'Read':
      return { operationType, id: idOf(value) }
  }
  throw badRequest(`The operation type ${JSON.stringify(operationType)} of a batch is not valid.`)
}

function bodyOf({ resourceBody }: JsonObject): JsonObject {
  if (isJsonObject(resourceBody)) return resourceBody
  throw badRequest("The 'resourceBody' of a batch operation must be an object.")
}

function idOf({ id }: JsonObject): string {
  if (typeof id === 'string') return id
  throw badRequest("The 'id' of a batch operation must be a text.")
}

function conditionOf({ ifMatch }: JsonObject): { readonly ifMatch?: string } {
  if (ifMatch === undefined || ifMatch === null) return {}
  if (typeof ifMatch === 'string') return { ifMatch }
  throw badRequest("The 'ifMatch' of a batch operation must be a text.")
}
