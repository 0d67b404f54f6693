import { ServiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'

// Codes, statuses and texts of https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb

/** The request cannot be understood; `substatus` is the value of `x-ms-substatus`. */
export function badRequest(
  message: string,
  options: { substatus?: number; details?: JsonObject; cause?: unknown } = {},
): ServiceError {
  const { substatus, details, cause } = options
  return new ServiceError('BadRequest', 400, message, {
    cause,
    details: { ...details, ...(substatus === undefined ? {} : { substatus }) },
  })
}

/** The partition key of the request is not the one in the item. */
export function partitionKeyMismatch(): ServiceError {
  const message =
    "PartitionKey extracted from document doesn't match the one specified in the header. " +
    'Learn more: https://aka.ms/CosmosDB/sql/errors/wrong-pk-value'
  return badRequest(message, { substatus: 1001 })
}

export function notFound(): ServiceError {
  return new ServiceError(
    'NotFound',
    404,
    'Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found',
  )
}

/** A database or container that does not exist; an item's request then carries substatus 1003. */
export function ownerNotFound(): ServiceError {
  return new ServiceError('NotFound', 404, 'Owner resource does not exist', {
    details: { substatus: 1003 },
  })
}

export function conflict(): ServiceError {
  return new ServiceError(
    'Conflict',
    409,
    'Resource with specified id, name, or unique index already exists. ' +
      'Learn more: https://aka.ms/cosmosdb-tsg-conflict',
  )
}

export function uniqueKeyViolated(): ServiceError {
  return new ServiceError('Conflict', 409, 'Unique index constraint violation.')
}

export function preconditionFailed(): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    412,
    'One of the specified pre-condition is not met. ' +
      'Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed',
  )
}

/** The predicate of a patch did not hold; told from an etag by substatus 1110. */
export function patchConditionFailed(): ServiceError {
  return new ServiceError('PreconditionFailed', 412, preconditionFailed().message, {
    details: { substatus: 1110 },
  })
}

export function requestEntityTooLarge(): ServiceError {
  return new ServiceError('RequestEntityTooLarge', 413, 'Request size is too large')
}

/** Another writer came first again and again; the client may try later. */
export function retryWith(): ServiceError {
  return new ServiceError(
    'RetryWith',
    449,
    'Conflicting request to resource has been attempted. Retry to avoid conflicts.',
  )
}

/** A resource type that templates may name and that this service does not have. */
export function resourceNotSupported(type: string): ServiceError {
  return new ServiceError('NotSupported', 400, `The resource type '${type}' is not supported.`)
}

export function notDeletable(name: string): ServiceError {
  return new ServiceError('MethodNotAllowed', 405, `The resource '${name}' cannot be deleted.`)
}
