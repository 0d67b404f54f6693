import { isJsonObject, tryParseJson, type JsonValue } from '../../../base/json.ts'
import { badRequest } from '../errors.ts'
import type { PartitionKeyComponent } from '../partition-key.ts'
import { headerOf, type CosmosCall } from './call.ts'

/** The partition key that a request must name: `["a"]`; `{}` is a value that an item does not have. */
export function readPartitionKey(call: Pick<CosmosCall, 'headers'>): PartitionKeyComponent[] {
  const key = findPartitionKey(call)
  if (key) return key
  throw badRequest('PartitionKey value must be supplied for this operation.', { substatus: 1001 })
}

/** The partition key that a request names, or `undefined`. */
export function findPartitionKey(
  call: Pick<CosmosCall, 'headers'>,
): PartitionKeyComponent[] | undefined {
  const header = headerOf(call, 'x-ms-documentdb-partitionkey')
  return header === undefined ? undefined : parsePartitionKey(header)
}

/** Reads a partition key as JSON text: https://learn.microsoft.com/rest/api/cosmos-db/common-cosmosdb-rest-request-headers */
export function parsePartitionKey(text: string): PartitionKeyComponent[] {
  const value = tryParseJson(text)
  if (Array.isArray(value)) return value.map(component)
  throw badRequest(
    `The partition key '${text.slice(0, 100)}' is not valid: it must be a JSON array such as ["a"].`,
    { substatus: 1001 },
  )
}

function component(value: JsonValue): PartitionKeyComponent {
  if (isJsonObject(value) && Object.keys(value).length === 0) return undefined
  if (typeof value !== 'object' || value === null) return value
  throw badRequest(
    `The partition key component ${JSON.stringify(value).slice(0, 100)} is not valid: ` +
      'only a string, number, boolean, null or {} is supported.',
    { substatus: 1001 },
  )
}
